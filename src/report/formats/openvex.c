/* SPDX-License-Identifier: MIT */
/* OpenVEX: what a maker says of vulnerabilities. A statement that one does
 * not matter counts when it says why; that one matters, when it says what to
 * do. */
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/entry.h"
#include "report/json.h"

#define TITLE "OpenVEX document"

static bool matches(const struct report_input *input)
{
	const char *context = member_text(input->json, "@context");

	return context && strstr(context, "openvex") &&
	       member(input->json, "statements");
}

/* A text in documents of before 2023; an object since. */
static const char *id_of(struct report *report, const json_t *statement)
{
	const json_t *about = member(statement, "vulnerability");
	const char *id = json_string_value(about);

	if (!id)
		id = member_word(about, "name");
	if (!id)
		id = member_word(about, "@id");
	return id && *id ? report_text(report, id, REPORT_WORD_MAX) : NULL;
}

/* Products are objects today, and were texts. */
static const char *product_of(const json_t *statement)
{
	const json_t *first =
		json_array_get(member_array(statement, "products"), 0);
	const char *id = json_string_value(first);
	const json_t *names = member(first, "identifiers");

	if (!id)
		id = member_word(first, "@id");
	return id ? id : member_word(names, "purl");
}

static void read_product(struct report *report, const json_t *statement,
			 struct finding *finding)
{
	const char *product = product_of(statement);

	finding->package = report_text(report, product, REPORT_WORD_MAX);
	if (product && strncmp(product, "pkg:", 4) == 0)
		finding->purl = report_text(report, product, REPORT_NAME_MAX);
}

/* "not_affected: component_not_present" */
static const char *describe(struct report *report, const json_t *statement,
			    const char *status)
{
	static const char *const keys[] = {"justification", "impact_statement",
					   "status_notes", "action_statement"};
	const char *why = NULL;
	struct str text = STR_INIT;
	const char *kept;

	for (size_t i = 0; !why && i < ARRAY_SIZE(keys); i++)
		why = member_word(statement, keys[i]);
	str_addf(&text, "%s%s", status, why ? ": " : "");
	if (why)
		str_add_bytes(&text, why, strcspn(why, "\r\n"));
	kept = report_bytes(report, text.data, text.len, REPORT_NAME_MAX);
	str_release(&text);
	return kept;
}

/* What the specification asks of a statement, NULL when it has it. */
static const char *missing_of(const json_t *statement, const char *status)
{
	if (strcmp(status, "not_affected") == 0 &&
	    !member_word(statement, "justification") &&
	    !member_word(statement, "impact_statement"))
		return "not_affected without a justification";
	if (strcmp(status, "affected") == 0 &&
	    !member_word(statement, "action_statement"))
		return "affected without an action statement";
	if (strcmp(status, "not_affected") != 0 &&
	    strcmp(status, "affected") != 0 && strcmp(status, "fixed") != 0 &&
	    strcmp(status, "under_investigation") != 0)
		return "of no status that OpenVEX has";
	return NULL;
}

static void read_statement(struct report *report, const json_t *statement)
{
	const char *status = member_text(statement, "status");
	struct finding finding = {.kind = FINDING_VULNERABILITY};
	const char *missing;

	status = status ? status : "";
	missing = missing_of(statement, status);
	finding.id = id_of(report, statement);
	finding.title = describe(report, statement, status);
	read_product(report, statement, &finding);
	if (missing)
		report_fail(report, "the statement on %s is %s",
			    finding.id ? finding.id : "(no id)", missing);
	else if (strcmp(status, "not_affected") == 0 ||
		 strcmp(status, "fixed") == 0) {
		finding.suppressed = true;
		finding.suppression = finding.title;
		finding.source = "vex";
	}
	entry_add(report, &finding);
}

static int read_openvex(const struct report_input *input, struct report *report,
			struct error *err)
{
	json_t *list, *statement;
	size_t i;

	if (!member_array(input->json, "statements"))
		return error_set(err, ERROR_FAILED,
				 "%s: statements is no list, so this is no "
				 "OpenVEX document",
				 input->name);
	if (entry_list(input, TITLE, input->json, "statements", &list, err) < 0)
		return -1;
	report->tool =
		entry_word(report, input->json, "tooling", REPORT_WORD_MAX);
	if (!report->tool)
		report->tool = "OpenVEX";
	json_array_foreach(list, i, statement)
	{
		read_statement(report, statement);
	}
	report_close(report);
	return 0;
}

const struct report_format_ops openvex_format = {
	.name = "openvex",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.read = read_openvex,
};
