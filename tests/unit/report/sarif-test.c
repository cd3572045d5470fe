/* SPDX-License-Identifier: MIT */

#include "support/reports.h"

static void severities_come_from_where_the_rules_say(void **state)
{
	static const enum report_severity expected[] = {
		REPORT_SEVERITY_LOW,	  /* its own level */
		REPORT_SEVERITY_HIGH,	  /* the rule's level */
		REPORT_SEVERITY_MEDIUM,	  /* the default: warning */
		REPORT_SEVERITY_CRITICAL, /* the rule's "9.0", not note */
		REPORT_SEVERITY_MEDIUM,	  /* 6.9, by ruleIndex */
		REPORT_SEVERITY_LOW,	  /* its own "2.5" */
		REPORT_SEVERITY_HIGH,	  /* R4/sub of R4/sub/one */
		REPORT_SEVERITY_HIGH,	  /* an extension's "7.0" */
		REPORT_SEVERITY_HIGH,
		REPORT_SEVERITY_LOW, /* "11" is no score */
		REPORT_SEVERITY_UNKNOWN,
		REPORT_SEVERITY_INFO,
		REPORT_SEVERITY_HIGH, /* "0.0" is none either */
	};
	struct report report = report_of("sarif/severities.sarif");

	(void)state;
	assert_int_equal(report.finding_count, ARRAY_SIZE(expected));
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (report.findings[i].severity != expected[i])
			fail_msg("%s: %s", report.findings[i].title,
				 report_severity_name(
					 report.findings[i].severity));
	assert_int_equal(report.by_severity[REPORT_SEVERITY_HIGH], 5);
	assert_string_equal(report.tool, "Made by hand");
	assert_string_equal(report.findings[7].id, "X1");
	report_release(&report);
}

static void only_open_problems_count(void **state)
{
	struct report report = report_of("sarif/counting.sarif");

	(void)state;
	assert_int_equal(report.open, 9);
	assert_int_equal(report.distinct, 8);
	assert_int_equal(report.suppressed, 1);
	assert_int_equal(report.finding_count, 10);
	assert_true(report.findings[6].suppressed);
	assert_string_equal(report.findings[6].suppression, "a test key");
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void paths_below_a_root_are_told_from_there(void **state)
{
	static const char *const paths[][2] = {
		{"file:///w/4/src/main.c", "src/main.c"},
		{"/w/4/src/main.c", "src/main.c"},
		{"file://localhost/w/4/a%20b.c", "a b.c"},
		{"file:/w/4/c.c", "c.c"},
		{"/w/4/./d.c", "d.c"},
		{"/w/41/e.c", "/w/41/e.c"},
		{"file:///w/41/e.c", "file:///w/41/e.c"},
		{"file:///w/4/%00/f.c", "file:///w/4/%00/f.c"},
		{"file://else/w/4/g.c", "file://else/w/4/g.c"},
		{"w/4/h.c", "w/4/h.c"},
		{"/w/4", "/w/4"},
	};
	char *told;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		char *text = xasprintf(
			"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{"
			"\"ruleId\":\"r\",\"locations\":[{\"physicalLocation"
			"\":{\"artifactLocation\":{\"uri\":\"%s\"}}}]}]}]}",
			paths[i][0]);
		struct report report = report_of_text(text, "sarif");

		report_relative(&report, "/w/4/");
		assert_string_equal(report.findings[0].path, paths[i][1]);
		report_release(&report);
		free(text);
	}
	told = report_told_from(
		"/w/4", "/w/4/a.json and /w/4/b.json are no /w/41/c.json");
	assert_string_equal(told, "a.json and b.json are no /w/41/c.json");
	free(told);
}

static void messages_are_put_together(void **state)
{
	struct report report = report_of("sarif/messages.sarif");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f[0].title, "x is not y, but {x stays");
	assert_string_equal(f[0].path, "second.c");
	assert_int_equal(f[0].line, 3);
	assert_string_equal(f[1].title, "one and {7}");
	assert_string_equal(f[2].title, "**bold**");
	assert_string_equal(f[3].title, "in short");
	assert_string_equal(f[4].id, "(no rule)");
	assert_null(f[4].path);
	report_release(&report);
}

static void a_clean_scan_passes(void **state)
{
	struct report report = report_of("sarif/clean.sarif");

	(void)state;
	assert_int_equal(report.open, 0);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void a_scan_that_did_not_finish_is_red(void **state)
{
	struct report report = report_of("sarif/did-not-finish.sarif");

	(void)state;
	assert_int_equal(report.open, 0);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "Made by hand says itself"));
	report_release(&report);
}

static void what_says_nothing_is_refused(void **state)
{
	(void)state;
	assert_file_refused("sarif/results-null.sarif",
			    "did not begin its analysis");
	assert_file_refused("sarif/results-absent.sarif",
			    "did not begin its analysis");
	assert_file_refused("sarif/no-runs.sarif", "nothing was analysed");
	assert_file_refused("sarif/version-1.sarif", "not version 2.1.0");
}

static void a_tree_of_another_shape_is_refused_or_harmless(void **state)
{
	static const char *const texts[] = {
		"{\"version\":\"2.1.0\",\"runs\":7}",
		"{\"version\":\"2.1.0\",\"runs\":[7]}",
		"{\"version\":\"2.1.0\",\"runs\":[{\"results\":{}}]}",
		"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[7]}]}",
		"{\"version\":2,\"$schema\":\"sarif\",\"runs\":[]}",
	};
	static const char odd[] =
		"{\"version\":\"2.1.0\",\"runs\":[{\"tool\":[],\"results\":"
		"[{\"ruleId\":4,\"ruleIndex\":99999,\"level\":[],\"message\":"
		"\"x\",\"locations\":[7],\"suppressions\":7,\"kind\":null,"
		"\"rule\":{\"toolComponent\":{\"index\":-4}}}]}]}";
	struct report report;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_refused(texts[i], strlen(texts[i]), NULL, "r");
	report = report_of_text(odd, NULL);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_UNKNOWN], 1);
	report_release(&report);
}

static void a_title_is_bounded_between_characters(void **state)
{
	struct str text = STR_INIT;
	struct report report;

	(void)state;
	str_add(&text, "{\"version\":\"2.1.0\",\"runs\":[{\"results\":"
		       "[{\"message\":{\"text\":\"x");
	for (int i = 0; i < 400; i++)
		str_add(&text, "\xc3\xa9");
	str_add(&text, "\"}}]}]}");
	report = report_of_text(text.data, "sarif");
	assert_int_equal(strlen(report.findings[0].title), 511);
	report_release(&report);
	str_release(&text);
}

static void a_person_may_have_set_another_level(void **state)
{
	struct report report = report_of("sarif/overrides.sarif");
	const struct finding *f = report.findings;

	(void)state;
	assert_int_equal(f[0].severity, REPORT_SEVERITY_HIGH);
	assert_int_equal(f[1].severity, REPORT_SEVERITY_LOW);
	assert_int_equal(f[2].severity, REPORT_SEVERITY_INFO);
	report_release(&report);
}

static void results_in_other_files_are_never_green(void **state)
{
	(void)state;
	assert_file_refused("sarif/external-results.sarif", "in other files");
}

/* A scanner of secrets quotes them there. */
static void a_report_that_quotes_the_source_must_not_be_copied(void **state)
{
	static const char text[] =
		"{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{"
		"\"message\":{\"text\":\"m\"},\"locations\":[{"
		"\"physicalLocation\":{\"region\":{\"startLine\":1,"
		"\"snippet\":{\"text\":\"hunter2\"}}}}]}]}]}";
	struct report report = report_of_text(text, NULL);

	(void)state;
	assert_true(report.has_secrets);
	assert_no_finding_says(&report, "hunter2");
	report_release(&report);
	report = report_of("sarif/clean.sarif");
	assert_false(report.has_secrets);
	report_release(&report);
}

static void assert_secrets(const char *members, bool expected)
{
	char *text = xasprintf("{\"version\":\"2.1.0\",\"runs\":[{%s,"
			       "\"results\":[]}]}",
			       members);
	struct report report = report_of_text(text, NULL);

	assert_int_equal(report.has_secrets, expected);
	report_release(&report);
	free(text);
}

static void how_a_tool_was_called_must_not_be_copied(void **state)
{
	(void)state;
	assert_secrets("\"invocations\":[{\"commandLine\":\"t --key=k\"}]",
		       true);
	assert_secrets("\"invocations\":[{\"arguments\":[\"--key=k\"]}]", true);
	assert_secrets("\"invocations\":[{\"environmentVariables\":{}}]", true);
	assert_secrets("\"invocations\":[{\"account\":\"ana\"}]", true);
	assert_secrets("\"webRequests\":[{\"headers\":{\"Cookie\":\"k\"}}]",
		       true);
	assert_secrets("\"webResponses\":[{\"body\":{}}]", true);
	assert_secrets("\"invocations\":[{\"executionSuccessful\":true}]",
		       false);
	assert_secrets("\"properties\":{\"arguments\":[\"a\"]}", false);
}

static void a_level_that_is_no_word_is_not_known(void **state)
{
	struct report report =
		report_of_text("{\"version\":\"2.1.0\",\"runs\":[{\"results\":["
			       "{\"level\":3},{\"level\":null},{}]}]}",
			       NULL);

	(void)state;
	assert_int_equal(report.by_severity[REPORT_SEVERITY_UNKNOWN], 1);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_MEDIUM], 2);
	report_release(&report);
}

static void assert_counts(const char *result, unsigned open,
			  unsigned suppressed)
{
	char *text = xasprintf("{\"version\":\"2.1.0\",\"runs\":[{"
			       "\"results\":[{%s}]}]}",
			       result);
	struct report report = report_of_text(text, NULL);

	assert_int_equal(report.open, open);
	assert_int_equal(report.suppressed, suppressed);
	report_release(&report);
	free(text);
}

static void what_the_standard_does_not_know_hides_nothing(void **state)
{
	(void)state;
	assert_counts("\"kind\":\"Pass\"", 1, 0);
	assert_counts("\"kind\":[]", 1, 0);
	assert_counts("\"kind\":\"pass\"", 0, 0);
	assert_counts("\"suppressions\":[{}]", 1, 0);
	assert_counts("\"suppressions\":[null]", 1, 0);
	assert_counts("\"suppressions\":[{\"kind\":\"inSource\"},{}]", 1, 0);
	assert_counts("\"suppressions\":[{\"kind\":\"inSource\"}]", 0, 1);
	assert_counts("\"suppressions\":[{\"kind\":\"external\",\"status\":"
		      "\"acceptedd\"}]",
		      1, 0);
	assert_counts("\"suppressions\":[{\"kind\":\"external\",\"status\":7}]",
		      1, 0);
	assert_counts("\"suppressions\":[{\"kind\":\"external\",\"status\":"
		      "\"accepted\"}]",
		      0, 1);
}

/* What looks like the results of a run is none elsewhere. */
static void results_are_those_of_the_runs(void **state)
{
	static const char text[] =
		"{ \"version\": \"2.1.0\", \"results\": [7], \"runs\" : [\n"
		"{ \"results\" : [ {\"ruleId\": \"a\"} ,\n {\"ruleId\": "
		"\"b]\", \"properties\": {\"results\": [{}, {}]}} ],\n"
		"\"tool\": {\"driver\": {\"name\": \"t\", \"rules\": [{\"id\": "
		"\"a\", \"defaultConfiguration\": {\"level\": "
		"\"error\"}}]}}},\n"
		"{\"x\\\"results\":[7], \"y\": \"{\\\"results\\\":[\", "
		"\"results\":[]},\n"
		"{\"properties\": {\"results\": [7]}, \"results\": [{\"ruleId\""
		": \"c\"}]}]}";
	struct report report = report_of_text(text, NULL);

	(void)state;
	assert_int_equal(report.finding_count, 3);
	assert_string_equal(report.findings[0].id, "a");
	assert_int_equal(report.findings[0].severity, REPORT_SEVERITY_HIGH);
	assert_string_equal(report.findings[1].id, "b]");
	assert_string_equal(report.findings[2].id, "c");
	report_release(&report);
}

static void a_result_that_is_no_json_refuses_the_report(void **state)
{
	static const struct {
		const char *results, *why;
	} bad[] = {
		{"{\"ruleId\":\"a\"},\n{\"ruleId\":\"b\",}", "r:2:15: this is"},
		{"{}\n{}", "r:2:1: this is"},
		{"{},", "r:1:4"},
		{",{}", "r:1:4"},
		{"{},,{}", "r:1:4"},
		{"{\"a\":1,\"a\":2}", "r:1:4"},
		{"{\"a\":[}]", "r:1:4"},
		{"{},7", "result 1 is no object"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char *text = xasprintf("{\"version\":\"2.1.0\",\"runs\":[{"
				       "\"results\":[%s]}]}",
				       bad[i].results);

		assert_refused(text, strlen(text), NULL, bad[i].why);
		free(text);
	}
}

#define SHARED(results)                                                      \
	"{\"version\":\"2.1.0\",\"inlineExternalProperties\":["              \
	"{\"guid\":\"g\",\"results\":[" results "]}],\"runs\":[{\"results\"" \
	":[]}]}"

static void results_outside_of_the_runs_are_never_green(void **state)
{
	struct report report = report_of_text(SHARED(""), NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
	assert_refused(SHARED("{}"), strlen(SHARED("{}")), NULL,
		       "outside of its runs");
}

#define INVOKED(members)                                                    \
	"{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":" \
	"\"t\"}},\"invocations\":[{" members "}],\"results\":[]}]}"

/* The run itself is a success all the same. */
static void what_could_not_be_analysed_is_told(void **state)
{
	struct report report = report_of_text(
		INVOKED("\"executionSuccessful\":true,"
			"\"toolConfigurationNotifications\":[{\"level\":"
			"\"note\"},"
			"{\"level\":\"error\"}],"
			"\"toolExecutionNotifications\":[{\"message\":{}},"
			"{\"level\":\"error\",\"message\":{\"text\":"
			"\"Timeout on a.c\\nand more\"}}]"),
		NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.tool_errors, 2);
	assert_int_equal(report.notes.count, 1);
	assert_string_equal(report.notes.items[0],
			    "t tells of an error: Timeout on a.c");
	report_release(&report);
	report = report_of_text(
		INVOKED("\"exitSignalNumber\":11,"
			"\"toolExecutionNotifications\":[{\"exception\":{}},"
			"{\"exception\":{},\"level\":\"note\"}]"),
		NULL);
	assert_int_equal(report.tool_errors, 2);
	assert_string_equal(report.notes.items[0],
			    "t tells of an error: a signal ended it");
	report_release(&report);
	report = report_of_text(INVOKED("\"executionSuccessful\":\"false\""),
				NULL);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
	report = report_of_text(
		INVOKED("\"processStartFailureMessage\":\"no such file\""),
		NULL);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(severities_come_from_where_the_rules_say),
		cmocka_unit_test(only_open_problems_count),
		cmocka_unit_test(paths_below_a_root_are_told_from_there),
		cmocka_unit_test(messages_are_put_together),
		cmocka_unit_test(a_clean_scan_passes),
		cmocka_unit_test(a_scan_that_did_not_finish_is_red),
		cmocka_unit_test(what_says_nothing_is_refused),
		cmocka_unit_test(
			a_tree_of_another_shape_is_refused_or_harmless),
		cmocka_unit_test(a_title_is_bounded_between_characters),
		cmocka_unit_test(what_could_not_be_analysed_is_told),
		cmocka_unit_test(a_person_may_have_set_another_level),
		cmocka_unit_test(a_level_that_is_no_word_is_not_known),
		cmocka_unit_test(what_the_standard_does_not_know_hides_nothing),
		cmocka_unit_test(results_are_those_of_the_runs),
		cmocka_unit_test(a_result_that_is_no_json_refuses_the_report),
		cmocka_unit_test(results_outside_of_the_runs_are_never_green),
		cmocka_unit_test(results_in_other_files_are_never_green),
		cmocka_unit_test(
			a_report_that_quotes_the_source_must_not_be_copied),
		cmocka_unit_test(how_a_tool_was_called_must_not_be_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
