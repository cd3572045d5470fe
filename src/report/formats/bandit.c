/* SPDX-License-Identifier: MIT */
/* Bandit's JSON. The code that it quotes is not read, nor the password that
 * three of its tests repeat in their words. */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/entry.h"
#include "report/json.h"
#include "report/value.h"

#define TITLE "Bandit JSON"

static bool matches(const struct report_input *input)
{
	const json_t *json = input->json;

	return member_array(json, "results") &&
	       json_is_object(member(json, "metrics")) &&
	       member_text(json, "generated_at");
}

/* "Possible hardcoded password: 'hunter2'" */
static const char *title_of(struct report *report, const json_t *entry)
{
	static const char *const telling[] = {"B105", "B106", "B107"};
	const char *text = member_text(entry, "issue_text");
	const char *id = member_text(entry, "test_id");

	for (size_t i = 0; text && i < ARRAY_SIZE(telling); i++)
		if (str_equal(id, telling[i]))
			return report_bytes(report, text, strcspn(text, ":"),
					    REPORT_NAME_MAX);
	return entry_line(report, entry, "issue_text");
}

static void read_result(struct report *report, const json_t *entry,
			struct finding *finding)
{
	finding->kind = FINDING_CODE;
	finding->id = entry_word(report, entry, "test_id", REPORT_WORD_MAX);
	finding->title = title_of(report, entry);
	finding->severity =
		severity_of_word(member_text(entry, "issue_severity"));
	finding->url = entry_word(report, entry, "more_info", REPORT_NAME_MAX);
	finding->path = entry_word(report, entry, "filename", REPORT_PATH_MAX);
	finding->line = member_int(entry, "line_number", 0);
	finding->column = member_int(entry, "col_offset", -1) + 1;
	if (member_word(entry, "code"))
		report->has_secrets = true;
}

/* Files that are not the Python it knows. */
static void count_errors(struct report *report, const json_t *errors)
{
	const char *name = member_word(json_array_get(errors, 0), "filename");

	report->tool_errors = json_array_size(errors);
	if (name)
		report_note(report, "Bandit could not read %.*s",
			    (int)text_cut(name, strlen(name), REPORT_PATH_MAX),
			    name);
}

/* Comments in the source took them away; the report does not say which. */
static void note_skipped(struct report *report, const json_t *totals)
{
	double count = json_number_value(member(totals, "nosec"));

	if (count >= 1)
		report_note(report,
			    "%.0f line%s a `nosec` comment, and what Bandit "
			    "would say there is not in the report",
			    count, count < 2 ? " has" : "s have");
}

static int read_bandit(const struct report_input *input, struct report *report,
		       struct error *err)
{
	const json_t *metrics = member(input->json, "metrics");
	json_t *results, *errors, *entry;
	size_t i;

	if (entry_list(input, TITLE, input->json, "results", &results, err) <
		    0 ||
	    entry_list(input, TITLE, input->json, "errors", &errors, err) < 0)
		return -1;
	report->tool = "Bandit";
	/* One of them is their sum. */
	report->targets = json_object_size(metrics);
	report->targets -= member(metrics, "_totals") != NULL;
	report->nothing_scanned = report->targets == 0;
	json_array_foreach(results, i, entry)
	{
		struct finding finding = {0};

		read_result(report, entry, &finding);
		entry_add(report, &finding);
	}
	count_errors(report, errors);
	note_skipped(report, member(metrics, "_totals"));
	report_close(report);
	return 0;
}

const struct report_format_ops bandit_format = {
	.name = "bandit",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.read = read_bandit,
};
