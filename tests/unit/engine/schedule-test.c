/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "engine/schedule.h"

/* a, then b and c side by side, then d; g is a gate after a. */
static size_t after_a[] = {0};
static size_t after_bc[] = {1, 2};
static const struct stage_config stages[] = {
	{.name = (char *)"a"},
	{.name = (char *)"b", .needs = after_a, .need_count = 1},
	{.name = (char *)"c", .needs = after_a, .need_count = 1},
	{.name = (char *)"d", .needs = after_bc, .need_count = 2},
	{.name = (char *)"g",
	 .kind = STAGE_KIND_GATE,
	 .needs = after_a,
	 .need_count = 1},
};

static int blocked_count;

static void count_blocked(size_t stage, size_t need, void *data)
{
	(void)stage;
	(void)need;
	(void)data;
	blocked_count++;
}

static void a_stage_waits_for_all_it_needs(void **state)
{
	struct schedule *schedule = schedule_new(stages, 5);

	(void)state;
	assert_int_equal(schedule_next(schedule, true), 0);
	assert_int_equal(schedule_next(schedule, true), -1);
	schedule_finished(schedule, 0, true, count_blocked, NULL);
	assert_int_equal(schedule_next(schedule, true), 1);
	assert_int_equal(schedule_next(schedule, true), 2);
	schedule_finished(schedule, 2, true, count_blocked, NULL);
	assert_int_equal(schedule_next(schedule, true), -1);
	schedule_finished(schedule, 1, true, count_blocked, NULL);
	assert_int_equal(schedule_next(schedule, true), 3);
	assert_int_equal(schedule_left(schedule), 2);
	schedule_free(schedule);
}

static void a_gate_needs_no_job(void **state)
{
	struct schedule *schedule = schedule_new(stages, 5);

	(void)state;
	schedule_next(schedule, true);
	schedule_finished(schedule, 0, true, count_blocked, NULL);
	assert_int_equal(schedule_next(schedule, false), 4);
	assert_int_equal(schedule_next(schedule, false), -1);
	schedule_free(schedule);
}

static void what_hangs_on_a_failure_is_blocked_once(void **state)
{
	struct schedule *schedule = schedule_new(stages, 5);

	(void)state;
	blocked_count = 0;
	schedule_next(schedule, true);
	schedule_finished(schedule, 0, false, count_blocked, NULL);
	assert_int_equal(blocked_count, 4);
	assert_int_equal(schedule_left(schedule), 0);
	assert_int_equal(schedule_next(schedule, true), -1);
	schedule_free(schedule);
}

static void one_failure_leaves_its_neighbour_alone(void **state)
{
	struct schedule *schedule = schedule_new(stages, 5);

	(void)state;
	blocked_count = 0;
	schedule_next(schedule, true);
	schedule_finished(schedule, 0, true, count_blocked, NULL);
	schedule_finished(schedule, 1, false, count_blocked, NULL);
	assert_int_equal(blocked_count, 1);
	assert_int_equal(schedule_next(schedule, true), 2);
	schedule_free(schedule);
}

/* a, b after it, and two of the end. */
static const struct stage_config ending[] = {
	{.name = (char *)"x", .finally = true},
	{.name = (char *)"a"},
	{.name = (char *)"b", .needs = after_bc, .need_count = 1},
	{.name = (char *)"y", .finally = true},
};

static void what_is_finally_starts_when_all_others_are_over(void **state)
{
	struct schedule *schedule = schedule_new(ending, 4);

	(void)state;
	blocked_count = 0;
	assert_int_equal(schedule_next(schedule, true), 1);
	assert_int_equal(schedule_next(schedule, true), -1);
	schedule_finished(schedule, 1, false, count_blocked, NULL);
	assert_int_equal(blocked_count, 1);
	assert_int_equal(schedule_next(schedule, true), 0);
	assert_int_equal(schedule_next(schedule, true), 3);
	schedule_finished(schedule, 0, false, count_blocked, NULL);
	assert_int_equal(schedule_left(schedule), 1);
	schedule_free(schedule);
	schedule = schedule_new(ending, 1);
	assert_int_equal(schedule_next(schedule, true), 0);
	schedule_free(schedule);
}

static size_t armed_count;

static void count_armed(size_t stage, void *data)
{
	(void)stage;
	(void)data;
	armed_count++;
}

static void one_run_again_frees_what_nothing_else_blocks(void **state)
{
	struct schedule *schedule = schedule_new(stages, 5);

	(void)state;
	armed_count = 0;
	schedule_next(schedule, true);
	schedule_finished(schedule, 0, true, count_blocked, NULL);
	schedule_finished(schedule, 1, false, count_blocked, NULL);
	schedule_finished(schedule, 2, false, count_blocked, NULL);
	schedule_again(schedule, 1, count_armed, NULL);
	assert_int_equal(armed_count, 1); /* d still has c against it */
	assert_int_equal(schedule_next(schedule, true), 1);
	schedule_finished(schedule, 1, true, count_blocked, NULL);
	assert_int_equal(schedule_next(schedule, true), -1);
	schedule_again(schedule, 2, count_armed, NULL);
	assert_int_equal(armed_count, 3);
	assert_int_equal(schedule_next(schedule, true), 2);
	schedule_finished(schedule, 2, true, count_blocked, NULL);
	assert_int_equal(schedule_next(schedule, true), 3);
	schedule_free(schedule);
}

static void one_run_again_can_fail_again(void **state)
{
	struct schedule *schedule = schedule_new(stages, 5);

	(void)state;
	schedule_next(schedule, true);
	blocked_count = 0;
	for (int i = 0; i < 3; i++) {
		schedule_finished(schedule, 0, false, count_blocked, NULL);
		assert_int_equal(schedule_left(schedule), 0);
		schedule_again(schedule, 0, count_armed, NULL);
		assert_int_equal(schedule_left(schedule), 5);
		assert_int_equal(schedule_next(schedule, true), 0);
		assert_int_equal(schedule_next(schedule, true), -1);
	}
	assert_int_equal(blocked_count, 12);
	schedule_free(schedule);
}

static void what_is_finally_comes_after_one_run_again(void **state)
{
	struct schedule *schedule = schedule_new(ending, 4);

	(void)state;
	assert_int_equal(schedule_next(schedule, true), 1);
	schedule_finished(schedule, 1, false, count_blocked, NULL);
	schedule_finished(schedule, 0, true, count_blocked, NULL);
	schedule_finished(schedule, 3, true, count_blocked, NULL);
	schedule_again(schedule, 1, count_armed, NULL);
	assert_int_equal(schedule_next(schedule, true), 1);
	assert_int_equal(schedule_next(schedule, true), -1);
	schedule_finished(schedule, 1, true, count_blocked, NULL);
	assert_int_equal(schedule_next(schedule, true), 2);
	schedule_finished(schedule, 2, true, count_blocked, NULL);
	assert_int_equal(schedule_next(schedule, true), 0);
	assert_int_equal(schedule_next(schedule, true), 3);
	schedule_free(schedule);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stage_waits_for_all_it_needs),
		cmocka_unit_test(a_gate_needs_no_job),
		cmocka_unit_test(what_hangs_on_a_failure_is_blocked_once),
		cmocka_unit_test(one_failure_leaves_its_neighbour_alone),
		cmocka_unit_test(
			what_is_finally_starts_when_all_others_are_over),
		cmocka_unit_test(one_run_again_frees_what_nothing_else_blocks),
		cmocka_unit_test(one_run_again_can_fail_again),
		cmocka_unit_test(what_is_finally_comes_after_one_run_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
