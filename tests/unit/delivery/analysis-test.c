/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <math.h>

#include "base/str.h"
#include "delivery/analysis.h"

static const struct analysis_config one_percent = {
	.present = true,
	.every_ms = 5000,
	.error_rate = {true, 1},
	.failures = 2,
	.min_requests = 100,
};

static struct analysis_sight counted(int64_t requests, int64_t errors)
{
	return (struct analysis_sight){
		.candidate = {true, requests, errors, NAN, NAN, NAN, 0, 0},
		.stable = {true, 0, 0, NAN, NAN, NAN, 0, 0},
	};
}

static struct analysis *begun(const struct analysis_config *config,
			      int64_t requests, int64_t errors)
{
	struct analysis *analysis = analysis_new(config);
	struct analysis_sight sight = counted(requests, errors);

	analysis_begin(analysis, 1000, &sight);
	return analysis;
}

static struct analysis_result look(struct analysis *analysis, int64_t requests,
				   int64_t errors)
{
	struct analysis_sight sight = counted(requests, errors);
	struct analysis_result result;

	analysis_look(analysis, 10000, &sight, &result);
	return result;
}

static void analysis_condemns_at_the_second_failed_look_in_a_row(void **state)
{
	struct analysis *analysis = begun(&one_percent, 0, 0);
	struct analysis_result first = look(analysis, 300, 20);
	struct analysis_result second = look(analysis, 450, 30);

	(void)state;
	assert_int_equal(first.verdict, VERDICT_FAIL);
	assert_false(first.condemned);
	assert_int_equal(second.verdict, VERDICT_FAIL);
	assert_true(second.condemned);
	assert_string_equal(second.text, "error rate 6.67 % of 450 requests, "
					 "limit 1 %: 2nd failure of 2");
	analysis_free(analysis);
}

static void analysis_forgets_failures_after_a_pass(void **state)
{
	struct analysis *analysis = begun(&one_percent, 0, 0);

	(void)state;
	assert_int_equal(look(analysis, 200, 3).failures, 1);
	assert_int_equal(look(analysis, 1000, 3).verdict, VERDICT_PASS);
	assert_int_equal(look(analysis, 1100, 20).failures, 1);
	analysis_free(analysis);
}

static void analysis_counts_from_the_beginning_of_its_step(void **state)
{
	struct analysis *analysis = begun(&one_percent, 10000, 900);
	struct analysis_result result = look(analysis, 10200, 901);

	(void)state;
	assert_int_equal(result.verdict, VERDICT_PASS);
	assert_int_equal(result.requests, 200);
	assert_true(fabs(result.findings[0].value - 0.5) < 1e-9);
	analysis_free(analysis);
}

static void analysis_is_inconclusive_below_min_requests(void **state)
{
	struct analysis *analysis = begun(&one_percent, 0, 0);
	struct analysis_result result = look(analysis, 60, 60);

	(void)state;
	assert_int_equal(result.verdict, VERDICT_INCONCLUSIVE);
	assert_int_equal(result.findings[0].needed, 40);
	assert_int_equal(result.failures, 0);
	assert_string_equal(result.text,
			    "too few requests to say: 60, 40 more needed");
	analysis_free(analysis);
}

static void
analysis_without_any_request_says_nothing_even_at_min_0(void **state)
{
	struct analysis_config config = one_percent;
	struct analysis *analysis;

	(void)state;
	config.min_requests = 0;
	analysis = begun(&config, 5, 5);
	assert_int_equal(look(analysis, 5, 5).verdict, VERDICT_INCONCLUSIVE);
	analysis_free(analysis);
}

static void analysis_at_the_limit_fails(void **state)
{
	struct analysis *analysis = begun(&one_percent, 0, 0);

	(void)state;
	assert_int_equal(look(analysis, 100, 1).verdict, VERDICT_FAIL);
	analysis_free(analysis);
}

static void analysis_that_cannot_measure_is_an_error_not_a_failure(void **state)
{
	struct analysis *analysis = begun(&one_percent, 0, 0);
	struct analysis_sight nothing = {.readings = NULL};
	struct analysis_result result;

	(void)state;
	(void)look(analysis, 200, 20);
	analysis_look(analysis, 10000, &nothing, &result);
	assert_int_equal(result.verdict, VERDICT_ERROR);
	assert_false(result.condemned);
	/* and it does not break the row of failures either */
	assert_true(look(analysis, 300, 30).condemned);
	analysis_free(analysis);
}

static void analysis_names_the_worst_of_several_limits(void **state)
{
	struct analysis_config config = one_percent;
	struct analysis_sight sight = {
		.candidate = {true, 1000, 0, 20, 90, 650, 0, 0}};
	struct analysis_result result;
	struct analysis *analysis;

	(void)state;
	config.p95 = (struct limit){true, 100};
	config.p99 = (struct limit){true, 300};
	analysis = begun(&config, 0, 0);
	analysis_look(analysis, 10000, &sight, &result);
	assert_int_equal(result.verdict, VERDICT_FAIL);
	assert_string_equal(result.findings[result.worst].metric, "p99");
	assert_string_equal(result.text, "p99 650 ms of 1,000 requests, limit "
					 "300 ms: 1st failure of 2");
	analysis_free(analysis);
}

static void analysis_on_latencies_nobody_measures_is_an_error(void **state)
{
	struct analysis_config config = one_percent;
	struct analysis *analysis;
	struct analysis_result result;

	(void)state;
	config.p99 = (struct limit){true, 300};
	analysis = begun(&config, 0, 0);
	result = look(analysis, 500, 0);
	assert_int_equal(result.verdict, VERDICT_ERROR);
	analysis_free(analysis);
}

static void analysis_waits_for_its_delay_and_then_its_period(void **state)
{
	struct analysis_config config = one_percent;
	struct analysis *analysis;

	(void)state;
	config.initial_delay_ms = 30000;
	analysis = begun(&config, 0, 0);
	assert_int_equal(analysis_next_ms(analysis), 1000 + 30000 + 5000);
	(void)look(analysis, 1, 0);
	assert_int_equal(analysis_next_ms(analysis), 10000 + 5000);
	analysis_free(analysis);
}

static void analysis_event_has_the_fields_of_the_table(void **state)
{
	struct analysis *analysis = begun(&one_percent, 0, 0);
	struct analysis_result result = look(analysis, 450, 30);
	struct event *event = analysis_event(&result, "production", "prod");

	(void)state;
	assert_int_equal(event->type, EVENT_ANALYSIS_JUDGED);
	assert_string_equal(event_stage(event), "production");
	assert_string_equal(event_text(event, "environment"), "prod");
	assert_string_equal(event_text(event, "verdict"), "fail");
	assert_string_equal(event_text(event, "metric"), "error-rate");
	assert_int_equal(event_int(event, "requests", -1), 450);
	assert_int_equal(event_int(event, "allowed", -1), 2);
	assert_false(event_has(event, "needed"));
	event_free(event);
	analysis_free(analysis);
}

static void analysis_describes_itself(void **state)
{
	struct analysis_config config = one_percent;
	struct str out = STR_INIT;

	(void)state;
	config.p99 = (struct limit){true, 300};
	analysis_describe(&config, &out);
	assert_string_equal(out.data,
			    "error rate < 1 %, p99 < 300 ms, every 5 s, from "
			    "100 requests on, 2 failures in a row");
	str_release(&out);
}

static const struct analysis_config beside_stable = {
	.present = true,
	.every_ms = 5000,
	.worse_errors = {true, 0},
	.slower = {true, 1.5},
	.false_alarm = 1,
	.failures = 2,
	.min_requests = 100,
};

/* So many looks later: a look of 5 s is 1,800 and 200 requests. */
static struct analysis_sight after(int looks, int64_t bad, int64_t stable_bad)
{
	struct analysis_sight sight = counted(200 * looks, bad);

	sight.stable.requests = 1800 * looks;
	sight.stable.errors = stable_bad;
	sight.stable.timed = 1800 * looks;
	sight.candidate.timed = 200 * looks;
	sight.stable.p99 = sight.candidate.p99 = 10;
	return sight;
}

static struct analysis_result look_at(struct analysis *analysis, int look,
				      const struct analysis_sight *sight)
{
	struct analysis_result result;

	analysis_look(analysis, 1000 + 5000 * look, sight, &result);
	return result;
}

static struct analysis *begun_beside_stable(struct analysis_config *config)
{
	struct analysis *analysis = analysis_new(config);
	struct analysis_sight sight = after(0, 0, 0);

	sight.stable.requests = 5000;
	sight.stable.errors = 5;
	analysis_begin(analysis, 1000, &sight);
	return analysis;
}

static void candidate_worse_than_stable_is_condemned_at_once(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis_sight sight = after(1, 3, 2);
	struct analysis_result result;
	struct analysis *analysis;

	(void)state;
	config.slower.present = false;
	analysis = begun_beside_stable(&config);
	sight.stable.requests += 5000;
	sight.stable.errors += 5;
	result = look_at(analysis, 1, &sight);
	assert_int_equal(result.verdict, VERDICT_INCONCLUSIVE);
	assert_string_equal(
		result.text,
		"errors 1.5 % of 200 against 0.11 % of 1,800 on stable: 14 "
		"times likelier that it is worse (limit 100, false alarm 1 %, "
		"some 157 more requests needed)");
	assert_int_equal(result.findings[0].needed, 157);
	assert_false(result.condemned);
	sight = after(2, 7, 4);
	sight.stable.requests += 5000;
	sight.stable.errors += 5;
	result = look_at(analysis, 2, &sight);
	assert_int_equal(result.verdict, VERDICT_FAIL);
	assert_true(result.condemned);
	assert_true(result.findings[0].evidence > 100);
	assert_non_null(strstr(result.text, "(limit 100, false alarm 1 %)"));
	analysis_free(analysis);
}

/* Not by a limit that was passed for the first time only. */
static void what_condemns_is_what_is_told(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis_result result;
	struct analysis *analysis;

	(void)state;
	config.slower.present = false;
	config.error_rate = (struct limit){true, 1.6};
	analysis = begun_beside_stable(&config);
	for (int i = 1; i <= 2; i++) {
		struct analysis_sight sight = after(i, i == 1 ? 3 : 7, 2 * i);

		sight.stable.requests += 5000;
		sight.stable.errors += 5;
		result = look_at(analysis, i, &sight);
	}
	assert_int_equal(result.failures, 1);
	assert_true(result.condemned);
	assert_true(result.worst == 1);
	if (!starts_with(result.text, "errors 1.75 % of 400 against "))
		fail_msg("%s", result.text);
	analysis_free(analysis);
}

static void candidate_as_good_as_stable_passes_and_says_what_shows(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis_result result;
	struct analysis *analysis;
	struct event *event;

	(void)state;
	config.slower.present = false;
	config.error_rate = (struct limit){true, 1};
	analysis = begun_beside_stable(&config);
	for (int i = 1; i < 20; i++) {
		struct analysis_sight sight = after(i, i / 5, 2 * i);

		sight.stable.requests += 5000;
		sight.stable.errors += 5;
		result = look_at(analysis, i, &sight);
		assert_int_equal(result.verdict, VERDICT_PASS);
	}
	assert_string_equal(
		result.text,
		"error rate 0.08 % of 3,800 requests, limit 1 %; errors 0.08 % "
		"of 3,800 against 0.11 % of 34,200 on stable: no sign that it "
		"is worse, 0.09 points would show within 10 min");
	event = analysis_event(&result, "production", "prod");
	assert_float_equal(event_real(event, "false-alarm", -1), 1, 1e-9);
	assert_int_equal(json_array_size(event_json(event, "metrics")), 2);
	event_free(event);
	analysis_free(analysis);
}

/* The multiple is of stable's p99 at the first look; what is slower is
 * counted from the second on. */
static void candidate_slower_than_stable_is_condemned(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis_result result;
	struct analysis *analysis;

	(void)state;
	config.worse_errors.present = false;
	analysis = begun_beside_stable(&config);
	assert_true(analysis_slow_ms(analysis) <= 0);
	for (int i = 1; i <= 3; i++) {
		struct analysis_sight sight = after(i, 0, 0);

		sight.candidate.slow = 40 * i;
		sight.stable.slow = i;
		result = look_at(analysis, i, &sight);
		if (i < 3)
			assert_int_equal(result.verdict, VERDICT_INCONCLUSIVE);
		assert_float_equal(analysis_slow_ms(analysis), 15, 1e-9);
	}
	assert_int_equal(result.verdict, VERDICT_FAIL);
	assert_true(result.condemned);
	assert_string_equal(result.findings[0].metric, "p99");
	assert_float_equal(result.findings[0].baseline, 10, 1e-9);
	assert_non_null(strstr(result.text, "slower than 15.0 ms 20 % of 200 "
					    "against 0.06 % of 1,800 on "
					    "stable: "));
	analysis_free(analysis);
}

/* One in a hundred may be slower: that is what p99 says. */
static void slow_requests_within_the_percentile_are_let_pass(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis_result result = {0};
	struct analysis *analysis;

	(void)state;
	config.worse_errors.present = false;
	analysis = begun_beside_stable(&config);
	for (int i = 1; i <= 40; i++) {
		struct analysis_sight sight = after(i, 0, 0);

		sight.candidate.slow = i; /* 0.5 % */
		result = look_at(analysis, i, &sight);
	}
	assert_int_equal(result.verdict, VERDICT_PASS);
	analysis_free(analysis);
}

static void evidence_is_kept_when_the_next_step_begins(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis_sight sight = after(1, 3, 2);
	struct analysis_result result;
	struct analysis *analysis;
	double evidence;

	(void)state;
	config.slower.present = false;
	analysis = begun_beside_stable(&config);
	sight.stable.requests += 5000;
	result = look_at(analysis, 1, &sight);
	evidence = result.findings[0].evidence;
	analysis_begin(analysis, 7000, &sight);
	result = look_at(analysis, 2, &sight);
	assert_float_equal(result.findings[0].evidence, evidence, 1e-9);
	analysis_free(analysis);
}

static void stable_without_requests_is_inconclusive(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis *analysis = analysis_new(&config);
	struct analysis_sight sight = counted(0, 0);
	struct analysis_result result;

	(void)state;
	analysis_begin(analysis, 1000, &sight);
	sight = counted(5000, 0);
	result = look_at(analysis, 1, &sight);
	assert_int_equal(result.verdict, VERDICT_INCONCLUSIVE);
	assert_non_null(strstr(result.text, "too few requests on stable"));
	analysis_free(analysis);
}

/* Of stable's, not of the candidate's. */
static void p99_beside_stable_tells_how_many_requests_are_missing(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis *analysis;
	struct analysis_sight sight = counted(0, 0);
	struct analysis_result result;

	(void)state;
	config.worse_errors.present = false;
	analysis = analysis_new(&config);
	sight.stable.p99 = sight.candidate.p99 = 10;
	analysis_begin(analysis, 1000, &sight);
	sight.candidate.requests = sight.candidate.timed = 5000;
	sight.stable.requests = sight.stable.timed = 120;
	result = look_at(analysis, 1, &sight);
	assert_int_equal(result.verdict, VERDICT_INCONCLUSIVE);
	assert_int_equal(result.findings[0].needed, 80);
	assert_string_equal(result.text,
			    "too few requests on stable to know its p99: 120, "
			    "80 more needed");
	analysis_free(analysis);
}

/* As of a million requests that all fail beside a million that do not. */
static void evidence_beyond_all_numbers_is_still_told(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis *analysis;
	struct analysis_sight sight = counted(0, 0);
	struct analysis_result result;
	struct event *event;

	(void)state;
	config.slower.present = false;
	analysis = analysis_new(&config);
	analysis_begin(analysis, 1000, &sight);
	for (int i = 1; i <= 2; i++) {
		sight = counted(1000000 * i, 1000000 * i);
		sight.stable.requests = 1000000 * i;
		result = look_at(analysis, i, &sight);
	}
	assert_true(result.condemned);
	event = analysis_event(&result, "production", "production");
	assert_true(event_has(event, "evidence"));
	event_free(event);
	analysis_free(analysis);
}

static void
candidate_with_all_requests_is_held_against_limits_alone(void **state)
{
	struct analysis_config config = beside_stable;
	struct analysis_sight sight = after(1, 0, 0);
	struct analysis *analysis = begun_beside_stable(&config);
	struct analysis_result result;

	(void)state;
	sight.alone = true;
	result = look_at(analysis, 1, &sight);
	assert_int_equal(result.verdict, VERDICT_PASS);
	assert_string_equal(result.text, "it has all requests: there is "
					 "nothing to hold it against");
	config.error_rate = (struct limit){true, 1};
	sight.candidate.errors = 100;
	result = look_at(analysis, 2, &sight);
	assert_int_equal(result.verdict, VERDICT_FAIL);
	assert_int_equal(result.count, 1);
	analysis_free(analysis);
}

static void failed_limit_outdoes_what_cannot_be_measured(void **state)
{
	struct analysis_config config = one_percent;
	struct analysis *analysis;
	struct analysis_result result;

	(void)state;
	config.p99 = (struct limit){true, 300};
	analysis = begun(&config, 0, 0);
	result = look(analysis, 500, 50);
	assert_int_equal(result.verdict, VERDICT_FAIL);
	assert_int_equal(result.findings[1].verdict, VERDICT_ERROR);
	analysis_free(analysis);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			analysis_condemns_at_the_second_failed_look_in_a_row),
		cmocka_unit_test(analysis_forgets_failures_after_a_pass),
		cmocka_unit_test(
			analysis_counts_from_the_beginning_of_its_step),
		cmocka_unit_test(analysis_is_inconclusive_below_min_requests),
		cmocka_unit_test(
			analysis_without_any_request_says_nothing_even_at_min_0),
		cmocka_unit_test(analysis_at_the_limit_fails),
		cmocka_unit_test(
			analysis_that_cannot_measure_is_an_error_not_a_failure),
		cmocka_unit_test(analysis_names_the_worst_of_several_limits),
		cmocka_unit_test(
			analysis_on_latencies_nobody_measures_is_an_error),
		cmocka_unit_test(
			analysis_waits_for_its_delay_and_then_its_period),
		cmocka_unit_test(analysis_event_has_the_fields_of_the_table),
		cmocka_unit_test(analysis_describes_itself),
		cmocka_unit_test(
			candidate_worse_than_stable_is_condemned_at_once),
		cmocka_unit_test(what_condemns_is_what_is_told),
		cmocka_unit_test(
			candidate_as_good_as_stable_passes_and_says_what_shows),
		cmocka_unit_test(candidate_slower_than_stable_is_condemned),
		cmocka_unit_test(
			p99_beside_stable_tells_how_many_requests_are_missing),
		cmocka_unit_test(evidence_beyond_all_numbers_is_still_told),
		cmocka_unit_test(
			slow_requests_within_the_percentile_are_let_pass),
		cmocka_unit_test(evidence_is_kept_when_the_next_step_begins),
		cmocka_unit_test(stable_without_requests_is_inconclusive),
		cmocka_unit_test(
			candidate_with_all_requests_is_held_against_limits_alone),
		cmocka_unit_test(failed_limit_outdoes_what_cannot_be_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
