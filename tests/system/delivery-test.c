/* SPDX-License-Identifier: MIT */
/* Releases by the real program behind a real HAProxy, under load: what moves
 * traffic, and that it costs no request. */
#include "system/support.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/lock.h"

#define THROUGH_SHIFTS 20000
#define HEAD "name: shop\nenvironments:\n" SITE_PRODUCTION
#define STAGES "stages:\n" SITE_BUILD
#define CANARY                                                        \
	"  production:\n    deploy:\n      environment: production\n" \
	"      strategy: canary\n"
#define UNTIL_PROMOTED \
	CANARY "      steps: [{weight: 5%}, {pause: {}}, {weight: 100%}]\n"

static void commit(struct site *site, const char *stages)
{
	char *text = xasprintf(HEAD STAGES "%s", stages);

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

/* v1 is live on blue; the next release has `bug` in its artifact. */
static void release_first(struct site *site, const char *bug,
			  const char *stages)
{
	commit(site, "  production: {deploy: {environment: production}}\n");
	passes(site);
	assert_string_equal(site_colour(site), "blue");
	site_write(site, "bug", bug);
	commit(site, stages);
}

static struct process *run_until(struct site *site, const char *text)
{
	struct process *run = site_start(site, NULL, "run", NULL);

	process_await_text(run, text);
	return run;
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

static void shifts_fail_no_request_there_and_back(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_first(site, "0\n",
		      CANARY "      steps: [{weight: 5%}, {pause: 500ms}, "
			     "{weight: 25%}, {pause: 500ms}, {weight: 60%}, "
			     "{pause: 500ms}, {weight: 100%}]\n");
	site_load_start(site);
	site_await_requests(site, 1000);
	run = site_start(site, NULL, "run", NULL);
	assert_int_equal(process_await(run), 0);
	assert_only(site, true);
	while (site_load_total(site) < THROUGH_SHIFTS) {
		assert_int_equal(
			site_call(site, "rollback", "production", NULL), 0);
		assert_says(site->out, "failed by the shift: 0 of ");
		assert_only(site, false);
		assert_int_equal(
			site_call(site, "rollback", "production", NULL), 0);
		assert_only(site, true);
	}
	site_load_stop(site);
	site_assert_nothing_failed(site);
	print_message("%ld requests\n", site_load_total(site));
	assert_int_equal(site_call(site, "verify", NULL), 0);
	assert_int_equal(site_call(site, "history", "production", "--output",
				   "json", NULL),
			 0);
	assert_says(site->out, "\"observed\": {");
}

static void analysis_takes_a_bad_candidate_back_with_5(void **state)
{
	struct site *site = *state;
	char *folder = site_environment_folder(site, "production");
	struct process *run;
	struct event *end;

	release_first(site, "5\n",
		      CANARY "      steps: [{weight: 10%}, {pause: 60s}, "
			     "{weight: 100%}]\n"
			     "      analysis: {every: 300ms, error-rate: "
			     "\"< 1%\", failures: 2, min-requests: 50}\n");
	site_load_start(site);
	run = site_start(site, NULL, "run", NULL);
	assert_int_equal(process_await(run), 5);
	assert_says(run->out.data, "back on blue in ");
	assert_only(site, false);
	site_load_stop(site);
	assert_int_equal(site_load_failed(site), 0);
	assert_true(site_load_5xx(site) > 0);
	end = site_last_event(folder, EVENT_ROLLBACK_FINISHED, NULL);
	assert_int_equal(event_int(end, "failed-by-shift", -1), 0);
	assert_int_equal(event_int(end, "failed-by-candidate", -1),
			 site_load_5xx(site));
	event_free(end);
	free(folder);
	assert_int_equal(site_call(site, "history", "production", NULL), 0);
	assert_says(site->out, "  the analysis    rolled back to ");
	assert_says(site->out, "  fail  ");
	assert_says(site->out, "  rolled-back: ");
	assert_says(site->out, "  live\n");
	assert_int_equal(site_call(site, "history", "production", "--output",
				   "json", NULL),
			 0);
	assert_says(site->out, "\"verdict\": \"fail\"");
	assert_says(site->out, "\"ended\": \"live\"");
	assert_says(site->out, "\"dora\": {");
	assert_int_equal(site_call(site, "status", "--output", "json", NULL),
			 0);
	assert_says(site->out, "\"promotions\": 1,");
}

static void blue_green_switches_without_a_failed_request(void **state)
{
	struct site *site = *state;

	release_first(site, "0\n",
		      "  production: {deploy: {environment: production, "
		      "strategy: blue-green}}\n");
	site_load_start(site);
	site_await_requests(site, 500);
	passes(site);
	assert_only(site, true);
	site_load_stop(site);
	site_assert_nothing_failed(site);
}

/* To the proxy itself, past every record. */
static void tell_proxy(struct site *site, const char *line)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char *folder = site_environment_folder(site, "production");
	char *path = path_join(folder, "proxy/haproxy.cfg"), *at;
	struct str config = STR_INIT;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char answer[256];

	assert_int_equal(file_read(path, &config, 1 << 20, NULL), 0);
	at = strstr(config.data, "stats socket ");
	assert_non_null(at);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.*s",
		 (int)strcspn(at + 13, " "), at + 13);
	assert_int_equal(
		connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	while (read(fd, answer, sizeof(answer)) > 0)
		;
	close(fd);
	str_release(&config);
	free(path);
	free(folder);
}

/* What the command finds out itself is no reason to refuse it. */
static void what_was_seen_holds_though_other_hands_moved_traffic(void **state)
{
	struct site *site = *state;
	const char *at;
	char *seen;

	release_first(site, "0\n",
		      "  production: {deploy: {environment: production, "
		      "strategy: blue-green}}\n");
	passes(site);
	assert_int_equal(site_call(site, "status", "--output", "json", NULL),
			 0);
	at = strstr(site->out, "\"seq\": ");
	assert_non_null(at);
	seen = xasprintf("%d", atoi(at + 7));
	assert_int_equal(
		site_call(site, "rollback", "production", "--seen", "3", NULL),
		8);
	assert_says(site->err, "production has moved: it is at record ");
	tell_proxy(site, "set server signalbox/green weight 0; "
			 "set server signalbox/blue weight 256\n");
	assert_int_equal(
		site_call(site, "rollback", "production", "--seen", seen, NULL),
		0);
	assert_says(site->out, "changed by other hands");
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(
		site_call(site, "rollback", "production", "--seen", seen, NULL),
		8);
	free(seen);
}

/* What is to be recorded before it is not waited for. */
static void rollback_does_not_wait_for_who_holds_the_journal(void **state)
{
	struct site *site = *state;
	int64_t asked_us;
	char *path;
	int lock;

	release_first(site, "0\n",
		      "  production: {deploy: {environment: production, "
		      "strategy: blue-green}}\n");
	passes(site);
	tell_proxy(site, "set server signalbox/green weight 128; "
			 "set server signalbox/blue weight 128\n");
	path = xasprintf("%s/environments/production/write.lock", site->state);
	lock = lock_take(path, "somebody", NULL);
	assert_true(lock >= 0);
	asked_us = clock_monotonic_us();
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_true(clock_monotonic_us() - asked_us < 10 * 1000000);
	assert_string_equal(site_colour(site), "blue");
	lock_release(lock);
	free(path);
	assert_int_equal(site_call(site, "verify", NULL), 0);
}

static void all_at_once_says_its_gap_and_its_cold_way_back(void **state)
{
	struct site *site = *state;

	release_first(site, "0\n",
		      "  production: {deploy: {environment: production, "
		      "strategy: all-at-once}}\n");
	passes(site);
	assert_says(site->out, "requests fail between stop and start");
	assert_says(site->out, "way back NOT READY");
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "would start first");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_int_not_equal(strlen(site_colour(site)), 0);
}

#define MOVED                                                            \
	"name: shop\nenvironments:\n  production:\n"                     \
	"    target: {process: {command: \"exec @SERVER@ serve\", "      \
	"ports: [@STAGING_BLUE@, @STAGING_GREEN@], health: /healthz}}\n" \
	"    traffic: {haproxy: {listen: \"127.0.0.1:@STAGING@\"}}\n"    \
	"    keep: 0s\n" STAGES                                          \
	"  production: {deploy: {environment: production"

/* Ports and address move with a release that replaces the other, and stay
 * there for who goes back behind it. */
static void what_serves_is_found_where_it_is(void **state)
{
	struct site *site = *state;

	release_first(site, "0\n",
		      "  production: {deploy: {environment: production}}\n");
	site_pipeline(site, MOVED "}}\n");
	site_commit(site, "moved");
	assert_int_equal(site_call(site, "run", NULL), 2);
	assert_says(site->out, "and this file says");
	assert_string_equal(site_colour(site), "blue");
	site_pipeline(site, MOVED ", strategy: all-at-once}}\n");
	site_commit(site, "moved in place");
	passes(site);
	site->port = site->staging_port;
	assert_string_equal(site_colour(site), "blue");
	assert_int_equal(site_call(site, "rollback", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "down", "production", NULL), 0);
	assert_int_equal(site_call(site, "up", "production", NULL), 0);
	assert_string_equal(site_colour(site), "green");
	site_pipeline(site, MOVED "}}\n");
	site_commit(site, "beside it");
	passes(site);
	assert_string_equal(site_colour(site), "blue");
}

static int column_of(const char *out, const char *text)
{
	const char *at = strstr(out, text), *line = at;

	assert_non_null(at);
	while (line > out && line[-1] != '\n')
		line--;
	return (int)(at - line);
}

static void canary_asleep_during_a_rollback_cannot_undo_it(void **state)
{
	struct site *site = *state;
	struct process *run;
	int64_t asked_us;
	pid_t asleep[3];

	release_first(site, "0\n",
		      CANARY "      steps: [{weight: 50%}, {pause: 10m}, "
			     "{weight: 100%}]\n");
	site_load_start(site);
	run = run_until(site, "traffic green 50 %");
	asleep[0] = process_program(run);
	asleep[1] = process_guard(run);
	asleep[2] = run->pid;
	for (size_t i = 0; i < ARRAY_SIZE(asleep); i++)
		assert_int_equal(kill(asleep[i], SIGSTOP), 0);
	asked_us = clock_monotonic_us();
	assert_int_equal(site_call(site, "rollback", "production", "--reason",
				   "it hangs", NULL),
			 0);
	/* It waits for no answer of who sleeps, which never comes. */
	assert_true(clock_monotonic_us() - asked_us < PATIENCE_US);
	assert_only(site, false);
	for (size_t i = 0; i < ARRAY_SIZE(asleep); i++)
		kill(asleep[i], SIGCONT);
	assert_int_equal(process_await(run), 5);
	assert_only(site, false);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_call(site, "history", "production", NULL), 0);
	assert_int_equal(column_of(site->out, "rolled back to "),
			 column_of(site->out, "HOW IT ENDED"));
	assert_says(site->out, ": it hangs");
	assert_says(site->out, "  live\n");
	assert_int_equal(site_call(site, "history", "production", "--output",
				   "json", NULL),
			 0);
	assert_says(site->out, "\"rollback\": true");
	assert_says(site->out, "\"outcome\": \"passed\"");
	assert_says(site->out, "\"reason\": \"it hangs\"");
}

/* Refused while the shift before it is still being settled. */
static bool is_shifted_to_0(void *data)
{
	struct site *site = data;
	int status = site_call(site, "shift", "production", "0%", NULL);

	if (status != 0)
		assert_says(site->err, "is not at a pause of its plan");
	return status == 0;
}

static void people_shift_hold_and_promote_by_command(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_first(site, "0\n", UNTIL_PROMOTED);
	site_load_start(site);
	run = run_until(site, "wait until promoted");
	assert_int_equal(site_call(site, "shift", "production", "300%", NULL),
			 2);
	assert_int_equal(site_call(site, "shift", "production", "40%", NULL),
			 0);
	process_await_text(run, "(asked 40 %");
	await(is_shifted_to_0, site, "a shift");
	process_await_text(run,
			   "traffic blue 100 %"); /* taken is not yet done */
	assert_only(site, false);
	/* A shift by hand has the plan hold. */
	assert_int_equal(site_call(site, "hold", "2", NULL), 8);
	assert_int_equal(site_call(site, "unhold", "2", NULL), 0);
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_only(site, true);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_call(site, "shift", "production", "40%", NULL),
			 8);
	assert_says(site->err, "no run deploys to production");
}

static void held_plan_goes_on_only_when_let(void **state)
{
	struct site *site = *state;
	int64_t until;
	struct process *run;

	release_first(site, "0\n",
		      CANARY "      steps: [{weight: 5%}, {gate: {not: []}}, "
			     "{pause: 300ms}, {weight: 100%}]\n");
	site_load_start(site);
	/* Said at the gate, it holds at the pause, however soon that ends. */
	run = run_until(site, "waits for 1 approval");
	assert_int_equal(site_call(site, "hold", "2", NULL), 0);
	assert_int_equal(site_call(site, "approve", "2", NULL), 0);
	process_await_text(run, "production: wait 300 ms");
	until = clock_monotonic_us() + 900000;
	while (clock_monotonic_us() < until)
		site_await_requests(site, 100);
	assert_false(process_has_ended(run));
	assert_says_not(run->out.data, "green 100 %");
	assert_int_equal(site_call(site, "status", "2", NULL), 0);
	assert_says(site->out, ": wait 300 ms\n");
	assert_says(site->out, "HELD; signalbox unhold 2 lets it go on\n");
	assert_int_equal(site_call(site, "status", "--output", "json", NULL),
			 0);
	assert_says(site->out, "\"step\": {");
	assert_says(site->out, "\"held\": true,");
	assert_int_equal(site_call(site, "unhold", "2", NULL), 0);
	assert_int_equal(process_await(run), 0);
	site_load_stop(site);
	site_assert_nothing_failed(site);
}

static void cancelled_deployment_is_taken_back(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_first(site, "0\n", UNTIL_PROMOTED);
	site_load_start(site);
	run = run_until(site, "traffic green 5");
	assert_int_equal(site_call(site, "cancel", "2", NULL), 0);
	assert_int_equal(process_await(run), 4);
	assert_only(site, false);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says_not(site->out, "under deployment");
}

static void *ask_slowly(void *data)
{
	const struct site *site = data;

	return (void *)(intptr_t)web_get(site->port, "/slow", NULL);
}

/* One of them is the candidate's, and under way when its run is cancelled. */
static void what_the_candidate_has_begun_is_answered(void **state)
{
	struct site *site = *state;
	char *begun = path_join(site->folder, "slow-green");
	pthread_t clients[4];
	struct process *run;

	release_first(site, "0\n",
		      CANARY "      steps: [{weight: 50%}, {pause: {}}, "
			     "{weight: 100%}]\n");
	run = run_until(site, "wait until promoted");
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++)
		assert_int_equal(
			pthread_create(&clients[i], NULL, ask_slowly, site), 0);
	await_file(begun);
	assert_int_equal(site_call(site, "cancel", "2", NULL), 0);
	assert_int_equal(process_await(run), 4);
	for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
		void *status;

		assert_int_equal(pthread_join(clients[i], &status), 0);
		assert_int_equal((intptr_t)status, 200);
	}
	free(begun);
}

static void second_run_waits_and_says_who_holds_the_environment(void **state)
{
	struct site *site = *state;
	struct process *first, *second;

	release_first(site, "0\n", UNTIL_PROMOTED);
	first = run_until(site, "traffic green 5");
	second = run_until(site, "held by run 2");
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(first), 0);
	process_await_text(second, "(asked 95 %");
	assert_int_equal(site_call(site, "promote", "3", NULL), 0);
	assert_int_equal(process_await(second), 0);
	assert_string_equal(site_colour(site), "blue");
}

static void two_clones_do_not_move_one_environment_at_once(void **state)
{
	struct site *site = *state;
	char *clone = path_join(site->folder, "clone");
	struct process *first, *second;

	release_first(site, "0\n", UNTIL_PROMOTED);
	site_shell(site, site->folder, "git clone -q shop clone");
	site_load_start(site);
	first = run_until(site, "traffic green 5");
	second = site_start(site, clone, "run", NULL);
	process_await_text(second, "is moved by run 2 by ");
	assert_int_equal(site_call(site, "promote", "2", NULL), 0);
	assert_int_equal(process_await(first), 0);
	/* What the first clone runs is in its way, and it says so. */
	assert_int_equal(process_await(second), 7);
	assert_says(second->out.data, "stop what listens there");
	assert_only(site, true);
	site_load_stop(site);
	site_assert_nothing_failed(site);
	free(clone);
}

static void locked_environment_takes_no_release_but_goes_back(void **state)
{
	struct site *site = *state;
	struct process *run;

	release_first(site, "0\n",
		      "  production: {deploy: {environment: production}}\n");
	passes(site);
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(site_call(site, "lock", "production", "--reason",
				   "the sale is on", NULL),
			 0);
	assert_int_equal(site_call(site, "status", NULL), 0);
	assert_says(site->out, "the sale is on");
	run = run_until(site, "the sale is on");
	assert_string_equal(site_colour(site), "green");
	assert_int_equal(
		site_call(site, "rollback", "production", "--no-veto", NULL),
		0);
	assert_string_equal(site_colour(site), "blue");
	assert_false(process_has_ended(run));
	assert_int_equal(site_call(site, "unlock", "production", NULL), 0);
	assert_int_equal(process_await(run), 0);
	assert_string_equal(site_colour(site), "green");
}

static int run_all(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, site_set_up, site_tear_down)
		TEST(shifts_fail_no_request_there_and_back),
		TEST(analysis_takes_a_bad_candidate_back_with_5),
		TEST(blue_green_switches_without_a_failed_request),
		TEST(what_was_seen_holds_though_other_hands_moved_traffic),
		TEST(rollback_does_not_wait_for_who_holds_the_journal),
		TEST(all_at_once_says_its_gap_and_its_cold_way_back),
		TEST(what_serves_is_found_where_it_is),
		TEST(canary_asleep_during_a_rollback_cannot_undo_it),
		TEST(people_shift_hold_and_promote_by_command),
		TEST(held_plan_goes_on_only_when_let),
		TEST(cancelled_deployment_is_taken_back),
		TEST(what_the_candidate_has_begun_is_answered),
		TEST(second_run_waits_and_says_who_holds_the_environment),
		TEST(two_clones_do_not_move_one_environment_at_once),
		TEST(locked_environment_takes_no_release_but_goes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	return site_main(argc, argv, run_all);
}
