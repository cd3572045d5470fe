/* SPDX-License-Identifier: MIT */
/* The deploy step over a target and a provider that do what they are told. */
#include "unit/step/deploy-rig.h"

#include "base/file.h"
#include "base/memory.h"
#include "delivery/operation.h"
#include "step/deploy.h"
#include "unit/delivery/fakes.h"

static const char with_pause[] =
	HEAD STAGES "[{weight: 5%}, {pause: 1h}, {weight: 100%}]}}\n";
static const char with_short_pause[] =
	HEAD STAGES "[{weight: 5%}, {pause: 2s}, {weight: 100%}]}}\n";
static const char with_gate[] =
	HEAD STAGES "[{weight: 5%}, {gate: {approvers: [lee]}}, "
		    "{weight: 100%}]}}\n";
static const char with_check[] = HEAD STAGES
	"[{check: [{get: /healthz, status: 200}]}, {weight: 100%}]}}\n";
static const char with_own_analysis[] = HEAD STAGES
	"[{weight: 5%}, {analysis: {error-rate: \"< 1%\"}}, {weight: 100%}], "
	"analysis: {error-rate: \"< 50%\"}}}\n";
static const char plain[] = HEAD STAGES "[{weight: 100%}]}}\n";

static void ignored(void *data, const struct error *err)
{
	(void)data;
	(void)err;
}

static void a_release_goes_through_its_plan(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, plain);
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "");
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_true(state_of(&rig)->has_live);
	assert_string_equal(state_of(&rig)->live.version, "v2");
	assert_null(rig.claimed);
	end(&rig);
}

/* One cancel a phase: wherever it comes, the step ends once and leaves
 * nothing under way. */
static void cancelled_at(const char *told)
{
	struct rig rig;

	begin_second(&rig, with_pause);
	if (*told)
		rig_until_told(&rig, told);
	step_cancel(rig.step, STATE_CANCELLED);
	step_cancel(rig.step, STATE_CANCELLED);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_CANCELLED);
	assert_false(state_of(&rig)->has_candidate);
	for (int i = 0; i < 3; i++)
		loop_turn(rig.loop, 1);
	end(&rig);
}

static void it_is_cancelled_in_every_phase(void **state)
{
	(void)state;
	cancelled_at("");
	cancelled_at("deploy.planned");
	cancelled_at("target.started");
	cancelled_at("target.healthy");
	cancelled_at("traffic.changing");
	cancelled_at("traffic.changed");
	cancelled_at(STEP_STARTED "pause");
}

/* The last step of the plan was made: what is live is live. */
static void a_cancel_during_the_promotion_comes_too_late(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, plain);
	rig_until_told(&rig, STEP_STARTED "promote");
	step_cancel(rig.step, STATE_CANCELLED);
	rig_until_done(&rig);
	assert_string_equal(rig.reason, "");
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_true(state_of(&rig)->has_live);
	end(&rig);
}

static void a_failed_check_says_why_and_takes_it_back(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, with_check);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_FAILED);
	assert_non_null(strstr(rig.reason, "GET /healthz"));
	assert_false(state_of(&rig)->has_candidate);
	end(&rig);
}

static void a_gate_of_the_plan_that_is_rejected_says_why(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, with_gate);
	rig_until_told(&rig, "gate.opened");
	assert_int_equal(rig_command(&rig, COMMAND_REJECT, "lee", 2,
				     "the colours are wrong, all of them"),
			 0);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_REJECTED);
	assert_string_equal(rig.reason, "the colours are wrong, all of them");
	assert_false(state_of(&rig)->has_candidate);
	end(&rig);
}

/* Nobody can vote on it any more, and a run counts its open gates. */
static void a_rollback_closes_the_gate_of_the_plan(void **state)
{
	struct rig rig;

	(void)state;
	begin(&rig, with_gate);
	rig_until_told(&rig, "gate.opened");
	assert_int_equal(rig_command(&rig, COMMAND_ROLLBACK, "lee", 2, NULL),
			 0);
	assert_int_equal(rig_told(&rig, "gate.closed"), 1);
	rig_until_done(&rig);
	end(&rig);
}

static void on_its_way_back_it_takes_no_command(void **state)
{
	static const enum command_kind kinds[] = {
		COMMAND_HOLD,  COMMAND_UNHOLD,	 COMMAND_PROMOTE,
		COMMAND_SHIFT, COMMAND_ROLLBACK, COMMAND_APPROVE,
	};
	struct rig rig;

	(void)state;
	begin_second(&rig, with_pause);
	rig_until_told(&rig, STEP_STARTED "pause");
	step_cancel(rig.step, STATE_CANCELLED);
	assert_false(rig.done);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		assert_int_equal(rig_command(&rig, kinds[i], "lee", 2, "why"),
				 -1);
	rig_until_done(&rig);
	end(&rig);
}

static void a_promotion_by_hand_leaves_the_pause(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, with_pause);
	rig_until_told(&rig, STEP_STARTED "pause");
	assert_int_equal(rig_command(&rig, COMMAND_HOLD, "lee", 2, NULL), 0);
	assert_int_equal(rig_command(&rig, COMMAND_HOLD, "lee", 2, NULL), -1);
	assert_int_equal(rig_command(&rig, COMMAND_PROMOTE, "lee", 2, NULL), 0);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	end(&rig);
}

static void a_promotion_during_a_shift_by_hand_leaves_the_pause(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, with_pause);
	rig_until_told(&rig, STEP_STARTED "pause");
	assert_int_equal(rig_command(&rig, COMMAND_SHIFT, "lee", 2, NULL), 0);
	assert_int_equal(rig_command(&rig, COMMAND_PROMOTE, "lee", 2, NULL), 0);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	end(&rig);
}

/* What the step asks is asked of the new share too. */
static void a_shift_by_hand_leaves_the_analysis_of_the_step(void **state)
{
	const struct deploy_step *deploy;
	struct rig rig;

	(void)state;
	begin_second(&rig, with_own_analysis);
	rig_until_told(&rig, STEP_STARTED "analysis");
	deploy = (const struct deploy_step *)rig.step;
	assert_int_equal(rig_command(&rig, COMMAND_SHIFT, "lee", 2, NULL), 0);
	while (deploy->phase == DEPLOY_MOVING)
		loop_turn(rig.loop, 100);
	assert_float_equal(
		analysis_config_of(deploy->analysis)->error_rate.below, 1,
		1e-9);
	end(&rig);
}

/* What is left of the pause is waited for, and no more is asked for. */
static void a_release_during_a_shift_by_hand_goes_on_by_itself(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, with_short_pause);
	rig_until_told(&rig, STEP_STARTED "pause");
	assert_int_equal(rig_command(&rig, COMMAND_SHIFT, "lee", 2, NULL), 0);
	assert_int_equal(rig_command(&rig, COMMAND_UNHOLD, "lee", 2, NULL), 0);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	end(&rig);
}

static void what_other_hands_did_holds_the_plan(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, with_short_pause);
	environment_watch(rig.environment);
	rig_until_told(&rig, STEP_STARTED "pause");
	fake.percent[COLOUR_BLUE] = fake.percent[COLOUR_GREEN] = 50;
	rig_until_told(&rig, "unhold goes on with the plan");
	assert_true(state_of(&rig)->split[COLOUR_GREEN] == 50);
	assert_true(fake.percent[COLOUR_GREEN] == 50);
	assert_int_equal(rig_command(&rig, COMMAND_UNHOLD, "lee", 2, NULL), 0);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	assert_true(fake.percent[COLOUR_GREEN] == 100);
	end(&rig);
}

static void gone_back(void *data, const struct error *err)
{
	assert_null(err);
	*(bool *)data = true;
}

/* From another terminal, without a word to the step. */
static void roll_back_behind(struct rig *rig)
{
	struct environment_options options = {.name = "production",
					      .loop = rig->loop,
					      .state = rig->folder,
					      .target = &fake_target,
					      .traffic = &fake_traffic};
	struct rollback_request request = {.by = "person", .person = "lee"};
	struct environment *other = environment_open(&options, NULL);
	bool done = false;

	assert_non_null(other);
	environment_rollback(other, &request, gone_back, &done);
	rig_until(rig, &done);
	environment_close(other);
}

/* Its operation is still under way, and ends later. */
static void moved_by_someone_else_it_waits_for_its_operation(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, with_pause);
	rig_until_told(&rig, "target.started");
	step_moved(rig.step, "lee rolled back");
	roll_back_behind(&rig);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_ROLLED_BACK);
	assert_string_equal(rig.reason, "lee rolled back");
	step_free(rig.step);
	rig.step = NULL;
	for (int i = 0; i < 5; i++)
		loop_turn(rig.loop, 1);
	end(&rig);
}

static bool looks_at_requests(const struct rig *rig)
{
	const struct operation *operation = rig->environment->operation;

	return operation && operation->minor;
}

/* Who looks at them would tell a step that is gone. */
static void moved_while_it_looks_at_requests_it_looks_no_more(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, with_pause);
	rig_until_told(&rig, "target.healthy");
	fake.requests[COLOUR_BLUE] += 100;
	while (!looks_at_requests(&rig))
		loop_turn(rig.loop, 100);
	step_moved(rig.step, "lee rolled back");
	assert_false(looks_at_requests(&rig));
	roll_back_behind(&rig);
	rig_until(&rig, &rig.done);
	assert_int_equal(rig.outcome, STATE_ROLLED_BACK);
	end(&rig);
}

static void that_it_was_rolled_back_meanwhile_is_said_at_its_end(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, with_pause);
	rig_until_told(&rig, STEP_STARTED "pause");
	roll_back_behind(&rig);
	step_cancel(rig.step, STATE_CANCELLED);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_CANCELLED);
	if (!starts_with(rig.reason, "cancelled; rolled back by lee at "))
		fail_msg("%s", rig.reason);
	end(&rig);
}

/* It would go back one release too far. */
static void
what_was_rolled_back_meanwhile_is_not_rolled_back_again(void **state)
{
	struct rig rig;

	(void)state;
	begin_second(&rig, with_pause);
	rig_until_told(&rig, STEP_STARTED "pause");
	assert_int_equal(rig_command(&rig, COMMAND_PROMOTE, "ana", 3, NULL), 0);
	rig_until_done(&rig);
	step_free(rig.step);
	str_clear(&rig.events);
	rig.facts.version = "v3";
	rig.facts.number = 9;
	rig_start(&rig, STEP_DEPLOY);
	rig_until_told(&rig, STEP_STARTED "pause");
	roll_back_behind(&rig);
	assert_int_equal(rig_command(&rig, COMMAND_ROLLBACK, "ana", 3, NULL),
			 0);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_ROLLED_BACK);
	assert_string_equal(state_of(&rig)->live.version, "v2");
	if (!starts_with(rig.reason, "rolled back by lee at "))
		fail_msg("%s", rig.reason);
	end(&rig);
}

static void it_waits_while_another_stage_deploys_there(void **state)
{
	struct rig rig;
	struct step other;

	(void)state;
	prepare(&rig, plain);
	rig.claimed = &other;
	rig_start(&rig, STEP_DEPLOY);
	rig_until_told(&rig, "stage.ready");
	assert_ptr_equal(rig.claimed, &other);
	rig.claimed = NULL;
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	end(&rig);
}

static void it_waits_while_something_else_is_under_way_there(void **state)
{
	struct rig rig;

	(void)state;
	prepare(&rig, plain);
	fake.hang_set = false;
	environment_recover(rig.environment, ignored, NULL);
	rig_start(&rig, STEP_DEPLOY);
	rig_until_done(&rig);
	assert_int_equal(rig.outcome, STATE_PASSED);
	end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_goes_through_its_plan),
		cmocka_unit_test(it_is_cancelled_in_every_phase),
		cmocka_unit_test(a_cancel_during_the_promotion_comes_too_late),
		cmocka_unit_test(a_failed_check_says_why_and_takes_it_back),
		cmocka_unit_test(a_gate_of_the_plan_that_is_rejected_says_why),
		cmocka_unit_test(a_rollback_closes_the_gate_of_the_plan),
		cmocka_unit_test(on_its_way_back_it_takes_no_command),
		cmocka_unit_test(a_promotion_by_hand_leaves_the_pause),
		cmocka_unit_test(
			a_promotion_during_a_shift_by_hand_leaves_the_pause),
		cmocka_unit_test(
			a_release_during_a_shift_by_hand_goes_on_by_itself),
		cmocka_unit_test(
			a_shift_by_hand_leaves_the_analysis_of_the_step),
		cmocka_unit_test(what_other_hands_did_holds_the_plan),
		cmocka_unit_test(
			moved_by_someone_else_it_waits_for_its_operation),
		cmocka_unit_test(
			moved_while_it_looks_at_requests_it_looks_no_more),
		cmocka_unit_test(
			that_it_was_rolled_back_meanwhile_is_said_at_its_end),
		cmocka_unit_test(
			what_was_rolled_back_meanwhile_is_not_rolled_back_again),
		cmocka_unit_test(it_waits_while_another_stage_deploys_there),
		cmocka_unit_test(
			it_waits_while_something_else_is_under_way_there),
	};

	set_up_git();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
