/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void severities_of_every_age_are_known(void **state)
{
	static const enum report_severity severities[] = {
		REPORT_SEVERITY_HIGH,	  REPORT_SEVERITY_MEDIUM,
		REPORT_SEVERITY_CRITICAL, REPORT_SEVERITY_LOW,
		REPORT_SEVERITY_INFO,	  REPORT_SEVERITY_UNKNOWN,
		REPORT_SEVERITY_HIGH,
	};
	struct report report = report_of("semgrep/everything.json");

	(void)state;
	assert_string_equal(report.format, "semgrep");
	assert_int_equal(report.open, ARRAY_SIZE(severities));
	for (size_t i = 0; i < ARRAY_SIZE(severities); i++)
		assert_int_equal(report.findings[i].severity, severities[i]);
	assert_int_equal(report.by_kind[FINDING_CODE], 6);
	assert_int_equal(report.distinct, 7);
	assert_int_equal(report.fixable, 0);
	assert_int_equal(report.targets, 2);
	report_release(&report);
}

static void a_finding_says_what_and_where(void **state)
{
	struct report report = report_of("semgrep/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f->id, "rules.python.exec-of-input");
	assert_string_equal(f->title, "Input reaches exec()");
	assert_string_equal(f->path, "app/run.py");
	assert_string_equal(f->url, "https://rules.example.org/exec-of-input");
	assert_int_equal(f->line, 12);
	assert_int_equal(f->column, 5);
	report_release(&report);
}

static void a_dependency_is_a_vulnerability(void **state)
{
	struct report report = report_of("semgrep/everything.json");
	const struct finding *f = &report.findings[6];

	(void)state;
	assert_int_equal(f->kind, FINDING_VULNERABILITY);
	assert_string_equal(f->package, "gravel");
	assert_string_equal(f->installed, "1.9.0");
	report_release(&report);
}

static void what_a_comment_took_away_is_listed(void **state)
{
	struct report report = report_of("semgrep/everything.json");
	const struct finding *f = &report.findings[7];

	(void)state;
	assert_int_equal(report.suppressed, 1);
	assert_true(f->suppressed);
	assert_string_equal(f->suppression, "nosemgrep");
	assert_string_equal(f->source, "inSource");
	report_release(&report);
}

static void no_source_line_is_kept(void **state)
{
	struct report report = report_of("semgrep/everything.json");

	(void)state;
	assert_true(report.has_secrets);
	assert_no_finding_says(&report, "hunter2");
	report_release(&report);
	report = report_of("semgrep/clean.json");
	assert_false(report.has_secrets);
	report_release(&report);
	report = report_of_text(
		"{\"errors\":[],\"results\":[{\"check_id\":\"a\",\"extra\":{"
		"\"metavars\":{\"$K\":{\"abstract_content\":\"hunter2\"}}}}]}",
		NULL);
	assert_true(report.has_secrets);
	report_release(&report);
}

/* Only under `strict`; a warning without it. */
static void what_could_not_be_scanned_is_told(void **state)
{
	struct report report = report_of("semgrep/everything.json");

	(void)state;
	assert_int_equal(report.tool_errors, 2);
	assert_int_equal(report.notes.count, 1);
	assert_string_equal(report.notes.items[0],
			    "Semgrep could not scan all of app/new.py");
	report_release(&report);
}

static void a_scan_of_no_file_says_so(void **state)
{
	struct report report = report_of_text(
		"{\"results\":[],\"errors\":[],\"paths\":{\"scanned\":[]}}",
		NULL);

	(void)state;
	assert_true(report.nothing_scanned);
	report_release(&report);
	report = report_of_text("{\"results\":[],\"errors\":[]}", NULL);
	assert_false(report.nothing_scanned);
	report_release(&report);
}

static void what_is_no_whole_report_is_never_green(void **state)
{
	(void)state;
	assert_text_refused("{\"results\":[],\"errors\":[],\"other\":1}", NULL,
			    "in no format known");
	assert_text_refused("{\"results\":{},\"errors\":[],\"version\":\"1\"}",
			    "semgrep", "no Semgrep JSON");
	assert_text_refused(
		"{\"results\":[{\"check_id\":\"a\"},7],\"errors\":[]}", NULL,
		"no list of objects");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(severities_of_every_age_are_known),
		cmocka_unit_test(a_finding_says_what_and_where),
		cmocka_unit_test(a_dependency_is_a_vulnerability),
		cmocka_unit_test(what_a_comment_took_away_is_listed),
		cmocka_unit_test(no_source_line_is_kept),
		cmocka_unit_test(what_could_not_be_scanned_is_told),
		cmocka_unit_test(a_scan_of_no_file_says_so),
		cmocka_unit_test(what_is_no_whole_report_is_never_green),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
