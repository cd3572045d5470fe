/* SPDX-License-Identifier: MIT */
/* Each strategy forward and back behind a real proxy, under load. */
#include "system/support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"

#define STAGES "stages:\n" SITE_BUILD
#define DEPLOY "  production:\n    deploy:\n      environment: production\n"
#define INSTANCES 3

static void commit(struct site *site, const char *head, const char *stages)
{
	char *text = xasprintf("name: shop\nenvironments:\n%s" STAGES "%s",
			       head, stages);

	site_pipeline(site, text);
	site_commit(site, "a commit");
	free(text);
}

static void passes(struct site *site)
{
	int status = site_call(site, "run", NULL);

	if (status != 0)
		fail_msg("%d: %s%s", status, site->out, site->err);
}

/* From now on nobody but this colour answers. */
static void assert_only(struct site *site, bool green)
{
	long other;

	site_await_begun_requests(site);
	other = site_load_by(site, !green);
	site_await_requests(site, 500);
	assert_int_equal(site_load_by(site, !green), other);
}

/* v1 is live on blue; the next release comes by `stages`, and goes back. */
static void goes_forward_and_back(struct site *site, const char *head,
				  const char *stages, const char *way_back)
{
	commit(site, head,
	       "  production: {deploy: {environment: production}}\n");
	passes(site);
	site_write(site, "bug", "0\n");
	commit(site, head, stages);
	site_load_start(site);
	site_await_requests(site, 500);
	passes(site);
	assert_only(site, true);
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_says(site->out, way_back);
	assert_only(site, false);
	site_load_stop(site);
	site_assert_nothing_failed(site);
}

static void linear_goes_forward_and_back(void **state)
{
	struct site *site = *state;

	goes_forward_and_back(site, SITE_PRODUCTION,
			      DEPLOY "      strategy: linear\n"
				     "      step: 25%\n"
				     "      every: 200ms\n"
				     "      steps: [{run: 'echo it is "
				     "$SIGNALBOX_COLOUR'}]\n",
			      "failed by the shift: 0 of ");
}

/* Production with several instances; the caller's. */
static char *several(void)
{
	int blue = web_free_ports(INSTANCES), green = web_free_ports(INSTANCES);

	return xasprintf("  production:\n"
			 "    target: {process: {command: \"exec @SERVER@ "
			 "serve\", ports: [%d, %d], instances: %d, health: "
			 "/healthz}}\n"
			 "    traffic: {haproxy: {listen: "
			 "\"127.0.0.1:@PORT@\"}}\n",
			 blue, green, INSTANCES);
}

static void several_instances_go_forward_and_back(void **state)
{
	struct site *site = *state;
	char *head = several();

	goes_forward_and_back(site, head,
			      DEPLOY
			      "      strategy: canary\n"
			      "      steps: [{check: [{get: /healthz}]}, "
			      "{weight: 30%}, {pause: 200ms}, "
			      "{weight: 100%}]\n",
			      "failed by the shift: 0 of ");
	free(head);
}

static void rolling_goes_forward_and_back(void **state)
{
	struct site *site = *state;
	char *head = several();

	goes_forward_and_back(site, head,
			      DEPLOY "      strategy: rolling\n"
				     "      steps: [{check: [{get: "
				     "/healthz}]}]\n",
			      "failed by the shift: 0 of ");
	free(head);
}

/* As soon as it is at one. */
static void leave_pause(struct site *site)
{
	while (site_call(site, "promote", "2", "--next", NULL) != 0)
		if (!strstr(site->err, "does not wait at a pause") &&
		    !strstr(site->err, "has moved on since"))
			fail_msg("%s", site->err);
}

/* One old instance has made room by then: it is started first. */
static void rolling_goes_back_from_the_middle(void **state)
{
	struct site *site = *state;
	char *head = several();
	struct process *run;

	commit(site, head,
	       "  production: {deploy: {environment: production}}\n");
	passes(site);
	site_write(site, "bug", "0\n");
	commit(site, head,
	       DEPLOY "      strategy: rolling\n"
		      "      analysis: {error-rate: '< 1%', min-requests: "
		      "1000000}\n");
	site_load_start(site);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "traffic green 33");
	leave_pause(site);
	assert_says(site->out, "skipped: judge: ");
	process_await_text(run, "traffic green 66");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "2 of 3 instances up on blue");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_says(site->out, "failed by the shift: 0 of ");
	assert_int_equal(process_await(run), 5);
	assert_only(site, false);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	free(head);
}

/* Its second instance comes up when it may. */
#define WAITS                                                                 \
	"[ $COLOUR$SIGNALBOX_INSTANCE = green2 ] && until test -e %s/go; do " \
	"sleep 0.05; done; exec @SERVER@ serve"

static char *several_that_wait(const struct site *site)
{
	char *head = several(), *command = xasprintf(WAITS, site->folder);
	const char *serve = "exec @SERVER@ serve";
	char *at = strstr(head, serve);
	char *text = xasprintf("%.*s%s%s", (int)(at - head), head, command,
			       at + strlen(serve));

	free(command);
	free(head);
	return text;
}

static bool second_is_started(void *data)
{
	return site_kept(data, "production", "green-2") != 0;
}

static void kill_program(struct process *run)
{
	assert_int_equal(kill(process_program(run), SIGKILL), 0);
	process_await(run);
}

/* The engine dies when the first old instance is gone and the second new one
 * is not there yet. */
static void rolling_goes_on_where_it_was_killed(void **state)
{
	struct site *site = *state;
	char *head = several_that_wait(site);
	struct process *run;

	commit(site, head,
	       "  production: {deploy: {environment: production}}\n");
	passes(site);
	site_write(site, "bug", "0\n");
	commit(site, head,
	       DEPLOY "      strategy: rolling\n"
		      "      steps: [{check: [{get: /healthz}]}]\n"
		      "      analysis: {error-rate: '< 1%', min-requests: 1, "
		      "every: 1s}\n"
		      "      bake: 500s\n");
	site_load_start(site);
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "traffic green 33");
	await(second_is_started, site, "the second instance is started");
	kill_program(run);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "2 of 3 instances up on blue");
	site_write(site, "../go", "");
	run = site_start(site, NULL, "resume", NULL);
	process_await_text(run, "production goes on at its step batch-2");
	process_await_text(run, "traffic green 100 %");
	assert_says_not(run->out.data, "by other hands");
	kill_program(run);
	/* All of the new ones have the traffic; one old one is left. */
	run = site_start(site, NULL, "resume", NULL);
	process_await_text(run, "production goes on at its step ");
	leave_pause(site);
	assert_int_equal(process_await(run), 0);
	assert_only(site, true);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says_not(site->out, "instances up on blue");
	assert_int_equal(site_call(site, "verify", NULL), 0);
	free(head);
}

/* At its gate it has 10 %, and nobody comes. */
static void gate_of_a_plan_that_expires_goes_back_into_3(void **state)
{
	struct site *site = *state;
	struct process *run;

	commit(site, SITE_PRODUCTION,
	       "  production: {deploy: {environment: production}}\n");
	passes(site);
	site_write(site, "bug", "0\n");
	commit(site, SITE_PRODUCTION,
	       DEPLOY "      strategy: canary\n"
		      "      steps: [{weight: 10%}, {gate: {expires: 500ms}}, "
		      "{weight: 100%}]\n");
	site_load_start(site);
	site_await_requests(site, 500);
	run = site_start(site, NULL, "run", "--wait", NULL);
	process_await_text(run, "traffic green 10");
	assert_int_equal(process_await(run), 3);
	assert_says(run->out.data, "expired");
	assert_only(site, false);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_call(site, "status", "2", NULL), 0);
	assert_says(site->out, "expired: nobody decided in time");
	assert_int_equal(site_call(site, "history", "production", NULL), 0);
	assert_says(site->out, "failed: nobody decided in time");
	assert_says(site->out, "  live\n");
}

static void kept(const struct site *site, const char *colour,
		 pid_t pids[INSTANCES])
{
	for (int i = 0; i < INSTANCES; i++) {
		char *name =
			i ? xasprintf("%s-%d", colour, i + 1) : xstrdup(colour);

		pids[i] = site_kept(site, "production", name);
		assert_int_not_equal(pids[i], 0);
		free(name);
	}
}

static void assert_others(const pid_t before[INSTANCES],
			  const pid_t now[INSTANCES])
{
	for (int i = 0; i < INSTANCES; i++)
		assert_int_not_equal(before[i], now[i]);
}

/* In their place, each of them; the way back starts each on the other
 * colour. */
static void all_at_once_replaces_all_instances_and_goes_back(void **state)
{
	struct site *site = *state;
	char *head = several();
	pid_t first[INSTANCES], second[INSTANCES], back[INSTANCES];

	commit(site, head,
	       "  production: {deploy: {environment: production}}\n");
	passes(site);
	kept(site, "blue", first);
	site_write(site, "bug", "0\n");
	commit(site, head,
	       DEPLOY "      strategy: all-at-once\n"
		      "      steps: [{check: [{get: /healthz}]}]\n");
	assert_int_equal(site_call(site, "plan", NULL), 0);
	assert_says(site->out, "way back     cold: ");
	passes(site);
	kept(site, "blue", second);
	assert_others(first, second);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "way back NOT READY: ");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	kept(site, "green", back);
	assert_others(second, back);
	assert_int_equal(site_call(site, "verify", NULL), 0);
	free(head);
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

/* One of three ends with all the traffic; two go on serving meanwhile. */
static void bake_of_several_goes_back_when_one_of_them_ends(void **state)
{
	struct site *site = *state;
	char *head = several();
	struct process *run;
	pid_t one;

	commit(site, head,
	       "  production: {deploy: {environment: production}}\n");
	passes(site);
	site_write(site, "bug", "0\n");
	commit(site, head, DEPLOY "      bake: 10m\n");
	run = site_start(site, NULL, "run", NULL);
	process_await_text(run, "production started");
	await(is_baking, site, "the step that watches");
	process_await_text(run, "production: watch green at 100 % for 10 min");
	assert_string_equal(site_colour(site), "green");
	one = site_kept(site, "production", "green-2");
	assert_int_not_equal(one, 0);
	assert_int_equal(kill(one, SIGKILL), 0);
	assert_int_equal(process_await(run), 5);
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "verify", NULL), 0);
	free(head);
}

/* It is there for a second, three times. */
static void kill_while_there_is(struct process *run, const char *path)
{
	for (;;) {
		pid_t program;

		await_file(path);
		program = process_program(run);
		assert_true(program > 0);
		assert_int_equal(kill(program, SIGSTOP), 0);
		if (file_exists(path))
			break;
		assert_int_equal(kill(program, SIGCONT), 0);
	}
	kill_program(run);
	assert_true(file_exists(path));
}

/* An old instance is out of the proxy, and not in again. */
static void what_a_killed_rolling_took_out_is_let_in_again(void **state)
{
	struct site *site = *state;
	char *head = several();
	char *folder = site_environment_folder(site, "production");
	char *drained = path_join(folder, "proxy/drain");
	struct process *run;

	commit(site, head,
	       "  production: {deploy: {environment: production}}\n");
	passes(site);
	site_write(site, "bug", "0\n");
	commit(site, head,
	       DEPLOY "      strategy: rolling\n"
		      "      steps: [{check: [{get: /healthz}]}]\n");
	site_load_start(site);
	run = site_start(site, NULL, "run", NULL);
	kill_while_there_is(run, drained);
	run = site_start(site, NULL, "resume", NULL);
	process_await_text(run, "let in again");
	assert_int_equal(process_await(run), 0);
	assert_false(file_exists(drained));
	assert_only(site, true);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	free(drained);
	free(folder);
	free(head);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
		TEST(linear_goes_forward_and_back),
		TEST(several_instances_go_forward_and_back),
		TEST(rolling_goes_forward_and_back),
		TEST(rolling_goes_back_from_the_middle),
		TEST(rolling_goes_on_where_it_was_killed),
		TEST(gate_of_a_plan_that_expires_goes_back_into_3),
		TEST(all_at_once_replaces_all_instances_and_goes_back),
		TEST(bake_of_several_goes_back_when_one_of_them_ends),
		TEST(what_a_killed_rolling_took_out_is_let_in_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
