/* SPDX-License-Identifier: MIT */
/* What past runs teach: the real program, several runs. */
#include "system/support.h"

#include <stdio.h>

#include "base/file.h"
#include "base/memory.h"

/* `pay` fails in the runs that find the file `flake`. */
static const char pipeline[] =
	"name: shop\nstages:\n"
	"  unit:\n"
	"    source: none\n"
	"    allow-failure: {reason: flaky, owner: ana, "
	"reviewer: lee, until: 2099-12-31}\n"
	"    reports: {tap: \"-\"}\n"
	"    run: |\n"
	"      echo 1..2; echo ok 1 - cart\n"
	"      if test -e @FOLDER@/flake; then echo not ok 2 - pay; exit 1; "
	"fi\n"
	"      echo ok 2 - pay\n"
	"  build: {source: none, run: sleep 0.2}\n";

static void run(struct site *site, bool flake)
{
	site_shell(site, site->folder, flake ? "touch flake" : "rm -f flake");
	assert_int_equal(site_call(site, "run", NULL), 0);
}

static void a_failed_test_says_how_often_it_has_failed(void **state)
{
	struct site *site = *state;

	site_pipeline(site, pipeline);
	site_commit(site, "a commit");
	run(site, true);
	assert_says(site->out, "FAIL pay");
	assert_says_not(site->out, "before");
	run(site, false);
	run(site, false);
	run(site, true);
	assert_says(site->out, "FAIL pay, failed in 1 of 3 runs before");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "FAIL pay: failed in 1 of 3 runs before\n");
	assert_int_equal(site_call(site, "status", "--output", "json", NULL),
			 0);
	assert_says(site->out, "\"runs-before\": 3");
	assert_says(site->out, "\"failed-before\": 1");
	assert_int_equal(site_call(site, "replay", "4", "--speed", "max",
				   "--no-screen", NULL),
			 0);
	assert_says(site->out, "FAIL pay, failed in 1 of 3 runs before");
}

static void a_test_that_never_failed_says_so(void **state)
{
	struct site *site = *state;

	site_pipeline(site, pipeline);
	site_commit(site, "a commit");
	run(site, false);
	run(site, false);
	run(site, true);
	assert_says(site->out, "FAIL pay, never failed in 2 runs before");
	/* Without the file the journals say the same. */
	site_shell(site, site->state, "rm history.ndjson");
	run(site, true);
	assert_says(site->out, "FAIL pay, failed in 1 of 3 runs before");
}

/* The run remembers itself from its events: as its journal tells it. */
static void what_is_remembered_is_what_the_journal_says(void **state)
{
	struct site *site = *state;

	site_pipeline(site, pipeline);
	site_commit(site, "a commit");
	for (int i = 0; i < 3; i++)
		run(site, i == 1);
	site_shell(site, site->state,
		   "sort history.ndjson >kept; rm history.ndjson");
	assert_int_equal(site_call(site, "plan", NULL), 0);
	site_shell(site, site->state,
		   "test $(wc -l <kept) = 4 && sort history.ndjson | "
		   "cmp - kept");
}

static void status_counts_the_failed_tests_that_it_does_not_name(void **state)
{
	struct site *site = *state;

	site_pipeline(site, "name: shop\nstages:\n"
			    "  unit:\n"
			    "    source: none\n"
			    "    reports: {tap: \"-\"}\n"
			    "    run: for i in 1 2 3 4 5 6 7 8 9 10 11 12; do "
			    "echo not ok $i - t$i; done; echo 1..12; false\n");
	site_commit(site, "a commit");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "FAIL t10\n");
	assert_says_not(site->out, "FAIL t11");
	assert_says(site->out, "and 2 more\n");
}

static void a_run_begins_with_how_those_before_ended(void **state)
{
	struct site *site = *state;
	struct event *event;
	char *folder;
	json_t *past;

	site_pipeline(site, "name: shop\nstages:\n  unit: {source: none, run: "
			    "'test ! -e @FOLDER@/bad'}\n");
	site_commit(site, "a commit");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_shell(site, site->folder, "touch bad");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_int_equal(site_call(site, "run", NULL), 1);
	folder = site_run_folder(site, 3);
	event = site_last_event(folder, EVENT_RUN_STARTED, NULL);
	past = event_json(event, "past");
	assert_int_equal(json_array_size(past), 2);
	assert_int_equal(json_int(json_array_get(past, 0), "run", 0), 2);
	assert_string_equal(json_text(json_array_get(past, 0), "outcome"),
			    "failed");
	assert_string_equal(json_text(json_array_get(past, 0), "stage"),
			    "unit");
	assert_string_equal(json_text(json_array_get(past, 1), "outcome"),
			    "passed");
	event_free(event);
	free(folder);
}

static void usual_times_come_from_the_runs_before(void **state)
{
	struct site *site = *state;
	struct event *event;
	char *folder;
	json_t *build;

	site_pipeline(site, pipeline);
	site_commit(site, "a commit");
	assert_int_equal(site_call(site, "plan", NULL), 0);
	assert_says_not(site->out, "usually");
	run(site, false);
	run(site, false);
	assert_int_equal(site_call(site, "plan", NULL), 0);
	assert_says(site->out, "build (run) after unit\n  usually takes ");
	assert_says(site->out, "\nusually takes ");
	run(site, false);
	folder = site_run_folder(site, 3);
	event = site_last_event(folder, EVENT_RUN_STARTED, NULL);
	build = json_array_get(event_json(event, "stages"), 1);
	assert_in_range(json_int(build, "usual-ms", 0), 200, 60000);
	event_free(event);
	free(folder);
	assert_int_equal(site_call(site, "status", "--output", "json", NULL),
			 0);
	assert_says(site->out, "\"usual-ms\": ");
}

static void a_run_under_way_says_how_long_one_takes(void **state)
{
	struct site *site = *state;
	struct process *run;

	site_pipeline(site,
		      "name: shop\nstages:\n  unit: {source: none, run: 'until "
		      "test -e @FOLDER@/go; do sleep 0.05; done; sleep 0.2'}\n"
		      "  build: {source: none, run: 'true'}\n");
	site_commit(site, "a commit");
	site_shell(site, site->folder, "touch go");
	assert_int_equal(site_call(site, "run", NULL), 0);
	site_shell(site, site->folder, "rm go");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "unit started");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "\n  usually takes ");
	site_shell(site, site->folder, "touch go");
	assert_int_equal(process_await(run), 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says_not(site->out, "usually");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		TEST(a_failed_test_says_how_often_it_has_failed),
		TEST(a_test_that_never_failed_says_so),
		TEST(what_is_remembered_is_what_the_journal_says),
		TEST(status_counts_the_failed_tests_that_it_does_not_name),
		TEST(a_run_begins_with_how_those_before_ended),
		TEST(usual_times_come_from_the_runs_before),
		TEST(a_run_under_way_says_how_long_one_takes),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
