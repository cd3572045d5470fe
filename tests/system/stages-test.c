/* SPDX-License-Identifier: MIT */
/* What a stage can say of itself, and which stages a run takes: the real
 * program, real children. */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nstages:\n"

static void prepare(struct site *site, const char *text)
{
	site_pipeline(site, text);
	site_commit(site, "a commit");
}

/* The outcome of a stage in the journal of a run; the caller's. */
static char *field_of(struct site *site, int run, enum event_type type,
		      const char *stage, const char *key)
{
	char *folder = site_run_folder(site, run);
	struct event *event = site_last_event(folder, type, stage);
	char *text = event ? xstrdup(event_text(event, key)) : NULL;

	free(folder);
	event_free(event);
	if (!text)
		fail_msg("no %s of %s", event_type_name(type), stage);
	return text;
}

static void assert_field(struct site *site, int run, enum event_type type,
			 const char *stage, const char *key, const char *wanted)
{
	char *text = field_of(site, run, type, stage, key);

	assert_string_equal(text, wanted);
	free(text);
}

static int count_of(struct site *site, int run, enum event_type type,
		    const char *stage)
{
	char *folder = site_run_folder(site, run);
	int count = site_count_events(folder, type, stage);

	free(folder);
	return count;
}

static void a_part_of_the_stages_runs_and_the_journal_says_which(void **state)
{
	struct site *site = *state;
	char *why;

	prepare(site, HEAD "  unit: {run: 'true'}\n"
			   "  build: {run: 'true'}\n"
			   "  pack: {run: 'true'}\n");
	assert_int_equal(site_call(site, "run", "--only", "build", NULL), 0);
	assert_says(site->out, "--only build");
	assert_says(site->out, "2 stages left out");
	why = field_of(site, 1, EVENT_STAGE_SKIPPED, "unit", "reason");
	assert_says(why, "left out by ");
	assert_says(why, ": --only build");
	free(why);
	assert_field(site, 1, EVENT_STAGE_FINISHED, "build", "outcome",
		     "passed");
	assert_int_equal(site_call(site, "run", "--from", "build", "--until",
				   "build", NULL),
			 0);
	assert_int_equal(count_of(site, 2, EVENT_STAGE_STARTED, "unit"), 0);
	assert_int_equal(count_of(site, 2, EVENT_STAGE_STARTED, "build"), 1);
	assert_int_equal(count_of(site, 2, EVENT_STAGE_STARTED, "pack"), 0);
}

static void dry_run_prints_the_plan_and_starts_nothing(void **state)
{
	struct site *site = *state;
	char *runs = path_join(site->state, "runs");

	prepare(site, HEAD "  unit: {run: 'true'}\n"
			   "  build: {run: 'true'}\n");
	assert_int_equal(
		site_call(site, "run", "--dry-run", "--only", "build", NULL),
		0);
	assert_says(site->out, "unit (run): left out by ");
	assert_says(site->out, "build (run) after unit\n");
	assert_int_equal(site_call(site, "plan", "--until", "unit", NULL), 0);
	assert_says(site->out, "build (run): left out by ");
	assert_int_equal(
		site_call(site, "run", "--dry-run", "--only", "biuld", NULL),
		2);
	assert_says(site->err, "did you mean 'build'?");
	assert_false(file_exists(runs));
	free(runs);
}

static void deploying_past_stages_left_out_wants_a_reason(void **state)
{
	struct site *site = *state;

	prepare(site,
		"name: shop\nenvironments:\n" SITE_PRODUCTION
		"    gate: {}\nstages:\n  unit: {run: 'true'}\n" SITE_BUILD
		"  production: {deploy: {environment: production}}\n");
	assert_int_equal(site_call(site, "run", "--from", "build", NULL), 2);
	assert_says(site->err, "production would deploy without stages");
	assert_int_equal(site_call(site, "run", "--from", "build", "--reason",
				   "a hotfix", NULL),
			 6);
	assert_says(site->out, "production waits for 1 approval");
	assert_int_equal(site_call(site, "run", "--until", "gate", NULL), 0);
	assert_int_equal(count_of(site, 2, EVENT_GATE_OPENED, NULL), 0);
}

static void failed_attempts_wait_twice_as_long_and_are_all_told(void **state)
{
	struct site *site = *state;
	char *text;

	prepare(site, HEAD "  unit:\n"
			   "    retries: {times: 2, backoff: 100ms}\n"
			   "    run: |\n"
			   "      echo x >> @FOLDER@/tries\n"
			   "      test ! -e made; touch made; echo here\n"
			   "      test $(wc -l < @FOLDER@/tries) -eq 3\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "unit failed: exit status 1; waits 0.1 s, then "
			       "tries again (2 of 3)");
	assert_says(site->out, "waits 0.2 s, then tries again (3 of 3)");
	assert_int_equal(count_of(site, 1, EVENT_STAGE_RETRYING, "unit"), 2);
	text = field_of(site, 1, EVENT_STAGE_RETRYING, "unit", "reason");
	assert_string_equal(text, "exit status 1");
	free(text);
	assert_int_equal(site_call(site, "log", "1", "unit", NULL), 0);
	assert_string_equal(site->out,
			    "here\n"
			    "signalbox: exit status 1; waits 0.1 s, then "
			    "tries again (2 of 3)\n"
			    "here\n"
			    "signalbox: exit status 1; waits 0.2 s, then "
			    "tries again (3 of 3)\n"
			    "here\n");
}

/* Nobody waits for a stage that waits. */
static void who_waits_to_try_again_holds_no_job(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit:\n"
			   "    retries: {times: 3, backoff: 500ms}\n"
			   "    source: none\n"
			   "    run: test -e @FOLDER@/other\n"
			   "  other:\n"
			   "    needs: []\n"
			   "    source: none\n"
			   "    run: touch @FOLDER@/other\n");
	assert_int_equal(site_call(site, "run", "--jobs", "1", NULL), 0);
	assert_true(count_of(site, 1, EVENT_STAGE_RETRYING, "unit") > 0);
}

static void cancelling_ends_the_wait_for_another_try(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, HEAD "  unit: {retries: {times: 1, backoff: 1h}, "
			   "run: exit 3}\n");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "tries again");
	assert_int_equal(site_call(site, "cancel", "1", NULL), 0);
	assert_int_equal(process_await(run), 4);
}

/* The place that the cancel makes is for nobody. */
static void cancelling_starts_none_of_those_that_are_due_again(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site,
		"name: shop\nservices:\n"
		"  db: {run: sleep 1000, health: {run: exit 7}}\n"
		"stages:\n"
		"  first: {source: none, run: 'true'}\n"
		"  waits: {needs: [first], source: none, services: [db], "
		"run: 'true'}\n"
		"  again: {needs: [], source: none, run: exit 3, retries: "
		"{times: 1, backoff: 1ms}}\n");
	run = site_start(site, NULL, "run", "--jobs", "1", NULL);
	process_await_text(run, "waits for service db");
	assert_int_equal(site_call(site, "cancel", "1", NULL), 0);
	assert_int_equal(process_await(run), 4);
	assert_int_equal(count_of(site, 1, EVENT_STAGE_RETRYING, "again"), 1);
	assert_int_equal(count_of(site, 1, EVENT_STAGE_READY, "again"), 0);
}

static void plan_says_on_what_terms_a_stage_runs(void **state)
{
	struct site *site = *state;

	prepare(site, "name: shop\nservices: {db: {run: x, health: {tcp: "
		      "true}}}\nstages:\n"
		      "  unit: {run: x, services: [db], retries: 2}\n"
		      "  lint: {run: x, allow-failure: {reason: flaky, owner: "
		      "ana, until: 2020-12-31}}\n"
		      "  sweep: {run: x, finally: true}\n");
	assert_int_equal(site_call(site, "plan", NULL), 0);
	assert_says(site->out, "  services: db\n  is tried up to 3 times\n");
	assert_says(site->out, "  may fail until 2020-12-31, which is over, "
			       "but nobody reviewed that, says ana: flaky\n");
	assert_says(site->out, "sweep (run) at the end\n");
}

#define EXCUSED(until, reviewer)                                        \
	HEAD "  lint:\n    allow-failure: {reason: flaky, owner: ana, " \
	     "until: " until reviewer "}\n    run: exit 3\n"            \
	     "  build: {run: 'true'}\n"

static void
stage_that_may_fail_lets_the_others_go_on_until_its_day(void **state)
{
	struct site *site = *state;

	prepare(site, EXCUSED("2999-12-31", ", reviewer: lee"));
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "lint finished: failed-allowed");
	assert_says(site->out,
		    "exit status 3; allowed by ana until 2999-12-31, reviewer "
		    "lee: flaky");
	assert_field(site, 1, EVENT_STAGE_FINISHED, "build", "outcome",
		     "passed");
	assert_int_equal(site_call(site, "status", "1", NULL), 0);
	assert_says(site->out, "failed-allowed");
	prepare(site, EXCUSED("2020-12-31", ", reviewer: lee"));
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out,
		    "exit status 3; ana allowed it to fail until 2020-12-31");
	assert_int_equal(count_of(site, 2, EVENT_STAGE_STARTED, "build"), 0);
	prepare(site, EXCUSED("2999-12-31", ""));
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "but nobody reviewed that");
	prepare(site, EXCUSED("2999-12-31", ", reviewer: ana@example.org"));
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "and reviewed that alone");
}

/* What stands in the file of a folder of the test; the caller's. */
static char *noted(struct site *site, const char *name)
{
	char *path = path_join(site->folder, name);
	struct str text = STR_INIT;

	if (file_exists(path))
		assert_int_equal(file_read(path, &text, 1 << 16, NULL), 0);
	unlink(path);
	free(path);
	return text.len ? str_detach(&text) : xstrdup("");
}

static void assert_noted(struct site *site, const char *name,
			 const char *wanted)
{
	char *text = noted(site, name);

	assert_string_equal(text, wanted);
	free(text);
}

#define CLEAN                                                                \
	"    cleanup: ['echo $SIGNALBOX_OUTCOME $(ls made) >> @FOLDER@/c', " \
	"'exit 4', 'echo more >> @FOLDER@/c']\n"

static void clean_up_follows_every_end_in_the_same_folder(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  unit:\n    run: touch made\n" CLEAN);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_noted(site, "c", "passed made\nmore\n");
	assert_says(site->out, "clean-up of unit: 'exit 4': exit status 4");
	prepare(site, HEAD "  unit:\n    run: touch made; exit 3\n"
			   "    retries: 1\n" CLEAN);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_noted(site, "c", "failed made\nmore\nfailed made\nmore\n");
	site_write(site, "made", ""); /* however soon its time is over */
	prepare(site, HEAD "  unit:\n    run: sleep 1000\n"
			   "    timeout: 200ms\n" CLEAN);
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_noted(site, "c", "timed-out made\nmore\n");
}

static void cancelled_run_cleans_up_and_does_what_is_finally(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site,
		HEAD "  unit:\n    run: touch made; sleep 1000\n" CLEAN
		     "  later: {run: 'true'}\n"
		     "  end: {finally: true, run: 'echo $SIGNALBOX_OUTCOME >> "
		     "@FOLDER@/end'}\n");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "unit started");
	assert_int_equal(site_call(site, "cancel", "1", NULL), 0);
	assert_int_equal(process_await(run), 4);
	assert_noted(site, "end", "cancelled\n");
	free(noted(site, "c"));
	assert_field(site, 1, EVENT_STAGE_FINISHED, "end", "outcome", "passed");
}

static void await_note(struct site *site, const char *name)
{
	char *path = path_join(site->folder, name);

	await_file(path);
	free(path);
}

static bool interrupt_again(void *data)
{
	struct process *run = data;

	if (process_has_ended(run) || strstr(run->out.data, "cancelled again"))
		return true;
	kill(run->pid, SIGINT);
	return false;
}

/* By the command, and by signals as from ctrl-c: what ignores TERM, its
 * clean-up and the clean-up that hangs are all ended. */
static void second_cancel_is_at_once(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site, HEAD
		"  deaf:\n"
		"    grace: 1h\n"
		"    run: trap '' TERM; touch @FOLDER@/up; sleep 1000; sleep "
		"1000\n"
		"    cleanup: [touch @FOLDER@/cleaned]\n"
		"  slow:\n"
		"    needs: []\n"
		"    run: touch @FOLDER@/slow; sleep 1000\n"
		"    cleanup: [touch @FOLDER@/cleaning; sleep 1000]\n"
		"  end: {finally: true, run: touch @FOLDER@/end}\n");
	for (int i = 0; i < 2; i++) {
		run = site_start(site, NULL, "run", "--jobs", "2", NULL);
		await_note(site, "up");
		await_note(site, "slow");
		if (i)
			kill(run->pid, SIGINT);
		else
			assert_int_equal(site_call(site, "cancel", "1", NULL),
					 0);
		await_note(site, "cleaning");
		if (i)
			await(interrupt_again, run, "the end");
		else
			assert_int_equal(site_call(site, "cancel", "1", NULL),
					 0);
		assert_int_equal(process_await(run), i ? 130 : 4);
		assert_says(run->out.data, "cancelled again");
		assert_says(run->out.data, "the clean-up of deaf is left out");
		assert_noted(site, "cleaned", "");
		assert_int_equal(
			count_of(site, i + 1, EVENT_STAGE_STARTED, "end"), 0);
		site_shell(site, site->folder, "rm up slow cleaning");
	}
}

/* As systemd, timeout and a shell stop what they started: every process of
 * it, and those hand it on. */
static void stop_of_all_its_processes_is_one_cancel(void **state)
{
	struct site *site = *state;
	struct process *run;
	pid_t pids[3];

	prepare(site, HEAD "  unit:\n    run: touch @FOLDER@/here; sleep 1000\n"
			   "    cleanup: [touch @FOLDER@/cleaned]\n");
	run = site_start(site, NULL, "run", NULL);
	await_note(site, "here");
	pids[0] = run->pid;
	pids[1] = process_guard(run);
	pids[2] = process_program(run);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		kill(pids[i], SIGTERM);
	assert_int_equal(process_await(run), 143);
	assert_says_not(run->out.data, "cancelled again");
	await_note(site, "cleaned");
}

static void the_last_line_names_each_that_failed(void **state)
{
	struct site *site = *state;

	prepare(site, HEAD "  a: {needs: [], run: exit 3}\n"
			   "  b: {needs: [], run: 'true'}\n"
			   "  c: {needs: [], run: exit 4}\n"
			   "  d: {needs: [], run: exit 5}\n"
			   "  e: {needs: [], run: exit 6}\n"
			   "  f: {needs: [], run: exit 7}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, ": a: exit status 3; also c, d, e and 1 more");
}

static void what_is_finally_comes_last_and_its_failure_counts(void **state)
{
	struct site *site = *state;

	prepare(site,
		HEAD "  end: {finally: true, run: 'echo $SIGNALBOX_OUTCOME >> "
		     "@FOLDER@/end'}\n"
		     "  unit: {run: 'echo unit >> @FOLDER@/end; exit 3'}\n"
		     "  later: {run: 'true'}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_noted(site, "end", "unit\nfailed\n");
	prepare(site, HEAD "  unit: {run: 'true'}\n"
			   "  end: {finally: true, run: exit 5}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "run 2 failed");
	assert_int_equal(site_call(site, "run", "--only", "unit", "--skip",
				   "end", "--reason", "quick", NULL),
			 0);
}

#define TAKES_MAIN                                                            \
	"name: shop\nenvironments:\n" SITE_PRODUCTION                         \
	"    branches: [main, release/*]\n    gate: {}\nstages:\n" SITE_BUILD \
	"  production: {deploy: {environment: production}}\n"

static void commit_of_another_branch_is_not_deployed(void **state)
{
	struct site *site = *state;
	char *why;

	prepare(site, TAKES_MAIN);
	site_shell(site, site->repository,
		   "git branch -M main && "
		   "git checkout -q -b fix");
	site_write(site, "more", "text\n");
	site_commit(site, "a fix");
	assert_int_equal(site_call(site, "plan", NULL), 0);
	assert_says(site->out, "is on fix only, and will be refused");
	assert_int_equal(site_call(site, "run", NULL), 8);
	why = field_of(site, 1, EVENT_STAGE_FINISHED, "production", "reason");
	assert_says(why, "refused: production takes commits of main, "
			 "release/*, and ");
	assert_says(why, " is on fix only");
	free(why);
	assert_int_equal(count_of(site, 1, EVENT_GATE_OPENED, NULL), 0);
	/* The same commit on one that is taken; as remotes have it, too. */
	site_shell(site, site->repository,
		   "git update-ref refs/remotes/origin/release/1 HEAD");
	assert_int_equal(site_call(site, "plan", NULL), 0);
	assert_says(site->out, "is on release/1\n");
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_int_equal(site_call(site, "run", "main", NULL), 6);
}

/* A server that says in its log when it begins and when it is told to end,
 * and a stage's question to it. */
#define SERVICE(health, more)                                      \
	"name: shop\nservices:\n  db:\n    env: {COLOUR: blue}\n"  \
	"    health: " health "\n    grace: 5s\n"                  \
	"    run: |\n      echo up\n      trap 'echo down; exit' " \
	"TERM\n      touch mine; " more "\n"                       \
	"      @SERVER@ serve &\n      echo $! > @FOLDER@/pid\n"   \
	"      wait $!\nstages:\n"
#define ASK                                                              \
	"services: [db], shell: bash, run: 'exec 3<>/dev/tcp/127.0.0.1/" \
	"$SIGNALBOX_SERVICE_DB_PORT; pwd; echo asked >> @FOLDER@/asked'"

static void assert_all_gone(struct site *site)
{
	char *text = noted(site, "pid");
	char *folder = site_run_folder(site, 1);
	char *own = path_join(folder, "services/db");

	assert_true(atoi(text) > 1);
	await_gone(atoi(text));
	assert_false(file_exists(own));
	free(own);
	free(folder);
	free(text);
}

static void service_lives_as_long_as_stages_need_it(void **state)
{
	static const char *const healths[] = {
		"{http: /healthz}", "{tcp: true}",
		"{run: test -e mine; bash -c '< /dev/tcp/127.0.0.1/$PORT'}"};
	struct site *site = *state;

	for (size_t i = 0; i < ARRAY_SIZE(healths); i++) {
		char *text = xasprintf(
			SERVICE("%s",
				"") "  one: {" ASK "}\n"
				    "  two: {" ASK "}\n"
				    "  last: {run: 'for i in $(seq 600); "
				    "do test -e @FOLDER@/pid && kill -0 "
				    "$(cat @FOLDER@/pid) || exit 0; sleep "
				    "0.1; done; exit 1'}\n",
			healths[i]);
		char *folder = site_run_folder(site, (int)i + 1);

		prepare(site, text);
		if (site_call(site, "run", NULL) != 0)
			fail_msg("%s%s", site->out, site->err);
		assert_noted(site, "asked", "asked\nasked\n");
		assert_int_equal(
			site_count_events(folder, EVENT_SERVICE_STARTED, NULL),
			1);
		assert_int_equal(
			site_count_events(folder, EVENT_SERVICE_HEALTHY, NULL),
			1);
		assert_says(site->out, "service db stopped\n");
		free(folder);
		free(text);
	}
	assert_int_equal(site_call(site, "log", "1", "service-db", NULL), 0);
	assert_says(site->out, "up\n");
	assert_says(site->out, "down\n");
	assert_all_gone(site);
}

static void stage_whose_service_dies_fails_with_the_reason(void **state)
{
	struct site *site = *state;

	prepare(site,
		SERVICE("{tcp: true}", "") "  unit: {services: [db], run: "
					   "'kill -9 $(cat @FOLDER@/pid); "
					   "sleep 1000', grace: 1s}\n"
					   "  again: {needs: [], services: "
					   "[db], run: 'exit 0'}\n");
	assert_int_equal(site_call(site, "run", "--jobs", "1", NULL), 1);
	assert_says(site->out, "unit finished: failed");
	assert_says(site->out, "its service db ended: exit status 137; "
			       "signalbox log 1 service-db");
	assert_field(site, 1, EVENT_STAGE_FINISHED, "again", "outcome",
		     "passed");
}

static void service_that_is_not_healthy_in_time_fails_its_stages(void **state)
{
	struct site *site = *state;

	prepare(site, "name: shop\nservices:\n"
		      "  db: {run: sleep 1000, health: {run: exit 7}, "
		      "start-timeout: 4s}\n"
		      "  gone: {run: 'true', health: {tcp: true}}\n"
		      "stages:\n"
		      "  unit: {services: [db], run: 'true'}\n"
		      "  other: {needs: [], services: [gone], run: 'true'}\n");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "unit finished: failed");
	assert_says(site->out, "its service db was not healthy within 4.0 s: "
			       "exit status 7");
	assert_says(site->out, "its service gone ended: exit status 0; a "
			       "service stays in the foreground");
}

static void cancelled_run_leaves_no_service(void **state)
{
	struct site *site = *state;
	struct process *run;

	prepare(site,
		SERVICE("{tcp: true}", "") "  unit: {services: [db], run: "
					   "touch @FOLDER@/here; sleep "
					   "1000}\n");
	run = site_start(site, NULL, "run", NULL);
	await_note(site, "here");
	assert_int_equal(site_call(site, "cancel", "1", NULL), 0);
	assert_int_equal(process_await(run), 4);
	assert_all_gone(site);
}

/* A stage behind the gate may want it again; whoever goes on starts it. */
static void service_is_ended_in_peace_when_a_run_ends_at_its_gate(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);

	prepare(site, SERVICE("{tcp: true}", "") "  one: {" ASK "}\n"
						 "  ask: {gate: {not: []}}\n"
						 "  two: {" ASK "}\n");
	assert_int_equal(site_call(site, "run", NULL), 6);
	assert_int_equal(site_count_events(folder, EVENT_SERVICE_STOPPED, NULL),
			 1);
	assert_int_equal(site_call(site, "log", "1", "service-db", NULL), 0);
	assert_says(site->out, "down\n");
	assert_all_gone(site);
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	assert_int_equal(site_call(site, "resume", "1", NULL), 0);
	assert_noted(site, "asked", "asked\nasked\n");
	assert_all_gone(site);
	free(folder);
}

static void killed_run_leaves_no_service(void **state)
{
	struct site *site = *state;
	struct process *run;
	char *text;

	prepare(site,
		SERVICE("{tcp: true}", "") "  unit: {services: [db], run: "
					   "touch @FOLDER@/here; sleep "
					   "1000}\n");
	run = site_start(site, NULL, "run", NULL);
	await_note(site, "here");
	kill(process_program(run), SIGKILL);
	process_await(run);
	text = noted(site, "pid");
	await_gone(atoi(text));
	free(text);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int tests(void)
{
	const struct CMUnitTest all[] = {
		TEST(a_part_of_the_stages_runs_and_the_journal_says_which),
		TEST(dry_run_prints_the_plan_and_starts_nothing),
		TEST(deploying_past_stages_left_out_wants_a_reason),
		TEST(failed_attempts_wait_twice_as_long_and_are_all_told),
		TEST(who_waits_to_try_again_holds_no_job),
		TEST(cancelling_ends_the_wait_for_another_try),
		TEST(cancelling_starts_none_of_those_that_are_due_again),
		TEST(plan_says_on_what_terms_a_stage_runs),
		TEST(stage_that_may_fail_lets_the_others_go_on_until_its_day),
		TEST(clean_up_follows_every_end_in_the_same_folder),
		TEST(cancelled_run_cleans_up_and_does_what_is_finally),
		TEST(second_cancel_is_at_once),
		TEST(stop_of_all_its_processes_is_one_cancel),
		TEST(service_lives_as_long_as_stages_need_it),
		TEST(stage_whose_service_dies_fails_with_the_reason),
		TEST(service_that_is_not_healthy_in_time_fails_its_stages),
		TEST(cancelled_run_leaves_no_service),
		TEST(service_is_ended_in_peace_when_a_run_ends_at_its_gate),
		TEST(killed_run_leaves_no_service),
		TEST(commit_of_another_branch_is_not_deployed),
		TEST(the_last_line_names_each_that_failed),
		TEST(what_is_finally_comes_last_and_its_failure_counts),
	};

	return cmocka_run_group_tests(all, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
