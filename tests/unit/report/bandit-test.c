/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void every_result_counts(void **state)
{
	struct report report = report_of("bandit/everything.json");
	const uint64_t *n = report.by_severity;

	(void)state;
	assert_string_equal(report.format, "bandit");
	assert_int_equal(report.open, 3);
	assert_int_equal(n[REPORT_SEVERITY_HIGH], 1);
	assert_int_equal(n[REPORT_SEVERITY_LOW], 1);
	assert_int_equal(n[REPORT_SEVERITY_UNKNOWN], 1);
	assert_int_equal(report.by_kind[FINDING_CODE], 3);
	assert_int_equal(report.targets, 2);
	report_release(&report);
	report = report_of("bandit/clean.json");
	assert_int_equal(report.open, 0);
	assert_int_equal(report.targets, 1);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void a_finding_says_what_and_where(void **state)
{
	struct report report = report_of("bandit/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f->id, "B605");
	assert_string_equal(f->title, "A shell is started with a text that is "
				      "put together.");
	assert_string_equal(f->path, "./app/one.py");
	assert_string_equal(f->url, "https://bandit.example.org/b605.html");
	assert_int_equal(f->line, 4);
	assert_int_equal(f->column, 5);
	assert_int_equal(f[1].column, 0);
	report_release(&report);
}

/* Bandit repeats a password that it found in its own words. */
static void no_password_and_no_source_line_is_kept(void **state)
{
	struct report report = report_of("bandit/everything.json");

	(void)state;
	assert_true(report.has_secrets);
	assert_string_equal(report.findings[1].title,
			    "Possible hardcoded password");
	assert_no_finding_says(&report, "hunter2");
	report_release(&report);
}

/* A file that it could not read is red under `strict`. */
static void what_was_not_looked_at_is_told(void **state)
{
	struct report report = report_of("bandit/everything.json");

	(void)state;
	assert_int_equal(report.tool_errors, 1);
	assert_int_equal(report.notes.count, 2);
	assert_string_equal(report.notes.items[0],
			    "Bandit could not read ./app/two.py");
	assert_non_null(strstr(report.notes.items[1], "2 lines have a"));
	report_release(&report);
}

static void a_scan_of_no_file_says_so(void **state)
{
	struct report report =
		report_of_text("{\"results\":[],\"metrics\":{\"_totals\":{}},"
			       "\"generated_at\":\"now\"}",
			       NULL);

	(void)state;
	assert_true(report.nothing_scanned);
	report_release(&report);
	report = report_of("bandit/clean.json");
	assert_false(report.nothing_scanned);
	report_release(&report);
}

static void what_is_no_whole_report_is_never_green(void **state)
{
	static const char list[] = "{\"results\":[1],\"metrics\":{},"
				   "\"generated_at\":\"now\"}";

	(void)state;
	assert_text_refused("{\"results\":[]}", "bandit", "no Bandit JSON");
	assert_text_refused(list, NULL, "no list of objects");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_result_counts),
		cmocka_unit_test(a_finding_says_what_and_where),
		cmocka_unit_test(no_password_and_no_source_line_is_kept),
		cmocka_unit_test(what_was_not_looked_at_is_told),
		cmocka_unit_test(a_scan_of_no_file_says_so),
		cmocka_unit_test(what_is_no_whole_report_is_never_green),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
