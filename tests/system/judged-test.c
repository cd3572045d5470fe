/* SPDX-License-Identifier: MIT */
/* Candidates that are bad in each of the ways that releases are, and some that
 * are not, beside a live release behind a real HAProxy under load: what is
 * said of them, and that the live release serves. */
#include "system/support.h"

#include "base/memory.h"

#define HEAD "name: shop\nenvironments:\n" SITE_PRODUCTION
#define STAGES "stages:\n" SITE_BUILD
#define CANARY                                                        \
	"  production:\n    deploy:\n      environment: production\n" \
	"      strategy: canary\n"
#define HALF \
	CANARY "      steps: [{weight: 50%}, {pause: 40s}, {weight: 100%}]\n"
#define LOOK "every: 300ms, min-requests: 100"

static void commit(struct site *site, const char *head, const char *bug,
		   const char *stages)
{
	char *text = xasprintf("%s" STAGES "%s", head, stages);

	site_pipeline(site, text);
	site_write(site, "bug", bug);
	site_commit(site, "a commit");
	free(text);
}

/* The live release and the candidate with what is wrong with them, under
 * load: the status of the candidate's run. */
static int judge(struct site *site, const char *head, const char *live,
		 const char *candidate, const char *deploy)
{
	int status;

	commit(site, head, live,
	       "  production: {deploy: {environment: production}}\n");
	status = site_call(site, "run", NULL);
	if (status != 0)
		fail_msg("%d: %s%s", status, site->out, site->err);
	commit(site, head, candidate, deploy);
	site_load_start(site);
	site_await_requests(site, 300);
	status = site_call(site, "run", NULL);
	site_await_begun_requests(site);
	site_load_stop(site);
	return status;
}

static struct event *last_judged(struct site *site)
{
	char *folder = site_run_folder(site, 2);
	struct event *event =
		site_last_event(folder, EVENT_ANALYSIS_JUDGED, "production");

	free(folder);
	assert_non_null(event);
	return event;
}

static void assert_live_serves(struct site *site)
{
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_load_failed(site), 0);
}

static void candidate_with_1_percent_errors_is_taken_back(void **state)
{
	struct site *site = *state;
	struct event *judged;

	assert_int_equal(judge(site, HEAD, "slow 1x\n", "slow 1x\nerrors 1%\n",
			       HALF
			       "      analysis: {" LOOK
			       ", against-stable: {error-rate: \"+0%\"}}\n"),
			 5);
	assert_live_serves(site);
	judged = last_judged(site);
	assert_string_equal(event_text(judged, "verdict"), "fail");
	assert_string_equal(event_text(judged, "metric"), "error-rate");
	assert_true(event_real(judged, "evidence", 0) >= 100);
	assert_float_equal(event_real(judged, "false-alarm", 0), 1, 1e-9);
	assert_says(event_text(judged, "compared"), " times likelier that it");
	event_free(judged);
	assert_int_equal(site_call(site, "history", "production", NULL), 0);
	assert_says(site->out, " against 0 % of ");
	assert_says(site->out, " on stable: ");
}

static void candidate_twice_as_slow_is_taken_back(void **state)
{
	struct site *site = *state;
	struct event *judged;

	assert_int_equal(judge(site, HEAD, "slow 2x\n", "slow 4x\n",
			       HALF "      analysis: {" LOOK
				    ", against-stable: {p99: \"1.5x\"}}\n"),
			 5);
	assert_live_serves(site);
	judged = last_judged(site);
	assert_string_equal(event_text(judged, "verdict"), "fail");
	assert_string_equal(event_text(judged, "metric"), "p99");
	assert_says(event_text(judged, "text"), "slower than ");
	event_free(judged);
}

/* Both are as bad as each other, in both. */
static void candidate_that_is_the_same_is_promoted(void **state)
{
	struct site *site = *state;
	struct event *judged;
	int status = judge(site, HEAD, "slow 1x\nerrors 1%\n",
			   "slow 1x\nerrors 1%\n\n",
			   CANARY "      steps: [{weight: 50%}, {pause: 4s}, "
				  "{weight: 100%}]\n"
				  "      analysis: {" LOOK
				  ", against-stable: {error-rate: \"+0.5%\", "
				  "p99: \"2x\"}}\n");

	if (status != 0)
		fail_msg("%d: %s", status, site->out);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_load_failed(site), 0);
	judged = last_judged(site);
	assert_string_equal(event_text(judged, "verdict"), "pass");
	assert_int_equal(json_array_size(event_json(judged, "metrics")), 2);
	assert_says(event_text(judged, "text"), "no sign that it is worse");
	assert_says(event_text(judged, "text"), " points would show within ");
	event_free(judged);
}

static void
candidate_that_answers_health_checks_alone_is_taken_back(void **state)
{
	struct site *site = *state;

	assert_int_equal(judge(site, HEAD, "slow 1x\n", "health-only\n",
			       HALF "      analysis: {" LOOK
				    ", error-rate: \"< 1%\"}\n"),
			 5);
	assert_string_equal(site_colour(site), "blue");
	assert_says(site->out, "error rate 100 % of ");
}

/* What is asked of it directly finds it out before it has any traffic. */
static void check_finds_one_that_answers_health_checks_alone(void **state)
{
	struct site *site = *state;

	assert_int_equal(
		judge(site, HEAD, "slow 1x\n", "health-only\n",
		      CANARY "      steps: [{check: [{get: /, status: 200}]}, "
			     "{weight: 50%}, {pause: 10s}, {weight: 100%}]\n"),
		1);
	assert_live_serves(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_load_by(site, true), 0);
}

static void candidate_that_never_gets_healthy_has_no_traffic(void **state)
{
	struct site *site = *state;

	assert_int_equal(
		judge(site,
		      "name: shop\nenvironments:\n  production:\n"
		      "    target: {process: {command: \"exec @SERVER@ "
		      "serve\", "
		      "ports: [@BLUE@, @GREEN@], health: /healthz, "
		      "start-timeout: 2s}}\n    traffic: {haproxy: {listen: "
		      "\"127.0.0.1:@PORT@\"}}\n",
		      "slow 1x\n", "unhealthy\n", HALF),
		1);
	assert_says(site->out, "503");
	assert_live_serves(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_load_by(site, true), 0);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(candidate_with_1_percent_errors_is_taken_back),
		TEST(candidate_twice_as_slow_is_taken_back),
		TEST(candidate_that_is_the_same_is_promoted),
		TEST(candidate_that_answers_health_checks_alone_is_taken_back),
		TEST(check_finds_one_that_answers_health_checks_alone),
		TEST(candidate_that_never_gets_healthy_has_no_traffic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
