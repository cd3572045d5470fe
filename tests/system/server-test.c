/* SPDX-License-Identifier: MIT */
/* Servers that do not behave as a server of a colour must. */
#include "system/support.h"

#define HEAD(command)                                                  \
	"name: shop\nmode: deployment\nenvironments:\n  production:\n" \
	"    target: {process: {command: \"" command                   \
	"\", ports: [@BLUE@, @GREEN@], health: /healthz, "             \
	"start-timeout: 5s}}\n"                                        \
	"    traffic: {haproxy: {listen: \"127.0.0.1:@PORT@\"}}\n"     \
	"stages:\n" SITE_BUILD                                         \
	"  production: {deploy: {environment: production, strategy: "  \
	"canary, steps: [{weight: 50%}, {weight: 100%}]}}\n"

static int run(struct site *site, const char *pipeline)
{
	site_pipeline(site, pipeline);
	site_commit(site, "a commit");
	return site_call(site, "run", NULL);
}

/* It would answer until the run's guard ends what the run left behind. */
static void server_that_forks_away_is_not_healthy(void **state)
{
	struct site *site = *state;

	assert_int_equal(run(site, HEAD("exec @SERVER@ serve")), 0);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(run(site, HEAD("setsid @SERVER@ serve & exit 0")), 1);
	assert_says(site->out, "stay in the foreground");
	assert_string_equal(site_colour(site), "blue");
	/* and it holds no port */
	assert_int_equal(run(site, HEAD("exec @SERVER@  serve")), 0);
	assert_string_equal(site_colour(site), "green");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			server_that_forks_away_is_not_healthy, site_set_up,
			site_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
