/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/environment.h"
#include "delivery/lock.h"
#include "event/journal.h"
#include "support/environments.h"
#include "unit/delivery/fakes.h"

#define PATIENCE_US (20 * 1000000)

static const char pipeline_text[] =
	"name: shop\n"
	"environments:\n"
	"  production:\n"
	"    target: {process: {command: \"./shop\", ports: [18081, 18082], "
	"health: /healthz}}\n"
	"    traffic: {haproxy: {listen: \"127.0.0.1:18080\"}}\n"
	"stages:\n"
	"  build: {run: make, artifacts: [shop]}\n"
	"  production: {deploy: {environment: production, strategy: canary, "
	"steps: [{weight: 5%}, {weight: 100%}]}}\n";

static void assert_asked(const char *expected)
{
	char *log = fake_log();

	assert_string_equal(log, expected);
	free(log);
}

static int set_up(void **state)
{
	struct world *world = xcalloc(1, sizeof(*world));

	fake_reset();
	world->pipeline_text = pipeline_text;
	world->target = &fake_target;
	world->traffic = &fake_traffic;
	world_init(world);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	world_release(*state);
	free(*state);
	fake_reset();
	return 0;
}

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
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
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
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	fake.alive[COLOUR_GREEN] = false;
	free(fake_log());
	answer = shift(world, 5);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "v2 does not run on green"));
	assert_asked("");
}

static void rollback_is_one_weight_change_and_so_is_forward_again(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	released(world, "v2");
	free(fake_log());
	fake.requests[COLOUR_BLUE] = 18204;
	rolled_back(world, NULL);
	assert_asked("set blue 100 green 0 by force\nsettle\n");
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_int_equal(state_of(world)->live.colour, COLOUR_BLUE);
	assert_string_equal(state_of(world)->previous.version, "v2");
	assert_true(state_of(world)->last_rollback_ms >= 0);
	assert_non_null(strstr(state_of(world)->last_text, "back on blue in "));
	assert_non_null(strstr(state_of(world)->last_text,
			       "failed by the shift: 0 of 18,204"));
	rolled_back(world, NULL);
	assert_asked("set blue 0 green 100 by force\nsettle\n");
	assert_string_equal(state_of(world)->live.version, "v2");
	reopen(world);
	assert_string_equal(state_of(world)->live.version, "v2");
	assert_string_equal(state_of(world)->previous.version, "v1");
	assert_journal_is_whole(world);
}

static void rollback_starts_a_proxy_that_has_died(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	released(world, "v2");
	free(fake_log());
	fake.running = false; /* and it was known to run until now */
	fake.refuse_while_down = true;
	rolled_back(world, NULL);
	assert_asked("proxy starts blue 100 green 0\n"
		     "set blue 100 green 0 by force\n"
		     "settle\n");
	assert_string_equal(state_of(world)->live.version, "v1");
}

static void rollback_needs_no_pipeline_file(void **state)
{
	struct world *world = *state;
	struct pipeline *pipeline = world->pipeline;

	released(world, "v1");
	released(world, "v2");
	world->pipeline = NULL;
	reopen(world);
	rolled_back(world, NULL);
	assert_string_equal(state_of(world)->live.version, "v1");
	world->pipeline = pipeline;
}

static void rollback_ends_the_deployment_under_way(void **state)
{
	struct world *world = *state;
	struct answer under_way = {0}, after;
	struct rollback_request request = {.by = "analysis"};
	struct answer back = {0};

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	shifted(world, 5);
	fake.errors[COLOUR_GREEN] = 31;
	free(fake_log());
	fake.hang_set = true;
	environment_shift(world->environment, 25, "a step", NULL, answered,
			  &under_way);
	while (fake.hang_set)
		loop_turn(world->loop, 100);
	environment_rollback(world->environment, &request, answered, &back);
	turn_until(world, &back.done);
	assert_string_equal(back.text, "");
	assert_true(under_way.done);
	assert_int_equal(under_way.code, ERROR_REFUSED);
	assert_non_null(strstr(under_way.text, "rolled back by the analysis"));
	assert_asked("set hangs\nset blue 100 green 0\nsettle\n");
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_false(state_of(world)->has_candidate);
	assert_non_null(strstr(state_of(world)->last_text, "failed by v2: 31"));
	after = shift(world, 25);
	assert_int_equal(after.code, ERROR_REFUSED);
	assert_non_null(strstr(after.text, "moved on"));
	assert_journal_is_whole(world);
}

static void rollback_without_anything_before_is_refused(void **state)
{
	struct world *world = *state;
	struct answer answer;

	released(world, "v1");
	answer = roll_back(world, NULL);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "nothing to go back to"));
	answer = roll_back(world, "v7");
	assert_int_equal(answer.code, ERROR_NOT_FOUND);
}

static void rollback_to_a_release_of_long_ago_starts_it_first(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	released(world, "v2");
	released(world, "v3");
	assert_int_equal(state_of(world)->live.colour, COLOUR_BLUE);
	free(fake_log());
	rolled_back(world, "v1");
	assert_asked("stop green\n"
		     "start green v1\n"
		     "set blue 0 green 100 by force after a wait\n"
		     "settle\n");
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_int_equal(state_of(world)->live.colour, COLOUR_GREEN);
	assert_string_equal(state_of(world)->previous.version, "v3");
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

static void rollback_by_another_process_fences_a_deployment(void **state)
{
	struct world *world = *state;
	struct environment *first;
	struct answer answer;

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	shifted(world, 25);
	first = world->environment;
	world->environment = opened(world);
	rolled_back(world, NULL);
	environment_close(world->environment);
	world->environment = first;
	free(fake_log());
	answer = shift(world, 100);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(
		strstr(answer.text, "moved on: rolled back by ana at "));
	assert_asked("");
	assert_non_null(strstr(world->moved, "rolled back by ana at "));
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	assert_false(state_of(world)->has_candidate);
	assert_journal_is_whole(world);
}

static void watching_tells_that_another_process_has_rolled_back(void **state)
{
	struct world *world = *state;
	struct environment *first;
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	shifted(world, 25);
	environment_watch(world->environment);
	first = world->environment;
	world->environment = opened(world);
	rolled_back(world, NULL);
	environment_close(world->environment);
	world->environment = first;
	while (!*world->moved) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(world->loop, 100);
	}
	assert_non_null(strstr(world->moved, "rolled back by ana"));
	/* what the other one did is told here too */
	assert_non_null(strstr(world->told.data, "rollback.finished\n"));
}

static void fence_has_its_room_before_the_disk_is_full(void **state)
{
	struct world *world = *state;
	char *folder = folder_of(world), *file = path_join(folder, "epoch");
	struct str text = STR_INIT;

	acquired(world);
	assert_int_equal(file_read(file, &text, 100, NULL), 0);
	assert_string_equal(text.data, "00000000000000000000");
	str_release(&text);
	free(file);
	free(folder);
}

static void raise_the_epoch(void)
{
	char *path = folder_of(looking), *file = path_join(path, "epoch");

	assert_int_equal(
		file_replace(file, "00000000000000000009", 20, 0644, NULL), 0);
	free(path);
	free(file);
	fake.before_set = NULL;
}

static void step_that_was_asleep_while_rolled_back_undoes_itself(void **state)
{
	struct world *world = *state;
	struct answer answer;

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	free(fake_log());
	looking = world;
	fake.before_set = raise_the_epoch; /* between its look and its write */
	answer = shift(world, 5);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_asked("set blue 95 green 5\n"
		     "set blue 100 green 0 by force\n");
	assert_true(state_of(world)->split[COLOUR_BLUE] == 100);
	assert_false(state_of(world)->changing);
}

/* The fence is raised before it is written who raised it. */
static void fence_is_not_put_down_to_whoever_rolled_back_before(void **state)
{
	struct world *world = *state;
	struct answer answer;

	released(world, "v1");
	released(world, "v2");
	rolled_back(world, NULL);
	acquired(world);
	begun(world, STRATEGY_CANARY, "v3");
	started(world);
	looking = world;
	raise_the_epoch();
	answer = shift(world, 5);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "rolled back by another process"));
}

/* It may have been raised; the way back needs it not. */
static void fence_that_cannot_be_read_stops_all_but_a_rollback(void **state)
{
	struct world *world = *state;
	char *folder = folder_of(world), *file = path_join(folder, "epoch");
	struct answer answer;

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	shifted(world, 5);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(folder_make(file, 0700, NULL), 0);
	free(fake_log());
	answer = shift(world, 25);
	assert_int_equal(answer.code, ERROR_IO);
	assert_non_null(strstr(answer.text, "cannot read"));
	assert_asked("");
	rolled_back(world, NULL);
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	free(file);
	free(folder);
}

static void rollback_that_nobody_asked_for_says_what_did(void **state)
{
	struct world *world = *state;
	struct rollback_request request = {.by = "operator-timeout"};
	struct answer under_way = {0}, back = {0};

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	environment_shift(world->environment, 5, "a step", NULL, answered,
			  &under_way);
	environment_rollback(world->environment, &request, answered, &back);
	turn_until(world, &back.done);
	assert_non_null(strstr(under_way.text,
			       "rolled back by the operator timeout at "));
	assert_non_null(strstr(state_of(world)->epoch_text,
			       "rolled back by the operator timeout at "));
}

static void rollback_waits_for_no_write_lock(void **state)
{
	struct world *world = *state;
	char *folder = folder_of(world),
	     *path = path_join(folder, "write.lock");
	int fd;

	released(world, "v1");
	released(world, "v2");
	free(fake_log());
	fd = lock_take(path, "process 1", NULL);
	assert_true(fd >= 0);
	rolled_back(world, NULL);
	assert_asked("set blue 100 green 0 by force\nsettle\n");
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_non_null(strstr(world->told.data, "rollback.finished\n"));
	/* written once the other one lets go, by whoever is there */
	lock_release(fd);
	reopen(world);
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_journal_is_whole(world);
	free(path);
	free(folder);
}

static void rollback_is_recorded_when_the_write_lock_is_free_again(void **state)
{
	struct world *world = *state;
	char *folder = folder_of(world),
	     *path = path_join(folder, "write.lock");
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	struct environment *other;
	int fd;

	released(world, "v1");
	released(world, "v2");
	fd = lock_take(path, "process 1", NULL);
	rolled_back(world, NULL);
	lock_release(fd);
	other = opened(world);
	while (strcmp(environment_state(other)->live.version, "v1") != 0) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(world->loop, 100);
		assert_int_equal(environment_refresh(other, NULL), 0);
	}
	environment_close(other);
	released(world, "v3");
	reopen(world);
	assert_string_equal(state_of(world)->previous.version, "v1");
	assert_journal_is_whole(world);
	free(path);
	free(folder);
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

static void recovery_asks_the_provider_and_says_what_is_true(void **state)
{
	struct world *world = *state;
	struct answer lost = {0}, answer = {0};

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
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
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	shifted(world, 25);
	reopen(world); /* as after a crash: nothing is brought back */
	free(fake_log());
	acquired(world);
	begun(world, STRATEGY_CANARY, "v3");
	started(world);
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
	acquired(world);
	begun(world, STRATEGY_CANARY, "v3");
	started(world);
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
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
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
	environment_abandon(world->environment, "not healthy", answered,
			    &answer);
	went_well(world, &answer);
	assert_asked("start green v2\nstop green\n");
	assert_false(state_of(world)->has_candidate);
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_string_equal(state_of(world)->last_text, "not healthy");
}

static void abandoning_brings_traffic_back_before_the_stop(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	shifted(world, 25);
	free(fake_log());
	environment_abandon(world->environment, "cancelled", answered, &answer);
	went_well(world, &answer);
	assert_asked("set blue 100 green 0\nsettle\nstop green\n");
}

static void abandoning_starts_a_proxy_that_has_died(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	started(world);
	shifted(world, 25);
	free(fake_log());
	fake.running = false;
	fake.refuse_while_down = true;
	environment_abandon(world->environment, "cancelled", answered, &answer);
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
	environment_abandon(world->environment, "bad", answered, &answer);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(environment_remembers_what_is_live_by_its_journal),
		TEST(environment_moves_a_second_release_step_by_step),
		TEST(environment_tells_every_event_in_order),
		TEST(environment_writes_down_a_change_before_it_is_made),
		TEST(promotion_is_refused_before_all_traffic_is_there),
		TEST(candidate_that_does_not_run_gets_no_traffic),
		TEST(rollback_is_one_weight_change_and_so_is_forward_again),
		TEST(rollback_starts_a_proxy_that_has_died),
		TEST(rollback_needs_no_pipeline_file),
		TEST(rollback_ends_the_deployment_under_way),
		TEST(rollback_without_anything_before_is_refused),
		TEST(rollback_to_a_release_of_long_ago_starts_it_first),
		TEST(a_release_is_found_by_version_commit_or_run),
		TEST(rollback_by_another_process_fences_a_deployment),
		TEST(watching_tells_that_another_process_has_rolled_back),
		TEST(fence_has_its_room_before_the_disk_is_full),
		TEST(step_that_was_asleep_while_rolled_back_undoes_itself),
		TEST(fence_is_not_put_down_to_whoever_rolled_back_before),
		TEST(fence_that_cannot_be_read_stops_all_but_a_rollback),
		TEST(rollback_that_nobody_asked_for_says_what_did),
		TEST(rollback_waits_for_no_write_lock),
		TEST(rollback_is_recorded_when_the_write_lock_is_free_again),
		TEST(environment_is_held_by_one_run_which_is_named),
		TEST(lock_of_a_killed_process_is_free),
		TEST(hand_lock_keeps_deployments_out_until_it_is_over),
		TEST(recovery_asks_the_provider_and_says_what_is_true),
		TEST(next_deployment_first_takes_traffic_from_one_that_died),
		TEST(starting_says_which_way_back_it_ends),
		TEST(change_that_the_provider_refuses_changes_nothing),
		TEST(candidate_that_fails_before_traffic_leaves_live_alone),
		TEST(abandoning_brings_traffic_back_before_the_stop),
		TEST(abandoning_starts_a_proxy_that_has_died),
		TEST(in_place_stops_the_old_one_and_abandoning_starts_it_again),
		TEST(down_stops_everything_and_up_brings_it_back),
		TEST(retiring_keeps_the_least_time_unless_forced),
		TEST(readiness_says_at_all_times_how_the_way_back_is),
		TEST(second_operation_at_a_time_is_refused),
		TEST(closing_in_the_midst_of_anything_is_safe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
