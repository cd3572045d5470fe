/* SPDX-License-Identifier: MIT */
/* go test -json and subunit, as files and live. */

#include "report/stream.h"
#include "support/reports.h"

static void assert_totals(const struct report *report, int passed, int failed,
			  int skipped, int unfinished)
{
	assert_int_equal(report->totals.passed, passed);
	assert_int_equal(report->totals.failed, failed);
	assert_int_equal(report->totals.skipped, skipped);
	assert_int_equal(report->totals.unfinished, unfinished);
}

static void go_tests_are_counted_with_their_time(void **state)
{
	struct report report = report_of("gotest/pass.jsonl");

	(void)state;
	assert_string_equal(report.format, "gotest");
	assert_totals(&report, 1, 0, 1, 0);
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_string_equal(report.cases[0].name, "example.org/till.TestSum");
	assert_int_equal(report.cases[0].ms, 250);
	assert_string_equal(report.cases[1].message,
			    "till_test.go:31: no printer here");
	report_release(&report);
}

static void parents_and_subtests_both_count(void **state)
{
	struct report report = report_of("gotest/subtests.jsonl");
	const struct test_case *test = &report.cases[1];

	(void)state;
	assert_totals(&report, 1, 2, 0, 0);
	assert_string_equal(test->name, "example.org/till.TestVat/reduced");
	assert_string_equal(test->message,
			    "vat_test.go:12: got 8,\n        want 7");
	assert_string_equal(test->file, "vat_test.go");
	assert_int_equal(test->line, 12);
	report_release(&report);
}

static void a_test_without_an_end_did_not_pass(void **state)
{
	struct report report = report_of("gotest/panic.jsonl");

	(void)state;
	assert_totals(&report, 1, 0, 0, 1);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_string_equal(report.cases[1].message,
			    "panic: the drawer is gone");
	report_release(&report);
}

static void a_package_may_fail_with_all_its_tests_passed(void **state)
{
	struct report report = report_of("gotest/package-fails.jsonl");

	(void)state;
	assert_totals(&report, 1, 0, 0, 0);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "1 package failed"));
	report_release(&report);
}

static void the_last_result_counts_and_is_flaky_after_a_failure(void **state)
{
	struct report report = report_of("gotest/again.jsonl");

	(void)state;
	assert_totals(&report, 1, 0, 0, 0);
	assert_int_equal(report.totals.flaky, 1);
	assert_int_equal(report.totals.total, 1);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void what_was_not_built_is_red(void **state)
{
	struct report report = report_of("gotest/not-built.jsonl");

	(void)state;
	assert_totals(&report, 1, 0, 0, 0);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "# example.org/till"));
	report_release(&report);
	report = report_of("gotest/build-fail.jsonl");
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "not built: example.org/till"));
	report_release(&report);
}

static void a_package_without_a_result_is_red(void **state)
{
	struct report report = report_of_text(
		"{\"Action\":\"run\",\"Package\":\"a\",\"Test\":\"T\"}\n"
		"{\"Action\":\"pass\",\"Package\":\"a\",\"Test\":\"T\"}\n",
		NULL);

	(void)state;
	assert_totals(&report, 1, 0, 0, 0);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "package a has no result"));
	report_release(&report);
}

static void tests_of_one_name_in_two_packages_are_two(void **state)
{
	struct report report = report_of_text(
		"{\"Action\":\"pass\",\"Package\":\"a.b\",\"Test\":\"T\"}\n"
		"{\"Action\":\"pass\",\"Package\":\"a\",\"Test\":\"b.T\"}\n"
		"{\"Action\":\"pass\",\"Package\":\"a.b\"}\n"
		"{\"Action\":\"pass\",\"Package\":\"a\"}\n",
		NULL);

	(void)state;
	assert_totals(&report, 2, 0, 0, 0);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void note(const struct test_case *test, const struct test_totals *totals,
		 void *data)
{
	str_addf(data, "%d %s %s\n", (int)totals->total,
		 test_outcome_name(test->outcome), test->name);
}

static struct report feed(const char *format, const char *text,
			  struct str *told)
{
	struct report_stream *stream = report_stream_new(format, note, told);
	struct report report;

	for (; *text; text++)
		report_stream_feed(stream, text, 1);
	report_stream_finish(stream, &report);
	report_stream_free(stream);
	return report;
}

static void live_each_test_is_told_among_what_else_is_printed(void **state)
{
	struct str told = STR_INIT;
	struct report report =
		feed("gotest",
		     "go test -json ./...\n"
		     "{\"Action\":\"run\",\"Package\":\"a\",\"Test\":\"T\"}\n"
		     "{\"Action\":\"pass\",\"Package\":\"a\",\"Test\":\"T\"}\n"
		     "{\"Action\":\"fail\",\"Package\":\"a\",\"Test\":\"T\"}\n"
		     "{\"Action\":\"pass\",\"Package\":\"a\",\"Test\":\"U\"}\n"
		     "{\"Action\":\"fail\",\"Package\":\"a\"}\n",
		     &told);

	(void)state;
	assert_string_equal(told.data, "1 passed a.T\n2 passed a.U\n");
	assert_totals(&report, 1, 1, 0, 0);
	report_release(&report);
	str_clear(&told);
	report = feed("gotest",
		      "{\"Action\":\"pass\",\"Package\":\"a\",\"Test\":\"U\"}\n"
		      "{\"Action\":\"pass\",\"Package\":\"a\"}\n"
		      "FAIL\tb [build failed]\n",
		      &told);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
	str_release(&told);
}

static void subunit_results_are_counted(void **state)
{
	struct report report = report_of("subunit/outcomes.subunit");

	(void)state;
	assert_string_equal(report.format, "subunit");
	assert_totals(&report, 2, 1, 1, 0);
	assert_int_equal(report.totals.errors, 1);
	assert_int_equal(report.totals.todo, 1);
	assert_string_equal(report.cases[1].file, "till.c");
	assert_string_equal(report.cases[4].message,
			    "Could not run test: Test setup failed");
	report_release(&report);
}

static void subunit_that_is_cut_is_red(void **state)
{
	struct report report =
		report_of_text("test: a\nsuccess: a\ntest: b\n", NULL);

	(void)state;
	assert_totals(&report, 1, 0, 0, 1);
	report_release(&report);
	report = report_of_text("test: a\nfailure: a [\nwhy\n", NULL);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "inside a test's details"));
	report_release(&report);
	report = report_of_text("test: ab\nsuccess: a", NULL);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_totals(&report, 1, 0, 0, 1);
	report_release(&report);
}

/* As what has written the lines again may put them. */
static void spaces_after_colons_are_fine(void **state)
{
	struct report report = report_of_text(
		"{\"Action\": \"pass\", \"Package\": \"p\", \"Test\": \"a\"}\n"
		"{\"Action\": \"pass\", \"Package\": \"p\"}\n",
		NULL);

	(void)state;
	assert_string_equal(report.format, "gotest");
	assert_int_equal(report.totals.passed, 1);
	report_release(&report);
	assert_text_refused("{}", "gotest", "is no output of go test");
}

static void a_name_of_subunit_may_have_brackets(void **state)
{
	struct report report = report_of_text("test: a [1]\n"
					      "success: a [1] [\n"
					      "failure: x\n"
					      "]\n"
					      "test: b [2]\n"
					      "skip: b [2] [ no disk ]\n",
					      NULL);

	(void)state;
	assert_string_equal(report.format, "subunit");
	assert_int_equal(report.totals.total, 2);
	assert_int_equal(report.totals.passed, 1);
	assert_int_equal(report.totals.skipped, 1);
	assert_string_equal(report.cases[1].name, "b [2]");
	assert_string_equal(report.cases[1].message, "no disk");
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(go_tests_are_counted_with_their_time),
		cmocka_unit_test(parents_and_subtests_both_count),
		cmocka_unit_test(a_test_without_an_end_did_not_pass),
		cmocka_unit_test(a_package_may_fail_with_all_its_tests_passed),
		cmocka_unit_test(
			the_last_result_counts_and_is_flaky_after_a_failure),
		cmocka_unit_test(what_was_not_built_is_red),
		cmocka_unit_test(a_package_without_a_result_is_red),
		cmocka_unit_test(tests_of_one_name_in_two_packages_are_two),
		cmocka_unit_test(
			live_each_test_is_told_among_what_else_is_printed),
		cmocka_unit_test(subunit_results_are_counted),
		cmocka_unit_test(subunit_that_is_cut_is_red),
		cmocka_unit_test(spaces_after_colons_are_fine),
		cmocka_unit_test(a_name_of_subunit_may_have_brackets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
