/* SPDX-License-Identifier: MIT */
/* Releases by the real program behind a real nginx, under load. */
#include "system/support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "delivery/traffic/program.h"

#define THROUGH_SHIFTS 6000
#define PRODUCTION                                                  \
	"  production:\n"                                           \
	"    target: {process: {command: \"exec @SERVER@ serve\", " \
	"ports: [@BLUE@, @GREEN@], health: /healthz}}\n"            \
	"    traffic: {nginx: {listen: \"127.0.0.1:@PORT@\"}}\n"
#define HEAD "name: shop\nenvironments:\n" PRODUCTION "stages:\n" SITE_BUILD
#define DEPLOY "  production: {deploy: {environment: production, "
#define CANARY                                                   \
	DEPLOY "strategy: canary, steps: [{weight: 5%}, "        \
	       "{pause: 500ms}, {weight: 50%}, {pause: 500ms}, " \
	       "{weight: 100%}]}}\n"

static int set_up(void **state)
{
	struct site *site;

	if (site_set_up(state) < 0)
		return -1;
	site = *state;
	site_pipeline(site, HEAD DEPLOY "}}\n");
	site_commit(site, "the first");
	return 0;
}

static void need_nginx(void)
{
	char *path = program_path("nginx", "", NULL);

	free(path);
	if (path)
		return;
	print_message("# nginx is not installed: not tested\n");
	skip();
}

static void says_well(struct site *site, int status)
{
	if (status != 0)
		fail_msg("%d: %s%s", status, site->out, site->err);
}

/* Live on the colour that had nothing, with all requests. */
static void released(struct site *site, const char *stages, bool green)
{
	char *text = xasprintf(HEAD "%s", stages);

	site_pipeline(site, text);
	site_write(site, "bug", "0\n");
	site_write(site, "nth", green ? "green\n" : "blue\n");
	site_shell(site, site->repository, "date +%s.%N > when");
	site_commit(site, "another");
	says_well(site, site_call(site, "run", NULL));
	assert_string_equal(site_colour(site), green ? "green" : "blue");
	free(text);
}

/* From now on nobody but this colour answers. */
static void assert_only(struct site *site, bool green)
{
	long other;

	site_await_begun_requests(site);
	other = site_load_by(site, !green);
	site_await_requests(site, 300);
	assert_int_equal(site_load_by(site, !green), other);
}

static void gone_back(struct site *site, bool green)
{
	says_well(site, site_call(site, "rollback", "production", NULL));
	assert_says(site->out, "failed by the shift: 0 of ");
	assert_only(site, green);
}

static void no_strategy_loses_a_request_there_and_back(void **state)
{
	struct site *site = *state;

	need_nginx();
	says_well(site, site_call(site, "run", NULL));
	assert_string_equal(site_colour(site), "blue");
	site_load_start(site);
	site_await_requests(site, 500);
	released(site, DEPLOY "strategy: blue-green}}\n", true);
	gone_back(site, false);
	gone_back(site, true);
	released(site, CANARY, false);
	gone_back(site, true);
	while (site_load_total(site) < THROUGH_SHIFTS) {
		gone_back(site, false);
		gone_back(site, true);
	}
	site_load_stop(site);
	site_assert_nothing_failed(site);
	print_message("# %ld requests\n", site_load_total(site));
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void analysis_takes_a_bad_candidate_back(void **state)
{
	struct site *site = *state;
	struct process *run;
	int status;

	need_nginx();
	says_well(site, site_call(site, "run", NULL));
	site_pipeline(site, HEAD DEPLOY
		      "strategy: canary, steps: [{weight: 50%}, "
		      "{analysis: {}}, {weight: 100%}], analysis: "
		      "{every: 500ms, error-rate: \"< 1%\", p99: \"< 5s\", "
		      "failures: 2, min-requests: 50}}}\n");
	site_write(site, "bug", "every 3\n");
	site_commit(site, "a bad one");
	site_load_start(site);
	run = site_start(site, NULL, "run", NULL);
	status = process_await(run);
	if (status != 5)
		fail_msg("%d: %s%s", status, strstr(run->out.data, "ROLLING"),
			 run->err.data);
	assert_only(site, false);
	site_load_stop(site);
	/* What the candidate broke is its own, and nobody else's. */
	assert_int_equal(site_load_failed(site), 0);
	assert_true(site_load_5xx(site) > 0);
	assert_int_equal(site_call(site, "history", "production", NULL), 0);
	assert_says(site->out, "  the analysis    rolled back to ");
}

static void nginx_that_has_died_is_started_by_a_rollback(void **state)
{
	struct site *site = *state;

	need_nginx();
	says_well(site, site_call(site, "run", NULL));
	released(site, DEPLOY "}}\n", true);
	kill(site_keeper(site, "production", "proxy/nginx"), SIGKILL);
	kill(site_kept(site, "production", "proxy/nginx"), SIGKILL);
	says_well(site, site_call(site, "rollback", "production", NULL));
	assert_string_equal(site_colour(site), "blue");
	says_well(site, site_call(site, "down", "production", NULL));
	assert_int_equal(site_kept(site, "production", "proxy/nginx"), 0);
	assert_string_equal(site_colour(site), "");
	says_well(site, site_call(site, "up", "production", NULL));
	assert_string_equal(site_colour(site), "blue");
}

static void other_proxy_is_refused_while_something_is_live(void **state)
{
	struct site *site = *state;

	need_nginx();
	says_well(site, site_call(site, "run", NULL));
	site_pipeline(site, "name: shop\nenvironments:\n" SITE_PRODUCTION
			    "stages:\n" SITE_BUILD DEPLOY "}}\n");
	site_commit(site, "haproxy");
	assert_int_not_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "come through nginx");
	assert_string_equal(site_colour(site), "blue");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, site_tear_down)
		TEST(no_strategy_loses_a_request_there_and_back),
		TEST(analysis_takes_a_bad_candidate_back),
		TEST(nginx_that_has_died_is_started_by_a_rollback),
		TEST(other_proxy_is_refused_while_something_is_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
