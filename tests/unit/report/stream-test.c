/* SPDX-License-Identifier: MIT */

#include <time.h>

#include "base/file.h"
#include "base/memory.h"
#include "report/stream.h"
#include "support/reports.h"

static void note(const struct test_case *test, const struct test_totals *totals,
		 void *data)
{
	str_addf(data, "%d/%d %s %s", (int)test_totals_bad(totals),
		 (int)totals->total, test_outcome_name(test->outcome),
		 test->name);
	if (test->file)
		str_addf(data, " at %s:%d", test->file, test->line);
	if (*test->message)
		str_addf(data, " (%s)", test->message);
	str_add_char(data, '\n');
}

static struct report feed(const char *format, const char *text, size_t len,
			  size_t chunk, struct str *told)
{
	struct report_stream *stream = report_stream_new(format, note, told);
	struct report report;

	for (size_t at = 0; at < len; at += chunk)
		report_stream_feed(stream, text + at,
				   len - at < chunk ? len - at : chunk);
	report_stream_finish(stream, &report);
	report_stream_free(stream);
	return report;
}

static void a_test_is_told_when_it_is_explained(void **state)
{
	static const char text[] = "cc -c sum.c\n"
				   "1..3\n"
				   "ok 1 - adds\n"
				   "not ok 2 - divides\n"
				   "# sum.c:7: error: Failure!\n"
				   "ok 3 - prints # SKIP no printer\n";
	struct str told = STR_INIT;
	struct report report =
		feed("tap", text, sizeof(text) - 1, sizeof(text), &told);

	(void)state;
	assert_string_equal(told.data, "0/1 passed adds\n"
				       "1/2 failed divides at sum.c:7 "
				       "(sum.c:7: error: Failure!)\n"
				       "1/3 skipped prints (no printer)\n");
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
	str_release(&told);
}

static void passed_tests_are_told_at_once(void **state)
{
	struct str told = STR_INIT;
	struct report_stream *stream = report_stream_new("tap", note, &told);

	(void)state;
	report_stream_feed(stream, "1..3\nok 1 - a\nnot ok 2 - b\n", 28);
	assert_string_equal(told.data, "0/1 passed a\n");
	assert_int_equal(report_stream_totals(stream)->total, 2);
	assert_int_equal(report_stream_totals(stream)->failed, 1);
	report_stream_free(stream);
	str_release(&told);
}

static void totals_stay_when_the_report_was_given(void **state)
{
	struct report_stream *stream = report_stream_new("tap", NULL, NULL);
	struct report report;

	(void)state;
	report_stream_feed(stream, "1..3\nok 1\n", 10);
	report_stream_finish(stream, &report);
	assert_int_equal(report_stream_totals(stream)->passed, 1);
	assert_int_equal(report_stream_totals(stream)->unfinished, 2);
	report_release(&report);
	report_stream_free(stream);
}

static void check_every_chunk_size(const char *name, const char *format)
{
	char *path = report_fixture(name);
	struct str text = STR_INIT;
	struct str whole = STR_INIT;
	struct report report;

	assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	report = feed(format, text.data, text.len, text.len, &whole);
	for (size_t chunk = 1; chunk < 40; chunk++) {
		struct str told = STR_INIT;
		struct report other =
			feed(format, text.data, text.len, chunk, &told);

		assert_string_equal(told.data, whole.data);
		assert_int_equal(other.verdict, report.verdict);
		report_release(&other);
		str_release(&told);
	}
	report_release(&report);
	str_release(&text);
	str_release(&whole);
	free(path);
}

static void chunks_may_be_cut_anywhere(void **state)
{
	(void)state;
	check_every_chunk_size("tap/mixed.tap", "tap");
	check_every_chunk_size("tap/cmocka.tap", "tap");
	check_every_chunk_size("tap/died-in-yaml.tap", "tap");
	check_every_chunk_size("cmocka/failures.txt", "cmocka");
	check_every_chunk_size("cmocka/errors-first.txt", NULL);
}

static void carriage_returns_do_not_count(void **state)
{
	static const char text[] = "1..1\r\nok 1 - adds\r\n";
	struct str told = STR_INIT;
	struct report report = feed("tap", text, sizeof(text) - 1, 5, &told);

	(void)state;
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_string_equal(told.data, "0/1 passed adds\n");
	report_release(&report);
	str_release(&told);
}

#define RUNNING "[==========] Running 1 test(s).\n[ RUN      ] a\n"
#define HAS_RUN "[==========] 1 test(s) run.\n"
#define GO_PASS                                                    \
	"{\"Action\":\"pass\",\"Package\":\"p\",\"Test\":\"a\"}\n" \
	"{\"Action\":\"pass\",\"Package\":\"p\"}\n"

/* '~' stands for 66,000 bytes. */
static const struct {
	const char *format, *text;
	bool is_file;
	enum report_verdict verdict;
	int total;
} long_lines[] = {
	{"tap", "1..1\nok 1 - a\nBail out! ~\n", false, REPORT_FAIL, 1},
	{"tap", "1..2\nok 1 - a\nnot ok 2 - ~\n", false, REPORT_FAIL, 2},
	{"tap", "1..1\nok 1 - a\nnot ok - ~\n", false, REPORT_FAIL, 2},
	{"tap", "1..1\nok 1 - ~\n", false, REPORT_PASS, 1},
	{"tap", "~\n1..1\nok 1 - a\n", false, REPORT_PASS, 1},
	{"tap", "1..1\nok 1 - a\n# ~\n", true, REPORT_PASS, 1},
	{"tap", "1..1\nnot ok 1 - ~", false, REPORT_FAIL, 1},
	{"cmocka",
	 RUNNING "[  FAILED  ] GROUP SETUP ~\n[       OK ] a\n" HAS_RUN, false,
	 REPORT_FAIL, 1},
	{"cmocka", RUNNING "[       OK ] a\n" HAS_RUN "[ RUN      ] ~\n", false,
	 REPORT_FAIL, 2},
	{"cmocka",
	 "[==========] Running 1 test(s).\n[ RUN      ] ~\n"
	 "[       OK ] ~\n" HAS_RUN,
	 false, REPORT_PASS, 1},
	{"cmocka",
	 "[==========] Running 1 test(s).\n[ RUN      ] ~\n"
	 "[  FAILED  ] ~\n" HAS_RUN,
	 false, REPORT_FAIL, 1},
	{"gotest", GO_PASS "~\n", false, REPORT_PASS, 1},
	{"gotest", GO_PASS "~\n", true, REPORT_FAIL, 1},
	{"gotest", GO_PASS "FAIL ~\n", false, REPORT_FAIL, 1},
	{"gotest", GO_PASS "{\"Action\":\"fail\",\"Output\":\"~\"}\n", false,
	 REPORT_FAIL, 1},
	{"gotest", GO_PASS "{\"msg\":\"~\"}\n", false, REPORT_PASS, 1},
	{"subunit", "test: ~\nsuccess: ~\n", false, REPORT_PASS, 1},
	{"subunit", "test: a\nsuccess: a\nfailure: ~\n", false, REPORT_FAIL, 2},
};

static void check_long_line(size_t which, size_t chunk)
{
	struct report_stream *stream =
		report_stream_new(long_lines[which].format, NULL, NULL);
	struct report report;
	struct str text = STR_INIT;

	for (const char *at = long_lines[which].text; *at; at++)
		for (int i = *at == '~' ? 66000 : 1; i > 0; i--)
			str_add_char(&text, *at == '~' ? 'x' : *at);
	if (long_lines[which].is_file)
		report_stream_is_file(stream);
	for (size_t at = 0; at < text.len; at += chunk)
		report_stream_feed(stream, text.data + at,
				   text.len - at < chunk ? text.len - at
							 : chunk);
	report_stream_finish(stream, &report);
	if (report.verdict != long_lines[which].verdict ||
	    report.totals.total != (uint64_t)long_lines[which].total)
		fail_msg("%.60s by %zu: %d (%s), %d tests",
			 long_lines[which].text, chunk, (int)report.verdict,
			 report.why ? report.why : "-",
			 (int)report.totals.total);
	report_release(&report);
	report_stream_free(stream);
	str_release(&text);
}

static void of_a_line_too_long_the_beginning_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(long_lines); i++)
		for (size_t chunk = 1000; chunk < 200000; chunk *= 3)
			check_long_line(i, chunk);
}

static void no_test_at_all_is_empty(void **state)
{
	struct str told = STR_INIT;
	struct report report = feed("tap", "make: ok\n", 9, 9, &told);

	(void)state;
	assert_int_equal(report.verdict, REPORT_EMPTY);
	assert_non_null(report.why);
	report_release(&report);
	report = feed("cmocka", "", 0, 1, &told);
	assert_int_equal(report.verdict, REPORT_EMPTY);
	report_release(&report);
	str_release(&told);
}

static void a_cmocka_test_that_prints_ok_is_no_tap(void **state)
{
	static const char text[] = "[==========] Running 1 test(s).\n"
				   "[ RUN      ] prints\n"
				   "ok 7 printed by the test\n"
				   "[       OK ] prints\n"
				   "[==========] 1 test(s) run.\n";
	struct str told = STR_INIT;
	struct report report = feed("cmocka", text, sizeof(text) - 1, 9, &told);

	(void)state;
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.totals.total, 1);
	assert_string_equal(report.format, "cmocka");
	report_release(&report);
	str_release(&told);
}

/* Other than the passed, 100,000 cases are kept, all are counted. */
static void a_million_lines_take_well_under_a_second(void **state)
{
	struct report_stream *stream = report_stream_new("tap", NULL, NULL);
	clock_t begun = clock();
	double seconds;
	struct report report;
	char line[64];

	(void)state;
	report_stream_feed(stream, "1..1000000\n", 11);
	for (int i = 1; i <= 1000000; i++) {
		int len = snprintf(line, sizeof(line),
				   "ok %d - test number %d of many\n", i, i);

		report_stream_feed(stream, line, (size_t)len);
	}
	report_stream_finish(stream, &report);
	report_stream_free(stream);
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.totals.passed, 1000000);
	assert_int_equal(report.case_count, 100000);
	report_release(&report);
	seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
	print_message("# a million TAP lines: %.2f s of processor time\n",
		      seconds);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_true(seconds < 2);
#endif
}

static void explanations_without_end_are_not_all_kept(void **state)
{
	struct report_stream *stream = report_stream_new("tap", NULL, NULL);
	struct str lines = STR_INIT;
	struct report report;

	(void)state;
	report_stream_feed(stream, "1..40000\n", 9);
	for (int i = 1; i <= 40000; i++) {
		str_clear(&lines);
		str_addf(&lines, "not ok %d\n# %-4000d\n", i, i);
		report_stream_feed(stream, lines.data, lines.len);
	}
	report_stream_finish(stream, &report);
	report_stream_free(stream);
	assert_int_equal(report.totals.failed, 40000);
	assert_true(report.case_count > 10000 && report.case_count < 20000);
	assert_string_equal(report.cases[0].name, "test 1");
	report_release(&report);
	str_release(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_test_is_told_when_it_is_explained),
		cmocka_unit_test(passed_tests_are_told_at_once),
		cmocka_unit_test(totals_stay_when_the_report_was_given),
		cmocka_unit_test(chunks_may_be_cut_anywhere),
		cmocka_unit_test(carriage_returns_do_not_count),
		cmocka_unit_test(of_a_line_too_long_the_beginning_counts),
		cmocka_unit_test(no_test_at_all_is_empty),
		cmocka_unit_test(a_cmocka_test_that_prints_ok_is_no_tap),
		cmocka_unit_test(a_million_lines_take_well_under_a_second),
		cmocka_unit_test(explanations_without_end_are_not_all_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
