/* SPDX-License-Identifier: MIT */
/* What of a log is shown, and where the marked line is. */
#include "logs.h"

#include <locale.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "ui/logline.h"
#include "ui/logview.h"

#define ROWS 4
#define WIDTH 10

static char *open_log(struct logview *log, const char *text)
{
	char *path = logs_write(text, strlen(text));

	logview_init(log);
	logview_open(log, path);
	logview_refresh(log, -1);
	assert_non_null(log->file);
	return path;
}

static void close_log(struct logview *log, char *path)
{
	logview_release(log);
	logs_remove(path);
}

/* The window's rows, as text. */
static char *shown(const struct logview *log)
{
	struct logview_place place = logview_top(log, ROWS, WIDTH);
	struct logview_line line;
	struct str out = STR_INIT;
	int row = 0;

	while (row < ROWS && logview_line(log, place.at, &line)) {
		int rows = logview_rows(log, &line, WIDTH);

		for (; place.row < rows && row < ROWS; place.row++, row++) {
			size_t from = log->wrap ? (size_t)place.row * WIDTH : 0;
			size_t left = line.len - from;

			str_addf(
				&out, "%s%.*s",
				!log->follow && line.start == log->line ? ">"
									: "",
				(int)(log->wrap && left > WIDTH ? WIDTH : left),
				line.text + from);
			if (line.folded)
				str_addf(&out, " +%lld",
					 (long long)line.folded);
			str_add_char(&out, '\n');
		}
		place = (struct logview_place){line.next, 0};
	}
	return str_detach(&out);
}

static void assert_shown(const struct logview *log, const char *wanted)
{
	char *got = shown(log);

	assert_string_equal(got, wanted);
	free(got);
}

static void the_marked_line_moves_and_the_window_with_it(void **state)
{
	struct logview log;
	char *path = open_log(&log, "1\n2\n3\n4\n5\n6\n7\n8\n");

	(void)state;
	assert_shown(&log, "5\n6\n7\n8\n");
	logview_move(&log, -1, ROWS, WIDTH);
	assert_shown(&log, "5\n6\n>7\n8\n");
	logview_move(&log, -3, ROWS, WIDTH);
	assert_shown(&log, ">4\n5\n6\n7\n");
	logview_move(&log, 4, ROWS, WIDTH);
	assert_shown(&log, "5\n6\n7\n>8\n");
	logview_move(&log, 1, ROWS, WIDTH);
	assert_shown(&log, "5\n6\n7\n>8\n");
	logview_scroll(&log, -2, ROWS, WIDTH);
	assert_shown(&log, "3\n4\n5\n>6\n");
	logview_scroll(&log, -9, ROWS, WIDTH);
	assert_shown(&log, ">1\n2\n3\n4\n");
	logview_scroll(&log, 2, ROWS, WIDTH);
	assert_shown(&log, ">3\n4\n5\n6\n");
	logview_scroll(&log, 9, ROWS, WIDTH);
	assert_shown(&log, "5\n6\n7\n>8\n");
	close_log(&log, path);
}

static void output_of_passed_tests_is_folded_that_of_others_not(void **state)
{
	struct logview log;
	char *path = open_log(&log, "1..3\n"
				    "ok 1 - a\n"
				    "# said\n"
				    "  much\n"
				    "not ok 2 - b\n"
				    "# why\n"
				    "ok 3 - c\n"
				    "# end\n");

	(void)state;
	assert_shown(&log, "ok 1 - a +2\nnot ok 2 - b\n# why\nok 3 - c +1\n");
	logview_move(&log, -3, ROWS, WIDTH);
	assert_shown(&log, ">ok 1 - a +2\nnot ok 2 - b\n# why\nok 3 - c +1\n");
	logview_toggle(&log, log.line);
	assert_shown(&log, ">ok 1 - a\n# said\n  much\nnot ok 2 - b\n");
	logview_move(&log, 3, ROWS, WIDTH);
	assert_shown(&log, "ok 1 - a\n# said\n  much\n>not ok 2 - b\n");
	assert_int_equal(logview_head(&log, logview_before(&log, log.line)), 5);
	logview_toggle(&log, 5);
	logview_move(&log, -1, ROWS, WIDTH);
	assert_int_equal(log.line, 5);
	/* What was found opens its fold. */
	logview_search(&log, "end");
	logview_seek(&log, SEEK_NEXT, log.find, 0);
	search_wait(log.find, 60000);
	assert_int_equal(logview_arrive(&log, ROWS, WIDTH), ARRIVAL_FOUND);
	assert_shown(&log, "not ok 2 - b\n# why\nok 3 - c\n># end\n");
	close_log(&log, path);
}

/* As cmocka and googletest do, and go. */
static void
what_a_passed_test_printed_before_its_line_is_folded_too(void **state)
{
	struct logview log;
	char *path = open_log(&log, "before\n"
				    "[ RUN      ] a\n"
				    "said\n"
				    "[       OK ] a\n"
				    "[ RUN      ] b\n"
				    "why\n"
				    "[  FAILED  ] b\n"
				    "=== RUN c\n"
				    "--- PASS: c\n"
				    "    more\n"
				    "[ RUN      ] d\n");

	(void)state;
	assert_shown(&log, "why\n[  FAILED  ] b\n--- PASS: c +2\n"
			   "[ RUN      ] d\n");
	logview_move(&log, -6, ROWS, WIDTH);
	assert_shown(&log, ">before\n[       OK ] a +2\n[ RUN      ] b\n"
			   "why\n");
	logview_move(&log, 1, ROWS, WIDTH);
	logview_toggle(&log, log.line);
	logview_settle(&log);
	assert_shown(&log, "before\n[ RUN      ] a\nsaid\n>[       OK ] a\n");
	logview_move(&log, -1, ROWS, WIDTH);
	assert_int_equal(logview_head(&log, log.line), 27);
	log.line = 27;
	logview_toggle(&log, log.line);
	logview_settle(&log);
	logview_move(&log, -9, ROWS, WIDTH);
	logview_move(&log, 4, ROWS, WIDTH);
	assert_shown(&log, "[       OK ] a +2\n[ RUN      ] b\nwhy\n"
			   ">[  FAILED  ] b\n");
	logview_move(&log, 9, ROWS, WIDTH);
	logview_move(&log, -2, ROWS, WIDTH);
	assert_shown(&log, "why\n>[  FAILED  ] b\n--- PASS: c +2\n"
			   "[ RUN      ] d\n");
	close_log(&log, path);
}

/* Forward and backward the same lines are shown, wherever tests begin. */
static void folds_are_the_same_from_both_sides(void **state)
{
	static const char *const lines[] = {
		"[ RUN      ] t", "[       OK ] t", "said",  "  indented",
		"ok 1 - x",	  "not ok 2 - y",   "# note"};
	unsigned seed = 17;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct str text = STR_INIT;
		struct logview log;
		struct logview_line line;
		int64_t starts[64], at = 0;
		size_t count = 0;
		char *path;

		for (int i = 0; i < 40; i++) {
			seed = seed * 1103515245 + 12345;
			str_addf(&text, "%s\n", lines[(seed >> 16) % 7]);
		}
		path = open_log(&log, text.data);
		for (; logview_line(&log, at, &line); at = line.next)
			starts[count++] = line.start;
		at = logfile_size(log.file);
		for (size_t i = count; i > 0; i--) {
			at = logview_before(&log, at);
			if (at != starts[i - 1])
				fail_msg("%lld, not %lld in\n%s", (long long)at,
					 (long long)starts[i - 1], text.data);
		}
		assert_int_equal(logview_before(&log, at), -1);
		close_log(&log, path);
		str_release(&text);
	}
}

static void a_filter_shows_only_what_holds_its_text(void **state)
{
	struct logview log;
	char *path = open_log(&log, "a 1\nb 2\na 3\nb 4\na 5\nb 6\nA 7\n");

	(void)state;
	logview_filter(&log, "a");
	search_wait(log.only, 60000);
	assert_shown(&log, "a 1\na 3\na 5\nA 7\n");
	logview_move(&log, -2, ROWS, WIDTH);
	assert_shown(&log, "a 1\n>a 3\na 5\nA 7\n");
	logview_search(&log, "5");
	logview_seek(&log, SEEK_NEXT, log.find, log.line);
	search_wait(log.find, 60000);
	assert_int_equal(logview_arrive(&log, ROWS, WIDTH), ARRIVAL_FOUND);
	assert_int_equal(log.line, 16);
	logview_search(&log, "6");
	logview_seek(&log, SEEK_NEXT, log.find, 0);
	search_wait(log.find, 60000);
	assert_int_equal(logview_arrive(&log, ROWS, WIDTH), ARRIVAL_NOWHERE);
	logview_filter(&log, "");
	assert_int_equal(log.line, 16);
	assert_shown(&log, "a 1\nb 2\na 3\nb 4\n");
	logview_reveal(&log, ROWS, WIDTH);
	assert_shown(&log, "b 2\na 3\nb 4\n>a 5\n");
	logview_filter(&log, "none");
	search_wait(log.only, 60000);
	assert_shown(&log, "");
	close_log(&log, path);
}

static void a_filter_shows_what_is_above_the_mark(void **state)
{
	struct logview log;
	char *path = open_log(&log, "a 1\nb 2\na 3\nb 4\nb 5\nb 6\nb 7\n");

	(void)state;
	log.follow = false;
	log.top = log.line = 20;
	logview_filter(&log, "a");
	search_wait(log.only, 60000);
	logview_filtered(&log, ROWS, WIDTH);
	assert_shown(&log, "a 1\n>a 3\n");
	log.top = log.line = 4;
	logview_filtered(&log, ROWS, WIDTH);
	assert_shown(&log, "a 1\n>a 3\n");
	close_log(&log, path);
}

static void count_call(void *data)
{
	atomic_fetch_add((atomic_int *)data, 1);
}

static enum arrival arrive_at_last(struct logview *log)
{
	enum arrival arrival;

	do
		arrival = logview_arrive(log, ROWS, WIDTH);
	while (arrival == ARRIVAL_WAITS);
	return arrival;
}

/* Neither search alone is long; who stands at the keyboard waits for both. */
static void looking_through_a_filter_lets_others_work(void **state)
{
	enum { PAIRS = 300000 };
	struct str text = STR_INIT;
	atomic_int calls = 0;
	struct logview log;
	char *path;

	(void)state;
	for (int i = 0; i < PAIRS; i++)
		str_add(&text, "a\nb\n");
	str_add(&text, "a b\n");
	path = open_log(&log, text.data);
	log.woken = count_call;
	log.woken_data = &calls;
	logview_filter(&log, "a");
	logview_search(&log, "b");
	search_wait(log.only, 60000);
	search_wait(log.find, 60000);
	logview_seek(&log, SEEK_BEFORE, log.find, (int64_t)PAIRS * 4);
	assert_int_equal(logview_arrive(&log, ROWS, WIDTH), ARRIVAL_WAITS);
	assert_int_equal(logview_arrive(&log, ROWS, WIDTH), ARRIVAL_WAITS);
	logview_seek(&log, SEEK_NEXT, log.find, 0);
	atomic_store(&calls, 0);
	assert_int_equal(logview_arrive(&log, ROWS, WIDTH), ARRIVAL_WAITS);
	assert_true(atomic_load(&calls) > 0);
	assert_int_equal(arrive_at_last(&log), ARRIVAL_FOUND);
	assert_int_equal(log.line, (int64_t)PAIRS * 4);
	close_log(&log, path);
	str_release(&text);
}

static void a_wrapped_line_is_read_row_by_row(void **state)
{
	struct logview log;
	char *path = open_log(&log, "one\n"
				    "0123456789abcdefghijABCDEFGHIJ0123456789"
				    "abcdefghijXY\n"
				    "two\n");

	(void)state;
	log.wrap = true;
	assert_shown(&log, "0123456789\nabcdefghij\nXY\ntwo\n");
	logview_move(&log, -1, ROWS, WIDTH);
	assert_shown(&log, ">0123456789\n>abcdefghij\n>XY\ntwo\n");
	logview_move(&log, -1, ROWS, WIDTH);
	assert_shown(&log, ">ABCDEFGHIJ\n>0123456789\n>abcdefghij\n>XY\n");
	logview_move(&log, -2, ROWS, WIDTH);
	assert_shown(&log, ">0123456789\n>abcdefghij\n>ABCDEFGHIJ\n"
			   ">0123456789\n");
	logview_move(&log, -1, ROWS, WIDTH);
	assert_shown(&log, ">one\n0123456789\nabcdefghij\nABCDEFGHIJ\n");
	logview_move(&log, 1, ROWS, WIDTH);
	logview_move(&log, 2, ROWS, WIDTH);
	assert_shown(&log, ">ABCDEFGHIJ\n>0123456789\n>abcdefghij\n>XY\n");
	logview_move(&log, 1, ROWS, WIDTH);
	assert_shown(&log, "0123456789\nabcdefghij\nXY\n>two\n");
	close_log(&log, path);
}

static void what_is_far_to_the_right_is_brought_into_sight(void **state)
{
	struct str text = STR_INIT;
	struct logview log;
	char *path;

	(void)state;
	for (int i = 0; i < 5000; i++)
		str_add(&text, "\xc3\xa9\t");
	str_add(&text, "needle\n");
	path = open_log(&log, text.data);
	logview_search(&log, "needle");
	logview_seek(&log, SEEK_NEXT, log.find, 0);
	search_wait(log.find, 60000);
	assert_int_equal(logview_arrive(&log, ROWS, 80), ARRIVAL_FOUND);
	assert_true(log.sideways <= 40000 && log.sideways > 40000 - 74);
	log.wrap = true;
	logview_seek(&log, SEEK_NEXT, log.find, 0);
	assert_int_equal(logview_arrive(&log, ROWS, 80), ARRIVAL_FOUND);
	assert_true(log.top_row <= 500 && log.top_row + ROWS > 500);
	close_log(&log, path);
	str_release(&text);
}

static char *drawn(const char *text, int64_t skip)
{
	struct str scratch = STR_INIT;
	struct logline_look look = {
		.skip = skip, .rows = 1, .scratch = &scratch};
	struct grid grid;
	struct area area = {&grid, 0, 0, 1, WIDTH};
	struct pen pen;
	char *out;

	grid_init(&grid, 1, WIDTH, (struct charset){true, true});
	pen = pen_at(&area, 0, 0);
	logline_draw(&pen, text, strlen(text), &look);
	out = grid_text(&grid);
	grid_release(&grid);
	str_release(&scratch);
	return out;
}

static void assert_drawn(const char *text, int64_t skip, const char *wanted)
{
	char *got = drawn(text, skip);

	assert_string_equal(got, wanted);
	free(got);
}

static void only_what_is_in_sight_of_a_line_is_drawn(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	for (int i = 0; i < 9000; i++)
		str_addf(&text, "%07d ", i);
	assert_drawn(text.data, 0, "0000000 00\n");
	assert_drawn(text.data, 8 * 8000, "0008000 00\n");
	assert_drawn(text.data, 8 * 8000 + 3, "8000 00080\n");
	assert_drawn("0123456\tb\t\033[31mc", 8, "b       c \n");
	assert_drawn("got 1\rgot 2\r", 0, "got 2     \n");
	str_release(&text);
}

/* A wide character is never cut in two halves, nor lost. */
static void a_wide_character_goes_into_the_next_row_whole(void **state)
{
	static const char text[] = "ab\033[31mc\xe6\xbc\xa2"
				   "d\xe6\xbc\xa2\xe6\xbc\xa2";
	struct str scratch = STR_INIT;
	struct logline_look look = {.wrap = 4, .rows = 2, .scratch = &scratch};
	struct grid grid;
	struct area area = {&grid, 0, 0, 2, 4};
	struct pen pen;
	char *out;

	(void)state;
	assert_int_equal(logline_rows(text, strlen(text), 4, &scratch), 3);
	for (look.skip = 0; look.skip < 2; look.skip++) {
		grid_init(&grid, 2, 4, (struct charset){true, true});
		pen = pen_at(&area, 0, 0);
		logline_draw(&pen, text, strlen(text), &look);
		out = grid_text(&grid);
		assert_string_equal(out, look.skip ? "\xe6\xbc\xa2"
						     "d \n\xe6\xbc\xa2"
						     "\xe6\xbc\xa2\n"
						   : "abc \n\xe6\xbc\xa2"
						     "d \n");
		free(out);
		grid_release(&grid);
	}
	str_release(&scratch);
}

/* Each piece of it is read once, not with every frame. */
static void a_bar_of_many_megabytes_costs_one_walk(void **state)
{
	struct str bar = STR_INIT;
	struct logview log;
	int64_t until;
	char *path;

	(void)state;
	str_add(&bar, "first\n");
	while (bar.len < (size_t)40 << 20)
		str_add(&bar, "\rfetching 1234567 of 9999999 objects");
	str_add(&bar, "\rdone\nlast\n");
	path = open_log(&log, bar.data);
	until = clock_monotonic_us() + 120000000;
	for (int i = 0; i < 2000; i++) {
		struct logview_place top = logview_top(&log, ROWS, WIDTH);
		struct logview_line line;

		assert_int_equal(top.at, 0);
		assert_true(logview_line(&log, 0, &line));
		assert_true(logview_line(&log, line.next, &line));
		assert_true(line.next == (int64_t)bar.len - 5);
		assert_true(logview_line(&log, line.next, &line));
		assert_true(clock_monotonic_us() < until);
	}
	close_log(&log, path);
	str_release(&bar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_marked_line_moves_and_the_window_with_it),
		cmocka_unit_test(
			output_of_passed_tests_is_folded_that_of_others_not),
		cmocka_unit_test(
			what_a_passed_test_printed_before_its_line_is_folded_too),
		cmocka_unit_test(folds_are_the_same_from_both_sides),
		cmocka_unit_test(a_filter_shows_only_what_holds_its_text),
		cmocka_unit_test(a_filter_shows_what_is_above_the_mark),
		cmocka_unit_test(looking_through_a_filter_lets_others_work),
		cmocka_unit_test(a_wrapped_line_is_read_row_by_row),
		cmocka_unit_test(
			what_is_far_to_the_right_is_brought_into_sight),
		cmocka_unit_test(only_what_is_in_sight_of_a_line_is_drawn),
		cmocka_unit_test(a_wide_character_goes_into_the_next_row_whole),
		cmocka_unit_test(a_bar_of_many_megabytes_costs_one_walk),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
