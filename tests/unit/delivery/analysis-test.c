/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <math.h>

#include "delivery/analysis.h"

static const struct analysis_config one_percent = {
	.present = true,
	.every_ms = 5000,
	.error_rate = {true, 1},
	.failures = 2,
	.min_requests = 100,
};

static struct analysis_counts counted(int64_t requests, int64_t errors)
{
	return (struct analysis_counts){true, requests, errors, NAN, NAN, NAN};
}

static struct analysis *begun(const struct analysis_config *config,
			      int64_t requests, int64_t errors)
{
	struct analysis *analysis = analysis_new(config);
	struct analysis_counts counts = counted(requests, errors);

	analysis_begin(analysis, 1000, &counts);
	return analysis;
}

static struct analysis_result look(struct analysis *analysis, int64_t requests,
				   int64_t errors)
{
	struct analysis_counts counts = counted(requests, errors);
	struct analysis_result result;

	analysis_look(analysis, 10000, &counts, &result);
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
	assert_true(fabs(result.value - 0.5) < 1e-9);
	analysis_free(analysis);
}

static void analysis_is_inconclusive_below_min_requests(void **state)
{
	struct analysis *analysis = begun(&one_percent, 0, 0);
	struct analysis_result result = look(analysis, 60, 60);

	(void)state;
	assert_int_equal(result.verdict, VERDICT_INCONCLUSIVE);
	assert_int_equal(result.needed, 40);
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
	struct analysis_counts nothing = {0};
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
	struct analysis_counts counts = {true, 1000, 0, 20, 90, 650};
	struct analysis_result result;
	struct analysis *analysis;

	(void)state;
	config.p95 = (struct limit){true, 100};
	config.p99 = (struct limit){true, 300};
	analysis = begun(&config, 0, 0);
	analysis_look(analysis, 10000, &counts, &result);
	assert_int_equal(result.verdict, VERDICT_FAIL);
	assert_string_equal(result.metric, "p99");
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
