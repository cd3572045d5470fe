/* SPDX-License-Identifier: MIT */
/* A drill: the way back gone and returned, whatever comes between. */
#include "support/cmocka.h"

#include "base/memory.h"
#include "delivery/lock.h"
#include "event/journal.h"
#include "unit/delivery/worlds.h"

static int sets; /* a fake's hook has no data */

static struct answer drill(struct world *world)
{
	struct answer answer = {0};

	acquired(world);
	environment_drill(world->environment, "ana", 10, answered, &answer);
	turn_until(world, &answer.done);
	environment_release(world->environment);
	return answer;
}

static void drill_goes_and_returns_and_leaves_live_what_it_was(void **state)
{
	struct world *world = *state;
	struct answer answer;
	struct readiness readiness;

	released(world, "v1");
	released(world, "v2");
	free(fake_log());
	answer = drill(world);
	assert_string_equal(answer.text, "");
	/* What a reload reads stays as it was while it is away. */
	assert_asked("set blue 100 green 0\n"
		     "set blue 0 green 100\n"
		     "settle\n");
	reopen(world);
	assert_string_equal(state_of(world)->live.version, "v2");
	assert_string_equal(state_of(world)->previous.version, "v1");
	assert_false(state_of(world)->drilling);
	assert_true(state_of(world)->last_was_drill);
	environment_readiness(world->environment, &readiness);
	assert_true(readiness.last_ms >= 0);
	assert_journal_is_whole(world);
}

static void drill_needs_a_warm_way_back(void **state)
{
	struct world *world = *state;
	struct answer answer;

	released(world, "v1");
	answer = drill(world);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "nothing to go back to"));
	released(world, "v2");
	fake.alive[COLOUR_BLUE] = false;
	free(fake_log());
	answer = drill(world);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "needs a warm way back"));
	fake.alive[COLOUR_BLUE] = true;
	fake.alive[COLOUR_GREEN] = false; /* nothing to return to */
	answer = drill(world);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "rollback production"));
	assert_asked("");
}

static void drill_is_refused_while_a_deployment_is_under_way(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	released(world, "v2");
	canary_started(world, "v3");
	environment_drill(world->environment, "ana", 10, answered, &answer);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "v3 is under way"));
}

/* The first change is made; then blue dies. */
static void kill_blue_once_away(void)
{
	if (sets++)
		fake.before_set = NULL;
	else
		fake.alive[COLOUR_BLUE] = false;
}

static void drill_returns_at_once_when_the_other_colour_falls(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	released(world, "v2");
	sets = 0;
	fake.before_set = kill_blue_once_away;
	acquired(world);
	environment_drill(world->environment, "ana", 3600 * 1000, answered,
			  &answer);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_FAILED);
	assert_non_null(strstr(answer.text, "blue went down"));
	assert_true(fake.percent[COLOUR_GREEN] == 100);
	assert_false(state_of(world)->drilling);
	assert_false(state_of(world)->last_was_drill);
}

static void drill_comes_back_when_it_is_told_to(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	released(world, "v2");
	acquired(world);
	environment_drill(world->environment, "ana", 3600 * 1000, answered,
			  &answer);
	while (fake.percent[COLOUR_BLUE] < 100)
		loop_turn(world->loop, 100);
	environment_drill_return(world->environment);
	turn_until(world, &answer.done);
	assert_string_equal(answer.text, "");
	assert_true(fake.percent[COLOUR_GREEN] == 100);
}

/* The drill's process ends when all traffic is away, and is never told. */
static void cut_off(struct world *world)
{
	struct answer answer = {0};

	acquired(world);
	environment_drill(world->environment, "ana", 3600 * 1000, answered,
			  &answer);
	while (!(state_of(world)->split[COLOUR_BLUE] == 100))
		loop_turn(world->loop, 100);
	reopen(world);
	assert_true(state_of(world)->drilling);
	assert_true(fake.percent[COLOUR_BLUE] == 100);
}

static void recover(struct world *world)
{
	struct answer answer = {0};

	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
}

static void recovery_ends_a_drill_that_was_cut_off(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	released(world, "v2");
	cut_off(world);
	recover(world);
	assert_true(fake.percent[COLOUR_GREEN] == 100);
	assert_false(state_of(world)->drilling);
	assert_string_equal(state_of(world)->live.version, "v2");
	assert_null(environment_holder(world->environment));
	reopen(world);
	released(world, "v3"); /* the lock was given back */
	assert_journal_is_whole(world);
}

/* The proxy was started again meanwhile, and has not even the drill's. */
static void recovery_sets_no_weights_of_a_drill_again(void **state)
{
	struct world *world = *state;

	released(world, "v1");
	released(world, "v2");
	cut_off(world);
	world->minds_proxy = true;
	reopen(world);
	fake.lost = true;
	fake.percent[COLOUR_BLUE] = fake.percent[COLOUR_GREEN] = 50;
	free(fake_log());
	recover(world);
	assert_asked("set blue 0 green 100\n"
		     "settle\n");
	assert_false(state_of(world)->drilling);
}

static void recovery_leaves_a_drill_alone_whose_holder_lives(void **state)
{
	struct world *world = *state;
	char *path;
	int lock;

	released(world, "v1");
	released(world, "v2");
	cut_off(world);
	path = xasprintf("%s/environments/production/run.lock", world->state);
	lock = lock_take(path, "ana since 14:02", NULL);
	assert_true(lock >= 0);
	recover(world);
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	assert_true(state_of(world)->drilling);
	lock_release(lock);
	recover(world);
	assert_true(fake.percent[COLOUR_GREEN] == 100);
	free(path);
}

static void cut_off_drill_stays_open_while_live_is_down(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	released(world, "v1");
	released(world, "v2");
	cut_off(world);
	fake.alive[COLOUR_GREEN] = false;
	recover(world);
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	assert_true(state_of(world)->drilling);
	acquired(world);
	environment_up(world->environment, "ana", answered, &answer);
	went_well(world, &answer);
	assert_true(fake.percent[COLOUR_GREEN] == 100);
	assert_false(state_of(world)->drilling);
}

static void rollback_in_a_drill_stays_where_it_is(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};
	struct environment *other;

	released(world, "v1");
	released(world, "v2");
	acquired(world);
	environment_drill(world->environment, "ana", 200, answered, &answer);
	while (!(state_of(world)->split[COLOUR_BLUE] == 100))
		loop_turn(world->loop, 100);
	other = world->environment;
	world->environment = opened(world); /* another process */
	rolled_back(world, NULL);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_non_null(strstr(answer.text, "rolled back by ana"));
	environment_close(other);
	reopen(world);
	assert_string_equal(state_of(world)->live.version, "v1");
	assert_true(fake.percent[COLOUR_BLUE] == 100);
	assert_false(state_of(world)->drilling);
}

/* Nothing has changed: nothing is to be brought back. */
static void drill_that_could_not_leave_is_over(void **state)
{
	struct world *world = *state;
	struct answer answer;

	released(world, "v1");
	released(world, "v2");
	fake.refuse_set = true;
	answer = drill(world);
	assert_string_equal(answer.text, "the proxy says no");
	assert_false(state_of(world)->drilling);
	assert_true(state_of(world)->split[COLOUR_GREEN] == 100);
}

static void leave_half_of_it(void)
{
	if (!sets++)
		return;
	fake.before_set = NULL;
	fake.refuse_set = true;
	fake.percent[COLOUR_BLUE] = fake.percent[COLOUR_GREEN] = 50;
}

static void drill_tells_how_much_is_not_back(void **state)
{
	struct world *world = *state;
	struct answer answer;

	released(world, "v1");
	released(world, "v2");
	sets = 0;
	fake.before_set = leave_half_of_it;
	answer = drill(world);
	assert_int_equal(answer.code, ERROR_PROVIDER);
	assert_string_equal(answer.text,
			    "50 % of the traffic of production is still on "
			    "blue, which runs v1: the proxy says no; when "
			    "green is well: `signalbox up production`");
	assert_true(state_of(world)->drilling);
}

static void start_counting_anew(void)
{
	if (!sets++)
		return;
	fake.before_set = NULL;
	memset(fake.requests, 0, sizeof(fake.requests));
}

static int keep_counts(const struct event *event, void *data)
{
	if (event->type != EVENT_DRILL_FINISHED)
		return 0;
	assert_non_null(strstr(event_text(event, "text"),
			       "; how many requests failed is not known"));
	assert_int_equal(event_int(event, "requests", -1), -1);
	*(bool *)data = true;
	return 0;
}

static void
drill_tells_no_numbers_of_a_proxy_that_was_started_again(void **state)
{
	struct world *world = *state;
	char *folder = folder_of(world);
	bool told = false;

	released(world, "v1");
	released(world, "v2");
	fake.requests[COLOUR_GREEN] = 1000;
	sets = 0;
	fake.before_set = start_counting_anew;
	assert_string_equal(drill(world).text, "");
	assert_int_equal(journal_read(folder, 1, keep_counts, &told, NULL), 0);
	assert_true(told);
	free(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(drill_goes_and_returns_and_leaves_live_what_it_was),
		TEST(drill_needs_a_warm_way_back),
		TEST(drill_is_refused_while_a_deployment_is_under_way),
		TEST(drill_returns_at_once_when_the_other_colour_falls),
		TEST(drill_comes_back_when_it_is_told_to),
		TEST(recovery_ends_a_drill_that_was_cut_off),
		TEST(recovery_sets_no_weights_of_a_drill_again),
		TEST(recovery_leaves_a_drill_alone_whose_holder_lives),
		TEST(cut_off_drill_stays_open_while_live_is_down),
		TEST(rollback_in_a_drill_stays_where_it_is),
		TEST(drill_that_could_not_leave_is_over),
		TEST(drill_tells_how_much_is_not_back),
		TEST(drill_tells_no_numbers_of_a_proxy_that_was_started_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
