/* SPDX-License-Identifier: MIT */
/* CycloneDX as JSON, 1.2 to 1.7: components with their licences and who
 * brought them in, and vulnerabilities, with what was made of them (VEX). */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/strings.h"
#include "base/vector.h"
#include "report/chains.h"
#include "report/entry.h"
#include "report/input.h"
#include "report/json.h"
#include "report/license-names.h"
#include "report/value.h"

#define TITLE "CycloneDX JSON"
/* Of a component; of one with more the licence is not known. */
#define LICENSES_MAX 64

struct named {
	const char *ref; /* its bom-ref; borrowed of the tree */
	size_t component;
};

struct reader {
	const struct report_input *input;
	struct report *report;
	struct chains chains;
	struct named *named; /* sorted by ref once all are there */
	size_t count, cap;
};

static bool matches(const struct report_input *input)
{
	return str_equal(member_text(input->json, "bomFormat"), "CycloneDX");
}

static int check_version(const struct report_input *input, struct error *err)
{
	static const char *const known[] = {"1.2", "1.3", "1.4",
					    "1.5", "1.6", "1.7"};
	const char *version = member_word(input->json, "specVersion");

	for (size_t i = 0; version && i < ARRAY_SIZE(known); i++)
		if (strcmp(version, known[i]) == 0)
			return 0;
	return error_set(err, ERROR_FAILED,
			 "%s is of CycloneDX %.24s, which is not known here: "
			 "have the tool write 1.2 to 1.7",
			 input->name, version ? version : "without a version");
}

/* --- licences --- */

static void add_license(const json_t *entry, struct strings *names,
			bool *is_name)
{
	const json_t *license = member(entry, "license");
	const char *expression = member_word(entry, "expression");
	const char *id = member_word(license, "id");
	const char *name = member_word(license, "name");
	const char *text = expression ? expression : id ? id : name;

	if (!license_is_told(text))
		text = "UNKNOWN";
	if (strings_has(names, text))
		return;
	*is_name = *is_name || (text == name && text != id);
	strings_add(names, text);
}

/* "MIT AND (A OR B)"; where one is no SPDX id, "MIT; The A License": several
 * are taken to hold all. */
static const char *licenses_of(struct reader *reader, const json_t *component)
{
	const json_t *list = member(component, "licenses");
	struct strings names = STRINGS_INIT;
	struct str text = STR_INIT;
	const char *kept = NULL;
	bool is_name = false;
	const json_t *entry;
	size_t i;

	if (json_array_size(list) > LICENSES_MAX)
		return NULL;
	json_array_foreach(list, i, entry) add_license(entry, &names, &is_name);
	is_name = is_name || strings_has(&names, "UNKNOWN");
	for (i = 0; i < names.count; i++) {
		bool inner = names.count > 1 && !is_name &&
			     strchr(names.items[i], ' ');

		str_add(&text, !i ? "" : is_name ? "; " : " AND ");
		str_addf(&text, inner ? "(%s)" : "%s", names.items[i]);
	}
	if (text.len && !str_equal(text.data, "UNKNOWN"))
		kept = report_text(reader->report, text.data, REPORT_NAME_MAX);
	str_release(&text);
	strings_release(&names);
	return kept;
}

/* --- components --- */

/* Packages of a group are told apart by it: "@scope/name", "org.a/b". */
static const char *name_of(struct reader *reader, const json_t *component)
{
	const char *group = member_word(component, "group");
	const char *name = member_word(component, "name");
	const char *kept;
	char *both;

	if (!name)
		name = "(no name)";
	if (!group)
		return report_text(reader->report, name, REPORT_WORD_MAX);
	both = xasprintf("%s/%s", group, name);
	kept = report_text(reader->report, both, REPORT_WORD_MAX);
	free(both);
	return kept;
}

static void add_component(struct reader *reader, const json_t *entry)
{
	const char *ref = member_word(entry, "bom-ref");
	struct report *report = reader->report;
	struct component component = {
		.name = name_of(reader, entry),
		.version =
			entry_word(report, entry, "version", REPORT_WORD_MAX),
		.purl = entry_word(report, entry, "purl", REPORT_NAME_MAX),
		.license = licenses_of(reader, entry),
	};

	if (ref) {
		chains_label(&reader->chains, ref, component.name);
		*VECTOR_ADD(reader->named, reader->count, reader->cap) =
			(struct named){ref, report->component_count};
	}
	report_add_component(report, &component);
}

/* A component may hold others, each of which counts. */
static int read_components(struct reader *reader, const json_t *owner,
			   struct error *err)
{
	json_t *list;
	json_t *entry;
	size_t i;

	if (entry_list(reader->input, TITLE, owner, "components", &list, err) <
	    0)
		return -1;
	json_array_foreach(list, i, entry)
	{
		add_component(reader, entry);
		if (read_components(reader, entry, err) < 0)
			return -1;
	}
	return 0;
}

static void read_root(struct reader *reader)
{
	const json_t *root =
		member(member(reader->input->json, "metadata"), "component");
	const char *ref = member_word(root, "bom-ref");
	const char *name = member_word(root, "name");

	if (!ref)
		return;
	chains_root(&reader->chains, ref);
	chains_label(&reader->chains, ref, name ? name : ref);
}

static int read_dependencies(struct reader *reader, struct error *err)
{
	const struct report_input *input = reader->input;
	size_t links = 0;
	json_t *list;
	json_t *entry;
	size_t i;

	if (entry_list(input, TITLE, input->json, "dependencies", &list, err) <
	    0)
		return -1;
	json_array_foreach(list, i, entry) links +=
		json_array_size(member(entry, "dependsOn"));
	if (check_memory(input->name, input->memory + links * CHAIN_LINK_COST,
			 input->len, err) < 0)
		return -1;
	json_array_foreach(list, i, entry)
	{
		const char *from = member_word(entry, "ref");
		const json_t *all = member(entry, "dependsOn");
		const json_t *one;
		size_t k;

		json_array_foreach(all, k,
				   one) if (from && json_string_length(one) > 0)
			chains_link(&reader->chains, from,
				    json_string_value(one));
	}
	return 0;
}

static int by_ref(const void *a, const void *b)
{
	return strcmp(((const struct named *)a)->ref,
		      ((const struct named *)b)->ref);
}

static void tell_chains(struct reader *reader)
{
	struct report *report = reader->report;
	struct str text = STR_INIT;

	chains_settle(&reader->chains);
	for (size_t i = 0; i < reader->count; i++) {
		str_clear(&text);
		if (chains_text(&reader->chains, reader->named[i].ref, &text))
			report->components[reader->named[i].component].chain =
				report_bytes(report, text.data, text.len,
					     REPORT_NAME_MAX);
	}
	str_release(&text);
	if (reader->count)
		qsort(reader->named, reader->count, sizeof(*reader->named),
		      by_ref);
}

/* --- vulnerabilities --- */

static enum report_severity rating_of(const json_t *rating)
{
	const char *word = member_word(rating, "severity");
	const json_t *score = member(rating, "score");

	if (word)
		return severity_of_word(word);
	return json_is_number(score)
		       ? severity_of_score(json_number_value(score))
		       : REPORT_SEVERITY_UNKNOWN;
}

static enum report_severity worst_rating(const json_t *entry)
{
	enum report_severity worst = REPORT_SEVERITY_UNKNOWN;
	const json_t *rating;
	size_t i;

	json_array_foreach(member(entry, "ratings"), i, rating)
	{
		enum report_severity severity = rating_of(rating);

		worst = severity > worst ? severity : worst;
	}
	return worst;
}

/* The first that it affects; the whole list would be a finding each. */
static void set_package(struct reader *reader, const json_t *entry,
			struct finding *finding)
{
	const json_t *first = json_array_get(member(entry, "affects"), 0);
	struct named wanted = {member_word(first, "ref"), 0};
	const struct component *component;
	const struct named *found = NULL;

	if (!wanted.ref)
		return;
	if (reader->count)
		found = bsearch(&wanted, reader->named, reader->count,
				sizeof(wanted), by_ref);
	if (!found) { /* of another document */
		finding->package = report_text(reader->report, wanted.ref,
					       REPORT_WORD_MAX);
		return;
	}
	component = &reader->report->components[found->component];
	finding->package = component->name;
	finding->installed = component->version;
	finding->purl = component->purl;
	finding->chain = component->chain;
}

static bool is_closed(const char *state)
{
	static const char *const closed[] = {"resolved",
					     "resolved_with_pedigree",
					     "false_positive", "not_affected"};

	for (size_t i = 0; state && i < ARRAY_SIZE(closed); i++)
		if (strcmp(state, closed[i]) == 0)
			return true;
	return false;
}

/* "not_affected: code_not_reachable: only in tests" */
static void set_state(struct reader *reader, const json_t *entry,
		      struct finding *finding)
{
	const json_t *analysis = member(entry, "analysis");
	const char *state = member_word(analysis, "state");
	const char *why = member_word(analysis, "justification");
	const char *detail = member_word(analysis, "detail");
	struct str text = STR_INIT;

	if (!is_closed(state))
		return;
	str_add(&text, state);
	if (why)
		str_addf(&text, ": %s", why);
	if (detail)
		str_addf(&text, ": %s", detail);
	finding->suppressed = true;
	finding->source = "vex";
	finding->suppression =
		report_bytes(reader->report, text.data,
			     strcspn(text.data, "\r\n"), REPORT_NAME_MAX);
	str_release(&text);
	if (strcmp(state, "not_affected") == 0 && !why && !detail)
		report_fail(reader->report,
			    "it says that %s does not affect the product, and "
			    "not why: a justification or a detail must stand "
			    "there",
			    finding->id ? finding->id : "a vulnerability");
}

static const char *aliases_of(struct reader *reader, const json_t *entry)
{
	struct str text = STR_INIT;
	const char *kept = NULL;
	const json_t *other;
	size_t i;

	json_array_foreach(member(entry, "references"), i, other)
	{
		const char *id = member_word(other, "id");

		if (id && text.len < REPORT_WORD_MAX)
			str_addf(&text, "%s%s", text.len ? " " : "", id);
	}
	if (text.len)
		kept = report_bytes(reader->report, text.data, text.len,
				    REPORT_WORD_MAX);
	str_release(&text);
	return kept;
}

static int read_vulnerabilities(struct reader *reader, struct error *err)
{
	struct report *report = reader->report;
	json_t *list;
	json_t *entry;
	size_t i;

	if (entry_list(reader->input, TITLE, reader->input->json,
		       "vulnerabilities", &list, err) < 0)
		return -1;
	if (!list)
		return 0;
	/* Without such a list nobody has looked: no clean scan. */
	report->kind = REPORT_OF_FINDINGS;
	report->has_findings = true;
	report->nothing_scanned =
		!report->component_count && !json_array_size(list);
	json_array_foreach(list, i, entry)
	{
		struct finding finding = {
			.kind = FINDING_VULNERABILITY,
			.id = entry_word(report, entry, "id", REPORT_WORD_MAX),
			.title = entry_line(report, entry, "description"),
			.url = entry_word(report, member(entry, "source"),
					  "url", REPORT_PATH_MAX),
			.aliases = aliases_of(reader, entry),
			.severity = worst_rating(entry),
		};

		set_package(reader, entry, &finding);
		set_state(reader, entry, &finding);
		entry_add(report, &finding);
	}
	return 0;
}

static int read_document(struct reader *reader, struct error *err)
{
	struct report *report = reader->report;

	report->has_components = true;
	if (read_components(reader, reader->input->json, err) < 0 ||
	    read_dependencies(reader, err) < 0)
		return -1;
	read_root(reader);
	tell_chains(reader);
	return read_vulnerabilities(reader, err);
}

static int read_cyclonedx(const struct report_input *input,
			  struct report *report, struct error *err)
{
	struct reader reader = {.input = input, .report = report};
	int result;

	if (check_version(input, err) < 0)
		return -1;
	result = read_document(&reader, err);
	chains_release(&reader.chains);
	free(reader.named);
	if (result == 0)
		report_close(report);
	return result;
}

const struct report_format_ops cyclonedx_format = {
	.name = "cyclonedx",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_COMPONENTS,
	.matches = matches,
	.read = read_cyclonedx,
};
