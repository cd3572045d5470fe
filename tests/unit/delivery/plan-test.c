/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <math.h>

#include "delivery/plan.h"

static const struct environment_config production = {
	.name = "production",
	.target = {.host = "127.0.0.1",
		   .instances = 1,
		   .ports = {8081, 8082},
		   .health = "/healthz",
		   .start_timeout_ms = 30000},
	.traffic = {.haproxy = {.listen = "127.0.0.1:8080"}},
	.keep_ms = 1800000,
};

static struct request health = {
	.method = "GET", .path = "/healthz", .status = 200};

static struct plan_step_config canary_steps[] = {
	{.kind = PLAN_CHECK, .requests = {.items = &health, .count = 1}},
	{.kind = PLAN_WEIGHT, .weight = 5},
	{.kind = PLAN_PAUSE, .ms = 120000},
	{.kind = PLAN_WEIGHT, .weight = 25},
	{.kind = PLAN_PAUSE, .ms = 300000},
	{.kind = PLAN_WEIGHT, .weight = 100},
};

static const struct deploy_config canary = {
	.environment = "production",
	.strategy = STRATEGY_CANARY,
	.steps = canary_steps,
	.step_count = 6,
	.analysis = {.present = true,
		     .every_ms = 5000,
		     .error_rate = {true, 1},
		     .failures = 2,
		     .min_requests = 100},
};

static struct plan_request over_blue(const struct deploy_config *deploy)
{
	return (struct plan_request){
		.environment = &production,
		.deploy = deploy,
		.version = "v2",
		.live = COLOUR_BLUE,
		.live_version = "v1",
		.live_is_up = true,
		.last_back_ms = -1,
	};
}

static struct plan *made(const struct plan_request *request)
{
	struct error err = ERROR_INIT;
	struct plan *plan = plan_make(request, &err);

	assert_string_equal(error_text(&err), "");
	assert_non_null(plan);
	return plan;
}

static void assert_described(const struct plan_request *request,
			     const char *expected)
{
	struct plan *plan = made(request);
	struct str out = STR_INIT;

	plan_describe(plan, &out);
	assert_string_equal(out.data, expected);
	str_release(&out);
	plan_free(plan);
}

static void assert_refused(const struct plan_request *request, const char *why)
{
	struct error err = ERROR_INIT;

	assert_null(plan_make(request, &err));
	assert_int_equal(err.code, ERROR_CONFIG);
	assert_non_null(strstr(error_text(&err), why));
	error_clear(&err);
}

static void assert_place_refused(const struct environment_config *then,
				 const char *why)
{
	struct plan_request request = over_blue(&canary);
	struct deploy_config at_once = canary;

	request.live_environment = then;
	assert_refused(&request, why);
	at_once.strategy = STRATEGY_ALL_AT_ONCE;
	at_once.step_count = 0;
	request.deploy = &at_once;
	plan_free(made(&request));
}

static void assert_previewed(const struct deploy_config *deploy,
			     struct environment_config environment,
			     const char *expected)
{
	struct plan_request request = over_blue(deploy);
	struct plan *plan;

	request.environment = &environment;
	plan = made(&request);
	assert_string_equal(plan->preview, expected);
	plan_free(plan);
}

static void plan_says_where_the_candidate_can_be_looked_at(void **state)
{
	struct environment_config environment = production;
	struct deploy_config at_once = {.environment = (char *)"production",
					.strategy = STRATEGY_ALL_AT_ONCE};

	(void)state;
	assert_previewed(&canary, environment, "");
	environment.preview.header = (char *)"X-Preview";
	assert_previewed(&canary, environment,
			 "header X-Preview at http://127.0.0.1:8080: green "
			 "alone, from when it is healthy until it is live");
	environment.preview.listen = (char *)"*:8088";
	environment.url = (char *)"https://shop.example.org";
	assert_previewed(&canary, environment,
			 "http://127.0.0.1:8088, or header X-Preview at "
			 "https://shop.example.org: green alone, from when it "
			 "is healthy until it is live");
	assert_previewed(&at_once, environment,
			 "none: what comes up on blue has traffic at once");
}

static void what_serves_is_not_looked_for_elsewhere(void **state)
{
	struct environment_config then = production;
	struct plan_request request = over_blue(&canary);

	(void)state;
	request.live_environment = &then;
	plan_free(made(&request));
	then.target.ports[COLOUR_GREEN] = 1;
	plan_free(made(&request));
	then.target.ports[COLOUR_BLUE] = 7081;
	assert_place_refused(&then,
			     "production: blue serves v1 on port 7081, and "
			     "this file says 8081; change only the "
			     "port of green now");
	then = production;
	then.traffic.haproxy.listen = "127.0.0.1:7080";
	assert_place_refused(&then, "v1 is reached at 127.0.0.1:7080, and this "
				    "file says listen: 127.0.0.1:8080");
}

static void plan_of_a_canary_reads_as_its_steps(void **state)
{
	struct plan_request request = over_blue(&canary);

	(void)state;
	assert_described(
		&request,
		"production: canary, candidate on green\n"
		"   1   start       start v2 on green (port 8082)\n"
		"   2   healthy     GET /healthz on port 8082 answers 2xx or "
		"3xx, within 30 s\n"
		"   3   check       check green directly: GET /healthz 200\n"
		"   4 * weight-5    5 % of traffic to green\n"
		"   5 * pause       wait 2 min\n"
		"   6 * weight-25   25 % of traffic to green\n"
		"   7 * pause-2     wait 5 min\n"
		"   8 * weight-100  100 % of traffic to green\n"
		"   9   promote     v2 is live; blue stays warm for at least "
		"30 min\n"
		"  analysis     error rate < 1 %, every 5 s, from 100 requests "
		"on, 2 failures in a row, beside the steps marked *\n"
		"  to 100 %     7 min and the time to start, be healthy and be "
		"checked\n"
		"  at most      no bound: people, or an analysis without a "
		"verdict, may hold it\n"
		"  way back     warm: blue goes on running v1, one weight "
		"change; kept for at least 30 min after the promotion\n");
}

static void plan_watches_the_first_weight_too(void **state)
{
	struct plan_request request = over_blue(&canary);
	struct plan *plan = made(&request);

	(void)state;
	assert_int_equal(plan->steps[3].kind, PLAN_WEIGHT);
	assert_true(plan->steps[3].watched);
	assert_false(plan->steps[2].watched);
	assert_false(plan->steps[8].watched);
	assert_true(plan->steps[3].weight == 5);
	assert_ptr_equal(plan->steps[3].config, &canary_steps[1]);
	assert_int_equal(plan->ms, 420000);
	plan_free(plan);
}

static void plan_of_blue_green_is_one_switch(void **state)
{
	struct deploy_config deploy = {.environment = "production",
				       .strategy = STRATEGY_BLUE_GREEN};
	struct plan_request request = over_blue(&deploy);
	struct plan *plan = made(&request);

	(void)state;
	assert_int_equal(plan->step_count, 4);
	assert_int_equal(plan->steps[2].kind, PLAN_WEIGHT);
	assert_true(plan->steps[2].weight == 100);
	assert_int_equal(plan->steps[3].kind, PLAN_PROMOTE);
	assert_int_equal(plan->ms, 0);
	assert_false(plan->waits);
	plan_free(plan);
}

static void plan_of_a_first_release_goes_to_100_at_once(void **state)
{
	struct plan_request request = over_blue(&canary);

	(void)state;
	request.live = -1;
	request.live_version = NULL;
	assert_described(
		&request,
		"production: canary, candidate on blue\n"
		"   1   start       start v2 on blue (port 8081)\n"
		"   2   healthy     GET /healthz on port 8081 answers 2xx or "
		"3xx, within 30 s\n"
		"   3   check       check blue directly: GET /healthz 200\n"
		"   4   weight-100  100 % of traffic to blue\n"
		"   5   promote     v2 is live\n"
		"  note         nothing is live yet: all traffic at once after "
		"its checks\n"
		"  to 100 %     the time to start, be healthy and be checked\n"
		"  at most      1 min, with every time-out\n"
		"  way back     none: nothing was live before; `signalbox down "
		"production` stops it\n");
}

static void plan_of_all_at_once_replaces_in_place_and_says_so(void **state)
{
	struct deploy_config deploy = {.environment = "production",
				       .strategy = STRATEGY_ALL_AT_ONCE};
	struct plan_request request = over_blue(&deploy);

	(void)state;
	assert_described(
		&request,
		"production: all-at-once, candidate on blue\n"
		"   1   replace     stop v1 on blue and start v2 in its place; "
		"requests fail meanwhile\n"
		"   2   healthy     GET /healthz on port 8081 answers 2xx or "
		"3xx, within 30 s\n"
		"   3   promote     v2 is live\n"
		"  note         replaces in place: requests fail between stop "
		"and start\n"
		"  to 100 %     the time to start, be healthy and be checked\n"
		"  at most      50 s, with every time-out\n"
		"  way back     cold: v1 is started again from its stored "
		"release; at most 30 s to start it\n");
}

static void plan_of_a_linear_release_repeats_its_step(void **state)
{
	struct plan_step_config steps[] = {
		{.kind = PLAN_RUN, .run = "./migrate", .timeout_ms = 600000},
	};
	struct deploy_config deploy = {.environment = "production",
				       .strategy = STRATEGY_LINEAR,
				       .steps = steps,
				       .step_count = 1,
				       .linear_step = 40,
				       .linear_every_ms = 60000};
	struct plan_request request = over_blue(&deploy);

	(void)state;
	request.last_back_ms = 84;
	assert_described(
		&request,
		"production: linear, candidate on green\n"
		"   1   start       start v2 on green (port 8082)\n"
		"   2   healthy     GET /healthz on port 8082 answers 2xx or "
		"3xx, within 30 s\n"
		"   3   run         run ./migrate beside green, within 10 "
		"min\n"
		"   4   weight-40   40 % of traffic to green\n"
		"   5   pause       wait 1 min\n"
		"   6   weight-80   80 % of traffic to green\n"
		"   7   pause-2     wait 1 min\n"
		"   8   weight-100  100 % of traffic to green\n"
		"   9   promote     v2 is live; blue stays warm for at least "
		"30 min\n"
		"  to 100 %     2 min and the time to start, be healthy and be "
		"checked\n"
		"  at most      15 min, with every time-out\n"
		"  way back     warm: blue goes on running v1, one weight "
		"change; kept for at least 30 min after the promotion; the "
		"last "
		"one took 84 ms\n");
}

static void plan_watches_it_at_100_before_it_is_live(void **state)
{
	struct deploy_config deploy = {.environment = "production",
				       .strategy = STRATEGY_BLUE_GREEN,
				       .bake_ms = 600000};
	struct plan_request request = over_blue(&deploy);
	struct plan *plan = made(&request);

	(void)state;
	assert_int_equal(plan->step_count, 5);
	assert_int_equal(plan->steps[3].kind, PLAN_BAKE);
	assert_string_equal(plan->steps[3].name, "bake");
	assert_string_equal(plan->steps[3].label,
			    "watch green at 100 % for 10 min");
	assert_int_equal(plan->worst_ms, 20000 + 30000 + 30000);
	plan_free(plan);
}

static void plan_names_the_ports_of_all_instances(void **state)
{
	struct environment_config several = production;
	struct deploy_config deploy = {.environment = "production",
				       .strategy = STRATEGY_BLUE_GREEN};
	struct plan_request request = over_blue(&deploy);
	struct plan *plan;

	(void)state;
	several.target.instances = 3;
	request.environment = &several;
	plan = made(&request);
	assert_string_equal(plan->steps[0].label,
			    "start v2 on green (ports 8082-8084)");
	plan_free(plan);
}

/* Before anybody was asked: one of that kind never can. */
static void rolling_without_drain_is_refused(void **state)
{
	struct environment_config several = production;
	struct deploy_config deploy = {.environment = "production",
				       .strategy = STRATEGY_ROLLING};
	struct plan_request request = over_blue(&deploy);
	struct error err = ERROR_INIT;

	(void)state;
	several.target.instances = 3;
	several.traffic.kind = TRAFFIC_NGINX;
	request.environment = &several;
	assert_null(plan_make(&request, &err));
	assert_string_equal(error_text(&err),
			    "production: nginx, which carries its requests, "
			    "drains none and cannot take single instances "
			    "out, so that rolling would lose requests; use "
			    "strategy canary");
	error_clear(&err);
}

static void plan_of_a_rolling_release_goes_by_batches(void **state)
{
	struct environment_config several = production;
	struct deploy_config deploy = {.environment = "production",
				       .strategy = STRATEGY_ROLLING,
				       .steps = canary_steps,
				       .step_count = 1,
				       .batch = 2};
	struct plan_request request = over_blue(&deploy);

	(void)state;
	several.target.instances = 3;
	request.environment = &several;
	assert_described(
		&request,
		"production: rolling, candidate on green\n"
		"   1   batch       start instances 1-2 of v2 on green\n"
		"   2   check       check green directly: GET /healthz 200\n"
		"   3   weight-66   66 % of traffic to green\n"
		"   4   batch-2     stop instances 1-2 of v1, start instance 3 "
		"of v2 on green\n"
		"   5   weight-100  100 % of traffic to green\n"
		"   6   batch-3     stop what is left of v1 on blue\n"
		"   7   promote     v2 is live\n"
		"  note         at most 5 instances run at once\n"
		"  to 100 %     the time to start, be healthy and be checked\n"
		"  at most      3 min, with every time-out\n"
		"  way back     cold: what made room of v1 is started again "
		"first; at most 30 s to start it\n");
}

static void plan_tells_how_long_it_may_take(void **state)
{
	struct deploy_config deploy = canary;
	struct plan_request request = over_blue(&deploy);
	struct plan *plan;

	(void)state;
	deploy.analysis.max_hold_ms = 1000;
	request.mode = MODE_DEPLOYMENT;
	plan = made(&request);
	/* stop, start, pauses, holds, shares, a silent proxy three times */
	assert_int_equal(plan->worst_ms, 20000 + 30000 + 420000 + 2 * 1000 +
						 2 * 10000 + 3 * 30000);
	assert_int_equal(plan->back_ms, -1);
	plan_free(plan);
}

/* As those who left the pauses early, or had none, have left it. */
static void what_is_usual_is_no_less_than_what_the_plan_waits(void **state)
{
	struct stage_config stage = {.name = (char *)"production",
				     .kind = STAGE_KIND_DEPLOY,
				     .deploy = canary};
	const struct pipeline pipeline = {
		.name = (char *)"shop", .stages = &stage, .stage_count = 1};
	struct history_stage took = {.name = (char *)"production",
				     .state = STATE_PASSED,
				     .ms = 5000};
	struct history_run run = {
		.pipeline = (char *)"shop", .stages = &took, .stage_count = 1};
	struct history past = {.runs = &run};

	(void)state;
	assert_int_equal(plan_usual_ms(&past, &pipeline, 0), 0);
	past.count = 1;
	assert_int_equal(plan_usual_ms(&past, &pipeline, 0), 420000);
	took.ms = 500000;
	assert_int_equal(plan_usual_ms(&past, &pipeline, 0), 500000);
	took.ms = 5000;
	stage.deploy = (struct deploy_config){
		.linear_step = 25, .linear_every_ms = 60000, .bake_ms = 600000};
	assert_int_equal(plan_usual_ms(&past, &pipeline, 0), 780000);
	stage.kind = STAGE_KIND_RUN;
	assert_int_equal(plan_usual_ms(&past, &pipeline, 0), 5000);
}

static void plan_goes_to_the_colour_that_is_not_live(void **state)
{
	struct plan_request request = over_blue(&canary);
	struct plan *plan;

	(void)state;
	request.live = COLOUR_GREEN;
	plan = made(&request);
	assert_int_equal(plan->colour, COLOUR_BLUE);
	plan_free(plan);
}

static void plan_says_that_a_stopped_colour_is_a_cold_way_back(void **state)
{
	struct plan_request request = over_blue(&canary);
	struct plan *plan;

	(void)state;
	request.live_is_up = false;
	plan = made(&request);
	assert_string_equal(plan->way_back, "cold: blue does not run; v1 is "
					    "started first");
	/* A share for what does not run would be requests that fail. */
	assert_string_equal(plan->note,
			    "blue does not run, so nothing serves: all traffic "
			    "at once after the checks");
	for (size_t i = 0; i < plan->step_count; i++)
		assert_true(isnan(plan->steps[i].weight) ||
			    plan->steps[i].weight == 100);
	assert_null(plan->analysis);
	plan_free(plan);
}

static void plan_that_stops_short_of_100_gets_there(void **state)
{
	struct deploy_config deploy = canary;
	struct plan_request request = over_blue(&deploy);
	struct plan *plan;

	(void)state;
	deploy.step_count = 3;
	plan = made(&request);
	assert_int_equal(plan->step_count, 7);
	assert_string_equal(plan->steps[5].name, "weight-100");
	assert_null(plan->steps[5].config);
	plan_free(plan);
}

static void plan_counts_a_pause_after_100_not_as_time_to_100(void **state)
{
	struct plan_step_config steps[] = {
		{.kind = PLAN_WEIGHT, .weight = 100},
		{.kind = PLAN_PAUSE, .ms = 60000},
	};
	struct deploy_config deploy = {.environment = "production",
				       .strategy = STRATEGY_BLUE_GREEN,
				       .steps = steps,
				       .step_count = 2};
	struct plan_request request = over_blue(&deploy);
	struct plan *plan = made(&request);

	(void)state;
	assert_int_equal(plan->ms, 0);
	assert_int_equal(plan->step_count, 5);
	plan_free(plan);
}

static void plan_with_an_endless_pause_or_a_gate_waits_for_people(void **state)
{
	struct plan_step_config steps[] = {
		{.kind = PLAN_WEIGHT, .weight = 5},
		{.kind = PLAN_PAUSE, .ms = -1},
		{.kind = PLAN_GATE, .gate = {.present = true, .required = 1}},
	};
	struct deploy_config deploy = canary;
	struct plan_request request = over_blue(&deploy);
	struct plan *plan;

	(void)state;
	deploy.steps = steps;
	deploy.step_count = 2;
	plan = made(&request);
	assert_true(plan->waits);
	assert_string_equal(plan->steps[3].label, "wait until promoted");
	plan_free(plan);

	steps[1].ms = 1000;
	deploy.step_count = 3;
	plan = made(&request);
	assert_true(plan->waits);
	plan_free(plan);

	request.mode = MODE_DEPLOYMENT;
	plan = made(&request);
	assert_false(plan->waits);
	plan_free(plan);
}

static void plan_refuses_what_the_provider_cannot_do(void **state)
{
	const struct traffic_capabilities can = {
		.weights = false, .latency = TRAFFIC_LATENCY_RING};
	struct plan_request request = over_blue(&canary);

	(void)state;
	request.can = &can;
	assert_refused(&request, "takes only 0 % and 100 %, not 5 %");
}

static void plan_refuses_weights_where_traffic_moves_at_once(void **state)
{
	struct deploy_config deploy = canary;
	struct plan_request request = over_blue(&deploy);

	(void)state;
	deploy.strategy = STRATEGY_BLUE_GREEN;
	assert_refused(&request, "use strategy canary");
	deploy.strategy = STRATEGY_ALL_AT_ONCE;
	assert_refused(&request, "use strategy canary");
}

static void plan_refuses_a_canary_without_steps(void **state)
{
	struct deploy_config deploy = canary;
	struct plan_request request = over_blue(&deploy);

	(void)state;
	deploy.step_count = 0;
	assert_refused(&request, "canary has no steps");
}

static void plan_refuses_percentiles_nobody_measures(void **state)
{
	const struct traffic_capabilities can = {
		.weights = true, .latency = TRAFFIC_LATENCY_MEAN};
	struct deploy_config deploy = canary;
	struct plan_request request = over_blue(&deploy);

	(void)state;
	request.can = &can;
	plan_free(made(&request));
	deploy.analysis.p99 = (struct limit){true, 300};
	assert_refused(&request, "measures only means");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			plan_says_where_the_candidate_can_be_looked_at),
		cmocka_unit_test(what_serves_is_not_looked_for_elsewhere),
		cmocka_unit_test(plan_of_a_canary_reads_as_its_steps),
		cmocka_unit_test(plan_watches_the_first_weight_too),
		cmocka_unit_test(plan_of_blue_green_is_one_switch),
		cmocka_unit_test(plan_of_a_first_release_goes_to_100_at_once),
		cmocka_unit_test(
			plan_of_all_at_once_replaces_in_place_and_says_so),
		cmocka_unit_test(plan_of_a_linear_release_repeats_its_step),
		cmocka_unit_test(plan_watches_it_at_100_before_it_is_live),
		cmocka_unit_test(plan_tells_how_long_it_may_take),
		cmocka_unit_test(
			what_is_usual_is_no_less_than_what_the_plan_waits),
		cmocka_unit_test(rolling_without_drain_is_refused),
		cmocka_unit_test(plan_of_a_rolling_release_goes_by_batches),
		cmocka_unit_test(plan_names_the_ports_of_all_instances),
		cmocka_unit_test(plan_goes_to_the_colour_that_is_not_live),
		cmocka_unit_test(
			plan_says_that_a_stopped_colour_is_a_cold_way_back),
		cmocka_unit_test(plan_that_stops_short_of_100_gets_there),
		cmocka_unit_test(
			plan_counts_a_pause_after_100_not_as_time_to_100),
		cmocka_unit_test(
			plan_with_an_endless_pause_or_a_gate_waits_for_people),
		cmocka_unit_test(plan_refuses_what_the_provider_cannot_do),
		cmocka_unit_test(
			plan_refuses_weights_where_traffic_moves_at_once),
		cmocka_unit_test(plan_refuses_a_canary_without_steps),
		cmocka_unit_test(plan_refuses_percentiles_nobody_measures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
