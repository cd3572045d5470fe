/* SPDX-License-Identifier: MIT */
/* Semgrep's JSON. The lines of source that it quotes, and the edits that it
 * proposes, are not read. */
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/entry.h"
#include "report/json.h"
#include "report/value.h"

#define TITLE "Semgrep JSON"

/* Of a result; or, where there is none, of what else Semgrep writes; old ones
 * wrote nothing else. */
static bool matches(const struct report_input *input)
{
	const json_t *json = input->json;
	const json_t *results = member_array(json, "results");

	if (!results || !member_array(json, "errors") ||
	    member(json, "metrics"))
		return false;
	if (json_array_size(results))
		return member_text(json_array_get(results, 0), "check_id");
	return json_is_object(member(json, "paths")) ||
	       member_text(json, "version") || json_object_size(json) == 2;
}

static enum report_severity severity_of_rule(const char *word)
{
	static const struct {
		const char *word;
		enum report_severity severity;
	} words[] = {
		{"ERROR", REPORT_SEVERITY_HIGH},
		{"WARNING", REPORT_SEVERITY_MEDIUM},
		{"EXPERIMENT", REPORT_SEVERITY_INFO},
		{"INVENTORY", REPORT_SEVERITY_INFO},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_equal(word, words[i].word))
			return words[i].severity;
	return severity_of_word(word);
}

/* A dependency with a known hole, and perhaps the code that reaches it. */
static void read_dependency(struct report *report, const json_t *about,
			    struct finding *finding)
{
	const json_t *found =
		member(member(about, "dependency_match"), "found_dependency");

	finding->kind = FINDING_VULNERABILITY;
	finding->package =
		entry_word(report, found, "package", REPORT_WORD_MAX);
	finding->installed =
		entry_word(report, found, "version", REPORT_WORD_MAX);
}

static void read_result(struct report *report, const json_t *entry,
			struct finding *finding)
{
	static const char *const quotes[] = {"lines", "metavars", "fix",
					     "fixed_lines", "dataflow_trace"};
	const json_t *extra = member(entry, "extra");
	const json_t *about = member(extra, "sca_info");

	finding->kind = FINDING_CODE;
	finding->id = entry_word(report, entry, "check_id", REPORT_WORD_MAX);
	finding->title = entry_line(report, extra, "message");
	finding->severity = severity_of_rule(member_text(extra, "severity"));
	finding->url = entry_word(report, member(extra, "metadata"), "source",
				  REPORT_NAME_MAX);
	finding->path = entry_word(report, entry, "path", REPORT_PATH_MAX);
	finding->line = member_int(member(entry, "start"), "line", 0);
	finding->column = member_int(member(entry, "start"), "col", 0);
	finding->suppressed = json_is_true(member(extra, "is_ignored"));
	if (finding->suppressed) {
		finding->suppression = "nosemgrep";
		finding->source = "inSource";
	}
	if (json_is_object(about))
		read_dependency(report, about, finding);
	for (size_t i = 0; i < ARRAY_SIZE(quotes); i++)
		report->has_secrets |= member(extra, quotes[i]) != NULL;
}

/* What it could not parse or match in time it has not looked at: for most of
 * that its level is "warn". */
static void count_errors(struct report *report, const json_t *errors)
{
	const json_t *first = NULL;
	const json_t *error;
	const char *text;
	size_t i;

	json_array_foreach(errors, i, error)
	{
		if (str_equal(member_text(error, "level"), "info"))
			continue;
		report->tool_errors++;
		first = first ? first : error;
	}
	text = first ? member_word(first, "path") : NULL;
	if (text)
		report_note(report, "Semgrep could not scan all of %.*s",
			    (int)text_cut(text, strlen(text), REPORT_WORD_MAX),
			    text);
}

static int read_semgrep(const struct report_input *input, struct report *report,
			struct error *err)
{
	json_t *results, *errors, *scanned, *entry;
	size_t i;

	if (entry_list(input, TITLE, input->json, "results", &results, err) <
		    0 ||
	    entry_list(input, TITLE, input->json, "errors", &errors, err) < 0)
		return -1;
	report->tool = "Semgrep";
	scanned = member_array(member(input->json, "paths"), "scanned");
	report->targets = json_array_size(scanned);
	/* Old ones do not tell what they scanned. */
	report->nothing_scanned = scanned && !report->targets;
	json_array_foreach(results, i, entry)
	{
		struct finding finding = {0};

		read_result(report, entry, &finding);
		entry_add(report, &finding);
	}
	count_errors(report, errors);
	report_close(report);
	return 0;
}

const struct report_format_ops semgrep_format = {
	.name = "semgrep",
	.title = TITLE,
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.read = read_semgrep,
};
