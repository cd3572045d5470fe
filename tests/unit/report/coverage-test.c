/* SPDX-License-Identifier: MIT */
/* Cobertura and LCOV: a line of a file counts once. */

#include "support/reports.h"

static void assert_sum(const struct report *report, int lines, int covered,
		       int branches, int branches_covered)
{
	assert_int_equal(report->kind, REPORT_OF_COVERAGE);
	assert_int_equal(report->coverage.lines, lines);
	assert_int_equal(report->coverage.covered, covered);
	assert_int_equal(report->coverage.branches, branches);
	assert_int_equal(report->coverage.branches_covered, branches_covered);
}

static void lcov_counts_a_line_of_two_records_once(void **state)
{
	struct report report = report_of("lcov/twice.info");

	(void)state;
	assert_string_equal(report.format, "lcov");
	assert_sum(&report, 8, 6, 3, 2);
	assert_int_equal(report.file_count, 2);
	assert_string_equal(report.files[0].path, "src/till.c");
	assert_int_equal(report.files[0].lines, 4);
	assert_int_equal(report.files[0].covered, 3);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void lcov_that_declares_more_than_it_holds_says_so(void **state)
{
	struct report report =
		report_of_text("SF:a.c\nDA:1,1\nLF:200\nLH:10\nend_of_record\n"
			       "SF:b.c\nDA:1,1\nLF:1\nend_of_record\n",
			       NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.notes.count, 1);
	assert_string_equal(report.notes.items[0],
			    "declares 199 lines more than it holds");
	report_release(&report);
}

static void lcov_without_the_end_of_a_record_is_red(void **state)
{
	struct report report = report_of("lcov/cut.info");

	(void)state;
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
	report = report_of_text("SF:a.c\nDA:1,1\nend_of_record\nSF:b.c\n"
				"DA:1,1\n",
				NULL);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "no end_of_record"));
	report_release(&report);
}

static void lcov_that_cannot_be_read_is_red_with_its_line(void **state)
{
	static const char *const lines[] = {"DA:x,1",	  "DA:1",
					    "DA:1,many",  "DA:-1,1",
					    "BRDA:1,0,0", "BRDA:1,0,0,x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char *text = xasprintf("SF:a.c\nDA:1,1\n%s\nend_of_record\n",
				       lines[i]);
		struct report report = report_of_text(text, NULL);

		assert_int_equal(report.verdict, REPORT_FAIL);
		assert_non_null(strstr(report.why, "line 3 is no "));
		report_release(&report);
		free(text);
	}
}

static void cobertura_counts_lines_and_not_what_is_declared(void **state)
{
	struct report report = report_of("cobertura/classes.xml");

	(void)state;
	assert_string_equal(report.format, "cobertura");
	assert_sum(&report, 5, 3, 4, 1);
	assert_int_equal(report.file_count, 2);
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_string_equal(report.notes.items[0],
			    "declares 400 lines, but holds 5");
	report_release(&report);
}

static void coverage_of_no_line_is_empty(void **state)
{
	struct report report = report_of("cobertura/no-line.xml");

	(void)state;
	assert_int_equal(report.verdict, REPORT_EMPTY);
	assert_non_null(strstr(report.why, "nothing was measured"));
	report_release(&report);
	report = report_of_text("SF:a.c\nend_of_record\n", NULL);
	assert_int_equal(report.verdict, REPORT_EMPTY);
	report_release(&report);
}

static void a_line_of_no_file_is_red(void **state)
{
	struct report report =
		report_of_text("<coverage line-rate='1'>"
			       "<line number='1' hits='1'/></coverage>",
			       NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lcov_counts_a_line_of_two_records_once),
		cmocka_unit_test(lcov_that_declares_more_than_it_holds_says_so),
		cmocka_unit_test(lcov_without_the_end_of_a_record_is_red),
		cmocka_unit_test(lcov_that_cannot_be_read_is_red_with_its_line),
		cmocka_unit_test(
			cobertura_counts_lines_and_not_what_is_declared),
		cmocka_unit_test(coverage_of_no_line_is_empty),
		cmocka_unit_test(a_line_of_no_file_is_red),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
