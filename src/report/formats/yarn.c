/* SPDX-License-Identifier: MIT */
/* `yarn audit --json` of yarn 1: an object a line, one for each path to an
 * advisory, and a summary at its end. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/formats/npm.h"
#include "report/json.h"

static bool matches(const struct report_input *input)
{
	const char *first = input->text + strspn(input->text, " \t\r\n");

	return *first == '{' && (strstr(first, "\"auditAdvisory\"") ||
				 strstr(first, "\"auditSummary\""));
}

/* A file may hold several, one after the other. */
struct audit {
	bool has_summary; /* at its end, as the one before it */
	/* How many those before it listed. */
	uint64_t before[REPORT_SEVERITY_COUNT];
};

static void end_audit(struct report *report, const json_t *data,
		      struct audit *audit)
{
	npm_check_listed(report, member(data, "vulnerabilities"),
			 audit->before);
	audit->has_summary = true;
	memcpy(audit->before, report->by_severity, sizeof(audit->before));
}

/* False when it is no object with a type. */
static bool read_line(struct report *report, const json_t *line,
		      struct audit *audit)
{
	const char *type = member_text(line, "type");
	const json_t *data = member(line, "data");

	if (!type)
		return false;
	if (strcmp(type, "auditAdvisory") == 0) {
		if (!json_is_object(member(data, "advisory")))
			return false;
		npm_add_advisory(report, "(no id)", member(data, "advisory"));
		audit->has_summary = false;
	}
	if (strcmp(type, "auditSummary") == 0)
		end_audit(report, data, audit);
	if (strcmp(type, "error") == 0)
		report_fail(report, "yarn tells of an error; see its output");
	return true;
}

static int read_lines(const struct report_input *input, struct report *report,
		      struct audit *audit, struct error *err)
{
	size_t number = 0;

	for (const char *at = input->text; *at;) {
		size_t len = strcspn(at, "\n");
		struct report_input line = {.name = input->name, .len = len};
		json_t *tree = NULL;
		char *copy;
		bool good;

		number++;
		copy = xstrndup(at, len);
		at += len + (at[len] == '\n');
		line.text = copy;
		good = copy[strspn(copy, " \t\r")] == '\0';
		if (!good)
			tree = report_json_load(&line, NULL);
		good = good || read_line(report, tree, audit);
		json_decref(tree);
		free(copy);
		if (!good)
			return error_set(err, ERROR_FAILED,
					 "%s:%zu: this is no line that yarn "
					 "writes; did it write to the end?",
					 input->name, number);
	}
	return 0;
}

static int read_yarn(const struct report_input *input, struct report *report,
		     struct error *err)
{
	struct audit audit = {0};

	report->tool = "yarn";
	if (read_lines(input, report, &audit, err) < 0)
		return -1;
	if (!audit.has_summary)
		return error_set(err, ERROR_FAILED,
				 "%s has no summary: yarn did not write it to "
				 "the end",
				 input->name);
	report_close(report);
	return 0;
}

const struct report_format_ops yarn_audit_format = {
	.name = "yarn-audit",
	.title = "JSON of yarn audit",
	.encoding = REPORT_LINES,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.read = read_yarn,
};
