/* SPDX-License-Identifier: MIT */
/* What is left out of JSON before it is read, and what is not. */

#include <dirent.h>
#include <jansson.h>

#include "base/file.h"
#include "report/json-sieve.h"
#include "support/reports.h"

static void sieves(const char *text, const char *wanted)
{
	size_t len = 0;
	char *kept = json_sieve(text, strlen(text), &len);

	if (!wanted && kept)
		fail_msg("'%s' became '%s'", text, kept);
	if (!wanted)
		return;
	assert_non_null(kept);
	assert_string_equal(kept, wanted);
	assert_int_equal(len, strlen(wanted));
	free(kept);
}

static void members_that_nobody_reads_are_left_out(void **state)
{
	(void)state;
	sieves("{ \"a\" : 1 ,\n \"References\": [ \"x\", {\"y\": -1.5} ] }",
	       "{\"a\":1 }");
	sieves("{\"Secret\":\"hunter2\",\"Match\":\"\\\"\\u00e9\\n\"}", "{}");
	sieves("{\"CVSS\":{}, \"b\":[{\"UID\":1,\"c\":2}],\"cvss\":[]}",
	       "{\"b\":[{\"c\":2}]}");
	sieves("{\"Match\":\"\\ud83d\\uDE00\\ud7ff\",\"a\":1}", "{\"a\":1}");
	sieves("{\"a\":1,\"help\":{ \"text\":\"\"},\"b\":2}",
	       "{\"a\":1,\"b\":2}");
	sieves("[\"References\",\"a \\\\\"]", "[\"References\",\"a \\\\\"]");
}

static void packages_and_hosts_of_such_names_are_kept(void **state)
{
	(void)state;
	sieves("{\"help\":{\"name\":\"help\"},\"urls\":{},\"cwes\":1}",
	       "{\"help\":{\"name\":\"help\"},\"urls\":{},\"cwes\":1}");
	sieves("{\"stats\" : {\"UID\":{\"ok\":1,\"CVSS\":2},\"b\":{}}}",
	       "{\"stats\":{\"UID\":{\"ok\":1},\"b\":{}}}");
	sieves("{\"vulnerabilities\":{\"cvss\":[],\"Match\":{}},\"UID\":1}",
	       "{\"vulnerabilities\":{\"cvss\":[],\"Match\":{}}}");
	sieves("{\"advisories\":{\"Secret\":{}},\"a\":{\"Secret\":{}}}",
	       "{\"advisories\":{\"Secret\":{}},\"a\":{}}");
	sieves("{\"vulnerabilities\":[{\"CVSS\":{}}]}",
	       "{\"vulnerabilities\":[{}]}");
}

static void what_is_no_json_does_not_become_any(void **state)
{
	(void)state;
	sieves("[1 2]", "[1 2]");
	sieves("[tr ue]", "[tr ue]");
	sieves("{\"References\" \"x\"}", "{\"References\"\"x\"}");
	sieves("[1,\"CVSS\":2]", "[1,\"CVSS\":2]");
	sieves("{\"a\":\"CVSS\":1}", "{\"a\":\"CVSS\":1}");
	sieves("{,\"CVSS\":1}", "{,\"CVSS\":1}");
	sieves("{\"a\":1,,\"CVSS\":1}", "{\"a\":1,,\"CVSS\":1}");
	sieves("{\"a\":1 \"CVSS\":1}", "{\"a\":1 \"CVSS\":1}");
	sieves("{\"CVSS\":1,}", NULL);
	sieves("{\"CVSS\":1]", NULL);
	sieves("[\"a]", NULL);
}

static void odd_values_are_left_to_the_parser(void **state)
{
	static const char *const values[] = {
		"",
		"[1,]",
		"{\"a\"}",
		"\"\x01\"",
		"\"\\x\"",
		"\"\xff\"",
		"\"\\ud800\"",
		"\"\\udc00\"",
		"\"\\ud83d\\ud83d\"",
		"\"\\ud83d\\u00e9\"",
		"\"\\ud83d\\ude0\"",
		"\"\\u12\"",
		"\"\\u0000\"",
		"01",
		"1e5",
		"+1",
		"1.",
		"nul",
		"[1",
		"{\"a\":1]",
		"-",
		"[1 2]",
		"1234567890123456789",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		char *text = xasprintf("{\"CVSS\":%s}", values[i]);

		sieves(text, NULL);
		free(text);
	}
}

static void depth_is_bounded(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, "{\"CVSS\":");
	for (int i = 0; i < 100000; i++)
		str_add(&text, "[");
	sieves(text.data, NULL);
	str_release(&text);
}

/* All of a reader's files, but those that write reports and records. */
static bool is_reader(const char *name)
{
	return ends_with(name, ".c") && !starts_with(name, "json-sieve") &&
	       !starts_with(name, "export") && !starts_with(name, "kept") &&
	       !starts_with(name, "describe") && !starts_with(name, "refused");
}

static void check_reader(const char *path)
{
	struct str text = STR_INIT;

	assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	for (const struct json_sieved *it = json_sieved; it->key; it++) {
		char *word = xasprintf("\"%s\"", it->key);

		if (strstr(text.data, word))
			fail_msg("%s looks for %s", path, word);
		free(word);
	}
	str_release(&text);
}

static void no_reader_looks_for_what_is_left_out(void **state)
{
	const char *top = getenv("top_srcdir");
	char *folder = path_join(top ? top : ".", "src/evidence");
	DIR *dir = opendir(folder);
	struct dirent *entry;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char *path = path_join(folder, entry->d_name);

		if (is_reader(entry->d_name))
			check_reader(path);
		free(path);
	}
	closedir(dir);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_that_nobody_reads_are_left_out),
		cmocka_unit_test(packages_and_hosts_of_such_names_are_kept),
		cmocka_unit_test(what_is_no_json_does_not_become_any),
		cmocka_unit_test(odd_values_are_left_to_the_parser),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(no_reader_looks_for_what_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
