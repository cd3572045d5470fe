/* SPDX-License-Identifier: MIT */
/* What each strategy and step of a plan does to a colour and its traffic. */
#include "unit/step/deploy-rig.h"

#include <stdlib.h>

#include "base/memory.h"
#include "unit/delivery/fakes.h"

#define DEPLOY                                      \
	"stages:\n"                                 \
	"  build: {run: make, artifacts: [shop]}\n" \
	"  production: {deploy: {environment: production, "

static const char linear[] =
	HEAD DEPLOY "strategy: linear, step: 40%, every: 20ms}}\n";

static void assert_asked(const char *expected)
{
	char *log = fake_log();

	assert_string_equal(log, expected);
	free(log);
}

static void linear_moves_its_step_again_and_again(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, linear);
	free(fake_log());
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "");
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_asked("start green v2\n"
		     "set blue 60 green 40\nsettle\n"
		     "set blue 20 green 80\nsettle\n"
		     "set blue 0 green 100\nsettle\nsettle\n");
	assert_int_equal(rig_told(&rig, STEP_STARTED "pause"), 2);
	end(&rig);
}

static const char canary[] = HEAD STAGES "[{weight: 40%}, {weight: 100%}]}}\n";

static void a_weight_waits_for_a_proxy_that_does_not_answer(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, canary);
	free(fake_log());
	fake.silent_sets = 2;
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "");
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_asked("start green v2\n"
		     "set blue 60 green 40\nsettle\n"
		     "set blue 0 green 100\nsettle\nsettle\n");
	assert_int_equal(rig_told(&rig, "waits for its proxy"), 1);
	end(&rig);
}

static void a_release_that_waits_for_its_proxy_can_be_cancelled(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, canary);
	fake.silent_sets = 1000;
	rig_until_told(&rig, "waits for its proxy");
	fake.silent_sets = 0;
	step_cancel(rig.step, STATE_CANCELLED);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_CANCELLED);
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	assert_false(state_of(&rig)->has_candidate);
	end(&rig);
}

#define RUN(text) \
	HEAD STAGES "[{weight: 5%}, {run: '" text "'}, {weight: 100%}]}}\n"

static const char with_run[] =
	RUN("test $SIGNALBOX_COLOUR = blue && exit; "
	    "test -f shop && test $SIGNALBOX_PORT = 2 && "
	    "test $SIGNALBOX_VERSION = v2 && "
	    "test $SIGNALBOX_URL = http://127.0.0.1:2 && "
	    "test $SIGNALBOX_ENVIRONMENT = production");

static void a_command_of_the_plan_knows_the_candidate(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, with_run);
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "");
	assert_int_equal(rig.outcome, STATE_PASSED);
	end(&rig);
}

static void a_command_that_fails_takes_the_candidate_back(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, RUN("test $SIGNALBOX_COLOUR = blue || exit 3"));
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "run: exit status 3");
	assert_int_equal(rig.outcome, STATE_ROLLED_BACK);
	assert_false(state_of(&rig)->has_candidate);
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	end(&rig);
}

static void a_command_that_takes_too_long_is_ended(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, HEAD STAGES
		     "[{weight: 5%}, {run: {command: 'test "
		     "$SIGNALBOX_COLOUR = blue || sleep 60', timeout: "
		     "1s}}, {weight: 100%}]}}\n");
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "run: ran longer than its 1 s");
	assert_int_equal(rig.outcome, STATE_ROLLED_BACK);
	end(&rig);
}

static void a_command_is_killed_when_the_release_is_cancelled(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, RUN("test $SIGNALBOX_COLOUR = blue || sleep 60"));
	rig_until_told(&rig, STEP_STARTED "run");
	step_cancel(rig.step, STATE_CANCELLED);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_CANCELLED);
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	end(&rig);
}

static void a_gate_of_the_plan_that_expires_takes_it_back(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, HEAD STAGES "[{weight: 5%}, {gate: {approvers: [lee], "
				"expires: 1s}}, {weight: 100%}]}}\n");
	rig_until_told(&rig, "gate.opened");
	assert_int_equal(rig_command(&rig, COMMAND_APPROVE, "lee", 2, NULL), 0);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	again(&rig);
	rig_until_told(&rig, "gate.opened");
	assert_true(fake.percent[COLOUR_GREEN] == 5);
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "nobody decided in time");
	assert_int_equal(rig.outcome, STATE_EXPIRED);
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	assert_false(state_of(&rig)->has_candidate);
	end(&rig);
}

static int promote_next(struct rig *rig)
{
	struct command command = {.kind = COMMAND_PROMOTE, .next = true};
	struct sender sender = {.uid = 2, .login = "lee"};

	return step_command(rig->step, &command, &sender, NULL);
}

static void the_next_step_is_taken_and_no_more(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig,
		     HEAD STAGES "[{weight: 5%}, {pause: {}}, {weight: "
				 "25%}, {pause: 1h}, {weight: 100%}]}}\n");
	assert_int_equal(promote_next(&rig), -1);
	rig_until_told(&rig, STEP_STARTED "pause\"");
	assert_int_equal(promote_next(&rig), 0);
	assert_int_equal(rig_told(&rig, "left by a person"), 1);
	rig_until_told(&rig, STEP_STARTED "pause-2\"");
	assert_true(fake.percent[COLOUR_GREEN] == 25);
	assert_false(rig.done);
	assert_int_equal(rig_command(&rig, COMMAND_HOLD, "lee", 2, NULL), 0);
	assert_int_equal(promote_next(&rig), 0);
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "");
	assert_int_equal(rig.outcome, STATE_PASSED);
	end(&rig);
}

/* The head with so many instances of each colour. */
#define SEVERAL(n)                                                       \
	"name: shop\n"                                                   \
	"environments:\n"                                                \
	"  production:\n"                                                \
	"    target: {process: {command: ./shop, ports: [18081, 18091]," \
	" health: /healthz, instances: " n "}}\n"                        \
	"    traffic: {haproxy: {listen: \"127.0.0.1:18080\"}}\n"

static void every_instance_is_started_and_stopped(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, SEVERAL("3") DEPLOY "strategy: blue-green}}\n");
	free(fake_log());
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_asked("start green v2\nstart green-2 v2\nstart green-3 v2\n"
		     "set blue 0 green 100\nsettle\nsettle\n");
	assert_int_equal(
		environment_instances_up(rig.environment, COLOUR_GREEN), 3);
	fake.others[COLOUR_BLUE][1] = false;
	assert_int_equal(environment_instances_up(rig.environment, COLOUR_BLUE),
			 2);
	assert_false(environment_is_up(rig.environment, COLOUR_BLUE));
	end(&rig);
}

static void all_at_once_replaces_every_instance(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, SEVERAL("2") DEPLOY "strategy: all-at-once}}\n");
	free(fake_log());
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_asked("stop blue\nstop blue-2\n"
		     "start blue v2\nstart blue-2 v2\nsettle\n");
	end(&rig);
}

#define ROLLING SEVERAL("3") DEPLOY "strategy: rolling, batch: 2"

static void rolling_takes_the_place_of_old_instances(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, ROLLING "}}\n");
	free(fake_log());
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "");
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_asked("start green v2\nstart green-2 v2\n"
		     "set blue 34 green 66\nsettle\n"
		     "drain blue 2 of them from 1\nstop blue\nstop blue-2\n"
		     "start green-3 v2\n"
		     "set blue 0 green 100\nsettle\n"
		     "stop blue\nstop blue-2\nstop blue-3\nsettle\n");
	assert_string_equal(state_of(&rig)->live.version, "v2");
	assert_null(state_of(&rig)->running[COLOUR_BLUE].version);
	end(&rig);
}

static void rolling_that_fails_brings_the_old_instances_back(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, ROLLING "}}\n");
	rig_until_told(&rig, STEP_STARTED "batch-2\"");
	fake.unhealthy = true;
	free(fake_log());
	rig_until_told(&rig, "target.failed");
	fake.unhealthy = false;
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_ROLLED_BACK);
	assert_asked("stop blue\nstop blue-2\n"
		     "start green-3 v2\n"
		     "start blue v1\nstart blue-2 v1\n"
		     "set blue 100 green 0\nsettle\n"
		     "stop green\nstop green-2\nstop green-3\n");
	assert_true(environment_is_up(rig.environment, COLOUR_BLUE));
	end(&rig);
}

#define BAKED(ms) HEAD DEPLOY "strategy: blue-green, bake: " ms "}}\n"

static void a_baked_release_is_live_after_it_was_watched(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, BAKED("600ms"));
	rig_until_told(&rig, STEP_STARTED "bake\"");
	assert_true(fake.percent[COLOUR_GREEN] == 100);
	assert_true(state_of(&rig)->has_candidate);
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "");
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_string_equal(state_of(&rig)->live.version, "v2");
	end(&rig);
}

/* A container's process is known once its engine was asked. */
static void one_whose_process_becomes_known_has_not_ended(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, BAKED("600ms"));
	fake.hides_pids = true;
	rig_until_told(&rig, STEP_STARTED "bake\"");
	fake.hides_pids = false;
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "");
	assert_int_equal(rig.outcome, STATE_PASSED);
	end(&rig);
}

static void one_that_ends_while_it_bakes_goes_back(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, BAKED("1h"));
	rig_until_told(&rig, STEP_STARTED "bake\"");
	fake.alive[COLOUR_GREEN] = false;
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_ROLLED_BACK);
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	assert_string_equal(state_of(&rig)->live.version, "v1");
	assert_true(rig_told(&rig, "green was down while it was watched at "
				   "100 %") > 0);
	end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linear_moves_its_step_again_and_again),
		cmocka_unit_test(
			a_weight_waits_for_a_proxy_that_does_not_answer),
		cmocka_unit_test(
			a_release_that_waits_for_its_proxy_can_be_cancelled),
		cmocka_unit_test(a_command_of_the_plan_knows_the_candidate),
		cmocka_unit_test(a_command_that_fails_takes_the_candidate_back),
		cmocka_unit_test(a_command_that_takes_too_long_is_ended),
		cmocka_unit_test(
			a_command_is_killed_when_the_release_is_cancelled),
		cmocka_unit_test(a_gate_of_the_plan_that_expires_takes_it_back),
		cmocka_unit_test(the_next_step_is_taken_and_no_more),
		cmocka_unit_test(a_baked_release_is_live_after_it_was_watched),
		cmocka_unit_test(one_whose_process_becomes_known_has_not_ended),
		cmocka_unit_test(one_that_ends_while_it_bakes_goes_back),
		cmocka_unit_test(every_instance_is_started_and_stopped),
		cmocka_unit_test(all_at_once_replaces_every_instance),
		cmocka_unit_test(rolling_takes_the_place_of_old_instances),
		cmocka_unit_test(
			rolling_that_fails_brings_the_old_instances_back),
	};

	set_up_git();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
