/* SPDX-License-Identifier: MIT */

#include "support/reports.h"

static const struct test_case *find(const struct report *report,
				    const char *name)
{
	for (size_t i = 0; i < report->case_count; i++)
		if (strcmp(report->cases[i].name, name) == 0)
			return &report->cases[i];
	fail_msg("there is no test %s", name);
	return NULL;
}

static void
what_was_not_run_is_skipped_only_where_the_test_says_so(void **state)
{
	struct report report = report_of("ctest/outcomes.xml");

	(void)state;
	assert_string_equal(report.format, "ctest");
	assert_int_equal(report.totals.total, 7);
	assert_int_equal(report.totals.passed, 1);
	assert_int_equal(report.totals.failed, 2);
	assert_int_equal(report.totals.errors, 2);
	assert_int_equal(report.totals.skipped, 2);
	assert_int_equal(find(&report, "gone")->outcome, TEST_ERROR);
	assert_int_equal(find(&report, "needs")->outcome, TEST_ERROR);
	assert_int_equal(find(&report, "off")->outcome, TEST_SKIPPED);
	report_release(&report);
}

static void why_and_how_long_are_told(void **state)
{
	struct report report = report_of("ctest/outcomes.xml");
	const struct test_case *test = find(&report, "divides");

	(void)state;
	assert_string_equal(test->message, "Failed\nmath.c:7: 1 <> 2");
	assert_string_equal(test->file, "math.c");
	assert_int_equal(test->line, 7);
	assert_int_equal(test->ms, 1500);
	assert_string_equal(find(&report, "slow")->message, "Timeout");
	report_release(&report);
}

static void command_lines_and_environments_are_not_kept(void **state)
{
	struct report report = report_of("ctest/outcomes.xml");

	(void)state;
	assert_true(report.has_secrets);
	for (size_t i = 0; i < report.case_count; i++)
		assert_null(strstr(report.cases[i].message, "hunter2"));
	report_release(&report);
}

static void a_list_of_tests_is_no_result(void **state)
{
	struct report report = report_of("ctest/nothing.xml");

	(void)state;
	assert_int_equal(report.verdict, REPORT_EMPTY);
	report_release(&report);
	report = report_of("ctest/pass.xml");
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.totals.total, 1);
	report_release(&report);
}

static void a_status_that_is_not_known_is_an_error(void **state)
{
	struct report report = report_of_text(
		"<Site><Testing><Test Status='odd'/></Testing></Site>", NULL);

	(void)state;
	assert_int_equal(report.totals.errors, 1);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
}

static void its_file_must_not_be_copied(void **state)
{
	struct report report = report_of("ctest/pass.xml");

	(void)state;
	assert_true(report.has_secrets);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_was_not_run_is_skipped_only_where_the_test_says_so),
		cmocka_unit_test(why_and_how_long_are_told),
		cmocka_unit_test(command_lines_and_environments_are_not_kept),
		cmocka_unit_test(a_list_of_tests_is_no_result),
		cmocka_unit_test(a_status_that_is_not_known_is_an_error),
		cmocka_unit_test(its_file_must_not_be_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
