/* SPDX-License-Identifier: MIT */
/* Who holds an environment, who waits for it and who gives way: several runs
 * of the real program at once. */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/memory.h"

#define HEAD "name: shop\nenvironments:\n" SITE_PRODUCTION
#define GATE "    gate: {not: []}\n"
#define STAGES "stages:\n" SITE_BUILD
#define DEPLOY "  production: {deploy: {environment: production}}\n"
/* Holds the environment until somebody promotes. */
#define HELD                                                             \
	"  production: {deploy: {environment: production, "              \
	"strategy: canary, steps: [{weight: 5%}, {pause: {}}, {weight: " \
	"100%}]}}\n"
#define IS_HELD "wait until promoted"

static void commit(struct site *site, const char *keys, const char *stages)
{
	char *text = xasprintf(HEAD "%s" STAGES "%s", keys, stages);

	site_pipeline(site, text);
	site_commit(site, "a commit");
	free(text);
}

/* Run 1 is live, run 2 holds production in the midst of its deployment. */
static struct process *hold(struct site *site, const char *keys)
{
	struct process *run;

	commit(site, "", DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	commit(site, keys, HELD);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, IS_HELD);
	return run;
}

static struct process *waiting(struct site *site)
{
	struct process *run = site_start(site, NULL, "run", NULL);

	process_await_text(run, "production: production is held by run 2 by ");
	return run;
}

static int64_t live_run(struct site *site)
{
	char *folder = site_environment_folder(site, "production");
	struct event *event =
		site_last_event(folder, EVENT_DEPLOY_FINISHED, NULL);
	int64_t run = json_int(event_json(event, "live"), "run", 0);

	event_free(event);
	free(folder);
	return run;
}

static void runs_wait_in_order_of_arrival(void **state)
{
	struct site *site = *state;
	struct process *two = hold(site, "");
	struct process *three, *four;

	commit(site, "", DEPLOY);
	three = waiting(site);
	four = waiting(site);
	process_await_text(four, "; run 3 by ");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "held by run 2 by ");
	assert_says(site->out, "waits: run 3 by ");
	assert_says(site->out, "waits: run 4 by ");
	assert_int_equal(site_call(site, "status", "--output", "json", NULL),
			 0);
	assert_says(site->out, "\"queue\"");
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_int_equal(process_await(three), 0);
	assert_int_equal(process_await(four), 0);
	assert_int_equal(live_run(site), 4);
	assert_int_equal(site_call(site, "log", "3", "production", NULL), 0);
	assert_says(site->out, "waits: production is held by run 2 by ");
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void who_waits_moves_up_when_one_before_it_dies(void **state)
{
	struct site *site = *state;
	struct process *two = hold(site, "");
	struct process *three, *four;

	commit(site, "", DEPLOY);
	three = waiting(site);
	four = waiting(site);
	kill(process_program(three), SIGKILL);
	process_await(three);
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_int_equal(process_await(four), 0);
	assert_int_equal(live_run(site), 4);
}

static void refused_run_names_the_holder_and_ends_with_8(void **state)
{
	struct site *site = *state;
	struct process *two = hold(site, "");

	commit(site, "    concurrency: refuse\n" GATE, DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 8);
	assert_says(site->out, "production is held by run 2 by ");
	assert_says_not(site->out, "gate");
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_int_equal(live_run(site), 2);
}

static void newest_run_supersedes_those_that_wait(void **state)
{
	struct site *site = *state;
	struct process *two = hold(site, "    concurrency: supersede\n");
	struct process *three, *four;

	commit(site, "    concurrency: supersede\n", DEPLOY);
	three = waiting(site);
	four = waiting(site);
	assert_int_equal(process_await(three), 4);
	assert_says(three->out.data, "superseded by run 4 (");
	assert_false(process_has_ended(two)); /* a deployment is left alone */
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_int_equal(process_await(four), 0);
	assert_int_equal(live_run(site), 4);
}

static struct process *to_gate(struct site *site)
{
	struct process *run = site_start(site, NULL, "run", "--wait", NULL);

	process_await_text(run, "production waits for 1 approval");
	return run;
}

static void gate_that_waits_is_not_superseded_until_it_has_passed(void **state)
{
	struct site *site = *state;
	struct process *one, *two;

	commit(site, "    concurrency: supersede\n" GATE, DEPLOY);
	one = to_gate(site);
	two = to_gate(site);
	assert_int_equal(site_call(site, "approve", "2", NULL), 0);
	assert_int_equal(process_await(two), 0);
	assert_false(process_has_ended(one));
	assert_int_equal(site_call(site, "approve", "1", NULL), 0);
	assert_int_equal(process_await(one), 4);
	assert_says(one->out.data, "superseded by run 2 (");
	assert_int_equal(live_run(site), 2);
}

static void gate_is_superseded_where_that_is_asked_for(void **state)
{
	struct site *site = *state;
	struct process *two, *three;

	commit(site, "", DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	commit(site, "    concurrency: supersede-gates\n" GATE, DEPLOY);
	two = to_gate(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "at its gate: run 2 by ");
	three = to_gate(site);
	assert_int_equal(process_await(two), 4);
	assert_says(two->out.data, "superseded by run 3 (");
	assert_int_equal(site_call(site, "approve", "3", NULL), 0);
	assert_int_equal(process_await(three), 0);
	assert_int_equal(live_run(site), 3);
}

static void lock_by_hand_holds_a_run_until_its_time(void **state)
{
	struct site *site = *state;
	struct process *run;

	commit(site, "", DEPLOY);
	assert_int_equal(site_call(site, "run", NULL), 0);
	assert_int_equal(site_call(site, "lock", "production", "--until",
				   "2 fortnights", NULL),
			 2);
	assert_says(site->err, "write 4h");
	assert_int_equal(site_call(site, "lock", "production", "--until", "4h",
				   "--reason", "the fair", NULL),
			 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "locked by ");
	assert_says(site->out, " until ");
	assert_says(site->out, ": the fair");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "production: production is locked by ");
	assert_says(run->out.data, ": the fair; `signalbox unlock production`");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "waits: run 2 by ");
	assert_int_equal(
		site_call(site, "lock", "production", "--until", "700ms", NULL),
		0);
	assert_int_equal(process_await(run), 0);
	assert_int_equal(live_run(site), 2);
	assert_int_equal(site_call(site, "lock", "production", NULL), 0);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "production: production is locked by ");
	assert_int_equal(site_call(site, "unlock", "production", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_int_equal(live_run(site), 3);
}

static int tests(void)
{
	const struct CMUnitTest list[] = {
#define T(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		T(runs_wait_in_order_of_arrival),
		T(who_waits_moves_up_when_one_before_it_dies),
		T(refused_run_names_the_holder_and_ends_with_8),
		T(newest_run_supersedes_those_that_wait),
		T(gate_that_waits_is_not_superseded_until_it_has_passed),
		T(gate_is_superseded_where_that_is_asked_for),
		T(lock_by_hand_holds_a_run_until_its_time),
	};

	return cmocka_run_group_tests(list, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, tests);
}
