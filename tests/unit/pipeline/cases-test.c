/* SPDX-License-Identifier: MIT */
/*
 * Every folder of tests/data/pipeline is a case: input.yaml, and in
 * expected.txt all that is said about it, which is nothing for a file that
 * is fine. With SIGNALBOX_ACCEPT set the expectations are written anew.
 */
#include "support/cmocka.h"

#include <dirent.h>
#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"
#include "pipeline/pipeline.h"

static char *data_folder(void)
{
	const char *source = getenv("top_srcdir");

	return path_join(source ? source : ".", "tests/data/pipeline");
}

static struct str read_case_file(const char *folder, const char *name)
{
	struct str text = STR_INIT;
	char *path = path_join(folder, name);

	assert_int_equal(file_read(path, &text, 64u << 20, NULL), 0);
	free(path);
	return text;
}

static void accept(const char *folder, const struct str *said)
{
	char *path = path_join(folder, "expected.txt");

	assert_int_equal(file_replace(path, said->data, said->len, 0644, NULL),
			 0);
	free(path);
}

static void check_case(const char *folder)
{
	struct problems problems = PROBLEMS_INIT;
	struct str input = read_case_file(folder, "input.yaml");
	struct str said = STR_INIT;
	struct str expected;
	struct pipeline *pipeline = pipeline_parse(input.data, input.len,
						   "signalbox.yaml", &problems);

	problems_print(&problems, &said);
	if (getenv("SIGNALBOX_ACCEPT"))
		accept(folder, &said);
	expected = read_case_file(folder, "expected.txt");
	if (strcmp(said.data, expected.data) != 0)
		fail_msg("%s says:\n%s\ninstead of:\n%s", folder, said.data,
			 expected.data);
	assert_true((pipeline != NULL) == (problems.count == 0));
	pipeline_free(pipeline);
	problems_release(&problems);
	str_release(&input);
	str_release(&said);
	str_release(&expected);
}

static void every_case_is_told_as_expected(void **state)
{
	char *root = data_folder();
	DIR *dir = opendir(root);
	struct dirent *entry;
	size_t count = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char *folder;

		if (entry->d_name[0] == '.')
			continue;
		folder = path_join(root, entry->d_name);
		check_case(folder);
		free(folder);
		count++;
	}
	closedir(dir);
	free(root);
	assert_true(count >= 36);
}

/* The lines that begin a complaint: those with the file's name. */
static size_t count_lines_naming(const char *text, const char *line)
{
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, line)); at++)
		count++;
	return count;
}

static void ten_mistakes_are_ten_messages_in_the_order_of_lines(void **state)
{
	static const int lines[] = {2, 7, 8, 9, 10, 14, 15, 16, 17, 22};
	struct problems problems = PROBLEMS_INIT;
	char *root = data_folder();
	char *folder = path_join(root, "ten-mistakes");
	struct str input = read_case_file(folder, "input.yaml");
	struct str said = STR_INIT;
	const char *last = NULL;

	(void)state;
	assert_null(pipeline_parse(input.data, input.len, "f", &problems));
	assert_int_equal(problems.count, ARRAY_SIZE(lines));
	problems_print(&problems, &said);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		char start[32];

		snprintf(start, sizeof(start), "f:%d:", lines[i]);
		assert_int_equal(count_lines_naming(said.data, start), 1);
		assert_true(strstr(said.data, start) > last);
		last = strstr(said.data, start);
	}
	problems_release(&problems);
	str_release(&input);
	str_release(&said);
	free(folder);
	free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_is_told_as_expected),
		cmocka_unit_test(
			ten_mistakes_are_ten_messages_in_the_order_of_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
