/* SPDX-License-Identifier: MIT */
/* Candidates that are bad in each of the ways that releases are, and some that
 * are not, beside a live release behind a real HAProxy under load: what is
 * said of them, and that the live release serves. */
#include "system/support.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

#define HEAD "name: shop\nenvironments:\n" SITE_PRODUCTION
#define STAGES "stages:\n" SITE_BUILD
#define CANARY                                                        \
	"  production:\n    deploy:\n      environment: production\n" \
	"      strategy: canary\n"
#define HALF \
	CANARY "      steps: [{weight: 50%}, {pause: 10m}, {weight: 100%}]\n"
#define LOOK "every: 300ms, min-requests: 100"
/* Of a machine that is busy while one colour is asked more than the other. */
#define NO_FALSE_ALARM ", false-alarm: 0.001%"

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

static void candidate_that_is_slow_is_taken_back(void **state)
{
	struct site *site = *state;
	struct event *judged;

	/* 40 ms and 1.5 s: what it is held against is stable's 99th percentile
	 * in its first seconds, and the machine may be busy in these. */
	assert_int_equal(judge(site, HEAD, "slow 8x\n", "slow 300x\n",
			       CANARY
			       "      steps: [{weight: 10%}, {pause: 10m}, "
			       "{weight: 100%}]\n"
			       "      analysis: {every: 300ms, min-requests: "
			       "20, against-stable: {p99: \"1.05x\"}}\n"),
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
				  "      analysis: {" LOOK NO_FALSE_ALARM
				  ", against-stable: {error-rate: \"+0.5%\", "
				  "p99: \"10x\"}}\n");

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

/* Killed by its limit of memory, started again by its keeper, killed again:
 * what it broke counts. */
static void candidate_that_leaks_until_killed_is_taken_back(void **state)
{
	struct site *site = *state;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip(); /* the sanitizer's own memory is over the limit */
#endif
	assert_int_equal(
		judge(site,
		      "name: shop\nenvironments:\n  production:\n"
		      "    target: {process: {command: \"ulimit -c 0; ulimit "
		      "-v 400000; exec @SERVER@ serve\", "
		      "ports: [@BLUE@, @GREEN@], health: /healthz}}\n"
		      "    traffic: {haproxy: {listen: "
		      "\"127.0.0.1:@PORT@\"}}\n",
		      "slow 1x\n", "slow 1x\nleak 200MiB\n",
		      HALF "      analysis: {" LOOK
			   ", error-rate: \"< 1%\", against-stable: "
			   "{error-rate: \"+0%\"}}\n"),
		5);
	assert_string_equal(site_colour(site), "blue");
}

static bool is_baking(void *data)
{
	char *folder = site_run_folder(data, 2);
	struct event *step =
		site_last_event(folder, EVENT_STEP_STARTED, "production");
	bool is = step && strcmp(event_text(step, "kind"), "bake") == 0;

	event_free(step);
	free(folder);
	return is;
}

/* While it bakes the other one is warm, and it is watched. */
static void candidate_that_dies_with_all_the_traffic_is_taken_back(void **state)
{
	struct site *site = *state;
	char *fatal = xasprintf("%s/fatal", site->folder);
	char *bug = xasprintf("slow 1x\ndie-on %s\n", fatal);
	struct process *run;

	commit(site, HEAD, "slow 1x\n",
	       "  production: {deploy: {environment: production}}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	commit(site, HEAD, bug,
	       "  production: {deploy: {environment: production, bake: 10m, "
	       "analysis: {" LOOK
	       ", against-stable: {error-rate: \"+0%\"}}}}\n");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "production started");
	await(is_baking, site, "the step that watches");
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(file_replace(fatal, "", 0, 0600, NULL), 0);
	assert_int_equal(process_await(run), 5);
	assert_string_equal(site_colour(site), "blue");
	free(fatal);
	free(bug);
}

#define METRIC(limits)                                                  \
	CANARY "      steps: [{weight: 50%}, {pause: 400ms}, {weight: " \
	       "100%}]\n      analysis:\n        every: 300ms\n"        \
	       "        metrics:\n" limits

/* What a command says, told whom it is about. */
static void command_that_measures_too_much_takes_it_back(void **state)
{
	struct site *site = *state;
	struct event *judged;

	assert_int_equal(
		judge(site, HEAD, "0\n", "0 \n",
		      METRIC("          - {name: depth, command: \"test "
			     "$COLOUR "
			     "= green && test $STABLE = blue && test "
			     "$ENVIRONMENT = production && test $PORT = "
			     "@GREEN@ "
			     "&& cat bug && echo '{\\\"value\\\": 5}'\", "
			     "limit: \"< 3\"}\n"
			     "          - {name: logins, command: echo 0.5, "
			     "limit: \"> 0.1\"}\n")),
		5);
	assert_says(site->out, "depth 5, limit < 3: 2nd failure of 2");
	assert_live_serves(site);
	judged = last_judged(site);
	assert_string_equal(event_text(judged, "metric"), "depth");
	assert_string_equal(event_text(judged, "source"), "command");
	assert_int_equal(json_array_size(event_json(judged, "metrics")), 2);
	event_free(judged);
}

/* Not to know is no failure: it holds, until a person decides. */
static void command_that_fails_holds_the_release(void **state)
{
	struct site *site = *state;
	struct process *run;

	commit(site, HEAD, "0\n",
	       "  production: {deploy: {environment: production}}\n");
	assert_int_equal(site_call(site, "run", NULL), 0);
	commit(site, HEAD, "0 \n",
	       METRIC("          - {name: depth, command: \"echo no >&2; exit "
		      "3\", limit: \"< 3\"}\n"));
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "could not measure depth: its command: ");
	assert_says(run->out.data, ": no");
	assert_false(process_has_ended(run));
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_string_equal(site_colour(site), "green");
}

static bool has_prometheus(void)
{
	return system("command -v prometheus >/dev/null 2>&1") == 0;
}

/* The real one, which scrapes both colours each second. */
static void start_prometheus(struct site *site)
{
	char *text = xasprintf(
		"global: {scrape_interval: 1s}\n"
		"scrape_configs:\n"
		"- job_name: shop\n"
		"  static_configs:\n"
		"  - {targets: ['127.0.0.1:%d'], labels: {colour: blue}}\n"
		"  - {targets: ['127.0.0.1:%d'], labels: {colour: green}}\n",
		site->blue, site->green);
	char *config = xasprintf("%s/prometheus.yml", site->folder);
	char *argument = xasprintf("--config.file=%s", config);
	char *data =
		xasprintf("--storage.tsdb.path=%s/prometheus", site->folder);
	char *listen = xasprintf("--web.listen-address=127.0.0.1:%d",
				 site->staging_port);
	const char *const argv[] = {"prometheus", argument, data, listen, NULL};

	assert_int_equal(file_replace(config, text, strlen(text), 0600, NULL),
			 0);
	site_spawn(site, site->folder, argv);
	free(text);
	free(config);
	free(argument);
	free(data);
	free(listen);
}

#define BY_PROMETHEUS(delay)                                            \
	METRIC("          - {name: queue, prometheus: "                 \
	       "\"http://127.0.0.1:@STAGING@\", query: "                \
	       "'queue_depth{colour=\"$COLOUR\"}', limit: \"< 100\"}\n" \
	       "        initial-delay: " delay "\n")

/* Until it was scraped it cannot tell, and holds. */
static void prometheus_tells_a_good_candidate_from_a_bad_one(void **state)
{
	struct site *site = *state;
	struct event *judged;
	int status;

	if (!has_prometheus()) {
		print_message("skipped: there is no prometheus here\n");
		skip();
	}
	start_prometheus(site);
	status = judge(site, HEAD, "queue 1\n", "queue 5\n",
		       BY_PROMETHEUS("0s"));
	if (status != 0)
		fail_msg("%d: %s", status, site->out);
	judged = last_judged(site);
	assert_string_equal(event_text(judged, "source"), "prometheus");
	assert_string_equal(event_text(judged, "text"), "queue 5, limit < 100");
	event_free(judged);
	commit(site, HEAD, "queue 500\n", BY_PROMETHEUS("6s"));
	/* Blue's next has another queue than blue's last, whose number is
	 * there until the next scrape: hence the delay. */
	status = site_call(site, "run", NULL);
	if (status != 5)
		fail_msg("%d: %s", status, site->out);
	assert_says(site->out, "queue 500, limit < 100: 2nd failure of 2");
	assert_string_equal(site_colour(site), "green");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(candidate_with_1_percent_errors_is_taken_back),
		TEST(candidate_that_is_slow_is_taken_back),
		TEST(candidate_that_is_the_same_is_promoted),
		TEST(candidate_that_answers_health_checks_alone_is_taken_back),
		TEST(check_finds_one_that_answers_health_checks_alone),
		TEST(candidate_that_never_gets_healthy_has_no_traffic),
		TEST(candidate_that_leaks_until_killed_is_taken_back),
		TEST(candidate_that_dies_with_all_the_traffic_is_taken_back),
		TEST(command_that_measures_too_much_takes_it_back),
		TEST(command_that_fails_holds_the_release),
		TEST(prometheus_tells_a_good_candidate_from_a_bad_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
