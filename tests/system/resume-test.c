/* SPDX-License-Identifier: MIT */
/* A run that died, or waits at a gate, goes on in another process; a stage
 * that failed is tried once more in the same run. */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"

/* Each stage appends a line of its own; one waits for a file. */
#define EFFECT(name) "echo " name " >> @FOLDER@/effects"
#define STAGES                                                               \
	"name: shop\n"                                                       \
	"stages:\n"                                                          \
	"  first: {run: \"" EFFECT(                                          \
		"first") "\"}\n"                                             \
			 "  slow:\n"                                         \
			 "    needs: [first]\n"                              \
			 "    run: |\n"                                      \
			 "      " EFFECT(                                    \
				 "slow") "\n"                                \
					 "      echo $$ > @FOLDER@/new; mv " \
					 "@FOLDER@/new @FOLDER@/at\n"        \
					 "      until test -e @FOLDER@/go; " \
					 "do sleep 0.05; done\n"
#define LAST "  last: {needs: [slow], run: \"" EFFECT("last") "\"}\n"
#define GATE                                                                  \
	"name: shop\n"                                                        \
	"stages:\n"                                                           \
	"  first: {run: \"" EFFECT("first") "\"}\n"                           \
					    "  gate: {needs: [first], gate: " \
					    "{required: 1, not: []}}\n"       \
					    "  last: {needs: [gate], run: "   \
					    "\"" EFFECT("last") "\"}\n"

static char *text_of(const struct site *site, const char *name)
{
	char *path = path_join(site->folder, name);
	struct str text = STR_INIT;

	if (file_read(path, &text, 1 << 16, NULL) < 0)
		str_clear(&text);
	free(path);
	return str_detach(&text);
}

static void assert_effects(const struct site *site, const char *wanted)
{
	char *text = text_of(site, "effects");

	assert_string_equal(text, wanted);
	free(text);
}

static void touch(struct site *site, const char *name)
{
	char *text = xasprintf("touch %s", name);

	site_shell(site, site->folder, text);
	free(text);
}

static void commit(struct site *site, const char *pipeline)
{
	site_pipeline(site, pipeline);
	site_commit(site, "a commit");
}

static pid_t await_slow(struct site *site)
{
	char *path = path_join(site->folder, "at");
	char *text;
	pid_t pid;

	await_file(path);
	text = text_of(site, "at");
	pid = atoi(text);
	unlink(path);
	free(text);
	free(path);
	return pid;
}

static void kill_program(struct process *run)
{
	assert_int_equal(kill(process_program(run), SIGKILL), 0);
	process_await(run);
}

/* A run that was killed while `slow` ran. */
static void die_in_slow(struct site *site, const char *pipeline)
{
	struct process *run;

	commit(site, pipeline);
	run = site_start(site, NULL, "run", NULL);
	await_slow(site);
	kill_program(run);
}

static void assert_call(struct site *site, int wanted, int got)
{
	if (got != wanted)
		fail_msg("%d, not %d: %s%s", got, wanted, site->out, site->err);
}

static void what_is_over_is_not_run_again(void **state)
{
	struct site *site = *state;

	die_in_slow(site, STAGES LAST);
	assert_call(site, 0, site_call(site, "status", NULL));
	assert_says(site->out, "was cut off");
	assert_says(site->out, "signalbox resume 1");
	touch(site, "go");
	assert_call(site, 0, site_call(site, "resume", NULL));
	assert_says(site->out, "run 1 goes on after record");
	assert_says(site->out, "from their start: slow");
	assert_says(site->out, "slow started, attempt 2");
	assert_says(site->out, "run 1 passed");
	assert_says_not(site->out, "first started");
	assert_effects(site, "first\nslow\nslow\nlast\n");
	assert_call(site, 0, site_call(site, "verify", NULL));
	assert_call(site, 8, site_call(site, "resume", NULL));
	assert_says(site->err, "no run here was cut off");
	assert_call(site, 8, site_call(site, "resume", "1", NULL));
	assert_says(site->err, "run 1 has passed");
}

static void the_next_run_offers_it(void **state)
{
	struct site *site = *state;

	die_in_slow(site, STAGES LAST);
	touch(site, "go");
	assert_call(site, 0, site_call(site, "run", NULL));
	assert_says(site->out, "run 1 was cut off; signalbox resume 1 goes on "
			       "with it");
	assert_call(site, 0, site_call(site, "run", NULL));
	assert_says_not(site->out, "was cut off");
	assert_call(site, 0, site_call(site, "resume", NULL));
	assert_says(site->out, "run 1 passed");
}

static void it_can_die_more_than_once(void **state)
{
	struct site *site = *state;
	struct process *run;

	die_in_slow(site, STAGES LAST);
	for (int i = 0; i < 2; i++) {
		run = site_start(site, NULL, "resume", NULL);
		await_slow(site);
		kill_program(run);
	}
	touch(site, "go");
	assert_call(site, 0, site_call(site, "resume", "1", NULL));
	assert_says(site->out, "slow started, attempt 4");
	assert_effects(site, "first\nslow\nslow\nslow\nslow\nlast\n");
	assert_call(site, 0, site_call(site, "verify", NULL));
}

static void one_that_lives_is_not_resumed(void **state)
{
	struct site *site = *state;
	struct process *run;

	commit(site, STAGES);
	run = site_start(site, NULL, "run", NULL);
	await_slow(site);
	assert_call(site, 8, site_call(site, "resume", "1", NULL));
	assert_says(site->err, "run 1 is alive, pid ");
	touch(site, "go");
	assert_int_equal(process_await(run), 0);
}

static void a_stage_may_forbid_to_be_run_again(void **state)
{
	struct site *site = *state;

	die_in_slow(site, STAGES "    resume: false\n" LAST);
	assert_call(site, 8, site_call(site, "resume", NULL));
	assert_says(site->err, "slow was under way");
	assert_says(site->err, "signalbox resume 1 --again slow");
	assert_effects(site, "first\nslow\n");
	touch(site, "go");
	assert_call(site, 2,
		    site_call(site, "resume", "--again", "nothing", NULL));
	assert_call(site, 0,
		    site_call(site, "resume", "1", "--again", "slow", NULL));
	assert_effects(site, "first\nslow\nslow\nlast\n");
}

static void a_torn_record_is_cut_and_said(void **state)
{
	struct site *site = *state;

	die_in_slow(site, STAGES LAST);
	site_shell(site, site->state,
		   "printf '{\"seq\":99,\"ev' >> runs/1/journal.ndjson");
	touch(site, "go");
	assert_call(site, 0, site_call(site, "resume", NULL));
	assert_says(site->out, "13 bytes of a record that was half written");
	assert_call(site, 0, site_call(site, "verify", NULL));
}

static void damage_is_refused_with_the_record(void **state)
{
	struct site *site = *state;

	die_in_slow(site, STAGES LAST);
	site_shell(site, site->state,
		   "sed -i '3s/first/fjrst/' runs/1/journal.ndjson");
	assert_call(site, 7, site_call(site, "resume", "1", NULL));
	assert_says(site->err, "record 2");
	assert_effects(site, "first\nslow\n");
	site_shell(site, site->state,
		   "sed -i '3s/fjrst/first/' runs/1/journal.ndjson");
}

/* What has left its session, when nobody is left to end it. */
static void what_it_left_running_is_ended(void **state)
{
	struct site *site = *state;
	struct process *run;
	pid_t pids[3], left;
	char *text;

	commit(site, STAGES "      setsid sh -c 'echo $$ > @FOLDER@/d; mv "
			    "@FOLDER@/d @FOLDER@/daemon; "
			    "exec sleep 1000' >/dev/null 2>&1 &\n"
			    "      until test -e @FOLDER@/end; do sleep 0.05; "
			    "done\n");
	touch(site, "go");
	run = site_start(site, NULL, "run", NULL);
	await_slow(site);
	text = path_join(site->folder, "daemon");
	await_file(text);
	free(text);
	text = text_of(site, "daemon");
	left = atoi(text);
	free(text);
	pids[0] = process_program(run);
	pids[1] = process_guard(run);
	pids[2] = run->pid;
	for (int i = 2; i > 0; i--)
		assert_int_equal(kill(pids[i], SIGSTOP), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(kill(pids[i], SIGKILL), 0);
	process_await(run);
	await_gone(pids[0]);
	assert_true(is_running(left));
	run = site_start(site, NULL, "resume", NULL);
	process_await_text(run, "that the run had left running");
	await_gone(left);
	touch(site, "end");
	assert_int_equal(process_await(run), 0);
}

static void artifacts_that_are_gone_are_made_again(void **state)
{
	struct site *site = *state;

	die_in_slow(
		site,
		"name: shop\n"
		"stages:\n"
		"  build:\n"
		"    run: |\n"
		"      " EFFECT(
			"build") "\n"
				 "      echo built > made\n"
				 "    artifacts: [made]\n"
				 "  test: {needs: [build], run: \"" EFFECT(
					 "test") "\"}\n"
						 "  other: {needs: [], run: "
						 "\"" EFFECT(
							 "other") "\"}\n"
								  "  slow:\n"
								  "    needs: "
								  "[test, "
								  "other]\n"
								  "    run: |\n"
								  "      test "
								  "-e made\n"
								  "      echo "
								  "$$ > "
								  "@FOLDER@/"
								  "new; mv "
								  "@FOLDER@/"
								  "new "
								  "@FOLDER@/"
								  "at\n"
								  "      until "
								  "test -e "
								  "@FOLDER@/"
								  "go; do "
								  "sleep 0.05; "
								  "done\n");
	site_shell(site, site->folder, ": > effects; touch go");
	site_shell(site, site->state, "rm -r artifacts/sha256/??");
	assert_call(site, 0, site_call(site, "resume", NULL));
	assert_says(site->out, "build runs again: made, which it made, is gone "
			       "from the store");
	assert_effects(site, "build\ntest\n");
}

static void a_vote_without_an_engine_counts_when_it_goes_on(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	struct event *before, *after;

	commit(site, GATE);
	assert_call(site, 6, site_call(site, "run", NULL));
	assert_says(site->out, "signalbox approve 1, then signalbox resume 1");
	assert_call(site, 6, site_call(site, "resume", NULL));
	before = site_last_event(folder, EVENT_GATE_OPENED, "gate");
	assert_call(site, 8, site_call(site, "promote", "1", NULL));
	assert_says(site->err, "signalbox resume 1 goes on with it");
	assert_call(site, 2, site_call(site, "reject", "1", NULL));
	assert_says(site->err, "reject needs --reason TEXT");
	assert_call(site, 0, site_call(site, "approve", "1", "gate", NULL));
	assert_says(site->out, "recorded; signalbox resume 1 goes on");
	assert_effects(site, "first\n");
	assert_call(site, 8, site_call(site, "approve", "1", NULL));
	after = site_last_event(folder, EVENT_GATE_OPENED, "gate");
	assert_string_equal(event_text(before, "expires"),
			    event_text(after, "expires"));
	assert_call(site, 0, site_call(site, "resume", NULL));
	assert_says(site->out, "gate was approved by ");
	assert_effects(site, "first\nlast\n");
	assert_int_equal(site_count_events(folder, EVENT_GATE_VOTED, NULL), 1);
	assert_call(site, 0, site_call(site, "verify", NULL));
	event_free(before);
	event_free(after);
	free(folder);
}

static void a_decision_that_is_void_is_said_to_be(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);
	struct event *closed;

	commit(site, "name: shop\nenvironments:\n" SITE_PRODUCTION
		     "    gate: {required: 1, not: []}\n"
		     "stages:\n" SITE_BUILD
		     "  production: {deploy: {environment: production}}\n");
	assert_call(site, 6, site_call(site, "run", NULL));
	site_write(site, "more", "of it");
	site_commit(site, "another");
	assert_call(site, 6, site_call(site, "run", NULL));
	assert_call(site, 0, site_call(site, "approve", "1", NULL));
	assert_call(site, 0, site_call(site, "approve", "2", NULL));
	assert_call(site, 0, site_call(site, "resume", "2", NULL));
	assert_call(site, 6, site_call(site, "resume", "1", NULL));
	assert_says(site->out,
		    "what it would let pass has changed while nobody ran it");
	closed = site_last_event(folder, EVENT_GATE_CLOSED, NULL);
	assert_string_equal(event_text(closed, "outcome"), "void");
	event_free(closed);
	assert_call(site, 0, site_call(site, "approve", "1", NULL));
	assert_call(site, 0, site_call(site, "resume", "1", NULL));
	assert_call(site, 0, site_call(site, "verify", NULL));
	free(folder);
}

/* As it would have, had the engine lived. */
static void a_vote_holds_though_more_was_made_meanwhile(void **state)
{
	struct site *site = *state;
	char *folder = site_run_folder(site, 1);

	commit(site,
	       "name: shop\n"
	       "stages:\n"
	       "  gate: {needs: [], gate: {required: 1, not: []}}\n"
	       "  build:\n"
	       "    needs: []\n"
	       "    run: |\n"
	       "      until grep -q gate.opened "
	       "$SIGNALBOX_RUN_FOLDER/journal.ndjson; do sleep 0.05; done\n"
	       "      echo built > made\n"
	       "    artifacts: [made]\n");
	assert_call(site, 6, site_call(site, "run", NULL));
	assert_int_equal(site_count_events(folder, EVENT_ARTIFACT_STORED, NULL),
			 1);
	assert_call(site, 0, site_call(site, "approve", "1", NULL));
	assert_call(site, 0, site_call(site, "resume", NULL));
	assert_int_equal(site_count_events(folder, EVENT_GATE_VOTED, NULL), 1);
	free(folder);
}

static void a_gate_of_a_run_that_died_takes_votes(void **state)
{
	struct site *site = *state;
	struct process *run;

	commit(site, GATE);
	run = site_start(site, NULL, "run", "--wait", NULL);
	process_await_text(run, "gate waits for 1 approval");
	kill_program(run);
	assert_call(site, 0,
		    site_call(site, "reject", "1", "--reason", "no", NULL));
	assert_call(site, 3, site_call(site, "resume", NULL));
	assert_says(site->out, "gate was rejected by ");
	assert_effects(site, "first\n");
	assert_call(site, 8, site_call(site, "retry", "1", "gate", NULL));
	assert_says(site->err, "was rejected");
}

#define FAILS                                                                 \
	"name: shop\n"                                                        \
	"stages:\n"                                                           \
	"  fails: {run: \"" EFFECT(                                           \
		"fails") "; test -e @FOLDER@/go\"}\n"                         \
			 "  good: {needs: [], run: \"" EFFECT(                \
				 "good") "\"}\n"                              \
					 "  next: {needs: [fails, good], "    \
					 "run: \"" EFFECT(                    \
						 "next") "\"}\n"              \
							 "  end: {finally: "  \
							 "true, run: "        \
							 "\"" EFFECT(         \
								 "end") "\"}" \
									"\n"

static void retry_runs_a_failed_stage_and_what_needs_it(void **state)
{
	struct site *site = *state;

	commit(site, FAILS);
	assert_call(site, 1, site_call(site, "run", "--jobs", "1", NULL));
	assert_effects(site, "fails\ngood\nend\n");
	assert_call(site, 8, site_call(site, "retry", "1", "good", NULL));
	assert_says(site->err, "good has passed");
	assert_call(site, 8, site_call(site, "retry", "1", "next", NULL));
	assert_call(site, 8, site_call(site, "retry", "1", "none", NULL));
	assert_call(site, 1, site_call(site, "retry", "1", "fails", NULL));
	touch(site, "go");
	assert_call(site, 0, site_call(site, "retry", "1", "fails", NULL));
	assert_says(site->out, "fails started, attempt 3");
	assert_says(site->out, "run 1 passed");
	assert_effects(site, "fails\ngood\nend\nfails\nend\n"
			     "fails\nnext\nend\n");
	assert_call(site, 0, site_call(site, "status", "1", NULL));
	assert_says(site->out, "next                 passed");
	assert_call(site, 8, site_call(site, "resume", "1", NULL));
	assert_call(site, 0, site_call(site, "verify", NULL));
}

static void retry_in_a_run_that_goes_on(void **state)
{
	struct site *site = *state;
	struct process *run;

	commit(site, "name: shop\n"
		     "stages:\n"
		     "  fails: {run: \"test -e @FOLDER@/go\"}\n"
		     "  next: {run: \"" EFFECT(
			     "next") "\"}\n"
				     "  slow:\n"
				     "    needs: []\n"
				     "    run: |\n"
				     "      until test -e @FOLDER@/end; do "
				     "sleep 0.05; done\n");
	run = site_start(site, NULL, "run", "--jobs", "3", NULL);
	process_await_text(run, "next skipped: needs fails: failed");
	assert_call(site, 8, site_call(site, "retry", "1", "slow", NULL));
	touch(site, "go");
	assert_call(site, 0, site_call(site, "retry", "1", "fails", NULL));
	process_await_text(run, "next finished: passed");
	touch(site, "end");
	assert_int_equal(process_await(run), 0);
	assert_says(run->out.data, "run 1 passed");
}

#define HEAD "name: shop\nenvironments:\n" SITE_PRODUCTION
#define FIRST                       \
	HEAD "stages:\n" SITE_BUILD \
	     "  production: {deploy: {environment: production}}\n"

static void release_first(struct site *site)
{
	commit(site, FIRST);
	assert_call(site, 0, site_call(site, "run", NULL));
	assert_string_equal(site_colour(site), "blue");
}

static void commit_canary(struct site *site, const char *steps)
{
	char *text = xasprintf(HEAD "stages:\n" SITE_BUILD "  production:\n"
				    "    needs: [build]\n"
				    "    deploy:\n"
				    "      environment: production\n"
				    "      strategy: canary\n"
				    "      steps: [%s]\n"
				    "  last: {run: \"" EFFECT("last") "\"}\n",
			       steps);

	site_write(site, "readme", steps);
	commit(site, text);
	free(text);
}

/* Run 2, killed where it stands. */
static void die_at(struct site *site, const char *steps, const char *reached)
{
	struct process *run;

	commit_canary(site, steps);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, reached);
	kill_program(run);
}

static void assert_all_well(struct site *site)
{
	site_load_stop(site);
	assert_int_equal(site_load_failed(site), 0);
	assert_int_equal(site_load_5xx(site), 0);
	assert_call(site, 0, site_call(site, "verify", NULL));
}

static double weight_of_green(const struct site *site)
{
	char *folder = site_environment_folder(site, "production");
	struct event *event =
		site_last_event(folder, EVENT_TRAFFIC_CHANGED, NULL);
	double weight = json_number(event_json(event, "to"), "green", -1);

	event_free(event);
	free(folder);
	return weight;
}

static void a_canary_goes_on_at_its_pause(void **state)
{
	struct site *site = *state;
	struct process *run;
	pid_t green;

	release_first(site);
	site_load_start(site);
	die_at(site,
	       "{weight: 5%}, {pause: 1s}, {weight: 25%}, {pause: 10m}, "
	       "{weight: 100%}",
	       "production: wait 10");
	green = site_kept(site, "production", "green");
	site_await_requests(site, 200);
	assert_call(site, 0, site_call(site, "status", NULL));
	assert_says(site->out, "signalbox resume 2 goes on with it");
	run = site_start(site, NULL, "resume", NULL);
	process_await_text(run, "of it left");
	assert_says(run->out.data, "production goes on at its step pause-2");
	assert_call(site, 0, site_call(site, "promote", "2", "--next", NULL));
	assert_int_equal(process_await(run), 0);
	assert_says_not(run->out.data, "something else is under way");
	assert_says(run->out.data, "run 2 passed");
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_kept(site, "production", "green"), green);
	assert_effects(site, "last\n");
	assert_all_well(site);
}

static void a_hold_lasts_and_a_promotion_is_not_forgotten(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_first(site);
	site_load_start(site);
	commit_canary(site, "{weight: 5%}, {pause: 10m}, {weight: 100%}");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "production: wait 10");
	assert_call(site, 0, site_call(site, "hold", "2", NULL));
	kill_program(run);
	run = site_start(site, NULL, "resume", NULL);
	process_await_text(run, "goes on at its step pause,");
	assert_call(site, 8, site_call(site, "hold", "2", NULL));
	assert_says(site->err, "is held already");
	assert_float_equal(weight_of_green(site), 5, 0);
	assert_call(site, 0, site_call(site, "promote", "2", NULL));
	assert_int_equal(process_await(run), 0);
	assert_string_equal(site_colour(site), "green");
	assert_all_well(site);
}

static void a_candidate_that_died_meanwhile_is_taken_back(void **state)
{
	struct site *site = *state;

	release_first(site);
	site_load_start(site);
	die_at(site, "{weight: 5%}, {pause: {}}, {weight: 100%}",
	       "wait until promoted");
	assert_int_equal(
		kill(site_keeper(site, "production", "green"), SIGKILL), 0);
	assert_int_equal(kill(site_kept(site, "production", "green"), SIGKILL),
			 0);
	site_load_stop(site); /* what it had of the traffic fails */
	assert_call(site, 5, site_call(site, "resume", NULL));
	assert_says(site->out, "does not run on green any more");
	assert_string_equal(site_colour(site), "blue");
	assert_float_equal(weight_of_green(site), 0, 0);
	assert_effects(site, "");
	assert_call(site, 0, site_call(site, "verify", NULL));
}

static void what_was_rolled_back_meanwhile_stays_so(void **state)
{
	struct site *site = *state;

	release_first(site);
	site_load_start(site);
	die_at(site, "{weight: 25%}, {pause: {}}, {weight: 100%}",
	       "wait until promoted");
	assert_call(site, 0, site_call(site, "rollback", "production", NULL));
	assert_call(site, 5, site_call(site, "resume", NULL));
	assert_says(site->out, "production finished: rolled-back");
	assert_string_equal(site_colour(site), "blue");
	assert_float_equal(weight_of_green(site), 0, 0);
	assert_all_well(site);
	assert_call(site, 8, site_call(site, "resume", "2", NULL));
}

static void what_came_live_meanwhile_is_told(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_first(site);
	die_at(site, "{weight: 25%}, {pause: {}}, {weight: 100%}",
	       "wait until promoted");
	commit_canary(site, "{weight: 100%}");
	assert_call(site, 0, site_call(site, "run", NULL));
	assert_says_not(site->out, "which is newer");
	run = site_start(site, NULL, "resume", "2", NULL);
	process_await_text(run, "of run 3 is live, which is newer");
	process_await_text(run, "wait until promoted");
	assert_call(site, 0, site_call(site, "promote", "2", NULL));
	assert_int_equal(process_await(run), 0);
}

/* As if it had died between the record of a command and its effect. */
static void record_command(struct site *site, const char *name)
{
	char *folder = site_run_folder(site, 2);
	struct journal *journal = journal_open(folder, NULL, NULL);
	struct event *event = event_new(EVENT_COMMAND_RECEIVED, NULL);

	assert_non_null(journal);
	event_set(event, "command", name);
	event_set(event, "person", "ana");
	event_set_int(event, "uid", 1);
	event_set(event, "target", "run 2");
	journal_append(journal, event);
	assert_int_equal(journal_flush(journal, NULL), 0);
	journal_free(journal);
	event_free(event);
	free(folder);
}

static void a_command_that_was_recorded_is_done(struct site *site,
						const char *name, int status,
						const char *outcome)
{
	release_first(site);
	site_load_start(site);
	die_at(site, "{weight: 25%}, {pause: {}}, {weight: 100%}",
	       "wait until promoted");
	record_command(site, name);
	assert_float_equal(weight_of_green(site), 25, 0);
	assert_call(site, status, site_call(site, "resume", NULL));
	assert_says(site->out, outcome);
	assert_float_equal(weight_of_green(site), 0, 0);
	assert_string_equal(site_colour(site), "blue");
	assert_effects(site, "");
	assert_all_well(site);
}

static void a_cancelled_run_is_taken_back_when_it_goes_on(void **state)
{
	a_command_that_was_recorded_is_done(*state, "cancel", 4,
					    "production finished: cancelled");
}

static void a_rollback_that_was_asked_for_is_done(void **state)
{
	a_command_that_was_recorded_is_done(*state, "rollback", 5,
					    "production finished: rolled-back");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(what_is_over_is_not_run_again),
		TEST(the_next_run_offers_it),
		TEST(it_can_die_more_than_once),
		TEST(one_that_lives_is_not_resumed),
		TEST(a_stage_may_forbid_to_be_run_again),
		TEST(a_torn_record_is_cut_and_said),
		TEST(damage_is_refused_with_the_record),
		TEST(what_it_left_running_is_ended),
		TEST(artifacts_that_are_gone_are_made_again),
		TEST(a_vote_without_an_engine_counts_when_it_goes_on),
		TEST(a_decision_that_is_void_is_said_to_be),
		TEST(a_vote_holds_though_more_was_made_meanwhile),
		TEST(a_gate_of_a_run_that_died_takes_votes),
		TEST(retry_runs_a_failed_stage_and_what_needs_it),
		TEST(retry_in_a_run_that_goes_on),
		TEST(a_canary_goes_on_at_its_pause),
		TEST(a_hold_lasts_and_a_promotion_is_not_forgotten),
		TEST(a_candidate_that_died_meanwhile_is_taken_back),
		TEST(what_was_rolled_back_meanwhile_stays_so),
		TEST(what_came_live_meanwhile_is_told),
		TEST(a_cancelled_run_is_taken_back_when_it_goes_on),
		TEST(a_rollback_that_was_asked_for_is_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
