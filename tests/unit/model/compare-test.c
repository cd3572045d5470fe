/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"
#include "model/compare.h"
#include "support/folder.h"

struct fixture {
	char *live, *run;
};

static void append(struct journal *journal, const char *line)
{
	struct event *event = event_decode(line, strlen(line), NULL);

	assert_non_null(event);
	journal_append(journal, event);
	event_free(event);
}

/* A run with the stages unit and scan, all of it told by `lines`. */
static char *make_run(const char *root, int number, const char *const *lines)
{
	char *folder = xasprintf("%s/%d", root, number);
	struct journal *journal = journal_create(folder, "run", NULL);
	char *start = xasprintf(
		"{\"seq\":1,\"time\":\"2026-11-20T14:00:00.000Z\",\"event\":"
		"\"run.started\",\"run\":%d,\"stages\":[{\"name\":\"unit\","
		"\"kind\":\"run\",\"needs\":[]},{\"name\":\"scan\",\"kind\":"
		"\"scan\",\"needs\":[]}]}",
		number);
	char *logs = path_join(folder, "logs");

	assert_non_null(journal);
	append(journal, start);
	for (; *lines; lines++)
		append(journal, *lines);
	assert_int_equal(journal_flush(journal, NULL), 0);
	journal_free(journal);
	assert_int_equal(folder_make(logs, 0700, NULL), 0);
	free(start);
	free(logs);
	return folder;
}

static void put_tests(const char *folder, const char *text)
{
	char *path = path_join(folder, "logs/unit.tests");

	assert_int_equal(file_replace(path, text, strlen(text), 0600, NULL), 0);
	free(path);
}

#define AT "\"seq\":1,\"time\":\"2026-11-20T14:00:01.000Z\","
#define TESTED                                                 \
	"{" AT "\"event\":\"report.read\",\"stage\":\"unit\"," \
	"\"path\":\"-\",\"kind\":\"tests\",\"total\":3,\"ok\":true}"
#define SCANNED                                                \
	"{" AT "\"event\":\"report.read\",\"stage\":\"scan\"," \
	"\"path\":\"x\",\"kind\":\"findings\",\"high\":1,\"ok\":true}"
#define FINDING(id, line)                                               \
	"{" AT "\"event\":\"finding.found\",\"stage\":\"scan\",\"id\":" \
	"\"" id "\",\"severity\":\"high\",\"title\":\"t\",\"kind\":"    \
	"\"code\",\"path\":\"a.c\",\"line\":" line "}"

static const char *const old_lines[] = {TESTED, SCANNED, FINDING("old", "1"),
					FINDING("both", "2"), NULL};
static const char *const new_lines[] = {TESTED, SCANNED, FINDING("both", "9"),
					FINDING("new", "3"), NULL};
static const char *const no_lines[] = {NULL};

static void setup(struct fixture *f, const char *root, const char *const *old,
		  const char *const *now)
{
	f->live = make_run(root, 1, old);
	f->run = make_run(root, 2, now);
}

static void teardown(struct fixture *f)
{
	free(f->live);
	free(f->run);
}

static void tests_that_came_went_or_are_skipped_are_told(void **state)
{
	struct fixture f;
	struct comparison it;

	setup(&f, *state, old_lines, new_lines);
	put_tests(f.live, "passed\tkept\nfailed\tgone\npassed\tweak\n"
			  "skipped\tstill\n");
	put_tests(f.run, "skipped\tweak\npassed\tkept\npassed\tcame\n"
			 "skipped\tstill\n");
	comparison_make(&it, f.live, f.run, INT64_MAX);
	assert_null(it.tests_why);
	assert_int_equal(it.test_count, 3);
	assert_int_equal(it.tests[0].kind, TEST_CHANGE_SKIPPED);
	assert_string_equal(it.tests[0].name, "weak");
	assert_int_equal(it.tests[1].kind, TEST_CHANGE_REMOVED);
	assert_string_equal(it.tests[1].name, "gone");
	assert_int_equal(it.tests[2].kind, TEST_CHANGE_ADDED);
	assert_string_equal(it.tests[2].name, "came");
	comparison_release(&it);
	teardown(&f);
}

static void findings_are_new_wherever_their_lines_went(void **state)
{
	struct fixture f;
	struct comparison it;

	setup(&f, *state, old_lines, new_lines);
	comparison_make(&it, f.live, f.run, INT64_MAX);
	assert_null(it.findings_why);
	assert_int_equal(it.fresh_count, 1);
	assert_string_equal(it.fresh[0].id, "new");
	assert_int_equal(it.gone, 1);
	comparison_release(&it);
	/* As it was before the last one was told. */
	comparison_make(&it, f.live, f.run, 4);
	assert_int_equal(it.fresh_count, 0);
	comparison_release(&it);
	teardown(&f);
}

static void what_got_worse_is_new(void **state)
{
#define AS(severity)                                                    \
	"{" AT "\"event\":\"finding.found\",\"stage\":\"scan\",\"id\":" \
	"\"a\",\"severity\":\"" severity "\",\"title\":\"t\",\"kind\":" \
	"\"code\",\"path\":\"a.c\"}"
	static const char *const was[] = {SCANNED, AS("medium"), NULL};
	static const char *const is[] = {SCANNED, AS("critical"), NULL};
	struct fixture f;
	struct comparison it;

	setup(&f, *state, was, is);
	comparison_make(&it, f.live, f.run, INT64_MAX);
	assert_int_equal(it.fresh_count, 1);
	assert_int_equal(it.gone, 0);
	comparison_release(&it);
	comparison_make(&it, f.run, f.live, INT64_MAX);
	assert_int_equal(it.fresh_count, 0);
	assert_int_equal(it.gone, 0);
	comparison_release(&it);
	teardown(&f);
}

/* What does not count is not new, and neither is what did not count. */
static void findings_that_do_not_count_are_not_compared(void **state)
{
#define KNOWN(id)                                                       \
	"{" AT "\"event\":\"finding.found\",\"stage\":\"scan\",\"id\":" \
	"\"" id "\",\"severity\":\"high\",\"title\":\"t\",\"kind\":"    \
	"\"code\",\"path\":\"a.c\",\"state\":\"known\"}"
	static const char *const was[] = {SCANNED, KNOWN("a"), KNOWN("b"),
					  FINDING("c", "1"), NULL};
	static const char *const is[] = {SCANNED, FINDING("a", "1"), KNOWN("c"),
					 KNOWN("d"), NULL};
	struct fixture f;
	struct comparison it;

	setup(&f, *state, was, is);
	comparison_make(&it, f.live, f.run, INT64_MAX);
	assert_int_equal(it.fresh_count, 0);
	assert_int_equal(it.gone, 0);
	comparison_release(&it);
	teardown(&f);
}

static void findings_that_were_not_told_make_it_partial(void **state)
{
	static const char *const few[] = {
		"{" AT "\"event\":\"report.read\",\"stage\":\"scan\","
		"\"path\":\"x\",\"kind\":\"findings\",\"high\":1,"
		"\"info\":9,\"ok\":true}",
		FINDING("both", "9"), NULL};
	struct fixture f;
	struct comparison it;

	setup(&f, *state, old_lines, few);
	comparison_make(&it, f.live, f.run, INT64_MAX);
	assert_true(it.findings_partial);
	comparison_release(&it);
	teardown(&f);
}

static void what_has_not_run_yet_is_not_removed(void **state)
{
	struct fixture f;
	struct comparison it;

	setup(&f, *state, old_lines, no_lines);
	put_tests(f.live, "passed\tkept\n");
	comparison_make(&it, f.live, f.run, INT64_MAX);
	assert_null(it.tests_why);
	assert_int_equal(it.test_count, 0);
	assert_true(strings_has(&it.not_run, "unit"));
	assert_string_equal(it.findings_why, "nothing was scanned yet");
	comparison_release(&it);
	teardown(&f);
}

static void what_is_not_there_is_not_known(void **state)
{
	struct fixture f;
	struct comparison it;

	setup(&f, *state, old_lines, new_lines);
	put_tests(f.live, "passed\tkept\n");
	comparison_make(&it, f.live, f.run, INT64_MAX);
	assert_non_null(strstr(it.tests_why, "run 2 has no list"));
	assert_int_equal(it.test_count, 0);
	comparison_release(&it);
	put_tests(f.run, "passed\tkept\ncut\t\n");
	comparison_make(&it, f.live, f.run, INT64_MAX);
	assert_non_null(strstr(it.tests_why, "too many"));
	comparison_release(&it);
	comparison_make(&it, NULL, f.run, INT64_MAX);
	assert_non_null(strstr(it.tests_why, "there is no run"));
	comparison_release(&it);
	comparison_make(&it, f.live, NULL, INT64_MAX);
	assert_non_null(strstr(it.findings_why, "not run yet"));
	comparison_release(&it);
	teardown(&f);
}

static void a_finding_is_there_since_the_first_run_without_a_gap(void **state)
{
	static const char *const with[] = {SCANNED, FINDING("new", "1"), NULL};
	static const char *const without[] = {SCANNED, NULL};
	const struct finding_key key = {"new", "a.c", ""};
	struct since since;

	free(make_run(*state, 1, with));
	free(make_run(*state, 2, without));
	free(make_run(*state, 3, with));
	free(make_run(*state, 4, no_lines)); /* scanned nothing */
	free(make_run(*state, 5, with));
	since = comparison_since(*state, 6, &key);
	assert_int_equal(since.run, 3);
	assert_true(since.time_ms > 0);
	assert_false(since.is_least);
	since = comparison_since(*state, 3, &key);
	assert_int_equal(since.run, 3);
	assert_int_equal(since.time_ms, 0);
}

/* A journal has the worst: what is not in it may have been there. */
static void a_finding_that_was_not_told_may_have_been_there(void **state)
{
	static const char *const many[] = {
		"{" AT "\"event\":\"report.read\",\"stage\":\"scan\","
		"\"path\":\"x\",\"kind\":\"findings\",\"total\":2,\"ok\":true}",
		FINDING("old", "1"), NULL};
	static const char *const unread[] = {
		"{" AT "\"event\":\"report.read\",\"stage\":\"scan\","
		"\"path\":\"x\",\"kind\":\"findings\",\"fresh\":false}",
		NULL};
	static const char *const with[] = {SCANNED, FINDING("new", "1"), NULL};
	const struct finding_key key = {"new", "a.c", ""};
	struct since since;

	free(make_run(*state, 1, many));
	free(make_run(*state, 2, with));
	free(make_run(*state, 3, unread));
	since = comparison_since(*state, 4, &key);
	assert_int_equal(since.run, 2);
	assert_true(since.is_least);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(tests_that_came_went_or_are_skipped_are_told),
		WITH_FOLDER(findings_are_new_wherever_their_lines_went),
		WITH_FOLDER(what_got_worse_is_new),
		WITH_FOLDER(findings_that_do_not_count_are_not_compared),
		WITH_FOLDER(findings_that_were_not_told_make_it_partial),
		WITH_FOLDER(what_has_not_run_yet_is_not_removed),
		WITH_FOLDER(what_is_not_there_is_not_known),
		WITH_FOLDER(
			a_finding_is_there_since_the_first_run_without_a_gap),
		WITH_FOLDER(a_finding_that_was_not_told_may_have_been_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
