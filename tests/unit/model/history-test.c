/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "model/history.h"

static struct history_run *add_run(struct history *past, int64_t number,
				   const char *pipeline)
{
	struct history_run *run =
		VECTOR_ADD(past->runs, past->count, past->cap);

	run->run = number;
	run->state = STATE_PASSED;
	run->finished = 1;
	run->pipeline = xstrdup(pipeline);
	run->version = xstrdup("v2");
	run->commit = xstrdup("9f3c2e1");
	run->subject = xstrdup("Retry \"it\"\n");
	run->person = xstrdup("ana");
	run->gate = xstrdup("");
	return run;
}

static void add_stage(struct history_run *run, const char *name,
		      enum state state, int64_t ms)
{
	struct history_stage *stage =
		VECTOR_ADD(run->stages, run->stage_count, run->stage_cap);

	stage->name = xstrdup(name);
	stage->state = state;
	stage->ms = ms;
	stage->has_tests = true;
}

static void add_failed(struct history_run *run, const char *stage,
		       const char *name)
{
	struct history_test *test =
		VECTOR_ADD(run->failed, run->failed_count, run->failed_cap);

	test->stage = xstrdup(stage);
	test->name = xstrdup(name);
}

static void the_usual_time_is_the_median_of_what_passed(void **state)
{
	struct history past = {.count = 0};

	(void)state;
	assert_int_equal(history_usual_ms(&past, "shop", "unit", 0), 0);
	add_stage(add_run(&past, 5, "shop"), "unit", STATE_PASSED, 300);
	add_stage(add_run(&past, 4, "shop"), "unit", STATE_FAILED, 9000);
	add_stage(add_run(&past, 3, "shop"), "unit", STATE_PASSED, 100);
	add_stage(add_run(&past, 2, "other"), "unit", STATE_PASSED, 7000);
	add_stage(add_run(&past, 1, "shop"), "unit", STATE_PASSED, 200);
	assert_int_equal(history_usual_ms(&past, "shop", "unit", 0), 200);
	assert_int_equal(history_usual_ms(&past, "other", "unit", 0), 7000);
	assert_int_equal(history_usual_ms(&past, "shop", "build", 0), 0);
	history_release(&past);
}

/* Wherever the pipeline has it by now. */
static void a_stage_of_the_past_is_found_from_any_place(void **state)
{
	static const char *const names[] = {"build", "unit", "scan"};
	struct history past = {.count = 0};
	struct history_run *run = add_run(&past, 1, "shop");

	(void)state;
	for (int i = 0; i < 3; i++)
		add_stage(run, names[i], STATE_PASSED, 100 * (i + 1));
	for (size_t place = 0; place < 5; place++)
		for (int i = 0; i < 3; i++)
			assert_int_equal(history_usual_ms(&past, "shop",
							  names[i], place),
					 100 * (i + 1));
	history_release(&past);
}

static void only_the_newest_twenty_make_the_usual_time(void **state)
{
	struct history past = {.count = 0};

	(void)state;
	for (int i = 0; i < 40; i++)
		add_stage(add_run(&past, 40 - i, "shop"), "unit", STATE_PASSED,
			  i < 20 ? 100 : 900);
	assert_int_equal(history_usual_ms(&past, "shop", "unit", 0), 100);
	history_release(&past);
}

static void a_flake_is_counted_among_the_runs_that_had_tests(void **state)
{
	struct history past = {.count = 0};
	struct history_run *run;
	int64_t runs, failed;

	(void)state;
	for (int i = 0; i < 10; i++) {
		run = add_run(&past, 10 - i, "shop");
		add_stage(run, "unit", STATE_PASSED, 100);
		add_stage(run, "lint", STATE_PASSED, 100);
		if (i % 4 == 0)
			add_failed(run, "unit", "pay");
	}
	past.runs[1].stages[0].has_tests = false;
	history_test(&past, "shop", "unit", "pay", &runs, &failed);
	assert_int_equal(runs, 9);
	assert_int_equal(failed, 3);
	history_test(&past, "shop", "lint", "pay", &runs, &failed);
	assert_int_equal(runs, 10);
	assert_int_equal(failed, 0);
	history_test(&past, "other", "unit", "pay", &runs, &failed);
	assert_int_equal(runs, 0);
	history_release(&past);
}

static void a_run_is_the_same_after_its_line(void **state)
{
	struct history past = {.count = 0};
	struct history_run *run = add_run(&past, 7, "shop");
	struct history_run back;
	struct str line = STR_INIT;

	(void)state;
	run->bytes = 1234;
	run->started = 5;
	add_stage(run, "unit", STATE_TIMED_OUT, 100);
	add_failed(run, "unit", "\"pay\"\n");
	history_run_encode(run, &line);
	assert_ptr_equal(strchr(line.data, '\n'), line.data + line.len - 1);
	assert_true(history_run_decode(&back, line.data, line.len));
	assert_int_equal(back.run, 7);
	assert_int_equal(back.bytes, 1234);
	assert_int_equal(back.state, STATE_PASSED);
	assert_string_equal(back.subject, "Retry \"it\"\n");
	assert_int_equal(back.stage_count, 1);
	assert_int_equal(back.stages[0].state, STATE_TIMED_OUT);
	assert_true(back.stages[0].has_tests);
	assert_int_equal(back.failed_count, 1);
	assert_string_equal(back.failed[0].name, "\"pay\"\n");
	history_run_release(&back);
	assert_false(history_run_decode(&back, line.data, line.len / 2));
	assert_false(history_run_decode(&back, "[]", 2));
	assert_false(history_run_decode(&back, "{}", 2));
	str_release(&line);
	history_release(&past);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_usual_time_is_the_median_of_what_passed),
		cmocka_unit_test(a_stage_of_the_past_is_found_from_any_place),
		cmocka_unit_test(only_the_newest_twenty_make_the_usual_time),
		cmocka_unit_test(
			a_flake_is_counted_among_the_runs_that_had_tests),
		cmocka_unit_test(a_run_is_the_same_after_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
