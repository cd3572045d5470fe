/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/environment.h"
#include "delivery/lock.h"
#include "delivery/operation.h"
#include "event/journal.h"
#include "unit/delivery/worlds.h"

static void environment_remembers_what_is_live_by_its_journal(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	assert_asked("start blue v1\n"
		     "proxy starts blue 100 green 0\n"
		     "set blue 100 green 0\n"
		     "settle\n"
		     "settle\n");
	reopen(world);
	assert_true(state_of(world)->has_live);
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_string_equal(state_of(world)->live.person, "ravi");
	assert_int_equal(state_of(world)->live.colour, COLOUR_BLUE);
	assert_int_equal(state_of(world)->live.run, 1);
	assert_true(state_of(world)->live.since > 0);
	assert_true(state_of(world)->split[COLOUR_BLUE] == 100);
	assert_false(state_of(world)->has_previous);
	assert_false(state_of(world)->has_candidate);
	assert_journal_is_whole(world);
}

static void environment_moves_a_second_release_step_by_step(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	free(fake_log());
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	assert_true(state_of(world)->has_candidate);
	started(world);
	shifted(world, 5);
	assert_true(state_of(world)->split[COLOUR_GREEN] == 5);
	shifted(world, 100);
	promoted(world);
	assert_asked("start green v2\n"
		     "set blue 95 green 5\n"
		     "settle\n"
		     "set blue 0 green 100\n"
		     "settle\n"
		     "settle\n");
	assert_string_equal(state_of(world)->live.version, "v2");
	assert_string_equal(state_of(world)->previous.version, "v1");
	assert_true(fake.alive[COLOUR_BLUE]);
	assert_journal_is_whole(world);
}

static void environment_tells_every_event_in_order(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	assert_string_equal(world->told.data, "deploy.planned\n"
					      "target.started\n"
					      "target.healthy\n"
					      "traffic.changing\n"
					      "traffic.changed\n"
					      "deploy.finished\n");
}

static struct world *looking; /* for a fake's hook, which has no data */

static int newest(const struct event *event, void *data)
{
	*(enum event_type *)data = event->type;
	return 0;
}

static void look_at_the_disk(void)
{
	enum event_type type = EVENT_UNKNOWN;
	char *folder = folder_of(looking);

	assert_int_equal(journal_read(folder, 1, newest, &type, NULL), 0);
	assert_int_equal(type, EVENT_TRAFFIC_CHANGING);
	free(folder);
}

static void environment_writes_down_a_change_before_it_is_made(void **state)
{
	struct world *world = *state;

	looking = world;
	fake.before_set = look_at_the_disk;
	released(world, "v1");
	fake.before_set = NULL;
	assert_asked("start blue v1\n"
		     "proxy starts blue 100 green 0\n"
		     "set blue 100 green 0\n"
		     "settle\n"
		     "settle\n");
}

static void promotion_is_refused_before_all_traffic_is_there(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	canary_started(world, "v2");
	shifted(world, 5);
	environment_promote(world->environment, NULL, answered, &answer);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_string_equal(state_of(world)->live.version, "v1");
}

static void candidate_that_does_not_run_gets_no_traffic(void **state)
{
	struct world *world = *state;
	struct answer answer;

	released(world, "v1");
	canary_started(world, "v2");
	fake.alive[COLOUR_GREEN] = false;
	free(fake_log());
	answer = shift(world, 5);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "v2 does not run on green"));
	assert_asked("");
}

static void a_release_is_found_by_version_commit_or_run(void **state)
{
	struct release history[] = {
		{.version = "12", .commit = "abcdef0123", .run = 1},
		{.version = "v2", .commit = "1234567890", .run = 12},
		{.version = "v3", .commit = "fedcba9876", .run = 3},
	};
	const struct environment_state past = {
		.history = history, .history_count = ARRAY_SIZE(history)};

	(void)state;
	assert_ptr_equal(environment_state_find(&past, "v2"), &history[1]);
	assert_ptr_equal(environment_state_find(&past, "fedcba9"), &history[2]);
	assert_ptr_equal(environment_state_find(&past, "3"), &history[2]);
	assert_ptr_equal(environment_state_find(&past, "run 3"), &history[2]);
	assert_ptr_equal(environment_state_find(&past, "12"), &history[0]);
	assert_null(environment_state_find(&past, "4"));
	assert_null(environment_state_find(&past, ""));
}

static void environment_is_held_by_one_run_which_is_named(void **state)
{
	struct world *world = *state;
	struct environment *other = opened(world);
	struct error err = ERROR_INIT;
	char *holder;

	acquired(world);
	assert_int_equal(environment_acquire(other, 8, "ravi", &err), -1);
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_non_null(strstr(error_text(&err), "production is held by run 7 "
						 "by ana since "));
	error_clear(&err);
	holder = environment_holder(other);
	assert_non_null(strstr(holder, "run 7 by ana"));
	free(holder);
	environment_release(world->environment);
	assert_null(environment_holder(other));
	assert_int_equal(environment_acquire(other, 8, "ravi", NULL), 0);
	environment_close(other);
}

static void lock_of_a_killed_process_is_free(void **state)
{
	struct world *world = *state;
	struct error err = ERROR_INIT;
	int ready[2];
	pid_t pid;
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (environment_acquire(world->environment, 3, "lee", NULL) ==
			    0 &&
		    write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(
		environment_acquire(world->environment, 7, "ana", &err), -1);
	assert_non_null(strstr(error_text(&err), "run 3 by lee"));
	error_clear(&err);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	acquired(world);
	close(ready[0]);
	close(ready[1]);
}

static void hand_lock_keeps_deployments_out_until_it_is_over(void **state)
{
	struct world *world = *state;
	struct error err = ERROR_INIT;

	assert_int_equal(
		environment_lock(world->environment, "lee", "freeze", 0, NULL),
		0);
	assert_int_equal(
		environment_acquire(world->environment, 7, "ana", &err), -1);
	assert_non_null(strstr(error_text(&err), "locked by lee since "));
	assert_non_null(strstr(error_text(&err), ": freeze; "));
	error_clear(&err);
	assert_int_equal(environment_unlock(world->environment, "lee", NULL),
			 0);
	acquired(world);
	environment_release(world->environment);
	assert_int_equal(environment_unlock(world->environment, "lee", &err),
			 -1);
	error_clear(&err);
	assert_int_equal(environment_lock(world->environment, "lee", NULL,
					  clock_wall_ms() - 1, NULL),
			 0);
	acquired(world);
}

static void hand_lock_is_changed_by_its_person_alone(void **state)
{
	struct world *world = *state;
	struct error err = ERROR_INIT;

	assert_int_equal(
		environment_lock(world->environment, "lee", "freeze", 0, NULL),
		0);
	assert_int_equal(
		environment_lock(world->environment, "ana", "sale", 0, &err),
		-1);
	assert_int_equal(err.code, ERROR_REFUSED);
	assert_non_null(strstr(error_text(&err), "locked by lee since "));
	assert_non_null(strstr(error_text(&err), ": freeze; "));
	error_clear(&err);
	assert_int_equal(
		environment_lock(world->environment, "lee", "sale", 0, NULL),
		0);
	assert_string_equal(environment_state(world->environment)->lock_reason,
			    "sale");
	assert_int_equal(environment_lock(world->environment, "lee", NULL,
					  clock_wall_ms() - 1, NULL),
			 0);
	assert_int_equal(
		environment_lock(world->environment, "ana", NULL, 0, NULL), 0);
	assert_string_equal(environment_state(world->environment)->lock_person,
			    "ana");
}

/* Green had two of three servers when the weights were set. */
static void a_server_that_comes_late_is_no_other_hand(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	world->minds_proxy = true;
	reopen(world);
	canary_started(world, "v2");
	fake.units[COLOUR_BLUE] = 186;
	fake.units[COLOUR_GREEN] = 70;
	shifted(world, 20);
	fake.percent[COLOUR_BLUE] = 72.7;
	fake.percent[COLOUR_GREEN] = 27.3;
	free(fake_log());
	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
	assert_asked("set blue 80 green 20\nsettle\n");
	assert_true(state_of(world)->split[COLOUR_GREEN] == 20);
	assert_false(environment_take_touched(world->environment));
	assert_journal_is_whole(world);
}

static void recovery_asks_the_provider_and_says_what_is_true(void **state)
{
	struct world *world = *state;
	struct answer lost = {0}, answer = {0};

	released(world, "v1");
	canary_started(world, "v2");
	fake.hang_set = true;
	environment_shift(world->environment, 25, "a step", NULL, answered,
			  &lost);
	while (fake.hang_set)
		loop_turn(world->loop, 100);
	fake.percent[COLOUR_BLUE] = 75; /* it took effect, and nobody heard */
	fake.percent[COLOUR_GREEN] = 25;
	reopen(world);
	assert_false(lost.done);
	assert_true(state_of(world)->changing);
	assert_true(state_of(world)->has_candidate);
	str_clear(&world->told);
	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
	assert_false(state_of(world)->changing);
	assert_true(state_of(world)->split[COLOUR_GREEN] == 25);
	assert_string_equal(world->told.data, "traffic.changed\nnote.added\n");
	/* and once more there is nothing to do */
	memset(&answer, 0, sizeof(answer));
	str_clear(&world->told);
	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
	assert_string_equal(world->told.data, "");
	assert_journal_is_whole(world);
}

static void next_deployment_first_takes_traffic_from_one_that_died(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	canary_started(world, "v2");
	shifted(world, 25);
	reopen(world); /* as after a crash: nothing is brought back */
	free(fake_log());
	canary_started(world, "v3");
	assert_asked("set blue 100 green 0\n"
		     "settle\n"
		     "stop green\n"
		     "start green v3\n");
}

static void starting_says_which_way_back_it_ends(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	released(world, "v2");
	str_clear(&world->told);
	canary_started(world, "v3");
	assert_string_equal(world->told.data, "deploy.planned\n"
					      "note.added\n"
					      "target.stopped\n"
					      "target.started\n"
					      "target.healthy\n");
}

static void change_that_the_provider_refuses_changes_nothing(void **state)
{
	struct world *world = *state;
	struct answer answer;

	released(world, "v1");
	canary_started(world, "v2");
	fake.refuse_set = true;
	answer = shift(world, 5);
	assert_int_equal(answer.code, ERROR_PROVIDER);
	assert_false(state_of(world)->changing);
	assert_true(state_of(world)->split[COLOUR_BLUE] == 100);
	fake.refuse_set = false;
	shifted(world, 5);
}

static void candidate_that_fails_before_traffic_leaves_live_alone(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	free(fake_log());
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	fake.unhealthy = true;
	environment_start_candidate(world->environment, answered, &answer);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_TIMEOUT);
	memset(&answer, 0, sizeof(answer));
	environment_abandon(world->environment, STATE_FAILED, "not healthy",
			    answered, &answer);
	went_well(world, &answer);
	assert_asked("start green v2\nstop green\n");
	assert_false(state_of(world)->has_candidate);
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_string_equal(state_of(world)->last_text, "not healthy");
}

static void candidate_that_was_not_healthy_gets_no_traffic(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	fake.unhealthy = true;
	environment_start_candidate(world->environment, answered, &answer);
	turn_until(world, &answer.done);
	assert_true(fake.alive[COLOUR_GREEN]);
	answer = shift(world, 5);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "v2 was not healthy on green"));
	reopen(world);
	acquired(world);
	assert_int_equal(shift(world, 5).code, ERROR_REFUSED);
	assert_true(fake.percent[COLOUR_GREEN] == 0);
	assert_true(state_of(world)->has_candidate);
}

static void candidate_that_was_not_started_is_not_promoted(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	canary_started(world, "v2");
	shifted(world, 100);
	begun(world, STRATEGY_CANARY, "v3"); /* v2 died with its engine */
	environment_promote(world->environment, "ravi", answered, &answer);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_string_equal(state_of(world)->live.version, "v1");
}

static void colour_without_a_release_gets_no_traffic(void **state)
{
	struct world *world = *state;
	struct answer answer;

	canary_started(world, "v1");
	answer = shift(world, 25);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "nothing is live on green"));
	assert_true(fake.percent[COLOUR_GREEN] == 0);
	shifted(world, 100);
	promoted(world);
}

static void live_release_that_died_gets_no_more_traffic_by_a_shift(void **state)
{
	struct world *world = *state;
	struct answer answer;

	released(world, "v1");
	canary_started(world, "v2");
	shifted(world, 25);
	fake.alive[COLOUR_BLUE] = false;
	answer = shift(world, 5);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "v1 does not run on blue"));
	shifted(world, 100);
}

static void abandoning_brings_traffic_back_before_the_stop(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	canary_started(world, "v2");
	shifted(world, 25);
	free(fake_log());
	environment_abandon(world->environment, STATE_CANCELLED, "cancelled",
			    answered, &answer);
	went_well(world, &answer);
	assert_asked("set blue 100 green 0\nsettle\nstop green\n");
}

static void abandoning_starts_a_proxy_that_has_died(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	canary_started(world, "v2");
	shifted(world, 25);
	free(fake_log());
	fake.running = false;
	fake.refuse_while_down = true;
	environment_abandon(world->environment, STATE_CANCELLED, "cancelled",
			    answered, &answer);
	went_well(world, &answer);
	assert_asked("proxy starts blue 100 green 0\n"
		     "set blue 100 green 0\nsettle\nstop green\n");
	assert_true(fake.running);
	assert_false(state_of(world)->has_candidate);
}

static void
in_place_stops_the_old_one_and_abandoning_starts_it_again(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_ALL_AT_ONCE, "v2");
	free(fake_log());
	started(world);
	assert_asked("stop blue\nstart blue v2\n");
	environment_abandon(world->environment, STATE_FAILED, "bad", answered,
			    &answer);
	went_well(world, &answer);
	assert_asked("stop blue\nstart blue v1\n");
	assert_string_equal(state_of(world)->live.version, "v1");

	begun(world, STRATEGY_ALL_AT_ONCE, "v3");
	started(world);
	promoted(world);
	assert_string_equal(state_of(world)->live.version, "v3");
	assert_string_equal(state_of(world)->previous.version, "v1");
	free(fake_log());
	rolled_back(world, NULL);
	/* cold, but without a gap: the other colour takes over */
	assert_asked("start green v1\n"
		     "set blue 0 green 100 by force after a wait\nsettle\n");
}

static void down_stops_everything_and_up_brings_it_back(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	released(world, "v2");
	reopen(world);
	acquired(world);
	free(fake_log());
	environment_down(world->environment, "ana", answered, &answer);
	went_well(world, &answer);
	assert_asked("proxy stops\nstop blue\nstop green\n");
	memset(&answer, 0, sizeof(answer));
	environment_up(world->environment, "ana", answered, &answer);
	went_well(world, &answer);
	assert_asked("start green v2\nproxy starts blue 0 green 100\n");
	assert_string_equal(state_of(world)->live.version, "v2");
	memset(&answer, 0, sizeof(answer));
	environment_up(world->environment, "ana", answered, &answer);
	went_well(world, &answer);
	assert_asked("");
}

/* All of the traffic goes to a candidate in place of the live release, and
 * who deployed it is gone. */
static void up_stops_nothing_that_has_traffic(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_ALL_AT_ONCE, "v2");
	started(world);
	reopen(world);
	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
	acquired(world);
	free(fake_log());
	memset(&answer, 0, sizeof(answer));
	environment_up(world->environment, "ana", answered, &answer);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_string_equal(
		answer.text,
		"production: blue has 100 % of the traffic and runs v2, and "
		"v1 is recorded as live there: what has traffic is not "
		"stopped; `signalbox resume` moves it first");
	assert_asked("");
	assert_true(fake.alive[COLOUR_BLUE]);
}

static void retiring_keeps_the_least_time_unless_forced(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	released(world, "v2");
	acquired(world);
	free(fake_log());
	environment_retire(world->environment, false, "gc", answered, &answer);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "blue is kept for "));
	memset(&answer, 0, sizeof(answer));
	environment_retire(world->environment, true, "gc", answered, &answer);
	went_well(world, &answer);
	assert_asked("stop blue\n");
}

static void readiness_says_at_all_times_how_the_way_back_is(void **state)
{
	struct world *world = *state;
	struct readiness readiness;
	struct answer answer = {0};

	environment_readiness(world->environment, &readiness);
	assert_string_equal(readiness.text, "nothing to go back to");
	released(world, "v1");
	released(world, "v2");
	environment_readiness(world->environment, &readiness);
	assert_string_equal(readiness.text, "v1 on blue is warm");
	assert_true(readiness.ready);
	assert_int_equal(readiness.colour, COLOUR_BLUE);
	assert_string_equal(readiness.version, "v1");
	assert_int_equal(readiness.last_ms, -1);
	fake.alive[COLOUR_BLUE] = false;
	environment_readiness(world->environment, &readiness);
	assert_false(readiness.ready);
	assert_true(readiness.cold);
	assert_string_equal(readiness.text, "blue does not run; "
					    "v1 would start first");
	fake.alive[COLOUR_BLUE] = true;
	rolled_back(world, NULL);
	environment_readiness(world->environment, &readiness);
	assert_true(readiness.ready);
	assert_true(readiness.last_ms >= 0);
	acquired(world);
	environment_retire(world->environment, true, "gc", answered, &answer);
	went_well(world, &answer);
	environment_readiness(world->environment, &readiness);
	assert_true(starts_with(readiness.text, "green was stopped "));
}

static void second_operation_at_a_time_is_refused(void **state)
{
	struct world *world = *state;
	struct answer first = {0}, second = {0};

	acquired(world);
	begun(world, STRATEGY_CANARY, "v1");
	environment_start_candidate(world->environment, answered, &first);
	environment_start_candidate(world->environment, answered, &second);
	turn_until(world, &second.done);
	assert_int_equal(second.code, ERROR_REFUSED);
	went_well(world, &first);
}

static void closing_in_the_midst_of_anything_is_safe(void **state)
{
	struct world *world = *state;
	struct answer lost = {0};

	released(world, "v1");
	/* closed after 0, 1, 2... turns of the loop */
	for (int turns = 0; turns < 12; turns++) {
		acquired(world);
		begun(world, STRATEGY_CANARY, "v2");
		environment_start_candidate(world->environment, answered,
					    &lost);
		for (int i = 0; i < turns && !lost.done; i++)
			loop_turn(world->loop, 20);
		reopen(world);
		lost.done = false;
	}
	assert_journal_is_whole(world);
}

/* v2 has 25 %, then so many requests come to blue and to green. */
static struct answer seen_after_shift(struct world *world, int blue, int green)
{
	struct answer answer = {0};

	released(world, "v1");
	canary_started(world, "v2");
	fake.requests[COLOUR_BLUE] += 100;
	shifted(world, 25);
	environment_observe(world->environment, answered, &answer);
	fake.requests[COLOUR_BLUE] += blue;
	fake.requests[COLOUR_GREEN] += green;
	turn_until(world, &answer.done);
	return answer;
}

static void a_shift_is_done_when_the_requests_agree(void **state)
{
	struct world *world = *state;
	struct answer answer = seen_after_shift(world, 310, 90);

	assert_string_equal(answer.text, "");
	assert_string_equal(state_of(world)->observed,
			    "green was given 22.5 % of 400 requests (18.7 to "
			    "26.8 %), 25 % was asked");
	assert_non_null(strstr(world->told.data, "traffic.observed"));
	/* What moves next says nothing of it any more. */
	shifted(world, 50);
	assert_string_equal(state_of(world)->observed, "");
}

static void too_few_requests_end_it_well(void **state)
{
	struct world *world = *state;
	struct answer answer = seen_after_shift(world, 3, 1);

	assert_string_equal(answer.text, "");
	assert_string_equal(state_of(world)->observed,
			    "too few requests to see green's share of 25 %: 1 "
			    "of 4");
}

static void requests_that_disagree_are_an_error(void **state)
{
	struct world *world = *state;
	struct answer answer = seen_after_shift(world, 500, 500);

	assert_int_equal(answer.code, ERROR_FAILED);
	assert_non_null(strstr(answer.text, "green was given 50 % of 1000"));
}

/* A busy proxy whose counts are those of a second ago. */
static void counts_that_come_late_hold_nothing(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};
	int64_t began_us;

	released(world, "v1");
	canary_started(world, "v2");
	fake.requests[COLOUR_BLUE] = 40000;
	shifted(world, 25);
	environment_observe(world->environment, answered, &answer);
	began_us = clock_monotonic_us();
	while (!answer.done) {
		int64_t us = clock_monotonic_us() - began_us;
		int64_t shifted_us = us > 1000000 ? us - 1000000 : 0;

		fake.requests[COLOUR_GREEN] = shifted_us / 100;
		fake.requests[COLOUR_BLUE] = 40000 + us / 25 - shifted_us / 100;
		loop_turn(world->loop, 10);
	}
	assert_string_equal(answer.text, "");
	assert_non_null(strstr(state_of(world)->observed, "25 % was asked"));
}

static void a_rollback_waits_for_no_request(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	canary_started(world, "v2");
	fake.requests[COLOUR_BLUE] += 100;
	shifted(world, 25);
	environment_observe(world->environment, answered, &answer);
	rolled_back(world, NULL);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_null(strstr(world->told.data, "traffic.observed"));
}

struct asked {
	target_looked *done;
	void *data;
	struct target_status status;
};

static void tell_look(void *data)
{
	struct asked *asked = data;

	asked->done(&asked->status, NULL, asked->data);
	free(asked);
}

static void look_at(const struct target *target, target_looked *done,
		    void *data)
{
	struct asked *asked = xcalloc(1, sizeof(*asked));

	asked->done = done;
	asked->data = data;
	str_addf(&fake.log, "look at %s\n", colour_name(target->colour));
	loop_post(target->loop, tell_look, asked);
}

/* v0 serves there, and nobody of ours has started it. */
static void adopted_on(struct world *world, enum colour colour)
{
	struct environment *environment = world->environment;
	const struct release live = {
		.version = (char *)"v0",
		.commit = (char *)"",
		.digest = (char *)"",
		.folder = (char *)"",
		.pipeline = (char *)"",
		.person = (char *)"ana",
		.colour = colour,
		.adopted = true,
	};
	struct event *event =
		environment_event(environment, EVENT_DEPLOY_FINISHED);

	event_set(event, "outcome", "passed");
	event_set_bool(event, "adopted", true);
	event_set_json_owned(event, "live", release_encode(&live));
	assert_int_equal(
		ledger_record_owned(environment->ledger, event, true, NULL), 0);
}

static void the_other_is_asked(struct world *world, enum colour adopted)
{
	struct environment *environment = world->environment;
	struct answer answer = {0};
	struct event *event;

	adopted_on(world, adopted);
	free(fake_log());
	environment_recover(environment, answered, &answer);
	went_well(world, &answer);
	assert_asked(adopted == COLOUR_BLUE ? "look at green\n"
					    : "look at blue\n");
	event = environment_event(environment, EVENT_TARGET_STOPPED);
	event_set(event, "colour", colour_name(adopted));
	assert_int_equal(
		ledger_record_owned(environment->ledger, event, true, NULL), 0);
}

static void what_was_adopted_is_not_asked_as_what_we_started(void **state)
{
	struct target_ops asked = fake_target;
	struct world *world = *state;

	released(world, "v1");
	asked.look = look_at;
	world->target = &asked;
	reopen(world);
	the_other_is_asked(world, COLOUR_BLUE);
	the_other_is_asked(world, COLOUR_GREEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(environment_remembers_what_is_live_by_its_journal),
		TEST(environment_moves_a_second_release_step_by_step),
		TEST(environment_tells_every_event_in_order),
		TEST(environment_writes_down_a_change_before_it_is_made),
		TEST(promotion_is_refused_before_all_traffic_is_there),
		TEST(candidate_that_does_not_run_gets_no_traffic),
		TEST(a_release_is_found_by_version_commit_or_run),
		TEST(environment_is_held_by_one_run_which_is_named),
		TEST(lock_of_a_killed_process_is_free),
		TEST(hand_lock_keeps_deployments_out_until_it_is_over),
		TEST(hand_lock_is_changed_by_its_person_alone),
		TEST(a_server_that_comes_late_is_no_other_hand),
		TEST(recovery_asks_the_provider_and_says_what_is_true),
		TEST(next_deployment_first_takes_traffic_from_one_that_died),
		TEST(starting_says_which_way_back_it_ends),
		TEST(change_that_the_provider_refuses_changes_nothing),
		TEST(candidate_that_fails_before_traffic_leaves_live_alone),
		TEST(candidate_that_was_not_healthy_gets_no_traffic),
		TEST(candidate_that_was_not_started_is_not_promoted),
		TEST(colour_without_a_release_gets_no_traffic),
		TEST(live_release_that_died_gets_no_more_traffic_by_a_shift),
		TEST(abandoning_brings_traffic_back_before_the_stop),
		TEST(abandoning_starts_a_proxy_that_has_died),
		TEST(in_place_stops_the_old_one_and_abandoning_starts_it_again),
		TEST(down_stops_everything_and_up_brings_it_back),
		TEST(up_stops_nothing_that_has_traffic),
		TEST(retiring_keeps_the_least_time_unless_forced),
		TEST(readiness_says_at_all_times_how_the_way_back_is),
		TEST(second_operation_at_a_time_is_refused),
		TEST(closing_in_the_midst_of_anything_is_safe),
		TEST(a_shift_is_done_when_the_requests_agree),
		TEST(too_few_requests_end_it_well),
		TEST(requests_that_disagree_are_an_error),
		TEST(counts_that_come_late_hold_nothing),
		TEST(a_rollback_waits_for_no_request),
		TEST(what_was_adopted_is_not_asked_as_what_we_started),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
