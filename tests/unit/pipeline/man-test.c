/* SPDX-License-Identifier: MIT */
/* man/signalbox.yaml.5 is complete and true: it names every key that is
 * read, and its example parses. */
#include "support/pipelines.h"

#include "base/file.h"
#include "base/memory.h"

static struct str read_page(void)
{
	const char *source = getenv("top_srcdir");
	char *path = path_join(source ? source : ".", "man/signalbox.yaml.5");
	struct str text = STR_INIT;

	assert_int_equal(file_read(path, &text, 1 << 20, NULL), 0);
	free(path);
	return text;
}

static void example_of_the_man_page_parses(void **state)
{
	struct str page = read_page();
	char *start = strstr(page.data, ".Bd -literal\n");
	struct pipeline *pipeline;
	char *end;

	(void)state;
	assert_non_null(start);
	start += strlen(".Bd -literal\n");
	end = strstr(start, ".Ed\n");
	assert_non_null(end);
	*end = '\0';
	pipeline = pipeline_of(start);
	assert_int_equal(pipeline->stage_count, 6);
	pipeline_free(pipeline);
	str_release(&page);
}

/* Whether a line of the page names the key as one: ".Cm key" or in a list
 * of them, ".It Cm p50 , p95". */
static bool names(const char *page, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = page; line; line = strchr(line, '\n')) {
		const char *at;
		size_t size;

		line += *line == '\n';
		size = strcspn(line, "\n");
		if (!starts_with(line, ".It Cm ") && !starts_with(line, ".Cm "))
			continue;
		for (at = strstr(line, key); at && at < line + size;
		     at = strstr(at + 1, key))
			if (at[-1] == ' ' && strchr(" \n", at[len]))
				return true;
	}
	return false;
}

/* A key that nobody knows in every map makes the parser list those it has. */
static const char unknown_keys[] =
	"zzzzzzzz: 1\n"
	"people: {ana: {zzzzzzzz: 1}}\n"
	"environments:\n"
	"  production:\n"
	"    zzzzzzzz: 1\n"
	"    target: {zzzzzzzz: 1, process: {zzzzzzzz: 1}}\n"
	"    traffic: {zzzzzzzz: 1, haproxy: {zzzzzzzz: 1}, "
	"nginx: {zzzzzzzz: 1}, exec: {zzzzzzzz: 1}}\n"
	"    gate: {zzzzzzzz: 1}\n"
	"stages:\n"
	"  a: {zzzzzzzz: 1, reports: {zzzzzzzz: 1}, scan: {zzzzzzzz: 1}}\n"
	"  b: {check: {zzzzzzzz: 1, tls: {zzzzzzzz: 1}, requests: [{zzzzzzzz: "
	"1}]}}\n"
	"  c: {deploy: {zzzzzzzz: 1, steps: [{zzzzzzzz: 1}],"
	" analysis: {zzzzzzzz: 1}}}\n";

#define MAPS 19 /* of them */

static size_t check_listed(const char *page, const char *text)
{
	char *list = strstr(text, "; it has: ");
	char *copy;
	size_t count = 0;

	if (!strstr(text, "'zzzzzzzz'") || !list)
		return 0;
	copy = xstrdup(list + strlen("; it has: "));
	for (char *save, *key = strtok_r(copy, ", ", &save); key;
	     key = strtok_r(NULL, ", ", &save), count++)
		if (!names(page, key))
			fail_msg("the man page has no key %s: %s", key, text);
	free(copy);
	return count;
}

static void man_page_names_every_key(void **state)
{
	struct str page = read_page();
	struct problems problems = PROBLEMS_INIT;
	size_t maps = 0;
	size_t keys = 0;

	(void)state;
	assert_null(pipeline_parse(unknown_keys, strlen(unknown_keys), "f",
				   &problems));
	for (size_t i = 0; i < problems.count; i++) {
		size_t listed = check_listed(page.data, problems.items[i].text);

		maps += listed > 0;
		keys += listed;
	}
	assert_int_equal(maps, MAPS);
	assert_true(keys > 80);
	problems_release(&problems);
	str_release(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(example_of_the_man_page_parses),
		cmocka_unit_test(man_page_names_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
