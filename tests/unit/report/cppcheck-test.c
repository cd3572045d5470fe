/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

/* A summary of what it did is told among what it found, and is none. */
static void every_error_counts(void **state)
{
	struct report report = report_of("cppcheck/everything.xml");
	const uint64_t *n = report.by_severity;

	(void)state;
	assert_string_equal(report.format, "cppcheck");
	assert_int_equal(report.open, 7);
	assert_int_equal(n[REPORT_SEVERITY_HIGH], 1);
	assert_int_equal(n[REPORT_SEVERITY_MEDIUM], 1);
	assert_int_equal(n[REPORT_SEVERITY_LOW], 3);
	assert_int_equal(n[REPORT_SEVERITY_INFO], 1);
	assert_int_equal(n[REPORT_SEVERITY_UNKNOWN], 1);
	assert_int_equal(report.by_kind[FINDING_CODE], 7);
	report_release(&report);
	report = report_of("cppcheck/clean.xml");
	assert_int_equal(report.open, 0);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void a_finding_is_at_its_first_location(void **state)
{
	struct report report = report_of("cppcheck/everything.xml");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f[0].id, "nullPointer");
	assert_string_equal(f[0].title, "Null pointer dereference: 'tile'");
	assert_string_equal(f[0].path, "src/wall.h");
	assert_int_equal(f[0].line, 31);
	assert_int_equal(f[0].column, 9);
	assert_null(f[2].path);
	assert_string_equal(f[3].path, "src/roof.c");
	assert_int_equal(f[4].line, 0);
	assert_int_equal(f[4].column, 0);
	assert_no_finding_says(&report, "hunter2");
	report_release(&report);
}

static void what_is_no_whole_report_is_never_green(void **state)
{
	(void)state;
	assert_file_refused("cppcheck/version-1.xml", "--xml-version=2");
	assert_text_refused("<results version=\"2\">"
			    "<cppcheck version=\"2.10\"/></results>",
			    NULL, "did not write it to the end");
	assert_text_refused("<results version=\"2\"><cppcheck/><errors>", NULL,
			    "no XML");
	assert_text_refused("<results/>", NULL, "its root is results");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_counts),
		cmocka_unit_test(a_finding_is_at_its_first_location),
		cmocka_unit_test(what_is_no_whole_report_is_never_green),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
