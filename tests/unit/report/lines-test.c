/* SPDX-License-Identifier: MIT */
/* TAP and cmocka's output, as files. */
#include "support/reports.h"

static void counts(const char *path, const char *expected)
{
	struct report report = report_of(path);
	char text[200];
	const struct test_totals *n = &report.totals;

	snprintf(text, sizeof(text),
		 "%s: %d passed %d failed %d errors %d skipped %d todo "
		 "%d unfinished of %d",
		 report_verdict_name(report.verdict), (int)n->passed,
		 (int)n->failed, (int)n->errors, (int)n->skipped, (int)n->todo,
		 (int)n->unfinished, (int)n->total);
	assert_string_equal(text, expected);
	report_release(&report);
}

static void why(const char *path, const char *part)
{
	struct report report = report_of(path);

	assert_int_not_equal(report.verdict, REPORT_PASS);
	assert_non_null(report.why);
	if (!strstr(report.why, part))
		fail_msg("'%s' does not say '%s'", report.why, part);
	report_release(&report);
}

static void skip_and_todo_never_fail(void **state)
{
	(void)state;
	counts("tap/mixed.tap", "fail: 1 passed 1 failed 0 errors 1 skipped "
				"1 todo 0 unfinished of 4");
}

/* A word that only begins like one excuses nothing. */
static void a_directive_is_a_whole_word(void **state)
{
	static const struct {
		const char *line;
		enum test_outcome outcome;
	} cases[] = {
		{"not ok 1 - list # skiplist insert breaks", TEST_FAILED},
		{"not ok 1 - list # skip-list insert breaks", TEST_FAILED},
		{"not ok 1 - parser # todos are lost", TEST_FAILED},
		{"not ok 1 - lines # skipped ones are lost", TEST_FAILED},
		{"ok 1 - lines # todos", TEST_PASSED},
		{"ok 1 - a # skipped no printer", TEST_SKIPPED},
		{"ok 1 - a # SKIP", TEST_SKIPPED},
		{"not ok 1 - a #skip: no printer", TEST_SKIPPED},
		{"not ok 1 - a # Todo\tlater", TEST_TODO},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *text = xasprintf("1..1\n%s\n", cases[i].line);
		struct report report = report_of_text(text, "tap");

		if (report.cases[0].outcome != cases[i].outcome)
			fail_msg("%s is %s", cases[i].line,
				 test_outcome_name(report.cases[0].outcome));
		report_release(&report);
		free(text);
	}
}

static void a_failed_test_says_why_and_where(void **state)
{
	struct report report = report_of("tap/mixed.tap");
	const struct test_case *test = &report.cases[1];

	(void)state;
	assert_string_equal(test->name, "divides");
	assert_string_equal(test->message, "want 2, got 3");
	assert_string_equal(test->file, "src/sum.c");
	assert_int_equal(test->line, 41);
	assert_int_equal(test->ms, 12);
	assert_string_equal(report.cases[2].message, "no printer");
	report_release(&report);
}

static void the_plan_may_come_last(void **state)
{
	struct report report = report_of("tap/plan-last.tap");

	(void)state;
	assert_string_equal(report.cases[2].name, "third # not a directive");
	report_release(&report);
	counts("tap/plan-last.tap", "pass: 3 passed 0 failed 0 errors "
				    "0 skipped 0 todo 0 unfinished of 3");
}

static void documents_follow_each_other(void **state)
{
	(void)state;
	counts("tap/two-documents.tap", "pass: 3 passed 0 failed 0 errors "
					"0 skipped 0 todo 0 unfinished of 3");
	counts("tap/first-document-short.tap",
	       "fail: 2 passed 0 failed 0 errors 0 skipped 0 todo "
	       "1 unfinished of 3");
	counts("tap/two-plans-last.tap",
	       "pass: 3 passed 0 failed 0 errors 0 skipped 0 todo "
	       "0 unfinished of 3");
}

static void a_directive_needs_white_space_before_it(void **state)
{
	(void)state;
	counts("tap/no-directive.tap", "fail: 1 passed 2 failed 0 errors "
				       "0 skipped 0 todo 0 unfinished of 3");
}

static void a_plan_that_is_not_kept_fails(void **state)
{
	(void)state;
	why("tap/short-plan.tap", "1..3, but 2 tests ran");
	why("tap/no-plan.tap", "no plan");
	why("tap/outside-plan.tap", "test 3 is outside the plan 1..2");
}

static void bailing_out_fails_from_anywhere(void **state)
{
	(void)state;
	why("tap/bail-out.tap", "bailed out: the database is gone");
	counts("tap/bail-out.tap", "fail: 1 passed 0 failed 0 errors "
				   "0 skipped 0 todo 2 unfinished of 3");
	why("tap/bail-out-subtest.tap", "bailed out: in a subtest");
}

static void nothing_to_run_is_red_with_a_reason_as_well(void **state)
{
	(void)state;
	counts("tap/all-skipped.tap", "empty: 0 passed 0 failed 0 errors "
				      "0 skipped 0 todo 0 unfinished of 0");
	why("tap/nothing.tap", "no test ran");
}

static void a_subtest_is_its_parents_detail(void **state)
{
	(void)state;
	counts("tap/subtests.tap", "pass: 2 passed 0 failed 0 errors "
				   "0 skipped 0 todo 0 unfinished of 2");
}

static void what_ends_inside_details_fails(void **state)
{
	(void)state;
	why("tap/cut-in-subtest.tap", "inside a test's details");
	why("tap/cut-in-yaml.tap", "inside a test's details");
}

static void a_block_without_end_hides_no_failure(void **state)
{
	(void)state;
	counts("tap/died-in-yaml.tap", "fail: 2 passed 2 failed 0 errors "
				       "0 skipped 0 todo 1 unfinished of 5");
}

static void cmocka_writes_tap_its_own_way(void **state)
{
	struct report report = report_of("tap/cmocka.tap");

	(void)state;
	assert_string_equal(report.cases[1].message,
			    "0x1 != 0x2\nmath.c:7: error: Failure!");
	assert_string_equal(report.cases[1].file, "math.c");
	assert_int_equal(report.cases[1].line, 7);
	assert_string_equal(report.cases[2].name, "third");
	report_release(&report);
	counts("tap/cmocka.tap", "fail: 2 passed 1 failed 0 errors 1 skipped "
				 "0 todo 0 unfinished of 4");
}

static void cmocka_output_is_counted(void **state)
{
	(void)state;
	counts("cmocka/all-pass.txt", "pass: 2 passed 0 failed 0 errors "
				      "0 skipped 0 todo 0 unfinished of 2");
	counts("cmocka/failures.txt", "fail: 1 passed 1 failed 1 errors "
				      "1 skipped 0 todo 0 unfinished of 4");
}

static void cmocka_errors_find_their_tests(void **state)
{
	struct report report = report_of("cmocka/failures.txt");

	(void)state;
	assert_string_equal(report.cases[1].file, "math.c");
	assert_int_equal(report.cases[1].line, 7);
	assert_string_equal(report.cases[3].message, "Test setup failed");
	report_release(&report);
	report = report_of("cmocka/errors-first.txt");
	assert_int_equal(report.case_count, 2);
	assert_int_equal(report.cases[0].line, 7);
	assert_int_equal(report.cases[1].line, 90);
	report_release(&report);
}

static void a_cmocka_program_that_dies_fails(void **state)
{
	(void)state;
	counts("cmocka/crashed.txt", "fail: 1 passed 0 failed 0 errors "
				     "0 skipped 0 todo 2 unfinished of 3");
	why("cmocka/crashed.txt", "cut short");
	counts("cmocka/stopped-between.txt",
	       "fail: 3 passed 0 failed 0 errors 0 skipped 0 todo "
	       "2 unfinished of 5");
}

static void a_groups_set_up_that_fails_is_no_test(void **state)
{
	(void)state;
	counts("tap/cmocka-group-setup.tap",
	       "fail: 0 passed 0 failed 0 errors 0 skipped 0 todo "
	       "1 unfinished of 1");
	why("tap/cmocka-group-setup.tap", "GROUP SETUP");
	counts("cmocka/group-setup.txt",
	       "fail: 0 passed 0 failed 0 errors 0 skipped 0 todo "
	       "1 unfinished of 1");
	why("cmocka/group-setup.txt", "GROUP SETUP");
}

static void a_leak_is_explained_to_its_last_line(void **state)
{
	struct report report = report_of("cmocka/leak.txt");

	(void)state;
	assert_string_equal(report.cases[0].message,
			    "Blocks allocated...\n"
			    "cart.c:11: note: block 0x1000 allocated here\n"
			    "ERROR: leak leaked 1 block(s)");
	assert_int_equal(report.cases[0].line, 11);
	assert_int_equal(report.totals.total, 1);
	report_release(&report);
}

static void a_person_may_call_cmockas_tap_cmocka(void **state)
{
	char *path = report_fixture("tap/cmocka.tap");
	struct report report;

	(void)state;
	assert_int_equal(report_read(path, "cmocka", &report, NULL), 0);
	assert_int_equal(report.totals.total, 4);
	report_release(&report);
	free(path);
}

/* As a JUnit file with system-out: whatever was printed may be in it. */
static void what_stands_behind_it_is_told(void **state)
{
	struct report report = report_of_text(
		"1..1\nok 1\n<testsuite><testcase name='a'><failure/>"
		"</testcase></testsuite>\n",
		"tap");

	(void)state;
	assert_int_equal(report.notes.count, 1);
	assert_non_null(strstr(report.notes.items[0], "another format"));
	report_release(&report);
}

static void a_file_with_what_was_printed_is_not_copied(void **state)
{
	static const struct {
		const char *format, *text;
		bool is_printed;
	} files[] = {
		{"tap", "TAP version 13\n1..2\nok 1 a\n# why\n", false},
		{"tap", "1..1\nnot ok 1 a\n  ---\n  got: 2\n  ...\n", false},
		{"tap", "1..1\nPATH=/home/ana/bin\nok 1 a\n", true},
		{"subunit", "test: a\nsuccess: a\n", false},
		{"subunit", "test: a\nPATH=/home\nsuccess: a\n", true},
		{"gotest",
		 "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n"
		 "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"T\","
		 "\"Output\":\"=== RUN   T\\n\"}\n"
		 "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"T\"}\n"
		 "{\"Action\":\"output\",\"Package\":\"p\","
		 "\"Output\":\"PASS\\n\"}\n"
		 "{\"Action\":\"pass\",\"Package\":\"p\"}\n",
		 false},
		{"gotest",
		 "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n"
		 "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"T\","
		 "\"Output\":\"PATH=/home\\n\"}\n"
		 "{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"T\"}\n",
		 true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct report report =
			report_of_text(files[i].text, files[i].format);

		assert_int_equal(report.has_secrets, files[i].is_printed);
		report_release(&report);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(skip_and_todo_never_fail),
		cmocka_unit_test(a_directive_is_a_whole_word),
		cmocka_unit_test(a_failed_test_says_why_and_where),
		cmocka_unit_test(the_plan_may_come_last),
		cmocka_unit_test(documents_follow_each_other),
		cmocka_unit_test(a_directive_needs_white_space_before_it),
		cmocka_unit_test(a_plan_that_is_not_kept_fails),
		cmocka_unit_test(bailing_out_fails_from_anywhere),
		cmocka_unit_test(nothing_to_run_is_red_with_a_reason_as_well),
		cmocka_unit_test(a_subtest_is_its_parents_detail),
		cmocka_unit_test(what_ends_inside_details_fails),
		cmocka_unit_test(a_block_without_end_hides_no_failure),
		cmocka_unit_test(cmocka_writes_tap_its_own_way),
		cmocka_unit_test(cmocka_output_is_counted),
		cmocka_unit_test(cmocka_errors_find_their_tests),
		cmocka_unit_test(a_cmocka_program_that_dies_fails),
		cmocka_unit_test(a_groups_set_up_that_fails_is_no_test),
		cmocka_unit_test(a_leak_is_explained_to_its_last_line),
		cmocka_unit_test(a_person_may_call_cmockas_tap_cmocka),
		cmocka_unit_test(what_stands_behind_it_is_told),
		cmocka_unit_test(a_file_with_what_was_printed_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
