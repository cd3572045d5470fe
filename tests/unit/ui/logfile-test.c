/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "ui/logfile.h"

struct log {
	char path[64];
	struct logfile *file;
};

static int setup(void **state)
{
	struct log *log = xcalloc(1, sizeof(*log));
	const char *base = getenv("TMPDIR");
	int fd;

	snprintf(log->path, sizeof(log->path), "%.40s/signalbox-XXXXXX",
		 base ? base : "/tmp");
	fd = mkstemp(log->path);
	assert_true(fd >= 0);
	close(fd);
	*state = log;
	return 0;
}

static int teardown(void **state)
{
	struct log *log = *state;

	logfile_free(log->file);
	unlink(log->path);
	free(log);
	return 0;
}

static struct logfile *holding(struct log *log, const struct str *text)
{
	struct error err = ERROR_INIT;

	if (file_replace(log->path, text->data, text->len, 0600, &err) < 0)
		fail_msg("%s", error_text(&err));
	log->file = logfile_open(log->path, &err);
	if (!log->file)
		fail_msg("%s", error_text(&err));
	return log->file;
}

/* Forward over all lines, then backward: the same starts. */
static size_t walk_both_ways(struct logfile *file)
{
	int64_t *starts = NULL;
	size_t count = 0;
	int64_t at = 0;
	const char *text;
	size_t len;
	int64_t next;

	while (logfile_line(file, at, &text, &len, &next)) {
		starts = xreallocarray(starts, count + 1, sizeof(*starts));
		starts[count++] = at;
		assert_true(next > at);
		assert_true(len <= 2 * LOGFILE_BLOCK);
		at = next;
	}
	assert_int_equal(at, logfile_size(file));
	for (size_t i = count; i > 0; i--) {
		at = logfile_before(file, at);
		assert_int_equal(at, starts[i - 1]);
	}
	assert_int_equal(logfile_before(file, 0), 0);
	free(starts);
	return count;
}

static void an_empty_file_has_no_line(void **state)
{
	struct str text = STR_INIT;
	struct logfile *file = holding(*state, &text);
	const char *line;
	size_t len;
	int64_t next;

	assert_false(logfile_line(file, 0, &line, &len, &next));
	assert_int_equal(logfile_tail(file, 10), 0);
	assert_int_equal(walk_both_ways(file), 0);
}

static void lines_end_at_newlines_the_last_one_without(void **state)
{
	struct str text = STR_INIT;
	struct logfile *file;
	const char *line;
	size_t len;
	int64_t next;

	str_add(&text, "one\n\nthree\nlast");
	file = holding(*state, &text);
	assert_true(logfile_line(file, 0, &line, &len, &next));
	assert_int_equal(len, 3);
	assert_memory_equal(line, "one", 3);
	assert_true(logfile_line(file, next, &line, &len, &next));
	assert_int_equal(len, 0);
	assert_int_equal(logfile_tail(file, 1), 11);
	assert_int_equal(logfile_tail(file, 2), 5);
	assert_int_equal(logfile_tail(file, 99), 0);
	assert_int_equal(walk_both_ways(file), 4);
	str_release(&text);
}

static void many_lines_over_many_blocks_are_walked_both_ways(void **state)
{
	struct str text = STR_INIT;
	unsigned seed = 3;

	for (int i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		str_addf(&text, "%d %.*s\n", i, (int)((seed >> 16) % 60),
			 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
			 "12345678");
	}
	assert_int_equal(walk_both_ways(holding(*state, &text)), 20000);
	str_release(&text);
}

/* Around the edges of blocks, with and without newlines there. */
static void endless_lines_are_cut_the_same_from_both_sides(void **state)
{
	struct log *log = *state;

	for (int shift = -2; shift <= 2; shift++) {
		for (int blocks = 1; blocks < 4; blocks++) {
			struct str text = STR_INIT;

			str_add(&text, "head\n");
			while ((int)text.len < blocks * LOGFILE_BLOCK + shift)
				str_add_char(&text, 'x');
			str_add(&text, "\n\n");
			while (text.len < 6 * LOGFILE_BLOCK + 7)
				str_add_char(&text, 'y');
			str_add(&text, "\ntail\n");
			walk_both_ways(holding(log, &text));
			logfile_free(log->file);
			log->file = NULL;
			str_release(&text);
		}
	}
}

static void what_is_appended_is_seen_after_a_refresh(void **state)
{
	struct log *log = *state;
	struct str text = STR_INIT;
	struct logfile *file;
	FILE *writer;
	const char *line;
	size_t len;
	int64_t next;

	str_add(&text, "half");
	file = holding(log, &text);
	assert_true(logfile_line(file, 0, &line, &len, &next));
	assert_int_equal(len, 4);
	writer = fopen(log->path, "ae");
	fputs(" and half\nmore\n", writer);
	fclose(writer);
	logfile_refresh(file);
	assert_true(logfile_line(file, 0, &line, &len, &next));
	assert_memory_equal(line, "half and half", 13);
	assert_int_equal(logfile_tail(file, 1), 14);
	str_release(&text);
}

static void what_is_no_plain_file_is_not_read(void **state)
{
	(void)state;
	assert_null(logfile_open("/dev/zero", NULL));
	assert_null(logfile_open("/nonexistent/log", NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_file_has_no_line),
		TEST(lines_end_at_newlines_the_last_one_without),
		TEST(many_lines_over_many_blocks_are_walked_both_ways),
		TEST(endless_lines_are_cut_the_same_from_both_sides),
		TEST(what_is_appended_is_seen_after_a_refresh),
		TEST(what_is_no_plain_file_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
