/* SPDX-License-Identifier: MIT */
/* For every format alike: reading a large report takes a bounded amount of
 * memory. */

#include <dirent.h>
#include <jansson.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "report/formats/formats.h"
#include "support/reports.h"

static long peak_kib(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

static bool is_within(const char *what, size_t len, long before,
		      const char *how)
{
	long limit = 65536 + 12 * (long)(len >> 10);
	long used = peak_kib() - before;

	print_message("# %s%s: %zu KiB, %ld of at most %ld KiB of memory\n",
		      what, how, len >> 10, used, limit);
	fflush(stdout);
#ifdef __SANITIZE_ADDRESS__
	limit *= 4; /* red zones, and nothing freed is used again */
#endif
	return used < limit;
}

/* In a child, so that one's peak does not hide the next one's. */
static void read_and_measure(const struct str *text, const char *what)
{
	long before = peak_kib();
	struct report report;

	if (report_parse(text->data, text->len, what, NULL, &report, NULL) < 0)
		_exit(2);
	_exit(is_within(what, text->len, before, "") ? 0 : 1);
}

static void check_memory(const struct str *text, const char *what)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		read_and_measure(text, what);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void memory_is_bounded_by_the_size(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, "{\"version\":\"2.1.0\",\"runs\":[{\"results\":[{}");
	for (int i = 0; i < 60000; i++)
		str_addf(&text,
			 ",{\"ruleId\":\"R%d\",\"message\":{\"text\":\"no %d\"}"
			 ",\"locations\":[{\"physicalLocation\":{"
			 "\"artifactLocation\":{\"uri\":\"%d.c\"},"
			 "\"region\":{\"startLine\":%d}}}]}",
			 i, i, i, i);
	str_add(&text, "]}]}");
	check_memory(&text, "compact SARIF");
	str_clear(&text);
	str_add(&text, "<testsuite>");
	for (int i = 0; i < 100000; i++)
		str_addf(&text, "<testcase name='%d'><failure/></testcase>", i);
	str_add(&text, "</testsuite>");
	check_memory(&text, "JUnit of failures");
	str_clear(&text);
	for (int i = 0; i < 1000000; i++)
		str_add(&text, "not ok\n");
	check_memory(&text, "TAP of failures");
	str_clear(&text);
	for (int i = 0; i < 100000; i++)
		str_addf(&text, "%sSF:%x.c\nDA:%d,1\nBRDA:1,0,%d,1\n",
			 i ? "end_of_record\n" : "", i, i, i);
	str_add(&text, "end_of_record\n");
	check_memory(&text, "LCOV of small files");
	str_clear(&text);
	str_add(&text, "<coverage line-rate='1'>");
	for (int i = 0; i < 30000; i++)
		str_addf(&text,
			 "<class filename='%d.c'><line number='%d' hits='1'/>"
			 "</class>",
			 i, i);
	str_add(&text, "</coverage>");
	check_memory(&text, "Cobertura of small files");
	str_clear(&text);
	for (int i = 0; i < 30000; i++)
		str_addf(&text,
			 "{\"Action\":\"fail\",\"Package\":\"a\","
			 "\"Test\":\"T%d\"}\n",
			 i);
	check_memory(&text, "go test's failures");
	str_release(&text);
}

static void add_links(struct str *text, int count)
{
	str_add(text, "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\","
		      "\"dependencies\":[{\"ref\":\"r\",\"dependsOn\":[\"r\"");
	for (int i = 0; i < count; i++)
		str_addf(text, ",\"%05x\"", i);
	str_add(text, "]}]}");
}

static void memory_of_small_values_is_bounded(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, "{\"version\":\"2.1.0\",\"runs\":[{\"tool\":{"
		       "\"extensions\":[{}");
	for (int i = 0; i < 170000; i++)
		str_add(&text, ",{}");
	str_add(&text, "]},\"results\":[]}]}");
	check_memory(&text, "SARIF of empty extensions");
	str_clear(&text);
	str_add(&text, "{\"results\":[{\"source\":{},\"packages\":[{"
		       "\"vulnerabilities\":[{}");
	for (int i = 0; i < 140000; i++)
		str_addf(&text, ",{\"id\":\"%x\"}", i);
	str_add(&text, "]}]}]}");
	check_memory(&text, "OSV of nothing but ids");
	str_clear(&text);
	add_links(&text, 300000);
	check_memory(&text, "CycloneDX of links");
	str_clear(&text);
	add_links(&text, 1 << 20);
	assert_refused(text.data, text.len, NULL, "is refused: reading it");
	str_release(&text);
}

/* The array of objects that takes most of a tree. */
static void find_largest(json_t *value, json_t **found, size_t *size)
{
	const char *key;
	json_t *item;
	size_t i;

	json_object_foreach(value, key, item) find_largest(item, found, size);
	json_array_foreach(value, i, item) find_largest(item, found, size);
	if (json_is_object(json_array_get(value, 0))) {
		size_t own = json_dumpb(value, NULL, 0, 0);

		if (own > *size) {
			*size = own;
			*found = value;
		}
	}
}

/* Another of the kind: each of its texts is a new one. */
static json_t *vary(const json_t *value, int number)
{
	const char *text = json_string_value(value);
	json_t *copy;
	const char *key;
	json_t *item;
	size_t i;

	if (text)
		return json_sprintf("%s-%d", text, number);
	if (json_is_object(value)) {
		copy = json_object();
		json_object_foreach((json_t *)value, key, item)
			json_object_set_new(copy, key, vary(item, number));
		return copy;
	}
	if (!json_is_array(value))
		return json_deep_copy(value);
	copy = json_array();
	json_array_foreach(value, i, item)
		json_array_append_new(copy, vary(item, number));
	return copy;
}

/* In a child, whose memory is gone before the reading is measured. */
static void write_multiplied(const char *path, const char *into)
{
	json_t *tree = json_load_file(path, 0, NULL);
	json_t *list = NULL;
	size_t size = 0;

	find_largest(tree, &list, &size);
	for (int i = 0; list && i < (int)((3 << 20) / size); i++)
		json_array_append_new(list, vary(json_array_get(list, 0), i));
	_exit(list && json_dump_file(tree, into, JSON_COMPACT) == 0 ? 0 : 3);
}

static int in_child(void (*act)(const char *path, const char *other),
		    const char *path, const char *other)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		act(path, other);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* What no tool writes so often may be refused. */
static void read_file_and_measure(const char *path, const char *what)
{
	long before = peak_kib();
	struct report report;
	struct stat st;
	int result;

	if (stat(path, &st) < 0)
		_exit(2);
	result = report_read(path, NULL, &report, NULL);
	_exit(is_within(what, st.st_size, before,
			result < 0 ? " (refused)" : "")
		      ? 0
		      : 1);
}

static void check_multiplied(const char *path, const char *what)
{
	char folder[] = "/tmp/reports-XXXXXX";
	char *copy;

	assert_non_null(mkdtemp(folder));
	copy = path_join(folder, "report");
	if (in_child(write_multiplied, path, copy) == 0)
		assert_int_equal(in_child(read_file_and_measure, copy, what),
				 0);
	free(copy);
	assert_int_equal(folder_remove(folder, NULL), 0);
}

/* The fixtures, each with a list in it a thousand times as long. */
static void memory_is_bounded_for_each_format_of_json(void **state)
{
	(void)state;
	for (const char *const *format = report_formats(); *format; format++) {
		char *folder = report_fixture(*format);
		DIR *dir = opendir(folder);
		struct dirent *entry;
		int left = 2;

		while (dir && left && (entry = readdir(dir))) {
			char *path = path_join(folder, entry->d_name);

			if (ends_with(path, "json")) {
				check_multiplied(path, *format);
				left--;
			}
			free(path);
		}
		if (dir)
			closedir(dir);
		free(folder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_bounded_for_each_format_of_json),
		cmocka_unit_test(memory_is_bounded_by_the_size),
		cmocka_unit_test(memory_of_small_values_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
