/* SPDX-License-Identifier: MIT */
#include "support/folder.h"

#include "base/str.h"
#include "cli/tail.h"

static char *path;

static int set_up(void **state)
{
	int result = folder_set_up(state);

	path = path_join(*state, "log");
	return result;
}

static int tear_down(void **state)
{
	free(path);
	return folder_tear_down(state);
}

/* The last lines of the text, each ended by '|'. */
static void check(const char *text, size_t len, size_t count,
		  const char *expected)
{
	struct strings lines = STRINGS_INIT;
	struct str got = STR_INIT;

	assert_int_equal(file_replace(path, text, len, 0600, NULL), 0);
	assert_int_equal(file_tail(path, count, &lines), 0);
	for (size_t i = 0; i < lines.count; i++)
		str_addf(&got, "%s|", lines.items[i]);
	assert_string_equal(got.data, expected);
	strings_release(&lines);
	str_release(&got);
}

static void the_last_lines_are_given_in_order(void **state)
{
	(void)state;
	check("one\ntwo\nthree\n", 14, 2, "two|three|");
	check("one\ntwo\nthree", 13, 2, "two|three|");
	check("one\ntwo\nthree\n", 14, 3, "one|two|three|");
	check("one\ntwo\nthree\n", 14, 9, "one|two|three|");
}

static void progress_bar_is_its_last_state(void **state)
{
	(void)state;
	check("10%\r55%\r99%\r\nbuilt\n", 19, 2, "99%|built|");
	check("10%\r55%", 7, 1, "55%|");
}

static void empty_lines_count(void **state)
{
	(void)state;
	check("", 0, 3, "");
	check("\n", 1, 3, "");
	check("a\n\n\nb\n", 6, 2, "|b|");
	check("\na\n", 3, 1, "a|");
	check("a\nb\n", 4, 0, "");
}

static void what_a_terminal_would_obey_is_shown(void **state)
{
	struct strings lines = STRINGS_INIT;

	(void)state;
	assert_int_equal(file_replace(path, "a\033[2Jb\0c\n", 9, 0600, NULL),
			 0);
	assert_int_equal(file_tail(path, 1, &lines), 0);
	assert_int_equal(lines.count, 1);
	assert_null(strchr(lines.items[0], '\033'));
	assert_non_null(strchr(lines.items[0], 'b'));
	strings_release(&lines);
}

static void of_a_long_file_only_the_end_is_read(void **state)
{
	struct strings lines = STRINGS_INIT;
	struct str text = STR_INIT;

	(void)state;
	for (int i = 0; i < 100000; i++)
		str_addf(&text, "line %d\n", i);
	assert_int_equal(file_replace(path, text.data, text.len, 0600, NULL),
			 0);
	assert_int_equal(file_tail(path, 3, &lines), 0);
	assert_int_equal(lines.count, 3);
	assert_string_equal(lines.items[0], "line 99997");
	assert_string_equal(lines.items[2], "line 99999");
	strings_release(&lines);
	str_release(&text);
}

static void a_long_line_is_cut(void **state)
{
	struct strings lines = STRINGS_INIT;
	char *text = xcalloc(1, 300000);

	(void)state;
	memset(text, 'x', 300000);
	assert_int_equal(file_replace(path, text, 300000, 0600, NULL), 0);
	assert_int_equal(file_tail(path, 5, &lines), 0);
	assert_int_equal(lines.count, 1);
	assert_int_equal(strlen(lines.items[0]), 500);
	strings_release(&lines);
	free(text);
}

static void a_file_that_is_not_there_fails(void **state)
{
	struct strings lines = STRINGS_INIT;

	(void)state;
	assert_int_equal(file_tail(path, 5, &lines), -1);
	assert_int_equal(lines.count, 0);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(the_last_lines_are_given_in_order),
		IN_FOLDER(progress_bar_is_its_last_state),
		IN_FOLDER(empty_lines_count),
		IN_FOLDER(what_a_terminal_would_obey_is_shown),
		IN_FOLDER(of_a_long_file_only_the_end_is_read),
		IN_FOLDER(a_long_line_is_cut),
		IN_FOLDER(a_file_that_is_not_there_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
