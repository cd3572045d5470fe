/* SPDX-License-Identifier: MIT */
/* Several instances of a colour: all are started, all carry requests, one
 * that dies is started again, one that never comes up condemns all. */
#include "system/support.h"

#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define INSTANCES 3
#define PIPELINE                                                      \
	"name: shop\nenvironments:\n  production:\n"                  \
	"    target: {process: {command: \"%s\", ports: [%d, %d], "   \
	"health: /healthz, start-timeout: 60s, instances: 3%s}}\n"    \
	"    traffic: {haproxy: {listen: \"127.0.0.1:@PORT@\"}}\n"    \
	"stages:\n" SITE_BUILD                                        \
	"  production: {deploy: {environment: production, strategy: " \
	"canary, steps: [{weight: 25%%}, {weight: 100%%}]}}\n"
#define SERVE "exec @SERVER@ serve"
/* The third of green's says nothing and ends. */
#define ONE_BAD "[ $COLOUR$SIGNALBOX_INSTANCE = green3 ] && exit 3; " SERVE

struct ports {
	int blue, green;
};

static struct ports ports_found(void)
{
	struct ports ports = {.blue = web_free_ports(INSTANCES)};

	ports.green = web_free_ports(INSTANCES);
	return ports;
}

static void committed(struct site *site, const struct ports *ports,
		      const char *command, const char *more)
{
	char *text =
		xasprintf(PIPELINE, command, ports->blue, ports->green, more);

	site_pipeline(site, text);
	site_shell(site, site->repository, "echo 0 >>bug");
	site_commit(site, "a release");
	free(text);
}

static void released(struct site *site, const struct ports *ports,
		     const char *more)
{
	committed(site, ports, SERVE, more);
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
}

static pid_t kept(struct site *site, const char *colour, int instance)
{
	char *name = instance ? xasprintf("%s-%d", colour, instance + 1)
			      : xstrdup(colour);
	pid_t pid = site_kept(site, "production", name);

	free(name);
	return pid;
}

static int count(struct site *site, const char *colour)
{
	int all = 0;

	for (int i = 0; i < INSTANCES; i++)
		all += kept(site, colour, i) != 0;
	return all;
}

static bool is_served(void *data)
{
	return strcmp(site_colour(data), "blue") == 0;
}

static void every_instance_carries_requests_and_goes_back(void **state)
{
	struct ports ports = ports_found();
	struct site *site = *state;
	pid_t first, second;

	released(site, &ports, "");
	assert_int_equal(count(site, "blue"), INSTANCES);
	site_load_start(site);
	released(site, &ports, "");
	assert_int_equal(count(site, "green"), INSTANCES);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "blue");
	site_load_stop(site);
	site_assert_nothing_failed(site);
	site_shell(site, site->state,
		   "grep -q 'server blue-3 127.0.0.1:' "
		   "environments/production/proxy/haproxy.cfg");
	/* `up` starts what is missing, and stops nothing. */
	first = kept(site, "blue", 0);
	second = kept(site, "blue", 1);
	kill(site_keeper(site, "production", "blue-2"), SIGKILL);
	kill(second, SIGKILL);
	assert_int_equal(site_call(site, "up", "production", NULL), 0);
	assert_int_equal(count(site, "blue"), INSTANCES);
	assert_int_equal(kept(site, "blue", 0), first);
	assert_int_not_equal(kept(site, "blue", 1), second);
	kill(first, SIGKILL);
	await(is_served, site, "another instance answers");
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	assert_int_equal(count(site, "blue") + count(site, "green"), 0);
}

static void one_instance_that_fails_condemns_all(void **state)
{
	struct ports ports = ports_found();
	struct site *site = *state;

	released(site, &ports, "");
	committed(site, &ports, ONE_BAD, "");
	assert_int_equal(site_call(site, "run", NULL), 1);
	assert_says(site->out, "exit status 3");
	assert_int_equal(count(site, "green"), 0);
	assert_int_equal(count(site, "blue"), INSTANCES);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
}

static void number_of_instances_is_not_changed_beside_what_serves(void **state)
{
	struct ports ports = ports_found();
	struct site *site = *state;
	char *text = xasprintf(PIPELINE, SERVE, ports.blue, ports.green, "");
	char *number = strstr(text, "instances: 3") + strlen("instances: ");

	released(site, &ports, "");
	*number = '2';
	/* All at once, for nothing is up beside it after `down`. */
	memset(strstr(text, "{weight: 25%},"), ' ', strlen("{weight: 25%},"));
	site_pipeline(site, text);
	site_commit(site, "fewer");
	assert_int_not_equal(site_call(site, "run", NULL), 0);
	assert_says(site->out, "another number of instances");
	assert_int_equal(count(site, "blue"), INSTANCES);
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	assert_int_equal(count(site, "green") + count(site, "blue"), 2);
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	free(text);
}

static void one_that_ends_or_hangs_is_started_again_and_told(void **state)
{
	struct ports ports = ports_found();
	struct site *site = *state;
	struct process *run;
	char *text;

	released(site, &ports, "");
	text = xasprintf(PIPELINE, SERVE, ports.blue, ports.green,
			 ", liveness: /healthz");
	memcpy(strstr(text, "{weight: 25%}"), "{pause: 500s}", 13);
	site_pipeline(site, text);
	site_commit(site, "a release with a liveness");
	free(text);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "wait 500 s");
	assert_int_equal(kill(kept(site, "blue", 1), SIGKILL), 0);
	process_await_text(run, "blue (instance 2) was started again, 1 so "
				"far: ended by SIGKILL");
	assert_int_equal(kill(kept(site, "green", 2), SIGSTOP), 0);
	process_await_text(run, "green (instance 3) was started again, 1 so "
				"far: not alive 3 times");
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_int_equal(count(site, "green"), INSTANCES);
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(every_instance_carries_requests_and_goes_back),
		TEST(one_instance_that_fails_condemns_all),
		TEST(one_that_ends_or_hangs_is_started_again_and_told),
		TEST(number_of_instances_is_not_changed_beside_what_serves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
