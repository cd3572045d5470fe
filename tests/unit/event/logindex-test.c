/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "event/logindex.h"

struct fixture {
	char folder[32];
	char *log, *path;
	struct log_index index;
};

static void append(const struct fixture *f, const char *text)
{
	int fd = file_open(f->path, O_WRONLY | O_CREAT | O_APPEND, 0600, NULL);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static int set_up(void **state)
{
	struct fixture *f = *state = xcalloc(1, sizeof(*f));

	strcpy(f->folder, "/tmp/signalbox-index-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->log = path_join(f->folder, "unit.log");
	f->path = path_join(f->folder, "unit.log.index");
	append(f, "0 0 1000\n100 4 1100\n200 9 2000\n");
	log_index_open(&f->index, f->log);
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	log_index_release(&f->index);
	assert_int_equal(folder_remove(f->folder, NULL), 0);
	free(f->log);
	free(f->path);
	free(f);
	return 0;
}

static void byte_has_the_time_of_its_mark(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(log_index_time(&f->index, 0), 1000);
	assert_int_equal(log_index_time(&f->index, 99), 1000);
	assert_int_equal(log_index_time(&f->index, 100), 1100);
	assert_int_equal(log_index_time(&f->index, 5000), 2000);
}

static void since_is_the_first_byte_not_before_it(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(log_index_since(&f->index, 0), 0);
	assert_int_equal(log_index_since(&f->index, 1001), 100);
	assert_int_equal(log_index_since(&f->index, 2000), 200);
	assert_int_equal(log_index_since(&f->index, 2001), -1);
}

static void what_is_written_later_comes_in_whole_lines(void **state)
{
	struct fixture *f = *state;

	append(f, "300 12 25");
	log_index_refresh(&f->index);
	assert_int_equal(f->index.count, 3);
	append(f, "00\n");
	log_index_refresh(&f->index);
	assert_int_equal(f->index.count, 4);
	assert_int_equal(log_index_time(&f->index, 300), 2500);
}

static void clock_that_was_set_back_keeps_the_order(void **state)
{
	struct fixture *f = *state;

	append(f, "300 12 1500\nrubbish\n250 3 9000\n400 13 2600\n");
	log_index_refresh(&f->index);
	assert_int_equal(f->index.count, 5);
	assert_int_equal(log_index_time(&f->index, 300), 2000);
	assert_int_equal(log_index_since(&f->index, 2500), 400);
}

static void log_without_an_index_has_no_times(void **state)
{
	struct log_index none;

	(void)state;
	log_index_open(&none, "/tmp/signalbox-no-such-log");
	assert_int_equal(log_index_since(&none, 0), -1);
	assert_int_equal(log_index_time(&none, 0), 0);
	log_index_release(&none);
}

static void progress_bar_is_its_last_state(void **state)
{
	static const char *const cases[][2] = {
		{"plain", "plain"},	 {"a\r", "a"}, {"10%\r50%\r99%", "99%"},
		{"10%\r99%\r\r", "99%"}, {"\r", ""},   {"", ""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t len = strlen(cases[i][0]);
		const char *text = line_last_state(cases[i][0], &len);

		assert_int_equal(len, strlen(cases[i][1]));
		assert_memory_equal(text, cases[i][1], len);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(byte_has_the_time_of_its_mark),
		TEST(since_is_the_first_byte_not_before_it),
		TEST(what_is_written_later_comes_in_whole_lines),
		TEST(clock_that_was_set_back_keeps_the_order),
		cmocka_unit_test(log_without_an_index_has_no_times),
		cmocka_unit_test(progress_bar_is_its_last_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
