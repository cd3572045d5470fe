/* SPDX-License-Identifier: MIT */
/* Real reports of tests, and what is refused. */

#include "support/real-reports.h"

static void check_tap(const struct row *row)
{
	struct report report;
	const char *verdict =
		json_string_value(json_object_get(row->expected, "verdict"));

	if (strcmp(row->format, "tap") != 0 || !verdict)
		return;
	report = read_row(row);
	expect(row, "points", report.totals.total);
	expect(row, "ok", report.totals.passed);
	expect(row, "not_ok", report.totals.failed);
	expect(row, "skip", report.totals.skipped);
	expect(row, "todo", report.totals.todo);
	assert_string_equal(report_verdict_name(report.verdict), verdict);
	report_release(&report);
}

/* Two plans in one stream; the rows give their numbers in words only. */
static void check_cmocka(const struct row *row)
{
	struct report report;
	bool tap = strcmp(row->file, "cmocka-two-groups.tap") == 0;

	if (!tap && strcmp(row->file, "cmocka-stdout.txt") != 0)
		return;
	report = read_row(row);
	assert_int_equal(report.totals.total, 5);
	assert_int_equal(report.totals.passed, 2);
	assert_int_equal(report.totals.failed, tap ? 2 : 1);
	assert_int_equal(report.totals.errors, tap ? 0 : 1);
	assert_int_equal(report.totals.skipped, 1);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
}

/* A program that is not there is an error to us, a skip to CTest. */
static void check_junit(const struct row *row)
{
	json_t *verdict = json_object_get(row->expected, "verdict");
	bool ctest = strcmp(row->file, "ctest-junit.xml") == 0;
	struct report report;

	if (strcmp(row->format, "junit") != 0 || !verdict)
		return;
	report = read_row(row);
	expect(row, "cases", report.totals.total);
	expect(row, "passed", report.totals.passed);
	expect(row, "failed", report.totals.failed);
	expect(row, "errors", report.totals.errors - ctest);
	expect(row, "skipped", report.totals.skipped + ctest);
	expect(row, "flaky", report.totals.flaky);
	assert_string_equal(report_verdict_name(report.verdict),
			    json_string_value(verdict));
	report_release(&report);
}

static bool is_known(const char *format)
{
	const char *const *known = report_formats();

	while (*known && strcmp(*known, format) != 0)
		known++;
	return *known != NULL;
}

static void check_refused(const struct row *row)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (is_known(row->format) &&
	    strcmp(row->file, "cmocka-two-groups.xml") != 0)
		return;
	if (report_read(row->path, NULL, &report, &err) == 0)
		fail_msg("%s was read as %s", row->file, report.format);
	error_clear(&err);
}

static void tap_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_tap);
}

static void cmocka_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_cmocka);
}

static void junit_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_junit);
}

static void what_is_not_known_yet_is_refused(void **state)
{
	(void)state;
	each_row(check_refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tap_agrees_with_the_index),
		cmocka_unit_test(cmocka_agrees_with_the_index),
		cmocka_unit_test(junit_agrees_with_the_index),
		cmocka_unit_test(what_is_not_known_yet_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
