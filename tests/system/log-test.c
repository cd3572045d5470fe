/* SPDX-License-Identifier: MIT */
/* What stages print, and what becomes of it. */
#include "system/support.h"

#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nstages:\n"

static void prepare(struct site *site, const char *text)
{
	site_pipeline(site, text);
	site_commit(site, "a commit");
}

/* A shell text with the log of a stage of run 1 as $1. */
static void check(struct site *site, const char *stage, const char *text)
{
	char *folder = site_run_folder(site, 1);
	char *line =
		xasprintf("set -- %s/logs/%s.log; %s", folder, stage, text);

	site_shell(site, site->folder, line);
	free(line);
	free(folder);
}

/* 70 MB of numbers, each way a log is fed, side by side. */
static void every_byte_of_a_loud_stage_is_in_its_log(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	struct event *grew;

	prepare(site, HEAD
		"  straight: {needs: [], run: seq 1 9000000}\n"
		"  piped: {needs: [], run: seq 1 9000000, log-limit: 1GiB}\n");
	assert_int_equal(site_call(site, "run", "--output", "json", NULL), 0);
	assert_says(site->out, "\"bytes\":70888896,\"lines\":9000000");
	check(site, "straight", "seq 1 9000000 | cmp - $1");
	check(site, "piped", "seq 1 9000000 | cmp - $1");
	check(site, "straight",
	      "awk 'END {exit !(NR > 1000 && $1 < 70888896)}' $1.index");
	grew = site_last_event(folder, EVENT_STAGE_FINISHED, "straight");
	assert_int_equal(event_int(grew, "log-bytes", 0), 70888896);
	assert_int_equal(event_int(grew, "log-lines", 0), 9000000);
	event_free(grew);
	free(folder);
}

static void a_limit_cuts_a_log_and_no_report(void **state)
{
	struct site *site = *state;

	prepare(site,
		HEAD "  loud:\n"
		     "    reports: {tap: \"-\"}\n"
		     "    log-limit: 1KiB\n"
		     "    run: |\n"
		     "      echo 1..2; echo ok 1; seq 1 1000; echo ok 2\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "2 tests passed");
	assert_says(site->out, "a log is not whole: ");
	assert_says(site->out, "was cut at 1.0 KiB (log-limit); 2884 more ");
	check(site, "loud",
	      "(echo 1..2; echo ok 1; seq 1 1000) | head -c 1024 >want\n"
	      "head -c 1024 $1 | cmp - want\n"
	      "grep -q 'the log is cut here, at 1.0 KiB (log-limit)$' $1\n"
	      "grep -q '^signalbox: 2884 more bytes were dropped$' $1");
}

/* To open it anew empties a file, and is nothing to a pipe. */
static void what_names_dev_stderr_loses_nothing(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit: {run: 'echo one; echo two >/dev/stderr; "
			   "echo three'}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "log", "1", "uint", NULL), 2);
	assert_says(site->err, "; its stages are unit");
	assert_int_equal(site_call(site, "log", "1", "unit", NULL), 0);
	assert_string_equal(site->out, "one\ntwo\nthree\n");
}

static void script_that_names_dev_stderr_loses_nothing(void **state)
{
	struct site *site = *state;

	site_write(site, "ci/outer.sh", "echo one\n. ci/inner.sh\n");
	site_write(site, "ci/inner.sh", "echo two >/dev/stderr\n");
	site_write(site, "Makefile", "all:\n\t@sh ci/outer.sh; echo three\n");
	prepare(site, HEAD "  sh: {run: 'sh ci/outer.sh; echo three'}\n"
			   "  make: {run: make}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "log", "1", "sh", NULL), 0);
	assert_string_equal(site->out, "one\ntwo\nthree\n");
	assert_int_equal(site_call(site, "log", "1", "make", NULL), 0);
	assert_string_equal(site->out, "one\ntwo\nthree\n");
}

/* However short it runs. */
static void a_script_that_empties_its_log_is_told_of(void **state)
{
	struct site *site = *state;

	site_write(site, "test.sh",
		   "echo one; echo two >/dev/stderr; echo three\n");
	prepare(site, HEAD "  unit: {run: sh t*.sh}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "a log is not whole: the command opened ");
	assert_int_equal(site_call(site, "log", "1", "unit", NULL), 0);
	assert_says(site->out, "signalbox: the command opened ");
	assert_says(site->out, "two\nthree\n");
}

/* On a small file system of its own, where the system lets us have one. */
static void a_full_disk_is_said_and_what_was_written_stays(void **state)
{
	struct site *site = *state;
	char *text;

	prepare(site, HEAD "  loud: {run: seq 1 9000000}\n");
	text = xasprintf(
		"unshare -Urm true 2>unshared || exit 0\n"
		"mkdir disk && unshare -Urm sh -ec '\n"
		"mount -t tmpfs -o size=16m none disk\n"
		"git clone -q %s disk/shop && cd disk/shop\n"
		"%s run >../out 2>&1 && exit 1\n"
		"grep \"a log is not whole: the disk of .* is full\" ../out\n"
		"grep \"loud finished: failed\" ../out\n"
		"log=.git/signalbox/runs/1/logs/loud.log\n"
		"seq 1 9000000 | head -c 8000000 >../../want\n"
		"head -c 8000000 $log | cmp - ../../want\n"
		"%s verify 1\n"
		"' || { cat disk/out; exit 1; }\n",
		site->repository, site->signalbox, site->signalbox);
	site_shell(site, site->folder, text);
	free(text);
}

static int run_all(void)
{
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(every_byte_of_a_loud_stage_is_in_its_log),
		TEST(a_limit_cuts_a_log_and_no_report),
		TEST(what_names_dev_stderr_loses_nothing),
		TEST(script_that_names_dev_stderr_loses_nothing),
		TEST(a_script_that_empties_its_log_is_told_of),
		TEST(a_full_disk_is_said_and_what_was_written_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
