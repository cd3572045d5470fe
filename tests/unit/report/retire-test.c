/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void every_hole_counts_and_the_same_library_once(void **state)
{
	struct report report = report_of("retire/everything.json");
	const uint64_t *n = report.by_severity;

	(void)state;
	assert_string_equal(report.format, "retire");
	assert_int_equal(report.open, 4);
	assert_int_equal(n[REPORT_SEVERITY_HIGH], 1);
	assert_int_equal(n[REPORT_SEVERITY_MEDIUM], 2);
	assert_int_equal(n[REPORT_SEVERITY_LOW], 1);
	assert_int_equal(report.distinct, 3);
	assert_int_equal(report.fixable, 2);
	report_release(&report);
}

static void a_finding_says_what_and_where(void **state)
{
	struct report report = report_of("retire/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f[0].id, "CVE-2026-6001");
	assert_string_equal(f[0].aliases, "CVE-2026-6002 GHSA-qqqq-0000-0001");
	assert_string_equal(f[0].title, "Script in a title");
	assert_string_equal(f[0].package, "quartz");
	assert_string_equal(f[0].installed, "1.2.0");
	assert_string_equal(f[0].fixed, "1.3.0");
	assert_string_equal(f[0].path, "web/js/quartz-1.2.0.min.js");
	assert_string_equal(f[0].url, "https://advisories.example.org/6001");
	assert_string_equal(f[1].id, "7");
	assert_null(f[1].aliases);
	assert_string_equal(f[2].id, "Old");
	report_release(&report);
}

static void the_old_list_and_a_clean_one_are_read(void **state)
{
	struct report report = report_of("retire/old-array.json");

	(void)state;
	assert_int_equal(report.open, 1);
	report_release(&report);
	report = report_of("retire/clean.json");
	assert_int_equal(report.open, 0);
	assert_int_equal(report.tool_errors, 0);
	report_release(&report);
	report = report_of_text("[]", "retire");
	assert_int_equal(report.open, 0);
	report_release(&report);
}

static void errors_and_other_shapes_are_never_green(void **state)
{
	struct report report = report_of_text(
		"{\"version\":\"5\",\"data\":[],\"errors\":[\"no network\"]}",
		NULL);

	(void)state;
	assert_int_equal(report.tool_errors, 1);
	assert_int_equal(report.notes.count, 1);
	report_release(&report);
	assert_text_refused("{\"version\":\"5\",\"data\":[]}", NULL,
			    "in no format known");
	assert_text_refused("[{\"results\":[{\"component\":\"a\","
			    "\"vulnerabilities\":{}}]}]",
			    NULL, "no list of objects");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_hole_counts_and_the_same_library_once),
		cmocka_unit_test(a_finding_says_what_and_where),
		cmocka_unit_test(the_old_list_and_a_clean_one_are_read),
		cmocka_unit_test(errors_and_other_shapes_are_never_green),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
