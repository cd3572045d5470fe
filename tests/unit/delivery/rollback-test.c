/* SPDX-License-Identifier: MIT */
/* The way back, and the fence that it raises. */
#include "support/cmocka.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "delivery/environment.h"
#include "delivery/lock.h"
#include "event/journal.h"
#include "unit/delivery/worlds.h"

static struct world *looking; /* for a fake's hook, which has no data */

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

static void what_is_rolled_back_is_vetoed_until_it_is_pardoned(void **state)
{
	struct world *world = *state;
	const struct veto *veto;
	char *text;

	released(world, "v1");
	world->commit = "fedcba9876543210";
	canary_started(world, "v2");
	rolled_back(world, NULL);
	environment_release(world->environment);
	veto = environment_state_veto(state_of(world), "fedcba9876543210");
	assert_non_null(veto);
	text = environment_veto_text(veto, clock_wall_ms());
	assert_non_null(strstr(text, "v2 was rolled back by ana at "));
	free(text);
	assert_null(
		environment_state_veto(state_of(world), "0123456789abcdef"));
	reopen(world);
	assert_int_equal(state_of(world)->veto_count, 1);
	assert_int_equal(environment_pardon(world->environment,
					    "fedcba9876543210", "ravi",
					    "the disk was full", NULL),
			 0);
	assert_int_equal(state_of(world)->veto_count, 0);
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
	canary_started(world, "v2");
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

static void colour_is_left_before_it_is_stopped_for_a_cold_release(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	released(world, "v2");
	released(world, "v3");
	canary_started(world, "v4");
	shifted(world, 25);
	free(fake_log());
	rolled_back(world, "v1");
	assert_asked("set blue 100 green 0\n"
		     "stop green\n"
		     "start green v1\n"
		     "set blue 0 green 100 by force after a wait\n"
		     "settle\n");
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_journal_is_whole(world);
}

static void release_that_was_not_healthy_is_no_warm_way_back(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	released(world, "v2");
	released(world, "v3");
	fake.unhealthy = true; /* v1 on green, which runs and does not serve */
	assert_int_equal(roll_back(world, "v1").code, ERROR_TIMEOUT);
	assert_true(fake.alive[COLOUR_GREEN]);
	fake.unhealthy = false;
	free(fake_log());
	rolled_back(world, "v1");
	assert_asked("set blue 0 green 100 by force after a wait\n"
		     "settle\n");
}

static void rollback_by_another_process_fences_a_deployment(void **state)
{
	struct world *world = *state;
	struct environment *first;
	struct answer answer;

	released(world, "v1");
	canary_started(world, "v2");
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
	canary_started(world, "v2");
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
	canary_started(world, "v2");
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
	canary_started(world, "v3");
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
	canary_started(world, "v2");
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
	canary_started(world, "v2");
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

/* Two people who saw the same decide the same: one of them is first. */
static void rollback_acts_on_what_was_seen_or_not_at_all(void **state)
{
	struct world *world = *state;
	struct rollback_request request = {.by = "person", .person = "ana"};
	struct answer first = {0}, second = {0};
	struct environment *other;

	released(world, "v1");
	released(world, "v2");
	free(fake_log());
	request.seen = state_of(world)->seq;
	other = opened(world);
	environment_rollback(world->environment, &request, answered, &first);
	environment_rollback(other, &request, answered, &second);
	turn_until(world, &first.done);
	turn_until(world, &second.done);
	assert_string_equal(first.text, "");
	assert_int_equal(second.code, ERROR_REFUSED);
	assert_non_null(strstr(second.text, "production has moved: it is at "));
	assert_asked("set blue 100 green 0 by force\nsettle\n");
	assert_int_equal(environment_refresh(other, NULL), 0);
	assert_string_equal(environment_state(other)->previous.version, "v2");
	/* Later too, and before it touches anything. */
	memset(&second, 0, sizeof(second));
	environment_rollback(other, &request, answered, &second);
	turn_until(world, &second.done);
	assert_int_equal(second.code, ERROR_REFUSED);
	assert_non_null(strstr(second.text, "back on blue in "));
	environment_close(other);
}

/* The holder sleeps on until nobody waits any more. */
static int rolled_back_beside_a_sleeper(struct world *world)
{
	char *folder = folder_of(world),
	     *path = path_join(folder, "write.lock");
	int fd;

	released(world, "v1");
	released(world, "v2");
	fd = lock_take(path, "process 1", NULL);
	assert_true(fd >= 0);
	rolled_back(world, NULL);
	reopen(world);
	free(path);
	free(folder);
	return fd;
}

static int count_end(const struct event *event, void *data)
{
	int *count = data;

	*count += event->type == EVENT_ROLLBACK_FINISHED;
	return 0;
}

static void rollback_is_known_while_its_record_waits_for_a_sleeper(void **state)
{
	struct world *world = *state;
	int fd = rolled_back_beside_a_sleeper(world);

	assert_string_equal(state_of(world)->live.version, "v1");
	assert_string_equal(state_of(world)->previous.version, "v2");
	reopen(world);
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_journal_is_whole(world);
	lock_release(fd);
}

static void record_that_waited_comes_before_what_is_written_next(void **state)
{
	struct world *world = *state;
	char *folder = folder_of(world), *aside;
	int fd = rolled_back_beside_a_sleeper(world);
	int count = 0;

	lock_release(fd);
	released(world, "v3");
	assert_string_equal(state_of(world)->previous.version, "v1");
	assert_int_equal(journal_read(folder, 1, count_end, &count, NULL), 0);
	assert_int_equal(count, 1);
	aside = path_join(folder, "late.ndjson");
	assert_false(file_exists(aside));
	assert_journal_is_whole(world);
	free(aside);
	free(folder);
}

/* Who wrote it into the journal died before the other file was gone. */
static void record_that_waited_is_written_once(void **state)
{
	struct world *world = *state;
	char *folder = folder_of(world), *aside;
	int fd = rolled_back_beside_a_sleeper(world);
	struct str late = STR_INIT;
	struct error err = ERROR_INIT;
	int count = 0;

	aside = path_join(folder, "late.ndjson");
	assert_int_equal(file_read(aside, &late, 1 << 20, &err), 0);
	lock_release(fd);
	released(world, "v3");
	assert_int_equal(file_replace(aside, late.data, late.len, 0644, &err),
			 0);
	reopen(world);
	assert_string_equal(state_of(world)->live.version, "v3");
	released(world, "v4");
	assert_int_equal(journal_read(folder, 1, count_end, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_false(file_exists(aside));
	assert_string_equal(state_of(world)->previous.version, "v3");
	str_release(&late);
	free(aside);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rollback_is_one_weight_change_and_so_is_forward_again),
		TEST(what_is_rolled_back_is_vetoed_until_it_is_pardoned),
		TEST(rollback_starts_a_proxy_that_has_died),
		TEST(rollback_needs_no_pipeline_file),
		TEST(rollback_ends_the_deployment_under_way),
		TEST(rollback_without_anything_before_is_refused),
		TEST(rollback_to_a_release_of_long_ago_starts_it_first),
		TEST(colour_is_left_before_it_is_stopped_for_a_cold_release),
		TEST(release_that_was_not_healthy_is_no_warm_way_back),
		TEST(rollback_by_another_process_fences_a_deployment),
		TEST(watching_tells_that_another_process_has_rolled_back),
		TEST(fence_has_its_room_before_the_disk_is_full),
		TEST(step_that_was_asleep_while_rolled_back_undoes_itself),
		TEST(fence_is_not_put_down_to_whoever_rolled_back_before),
		TEST(fence_that_cannot_be_read_stops_all_but_a_rollback),
		TEST(rollback_that_nobody_asked_for_says_what_did),
		TEST(rollback_waits_for_no_write_lock),
		TEST(rollback_is_recorded_when_the_write_lock_is_free_again),
		TEST(rollback_acts_on_what_was_seen_or_not_at_all),
		TEST(rollback_is_known_while_its_record_waits_for_a_sleeper),
		TEST(record_that_waited_comes_before_what_is_written_next),
		TEST(record_that_waited_is_written_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
