/* SPDX-License-Identifier: MIT */
/* A candidate is looked at by the real program's real proxies. */
#include "system/support.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/traffic/program.h"

#define HEADER "X-Preview: please\r\n"
#define LOOKS 40

struct shown {
	struct site *site;
	const char *proxy;
	int port;
};

static int set_up(void **state)
{
	struct shown *shown = xcalloc(1, sizeof(*shown));
	void *site;

	if (site_set_up(&site) < 0)
		return -1;
	shown->site = site;
	shown->port = web_free_port();
	*state = shown;
	return 0;
}

static int tear_down(void **state)
{
	struct shown *shown = *state;
	void *site = shown->site;

	free(shown);
	return site_tear_down(&site);
}

static void commit(struct shown *shown, const char *deploy)
{
	struct site *site = shown->site;
	char *text = xasprintf(
		"name: shop\n"
		"environments:\n"
		"  production:\n"
		"    target: {process: {command: \"exec @SERVER@ serve\", "
		"ports: [@BLUE@, @GREEN@], health: /healthz}}\n"
		"    traffic: {%s: {listen: \"127.0.0.1:@PORT@\"}}\n"
		"    preview: {header: X-Preview, listen: \"127.0.0.1:%d\"}\n"
		"stages:\n" SITE_BUILD
		"  production: {deploy: {environment: production%s}}\n",
		shown->proxy, shown->port, deploy);

	site_pipeline(site, text);
	site_shell(site, site->repository, "date +%s.%N > when");
	site_commit(site, "a commit");
	free(text);
}

static void expect(struct shown *shown, int wanted, int status)
{
	if (status != wanted)
		fail_msg("%d, not %d: %s%s", status, wanted, shown->site->out,
			 shown->site->err);
}

static int ask(const struct shown *shown, bool by_header, char *body)
{
	return by_header ? web_get_with(shown->site->port, "/", HEADER, body)
			 : web_get(shown->port, "/", body);
}

/* By both ways; NULL: nobody. A proxy may be about to find it up. */
static void assert_shows(const struct shown *shown, const char *colour)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	int wanted = colour ? 200 : 503, status;
	char body[64] = "";

	for (int i = 0; i < 2; i++) {
		while ((status = ask(shown, i, body)) != wanted)
			if (clock_monotonic_us() > until)
				fail_msg("%d %s, not %d: %s%s", status, body,
					 wanted, shown->site->out,
					 shown->site->err);
		assert_string_equal(
			body,
			colour ? colour : "nothing is there to be looked at");
	}
}

static void assert_events(struct shown *shown, int opened, int closed)
{
	char *folder = site_environment_folder(shown->site, "production");
	int found[] = {
		site_count_events(folder, EVENT_PREVIEW_OPENED, NULL),
		site_count_events(folder, EVENT_PREVIEW_CLOSED, NULL),
	};

	if (found[0] != opened || found[1] != closed)
		fail_msg("opened %d of %d, closed %d of %d: %s%s", found[0],
			 opened, found[1], closed, shown->site->out,
			 shown->site->err);
	free(folder);
}

/* Run 1: on blue. */
static void release_first(struct shown *shown)
{
	commit(shown, "");
	expect(shown, 0, site_call(shown->site, "run", NULL));
	assert_string_equal(site_colour(shown->site), "blue");
	assert_shows(shown, NULL);
	assert_events(shown, 1, 1);
}

/* A candidate that waits without traffic. */
static struct process *release_waits(struct shown *shown)
{
	struct process *run;

	commit(shown, ", strategy: canary, steps: [{pause: {}}, "
		      "{weight: 100%}]");
	run = site_start(shown->site, NULL, "run", NULL);
	process_await_text(run, "can be looked at, ");
	process_await_text(run, "wait until promoted");
	return run;
}

/* No more than came with the traffic since the deployment began. */
static void assert_counted(struct shown *shown, int64_t most)
{
	char *folder = site_environment_folder(shown->site, "production");
	struct event *event =
		site_last_event(folder, EVENT_TRAFFIC_CHANGED, NULL);

	assert_non_null(event);
	assert_true(event_int(event, "requests", most + 1) <= most);
	assert_int_equal(event_int(event, "failed", -1), 0);
	event_free(event);
	free(folder);
}

static void looked_at_until_live(struct shown *shown)
{
	struct site *site = shown->site;
	struct process *run;
	char *line = xasprintf("preview      http://127.0.0.1:%d, or header "
			       "X-Preview at http://127.0.0.1:%d: green alone",
			       shown->port, site->port);

	release_first(shown);
	/* Of what breaks half of the requests nothing is told by the looks. */
	site_write(site, "bug", "2\n");
	run = release_waits(shown);
	expect(shown, 0, site_call(site, "plan", NULL));
	assert_says(site->out, line);
	assert_shows(shown, "green");
	expect(shown, 0, site_call(site, "status", NULL));
	assert_says(site->out, "it can be looked at: http://127.0.0.1:");
	for (int i = 0; i < LOOKS; i++)
		assert_true(ask(shown, i % 2, NULL) >= 200);
	for (int i = 0; i < 3; i++)
		assert_string_equal(site_colour(site), "blue");
	assert_events(shown, 2, 1);
	expect(shown, 0, site_call(site, "promote", "2", NULL));
	expect(shown, 0, process_await(run));
	assert_counted(shown, 3);
	assert_shows(shown, NULL);
	assert_events(shown, 2, 2);
	expect(shown, 0, site_call(site, "status", NULL));
	assert_says_not(site->out, "looked at");
	expect(shown, 0, site_call(site, "verify", NULL));
	free(line);
}

static void haproxy_shows_a_candidate_until_it_is_live(void **state)
{
	struct shown *shown = *state;

	shown->proxy = "haproxy";
	looked_at_until_live(shown);
}

static void nginx_shows_a_candidate_until_it_is_live(void **state)
{
	struct shown *shown = *state;
	char *path = program_path("nginx", "", NULL);

	free(path);
	if (!path) {
		print_message("# nginx is not installed: not tested\n");
		skip();
	}
	shown->proxy = "nginx";
	looked_at_until_live(shown);
}

static void a_rollback_from_elsewhere_turns_away_who_looks(void **state)
{
	struct shown *shown = *state;
	struct process *run;

	shown->proxy = "haproxy";
	release_first(shown);
	run = release_waits(shown);
	assert_shows(shown, "green");
	expect(shown, 0,
	       site_call(shown->site, "rollback", "production", NULL));
	assert_shows(shown, NULL);
	assert_events(shown, 2, 2);
	expect(shown, 5, process_await(run));
	assert_string_equal(site_colour(shown->site), "blue");
}

static void kill_program(struct process *run)
{
	assert_int_equal(kill(process_program(run), SIGKILL), 0);
	process_await(run);
}

static void it_outlives_the_program_as_long_as_its_candidate(void **state)
{
	struct shown *shown = *state;
	struct site *site;
	struct process *run;

	shown->proxy = "haproxy";
	site = shown->site;
	release_first(shown);
	kill_program(release_waits(shown));
	assert_shows(shown, "green");
	run = site_start(site, NULL, "resume", NULL);
	process_await_text(run, "wait until promoted");
	assert_shows(shown, "green");
	assert_events(shown, 2, 1);
	kill_program(run);
	assert_int_equal(
		kill(site_keeper(site, "production", "green"), SIGKILL), 0);
	assert_int_equal(kill(site_kept(site, "production", "green"), SIGKILL),
			 0);
	assert_shows(shown, NULL);
	expect(shown, 1, site_call(site, "resume", NULL));
	assert_events(shown, 2, 2);
	/* And it is there for the next one. */
	run = release_waits(shown);
	assert_shows(shown, "green");
	expect(shown, 0, site_call(site, "cancel", "3", NULL));
	expect(shown, 4, process_await(run));
	assert_shows(shown, NULL);
	assert_events(shown, 3, 3);
	expect(shown, 0, site_call(site, "verify", NULL));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		TEST(haproxy_shows_a_candidate_until_it_is_live),
		TEST(nginx_shows_a_candidate_until_it_is_live),
		TEST(a_rollback_from_elsewhere_turns_away_who_looks),
		TEST(it_outlives_the_program_as_long_as_its_candidate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
