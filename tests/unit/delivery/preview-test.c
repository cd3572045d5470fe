/* SPDX-License-Identifier: MIT */
/* When a candidate can be looked at, and that it is written down. */
#include "support/cmocka.h"

#include "base/file.h"
#include "base/memory.h"
#include "delivery/environment.h"
#include "delivery/epoch.h"
#include "event/journal.h"
#include "unit/delivery/worlds.h"

#define SHOWN(name) \
	cmocka_unit_test_setup_teardown(name, set_up, worlds_tear_down)

static const char pipeline_text[] =
	"name: shop\n"
	"environments:\n"
	"  production:\n"
	"    target: {process: {command: \"./shop\", ports: [18081, 18082], "
	"health: /healthz}}\n"
	"    traffic: {haproxy: {listen: \"127.0.0.1:18080\"}}\n"
	"    preview: {header: X-Preview}\n"
	"stages:\n"
	"  build: {run: make, artifacts: [shop]}\n"
	"  production: {deploy: {environment: production}}\n";

/* With v1 live on blue. */
static int set_up(void **state)
{
	struct world *world;

	if (worlds_set_up_with(state, pipeline_text) < 0)
		return -1;
	world = *state;
	released(world, "v1");
	free(fake_log());
	str_clear(&world->told);
	return 0;
}

static void it_is_open_from_healthy_until_promoted(void **state)
{
	struct world *world = *state;

	canary_started(world, "v2");
	assert_asked("start green v2\n"
		     "preview green\n"
		     "settle\n");
	assert_int_equal(state_of(world)->preview, COLOUR_GREEN);
	assert_string_equal(environment_state_preview(state_of(world)),
			    "with header X-Preview");
	shifted(world, 100);
	free(fake_log());
	promoted(world);
	assert_asked("preview none\n"
		     "settle\n"
		     "settle\n");
	assert_null(environment_state_preview(state_of(world)));
	assert_string_equal(world->told.data, "deploy.planned\n"
					      "target.started\n"
					      "target.healthy\n"
					      "preview.opened\n"
					      "traffic.changing\n"
					      "traffic.changed\n"
					      "preview.closed\n"
					      "deploy.finished\n");
	reopen(world);
	assert_int_equal(state_of(world)->preview, -1);
	assert_journal_is_whole(world);
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
	assert_int_equal(type, EVENT_PREVIEW_OPENED);
	free(folder);
}

static void it_is_written_down_before_it_is_open(void **state)
{
	struct world *world = *state;

	looking = world;
	fake.before_preview = look_at_the_disk;
	canary_started(world, "v2");
	assert_asked("start green v2\n"
		     "preview green\n"
		     "settle\n");
}

static void it_ends_before_an_abandoned_candidate_stops(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	canary_started(world, "v2");
	free(fake_log());
	environment_abandon(world->environment, STATE_FAILED, "bad", answered,
			    &answer);
	went_well(world, &answer);
	assert_asked("preview none\n"
		     "settle\n"
		     "stop green\n");
	assert_int_equal(state_of(world)->preview, -1);
}

static void one_that_was_never_healthy_was_never_shown(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	fake.unhealthy = true;
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	environment_start_candidate(world->environment, answered, &answer);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_TIMEOUT);
	assert_asked("start green v2\n");
	assert_int_equal(state_of(world)->preview, -1);
}

static void a_rollback_ends_before_it_does(void **state)
{
	struct world *world = *state;

	canary_started(world, "v2");
	shifted(world, 5);
	free(fake_log());
	str_clear(&world->told);
	rolled_back(world, NULL);
	assert_asked("set blue 100 green 0 by force\n"
		     "settle\n"
		     "preview none\n"
		     "settle\n");
	assert_string_equal(world->told.data, "rollback.started\n"
					      "traffic.changing\n"
					      "traffic.changed\n"
					      "rollback.finished\n"
					      "preview.closed\n");
	assert_journal_is_whole(world);
}

static void a_rollback_does_not_need_it_to_end(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	canary_started(world, "v2");
	fake.refuse_preview = true;
	rolled_back(world, NULL);
	assert_non_null(strstr(world->notes.data,
			       "the preview may still be open: the proxy says "
			       "no"));
	assert_int_equal(state_of(world)->preview, COLOUR_GREEN);
	/* Whoever comes next ends it. */
	fake.refuse_preview = false;
	free(fake_log());
	reopen(world);
	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
	assert_asked("preview none\n"
		     "settle\n");
	assert_int_equal(state_of(world)->preview, -1);
	assert_journal_is_whole(world);
}

static void recover(struct world *world)
{
	struct answer answer = {0};

	environment_recover(world->environment, answered, &answer);
	went_well(world, &answer);
}

static void of_a_dead_candidate_nothing_is_left(void **state)
{
	struct world *world = *state;

	canary_started(world, "v2");
	free(fake_log());
	reopen(world); /* as after a kill */
	recover(world);
	assert_asked(""); /* it runs, and may be gone on with */
	assert_int_equal(state_of(world)->preview, COLOUR_GREEN);
	fake.alive[COLOUR_GREEN] = false;
	recover(world);
	assert_asked("preview none\n"
		     "settle\n");
	assert_int_equal(state_of(world)->preview, -1);
	recover(world);
	assert_asked("");
}

/* Both at once: the proxy has lost the weights, too. */
static void what_is_set_again_leaves_no_stale_one(void **state)
{
	struct world *world = *state;

	world->minds_proxy = true;
	reopen(world);
	canary_started(world, "v2");
	shifted(world, 20);
	reopen(world);
	fake.alive[COLOUR_GREEN] = false;
	fake.lost = true;
	fake.percent[COLOUR_BLUE] = fake.percent[COLOUR_GREEN] = 50;
	free(fake_log());
	recover(world);
	assert_asked("set blue 80 green 20\n"
		     "settle\n"
		     "preview none\n"
		     "settle\n");
	assert_int_equal(state_of(world)->preview, -1);
	assert_journal_is_whole(world);
}

static void while_somebody_holds_the_environment_they_mind_it(void **state)
{
	struct world *world = *state;
	struct environment *holder = world->environment;

	canary_started(world, "v2");
	free(fake_log());
	fake.alive[COLOUR_GREEN] = false; /* to be started again at once */
	world->environment = opened(world);
	recover(world);
	assert_asked("");
	environment_close(world->environment);
	world->environment = holder;
}

static void who_takes_the_candidate_up_opens_it_again(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	canary_started(world, "v2");
	free(fake_log());
	reopen(world);
	str_clear(&world->told);
	acquired(world);
	environment_take_up(world->environment, 0, answered, &answer);
	went_well(world, &answer);
	assert_asked("preview green\n"
		     "settle\n");
	assert_string_equal(world->told.data, "target.healthy\n");
	assert_int_equal(state_of(world)->preview, COLOUR_GREEN);
}

static void the_next_release_ends_what_an_interrupted_one_left(void **state)
{
	struct world *world = *state;

	canary_started(world, "v2");
	free(fake_log());
	reopen(world);
	canary_started(world, "v3");
	assert_asked("preview none\n"
		     "settle\n"
		     "stop green\n"
		     "start green v3\n"
		     "preview green\n"
		     "settle\n");
}

static void one_that_cannot_be_opened_is_told_and_stops_nothing(void **state)
{
	struct world *world = *state;

	fake.refuse_preview = true;
	canary_started(world, "v2");
	assert_non_null(strstr(world->notes.data,
			       "the preview is not open: the proxy says no"));
	assert_int_equal(state_of(world)->preview, -1);
	fake.refuse_preview = false;
	shifted(world, 100);
	promoted(world);
	assert_string_equal(state_of(world)->live.version, "v2");
	assert_journal_is_whole(world);
}

static void raise_the_fence(void)
{
	char *folder = folder_of(looking);

	fake.before_preview = NULL;
	assert_true(epoch_raise(folder));
	free(folder);
}

/* It was written down, and then not left open to what was left. */
static void a_rollback_between_record_and_proxy_wins(void **state)
{
	struct world *world = *state;
	struct answer answer = {0};

	looking = world;
	acquired(world);
	begun(world, STRATEGY_CANARY, "v2");
	fake.before_preview = raise_the_fence;
	environment_start_candidate(world->environment, answered, &answer);
	turn_until(world, &answer.done);
	assert_int_equal(answer.code, ERROR_REFUSED);
	assert_asked("start green v2\n"
		     "preview green\n"
		     "preview none\n");
	assert_string_equal(world->moved, "rolled back by another process");
}

static void in_place_there_is_nothing_to_look_at(void **state)
{
	struct world *world = *state;

	acquired(world);
	begun(world, STRATEGY_ALL_AT_ONCE, "v2");
	started(world);
	assert_asked("stop blue\n"
		     "start blue v2\n");
	assert_int_equal(state_of(world)->preview, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SHOWN(it_is_open_from_healthy_until_promoted),
		SHOWN(it_is_written_down_before_it_is_open),
		SHOWN(it_ends_before_an_abandoned_candidate_stops),
		SHOWN(one_that_was_never_healthy_was_never_shown),
		SHOWN(a_rollback_ends_before_it_does),
		SHOWN(a_rollback_does_not_need_it_to_end),
		SHOWN(of_a_dead_candidate_nothing_is_left),
		SHOWN(what_is_set_again_leaves_no_stale_one),
		SHOWN(while_somebody_holds_the_environment_they_mind_it),
		SHOWN(who_takes_the_candidate_up_opens_it_again),
		SHOWN(the_next_release_ends_what_an_interrupted_one_left),
		SHOWN(one_that_cannot_be_opened_is_told_and_stops_nothing),
		SHOWN(a_rollback_between_record_and_proxy_wins),
		SHOWN(in_place_there_is_nothing_to_look_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
