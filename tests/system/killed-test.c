/* SPDX-License-Identifier: MIT */
/*
 * For check-long: the live colour's program is killed while a canary has 5,
 * 50 and 95 % of the traffic, under load. The proxy leaves it at once, what
 * fails is what was under way on it, and the run says how many that were.
 */
#include "system/support.h"

#include <signal.h>
#include <stdlib.h>

#include "base/memory.h"
#include "delivery/traffic/program.h"
#include "event/journal.h"

#define CLIENTS (SITE_LOADS * WEB_CLIENTS)
/* The proxy's counters are not read at one moment. */
#define INEXACT 2

static const struct end {
	const char *name, *proxy;
	int weight;	/* of the candidate */
	bool stays_out; /* nobody starts it again */
} ends[] = {
	{"haproxy_leaves_it_at_5", "haproxy", 5, true},
	{"haproxy_leaves_it_at_50", "haproxy", 50, true},
	{"haproxy_leaves_it_at_95", "haproxy", 95, true},
	{"haproxy_lets_it_in_again", "haproxy", 50, false},
	{"nginx_leaves_it_at_5", "nginx", 5, true},
	{"nginx_leaves_it_at_50", "nginx", 50, true},
	{"nginx_leaves_it_at_95", "nginx", 95, true},
	{"nginx_lets_it_in_again", "nginx", 50, false},
};

struct killing {
	const struct end *end;
	struct site *site;
};

static int set_up(void **state)
{
	struct killing *killing = xcalloc(1, sizeof(*killing));
	void *site;

	killing->end = *state;
	*state = killing;
	if (site_set_up(&site) < 0)
		return -1;
	killing->site = site;
	return 0;
}

static int tear_down(void **state)
{
	struct killing *killing = *state;
	void *site = killing->site;
	int result = site_tear_down(&site);

	free(killing);
	return result;
}

static void need(const char *program)
{
	char *path = program_path(program, "", NULL);

	free(path);
	if (path)
		return;
	print_message("# %s is not installed: not tested\n", program);
	skip();
}

static void commit(struct killing *killing, const char *deploy)
{
	char *text = xasprintf(
		"name: shop\nenvironments:\n  production:\n"
		"    target: {process: {command: \"exec @SERVER@ serve\", "
		"ports: [@BLUE@, @GREEN@], health: /healthz}}\n"
		"    traffic: {%s: {listen: \"127.0.0.1:@PORT@\"}}\n"
		"stages:\n" SITE_BUILD
		"  production: {deploy: {environment: production%s}}\n",
		killing->end->proxy, deploy);

	site_pipeline(killing->site, text);
	site_commit(killing->site, "a commit");
	free(text);
}

/* v1 on blue, and a canary that has its share. */
static struct process *stand_at(struct killing *killing)
{
	struct site *site = killing->site;
	char *deploy = xasprintf(", strategy: canary, steps: [{weight: %d%%}, "
				 "{pause: {}}, {weight: 100%%}]",
				 killing->end->weight);
	struct process *run;

	commit(killing, "");
	if (site_call(site, "run", NULL) != 0)
		fail_msg("%s%s", site->out, site->err);
	site_write(site, "bug", "0\n");
	commit(killing, deploy);
	free(deploy);
	site_load_start(site);
	site_await_requests(site, 500);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "wait until promoted");
	site_await_requests(site, 500);
	site_assert_nothing_failed(site);
	return run;
}

static void kill_blue(struct killing *killing)
{
	pid_t keeper = site_keeper(killing->site, "production", "blue");
	pid_t kept = site_kept(killing->site, "production", "blue");

	assert_true(keeper > 0 && kept > 0);
	if (killing->end->stays_out)
		kill(keeper, SIGKILL);
	kill(kept, SIGKILL);
}

static int add_failed(const struct event *event, void *data)
{
	long *failed = data;

	if (event->type == EVENT_TRAFFIC_LEFT)
		*failed += (long)event_int(event, "failed", -1000);
	return 0;
}

static bool is_told(void *data)
{
	return site_count_events(data, EVENT_TRAFFIC_LEFT, NULL) > 0;
}

/* As the run's journal has it. */
static long failed_as_told(const struct site *site)
{
	char *folder = site_run_folder(site, 2);
	long failed = 0;

	await(is_told, folder, "the record of what failed");
	if (journal_read(folder, 1, add_failed, &failed, NULL) < 0)
		fail_msg("%s cannot be read", folder);
	free(folder);
	return failed;
}

struct comeback {
	struct site *site;
	long blue;
};

static bool is_back(void *data)
{
	const struct comeback *comeback = data;

	return site_load_by(comeback->site, false) > comeback->blue;
}

/* Everybody is served, by whom it is that runs. */
static void goes_on(struct killing *killing)
{
	struct site *site = killing->site;
	struct comeback comeback = {site, 0};

	site_await_begun_requests(site);
	comeback.blue = site_load_by(site, false);
	if (!killing->end->stays_out)
		await(is_back, &comeback, "an answer of blue");
	site_await_requests(site, 1000);
	if (killing->end->stays_out)
		assert_int_equal(site_load_by(site, false), comeback.blue);
}

static void is_left_and_counted(void **state)
{
	struct killing *killing = *state;
	struct site *site = killing->site;
	struct process *run;
	long failed, told;
	char *says;

	need(killing->end->proxy);
	run = stand_at(killing);
	says = xasprintf("blue stopped answering at %d %% of the traffic; ",
			 100 - killing->end->weight);
	kill_blue(killing);
	process_await_text(run, says);
	free(says);
	failed = site_load_failed(site) + site_load_5xx(site);
	told = failed_as_told(site);
	print_message("# %s: %ld of %ld requests failed, %ld told\n",
		      killing->end->name, failed, site_load_total(site), told);
	/* The one under way, and one that the dying program's queue took. */
	assert_true(failed <= 2L * CLIENTS);
	assert_true(labs(failed - told) <= INEXACT);
	goes_on(killing);
	site_load_stop(site);
	assert_int_equal(site_load_failed(site) + site_load_5xx(site), failed);
}

static int run_all(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(ends)];

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		tests[i] = (struct CMUnitTest){
			.name = ends[i].name,
			.test_func = is_left_and_counted,
			.setup_func = set_up,
			.teardown_func = tear_down,
			.initial_state = (void *)&ends[i],
		};
	if (getenv("SIGNALBOX_TEST")) /* one test alone, by its name */
		cmocka_set_test_filter(getenv("SIGNALBOX_TEST"));
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
