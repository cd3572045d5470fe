/* SPDX-License-Identifier: MIT */
/* SARIF 2.1.0: what compilers, linters and many scanners can write. */
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "report/format.h"
#include "report/formats/sarif-message.h"
#include "report/formats/sarif-rules.h"
#include "report/json-list.h"
#include "report/json.h"
#include "report/value.h"

static bool matches(const struct report_input *input)
{
	const char *schema = member_word(input->json, "$schema");

	if (!member(input->json, "runs"))
		return false;
	return member_text(input->json, "version") ||
	       (schema && strstr(schema, "sarif"));
}

static const char *tool_name(const json_t *run)
{
	const json_t *driver = member(member(run, "tool"), "driver");
	const char *name = member_word(driver, "name");

	return name ? name : "the tool";
}

/* A number of (0, 10], also in a string; others are as if absent. */
static bool read_score(const json_t *owner, double *score)
{
	const json_t *value =
		member(member(owner, "properties"), "security-severity");
	const char *text = json_string_value(value);

	if (json_is_number(value))
		*score = json_number_value(value);
	else if (!text || !text_number(text, strlen(text), score))
		return false;
	return *score > 0 && *score <= 10;
}

static enum report_severity severity_of_level(const char *level)
{
	if (strcmp(level, "error") == 0)
		return REPORT_SEVERITY_HIGH;
	if (strcmp(level, "warning") == 0)
		return REPORT_SEVERITY_MEDIUM;
	if (strcmp(level, "note") == 0)
		return REPORT_SEVERITY_LOW;
	if (strcmp(level, "none") == 0)
		return REPORT_SEVERITY_INFO;
	return REPORT_SEVERITY_UNKNOWN;
}

static enum report_severity severity_of(const json_t *result,
					const json_t *rule)
{
	const json_t *level = member(result, "level");
	const char *word;
	double score;

	if (read_score(result, &score) || read_score(rule, &score))
		return severity_of_score(score);
	if (!level || json_is_null(level))
		level = member(member(rule, "defaultConfiguration"), "level");
	if (!level || json_is_null(level))
		return severity_of_level("warning");
	word = json_string_value(level);
	return severity_of_level(word ? word : "");
}

/* What is absent from the baseline's successor is gone. A kind that the
 * standard does not know excuses nothing. */
static bool is_problem(const json_t *result)
{
	static const char *const fine[] = {"pass", "informational",
					   "notApplicable"};
	const char *kind = member_text(result, "kind");

	if (str_equal(member_text(result, "baselineState"), "absent"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(fine); i++)
		if (str_equal(kind, fine[i]))
			return false;
	return true;
}

/* A suppression without a status is accepted; one of any other status holds
 * none, and so does what is no suppression: each has a kind. */
static bool is_suppressed(const json_t *result)
{
	const json_t *list = member_array(result, "suppressions");
	const json_t *suppression;
	size_t i;

	json_array_foreach(list, i, suppression)
	{
		const json_t *status = member(suppression, "status");

		if (!member_word(suppression, "kind") ||
		    (status && !json_is_null(status) &&
		     !str_equal(json_string_value(status), "accepted")))
			return false;
	}
	return json_array_size(list) > 0;
}

static void describe_suppression(struct report *report, const json_t *result,
				 struct finding *finding)
{
	const json_t *first =
		json_array_get(member_array(result, "suppressions"), 0);
	const char *text = member_word(first, "justification");
	const char *kind = member_word(first, "kind");

	finding->suppression =
		report_text(report, text ? text : kind, REPORT_NAME_MAX);
	finding->source = report_text(report, kind, REPORT_WORD_MAX);
}

static const json_t *place_of(const json_t *result)
{
	const json_t *first =
		json_array_get(member_array(result, "locations"), 0);

	return member(first, "physicalLocation");
}

static const char *path_of(const json_t *run, const json_t *place)
{
	const json_t *location = member(place, "artifactLocation");
	const char *uri = member_word(location, "uri");
	int index = member_int(location, "index", -1);

	if (uri || index < 0)
		return uri;
	location =
		json_array_get(member_array(run, "artifacts"), (size_t)index);
	return member_word(member(location, "location"), "uri");
}

static void add_result(struct report *report, const json_t *run,
		       const struct sarif_rules *rules, const json_t *result)
{
	const json_t *rule = sarif_rule_of(rules, result);
	const json_t *place = place_of(result);
	struct finding finding = {.kind = FINDING_CODE};
	struct str title = STR_INIT;

	sarif_message(result, rule, &title);
	finding.severity = severity_of(result, rule);
	finding.id = report_text(report, sarif_rule_id(result, rule),
				 REPORT_WORD_MAX);
	finding.title =
		report_bytes(report, title.data, title.len, REPORT_NAME_MAX);
	finding.path =
		report_text(report, path_of(run, place), REPORT_PATH_MAX);
	finding.line = member_int(member(place, "region"), "startLine", 0);
	finding.column = member_int(member(place, "region"), "startColumn", 0);
	finding.suppressed = is_suppressed(result);
	if (finding.suppressed)
		describe_suppression(report, result, &finding);
	report_add_finding(report, &finding);
	str_release(&title);
}

/* The first is told. */
static void count_error(struct report *report, const char *tool,
			const char *text)
{
	if (!report->tool_errors++)
		report_note(report, "%.*s tells of an error: %.*s",
			    (int)text_cut(tool, strlen(tool), REPORT_WORD_MAX),
			    tool,
			    (int)text_cut(text, strcspn(text, "\r\n"),
					  REPORT_NAME_MAX),
			    text);
}

/* One with an exception may leave its level out. */
static bool is_error(const json_t *notification)
{
	const json_t *level = member(notification, "level");

	return level ? str_equal(json_string_value(level), "error")
		     : json_is_object(member(notification, "exception"));
}

/* A file that it died on, a rule that it could not load: the rest may be well,
 * so that the run is a success still. */
static void count_errors(struct report *report, const char *tool,
			 const json_t *notifications)
{
	const json_t *one;
	const char *text;
	size_t i;

	json_array_foreach(notifications, i, one)
	{
		text = member_word(member(one, "message"), "text");
		if (is_error(one))
			count_error(report, tool,
				    text ? text : "an error without a message");
	}
}

static void check_invocations(struct report *report, const json_t *run)
{
	const json_t *invocation;
	size_t i;

	json_array_foreach(member_array(run, "invocations"), i, invocation)
	{
		const char *tool = tool_name(run);
		const json_t *successful =
			member(invocation, "executionSuccessful");

		/* Those of a message are harmless. */
		report->has_secrets |= member(invocation, "arguments") != NULL;
		if (successful && !json_is_true(successful))
			report_fail(report,
				    "%.*s says itself that it did not run to "
				    "its end (executionSuccessful is not true)",
				    (int)text_cut(tool, strlen(tool),
						  REPORT_WORD_MAX),
				    tool);
		if (member_word(invocation, "processStartFailureMessage"))
			report_fail(report, "%.*s could not be started",
				    (int)text_cut(tool, strlen(tool),
						  REPORT_WORD_MAX),
				    tool);
		if (member_int(invocation, "exitSignalNumber", 0))
			count_error(report, tool, "a signal ended it");
		count_errors(report, tool,
			     member(invocation, "toolExecutionNotifications"));
		count_errors(
			report, tool,
			member(invocation, "toolConfigurationNotifications"));
	}
}

/* A person may have set another level for a rule; with one invocation it is
 * that of each result. */
static void apply_overrides(const struct sarif_rules *rules, const json_t *run)
{
	const json_t *list = member_array(run, "invocations");
	const json_t *override;
	size_t i;

	if (json_array_size(list) != 1)
		return;
	list = member_array(json_array_get(list, 0),
			    "ruleConfigurationOverrides");
	json_array_foreach(list, i, override)
	{
		const char *level =
			member_word(member(override, "configuration"), "level");
		json_t *named = json_pack("{s:O?}", "rule",
					  member(override, "descriptor"));
		json_t *rule = sarif_rule_of(rules, named);

		if (rule && level)
			json_object_set_new(rule, "defaultConfiguration",
					    json_pack("{s:s}", "level", level));
		json_decref(named);
	}
}

static int check_results(const json_t *run, const char *name, struct error *err)
{
	const json_t *elsewhere = member(run, "externalPropertyFileReferences");

	if (json_array_size(member(elsewhere, "results")))
		return error_set(err, ERROR_FAILED,
				 "%s: its results are in other files, which "
				 "are not read: have the tool write one file",
				 name);
	if (!json_is_array(member(run, "results")))
		return error_set(err, ERROR_FAILED,
				 "%s: a run has no results, so the tool did "
				 "not begin its analysis; see its own output",
				 name);
	return 0;
}

static int read_run(const struct report_input *input, size_t number,
		    const json_t *run, struct report *report, struct error *err)
{
	struct json_list list =
		json_list_of(input, number, member(run, "results"));
	struct sarif_rules rules;
	json_t *result;
	int more;

	if (check_results(run, input->name, err) < 0)
		return -1;
	sarif_rules_init(&rules, run);
	apply_overrides(&rules, run);
	while ((more = json_list_next(&list, &result, err)) > 0) {
		bool is_result = json_is_object(result);

		if (is_result && is_problem(result))
			add_result(report, run, &rules, result);
		json_decref(result);
		if (is_result)
			continue;
		more = error_set(err, ERROR_FAILED,
				 "%s: result %zu is no object", input->name,
				 list.count - 1);
		break;
	}
	sarif_rules_release(&rules);
	return more;
}

static int check_shape(const struct report_input *input, struct error *err)
{
	const json_t *shared;
	size_t i;

	if (!str_equal(member_text(input->json, "version"), "2.1.0"))
		return error_set(err, ERROR_FAILED,
				 "%s is SARIF, but not version 2.1.0: have "
				 "the tool write that",
				 input->name);
	if (!json_array_size(member_array(input->json, "runs")))
		return error_set(err, ERROR_FAILED,
				 "%s has no run in it: nothing was analysed",
				 input->name);
	json_array_foreach(member(input->json, "inlineExternalProperties"), i,
			   shared)
	{
		if (json_array_size(member(shared, "results")))
			return error_set(err, ERROR_FAILED,
					 "%s: it has results outside of its "
					 "runs (inlineExternalProperties), "
					 "which are not read",
					 input->name);
	}
	return 0;
}

static void name_tools(struct report *report, const json_t *runs)
{
	struct str names = STR_INIT;
	json_t *run;
	size_t i;

	json_array_foreach(runs, i, run)
	{
		if (names.len < REPORT_WORD_MAX)
			str_addf(&names, "%s%s", i ? ", " : "", tool_name(run));
	}
	report->tool =
		report_bytes(report, names.data, names.len, REPORT_WORD_MAX);
	str_release(&names);
}

/* Lines of source and whole files; how a tool was called, by whom, and what it
 * said to a server. */
static bool has_secrets(const char *text)
{
	static const char *const signs[] = {
		"\"snippet\"",	   "\"contents\"",
		"\"commandLine\"", "\"environmentVariables\"",
		"\"account\"",	   "\"webRequest",
		"\"webResponse",
	};

	for (size_t i = 0; i < ARRAY_SIZE(signs); i++)
		if (strstr(text, signs[i]))
			return true;
	return false;
}

static int read_sarif(const struct report_input *input, struct report *report,
		      struct error *err)
{
	json_t *runs = member_array(input->json, "runs");
	json_t *run;
	size_t i;

	if (check_shape(input, err) < 0)
		return -1;
	json_array_foreach(runs, i, run)
	{
		check_invocations(report, run);
		if (read_run(input, i, run, report, err) < 0)
			return -1;
	}
	name_tools(report, runs);
	report->has_secrets |= has_secrets(input->text);
	report_close(report);
	return 0;
}

const struct report_format_ops sarif_format = {
	.name = "sarif",
	.title = "SARIF 2.1.0",
	.encoding = REPORT_JSON,
	.kind = REPORT_OF_FINDINGS,
	.matches = matches,
	.read = read_sarif,
};
