/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "proc/tool.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/memory.h"

struct seen {
	bool done;
	bool timed_out;
	int status;
	char *output;
	char words[256]; /* of tool_check() */
};

static struct loop *loop;

static int set_up(void **state)
{
	(void)state;
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static void ended(const struct tool_end *end, void *data)
{
	struct seen *seen = data;
	struct error err = ERROR_INIT;

	seen->done = true;
	seen->timed_out = end->timed_out;
	seen->status = end->status;
	seen->output = xstrdup(end->output);
	if (tool_check(end, "it", &err) < 0)
		snprintf(seen->words, sizeof(seen->words), "%s",
			 error_text(&err));
	error_clear(&err);
}

static struct seen run(const char *text, const char *input, int64_t timeout_ms)
{
	const char *const argv[] = {"sh", "-c", text, NULL};
	const struct tool_options options = {
		.loop = loop,
		.argv = argv,
		.input = input,
		.timeout_ms = timeout_ms,
	};
	struct seen seen = {0};

	assert_non_null(tool_start(&options, ended, &seen, NULL));
	assert_false(seen.done);
	while (!seen.done)
		loop_turn(loop, -1);
	return seen;
}

static void output_and_input_are_the_tools(void **state)
{
	struct seen seen =
		run("tr a-z A-Z; echo; echo words >&2", "hello", 20000);

	(void)state;
	assert_int_equal(seen.status, 0);
	assert_string_equal(seen.output, "HELLO\n");
	assert_string_equal(seen.words, "");
	free(seen.output);
}

static void failure_is_told_with_the_last_words(void **state)
{
	struct seen seen = run("echo first >&2; printf 'l\\033[2Jast\n' >&2; "
			       "exit 3",
			       NULL, 20000);

	(void)state;
	assert_string_equal(seen.words, "it: exit status 3: l^[[2Jast");
	free(seen.output);
}

static void slow_tool_is_killed_with_its_group(void **state)
{
	int64_t began = clock_monotonic_us();
	struct seen seen = run("echo begun; sleep 60 & wait", NULL, 2000);

	(void)state;
	assert_true(seen.timed_out);
	assert_string_equal(seen.words, "it: did not end in time");
	assert_string_equal(seen.output, "begun\n");
	assert_true(clock_monotonic_us() - began < 50000000);
	free(seen.output);
}

static void output_beyond_a_mebibyte_is_dropped(void **state)
{
	struct seen seen =
		run("head -c 3000000 /dev/zero | tr '\\0' x", NULL, 20000);

	(void)state;
	assert_int_equal(seen.status, 0);
	assert_int_equal(strlen(seen.output), 1 << 20);
	free(seen.output);
}

/* What comes as fast as it is read holds up neither deadlines nor the end. */
static void output_without_end_holds_nothing_up(void **state)
{
	int64_t began = clock_monotonic_us();
	struct seen seen =
		run("yes & yes & yes >&2 & yes >&2 & wait", NULL, 200);

	(void)state;
	assert_true(seen.timed_out);
	free(seen.output);
	seen = run("yes & yes >&2 & exit 3", NULL, 20000);
	assert_false(seen.timed_out);
	assert_int_equal(seen.status, 3 << 8);
	assert_true(clock_monotonic_us() - began < 20000000);
	free(seen.output);
}

static void last_bytes_are_kept_where_they_are_wanted(void **state)
{
	const char *const argv[] = {
		"sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo last",
		NULL};
	const struct tool_options options = {.loop = loop,
					     .argv = argv,
					     .output_most = 100,
					     .keeps_last = true};
	struct seen seen = {0};

	(void)state;
	assert_non_null(tool_start(&options, ended, &seen, NULL));
	while (!seen.done)
		loop_turn(loop, -1);
	assert_int_equal(strlen(seen.output), 100);
	assert_string_equal(seen.output + 94, "xlast\n");
	free(seen.output);
}

static void what_is_left_behind_delays_no_end(void **state)
{
	struct seen seen = run("sleep 60 & echo $!", NULL, 20000);
	char *kill;

	(void)state;
	assert_false(seen.timed_out);
	kill = xasprintf("kill %s", seen.output);
	assert_int_equal(system(kill), 0);
	free(kill);
	free(seen.output);
}

static void cancelled_tool_tells_nothing(void **state)
{
	const char *const argv[] = {"sleep", "60", NULL};
	const struct tool_options options = {
		.loop = loop,
		.argv = argv,
		.timeout_ms = 60000,
	};
	struct seen seen = {0};
	struct tool *tool = tool_start(&options, ended, &seen, NULL);

	(void)state;
	assert_non_null(tool);
	tool_cancel(tool);
	tool_cancel(NULL);
	loop_turn(loop, 0);
	assert_false(seen.done);
}

static void tool_that_is_not_there_fails_at_once(void **state)
{
	const char *const argv[] = {"/no/such/tool", NULL};
	const struct tool_options options = {
		.loop = loop,
		.argv = argv,
		.timeout_ms = 1000,
	};
	struct error err = ERROR_INIT;

	(void)state;
	assert_null(tool_start(&options, ended, NULL, &err));
	assert_non_null(strstr(error_text(&err), "/no/such/tool"));
	error_clear(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_input_are_the_tools),
		cmocka_unit_test(failure_is_told_with_the_last_words),
		cmocka_unit_test(slow_tool_is_killed_with_its_group),
		cmocka_unit_test(output_beyond_a_mebibyte_is_dropped),
		cmocka_unit_test(output_without_end_holds_nothing_up),
		cmocka_unit_test(last_bytes_are_kept_where_they_are_wanted),
		cmocka_unit_test(what_is_left_behind_delays_no_end),
		cmocka_unit_test(cancelled_tool_tells_nothing),
		cmocka_unit_test(tool_that_is_not_there_fails_at_once),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
