/* SPDX-License-Identifier: MIT */
/* Lines that hold a text, beside a simple loop over them. */
#include "logs.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "ui/search.h"

#define LONG_MS 60000

struct search_case {
	char *path;
	struct logfile *file;
	struct search *search;
};

static struct search_case start(const struct str *log, const char *text)
{
	struct search_case it = {logs_write(log->data, log->len), NULL, NULL};

	it.file = logfile_open(it.path, NULL);
	assert_non_null(it.file);
	it.search = search_new(it.path, text, NULL, NULL);
	search_extend(it.search, logfile_size(it.file));
	search_wait(it.search, LONG_MS);
	return it;
}

static void stop(struct search_case *it)
{
	search_free(it->search);
	logfile_free(it->file);
	logs_remove(it->path);
}

/* Each line in turn, with every answer of the search at it. */
static void check_all(const struct search_case *it)
{
	struct search_state state;
	int64_t rank = 0;
	int64_t last = SEARCH_NONE;
	int64_t at = 0;
	int64_t expected = search_next(it->search, it->file, 0);
	const char *text;
	size_t len;
	int64_t next;

	while (logfile_line(it->file, at, &text, &len, &next)) {
		bool holds = search_holds(it->search, text, len);

		if (holds) {
			assert_int_equal(expected, at);
			assert_int_equal(
				search_before(it->search, it->file, at), last);
			assert_int_equal(search_rank(it->search, it->file, at),
					 rank);
			last = at;
			rank++;
			expected = search_next(it->search, it->file, at + 1);
		}
		at = next;
	}
	assert_int_equal(expected, SEARCH_NONE);
	assert_int_equal(
		search_before(it->search, it->file, logfile_size(it->file)),
		last);
	search_state(it->search, &state);
	assert_true(state.over);
	assert_int_equal(state.lines, rank);
	assert_int_equal(state.done, logfile_size(it->file));
}

static void check_log(const struct str *log, const char *text, int64_t lines)
{
	struct search_case it = start(log, text);
	struct search_state state;

	check_all(&it);
	search_state(it.search, &state);
	if (lines >= 0)
		assert_int_equal(state.lines, lines);
	stop(&it);
}

static void lines_are_counted_once_each(void **state)
{
	struct str log = STR_INIT;

	(void)state;
	str_add(&log, "needle needle\nNEEDLE\nnone\n\nneed\nle\nlast needle");
	check_log(&log, "needle", 3);
	check_log(&log, "NEEDLE", 1);
	check_log(&log, "absent", 0);
	str_clear(&log);
	check_log(&log, "needle", 0);
	str_release(&log);
}

static void they_are_found_across_many_windows(void **state)
{
	struct str log = STR_INIT;
	unsigned seed = 5;
	int64_t count = 0;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		seed = seed * 1103515245 + 12345;
		if ((seed >> 16) % 50 == 0 && ++count)
			str_addf(&log, "%d a needle\n", i);
		else
			str_addf(&log, "%d %.*s\n", i, (int)((seed >> 8) % 60),
				 "need le nneedl eedle nothing of the kind, "
				 "only halves of it");
	}
	check_log(&log, "needle", count);
	str_release(&log);
}

/* Around the edges of blocks, in lines that are cut there. */
static void endless_lines_are_counted_as_they_are_shown(void **state)
{
	(void)state;
	for (int shift = -7; shift <= 1; shift++) {
		struct str log = STR_INIT;

		str_add(&log, "head\n");
		while ((int)log.len < 3 * LOGFILE_BLOCK + shift)
			str_add_char(&log, 'x');
		str_add(&log, "needle");
		while ((int)log.len < 9 * LOGFILE_BLOCK + shift)
			str_add_char(&log, 'y');
		str_add(&log, "needle needle\nneedle\n");
		check_log(&log, "needle", -1);
		str_release(&log);
	}
}

static void what_is_appended_is_counted_too(void **state)
{
	struct str log = STR_INIT;
	struct search_case it;
	struct search_state now;
	static const char *const parts[] = {"le and", " more\nnone\nnee",
					    "dle\n", "needle"};
	static const int64_t lines[] = {2, 2, 3, 4};

	(void)state;
	str_add(&log, "needle\nneed");
	it = start(&log, "needle");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		logs_append(it.path, parts[i]);
		logfile_refresh(it.file);
		search_extend(it.search, logfile_size(it.file));
		search_wait(it.search, LONG_MS);
		check_all(&it);
		search_state(it.search, &now);
		assert_int_equal(now.lines, lines[i]);
	}
	/* Emptied, and begun anew. */
	assert_int_equal(truncate(it.path, 7), 0);
	logfile_refresh(it.file);
	search_extend(it.search, logfile_size(it.file));
	search_wait(it.search, LONG_MS);
	search_state(it.search, &now);
	assert_int_equal(now.lines, 1);
	stop(&it);
	str_release(&log);
}

/* As many as can be: each step up costs a line, not a block. */
static void going_up_through_lines_that_all_hold_it_is_quick(void **state)
{
	int64_t until = clock_monotonic_us() + 120000000;
	struct str log = STR_INIT;
	struct search_case it;
	int64_t at;

	(void)state;
	for (int i = 0; i < 200000; i++)
		str_add(&log, "x\n");
	it = start(&log, "x");
	at = logfile_size(it.file);
	for (int i = 0; i < 200000; i++) {
		at = search_before(it.search, it.file, at);
		assert_true(clock_monotonic_us() < until);
	}
	assert_int_equal(at, 0);
	assert_int_equal(search_before(it.search, it.file, at), SEARCH_NONE);
	stop(&it);
	str_release(&log);
}

static void failed_tests_are_found_without_a_text(void **state)
{
	struct str log = STR_INIT;

	(void)state;
	for (int i = 0; i < 5000; i++)
		str_addf(&log, "%sok\033[0m %d - it (0 failures, no error)\n",
			 i % 100 ? "\033[32m" : "\033[31mnot ", i);
	check_log(&log, NULL, 50);
	str_release(&log);
}

static void count_wakes(void *data)
{
	atomic_fetch_add((atomic_int *)data, 1);
}

/* Sparse, so that there is much to look at without a disk. */
static void a_long_search_can_be_given_up(void **state)
{
	char *path = logs_write("needle\n", 7);
	atomic_int wakes = 0;
	struct search *search;
	struct search_state now;

	(void)state;
	assert_int_equal(truncate(path, 1LL << 40), 0);
	search = search_new(path, "needle", count_wakes, &wakes);
	search_extend(search, 1LL << 40);
	do
		search_state(search, &now);
	while (now.lines < 1 || now.done == 0);
	assert_false(now.over);
	search_free(search);
	logs_remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_counted_once_each),
		cmocka_unit_test(they_are_found_across_many_windows),
		cmocka_unit_test(endless_lines_are_counted_as_they_are_shown),
		cmocka_unit_test(what_is_appended_is_counted_too),
		cmocka_unit_test(
			going_up_through_lines_that_all_hold_it_is_quick),
		cmocka_unit_test(failed_tests_are_found_without_a_text),
		cmocka_unit_test(a_long_search_can_be_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
