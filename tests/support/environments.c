/* SPDX-License-Identifier: MIT */
#include "support/environments.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "event/journal.h"
#include "support/pipelines.h"

#define PATIENCE_US (60 * 1000000)

void answered(void *data, const struct error *err)
{
	struct answer *answer = data;

	if (answer->done)
		abort();
	answer->done = true;
	answer->code = err ? err->code : ERROR_NONE;
	snprintf(answer->text, sizeof(answer->text), "%s",
		 err ? error_text(err) : "");
}

static void take(struct event *copy, void *data)
{
	struct world *world = data;

	if (copy->seq)
		abort();
	str_addf(&world->told, "%s\n", event_type_name(copy->type));
	if (copy->type == EVENT_NOTE_ADDED)
		str_addf(&world->notes, "%s\n", event_text(copy, "text"));
	event_free(copy);
}

static void moved(const char *text, void *data)
{
	struct world *world = data;

	snprintf(world->moved, sizeof(world->moved), "%s", text);
}

struct environment *opened(struct world *world)
{
	struct environment_options options = {
		.loop = world->loop,
		.state = world->state,
		.name = "production",
		.pipeline = world->pipeline,
		.pipeline_text = world->pipeline_text,
		.emit = take,
		.moved = moved,
		.data = world,
		.stage = "production",
		.minds_proxy = world->minds_proxy,
		.target = world->target,
		.traffic = world->traffic,
	};
	struct error err = ERROR_INIT;
	struct environment *environment = environment_open(&options, &err);

	assert_string_equal(error_text(&err), "");
	assert_non_null(environment);
	return environment;
}

void reopen(struct world *world)
{
	environment_close(world->environment);
	world->environment = opened(world);
}

void turn_until(struct world *world, const bool *done)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!*done) {
		assert_true(clock_monotonic_us() < until);
		loop_turn(world->loop, 100);
	}
}

void went_well(struct world *world, const struct answer *answer)
{
	turn_until(world, &answer->done);
	assert_string_equal(answer->text, "");
}

const struct environment_state *state_of(const struct world *world)
{
	return environment_state(world->environment);
}

void acquired(struct world *world)
{
	struct error err = ERROR_INIT;

	if (environment_acquire(world->environment, 7, "ana", &err) < 0)
		fail_msg("%s", error_text(&err));
}

static struct plan *plan_of(struct world *world, enum strategy strategy,
			    const char *version)
{
	struct plan_step_config steps[] = {
		{.kind = PLAN_WEIGHT, .weight = 5},
		{.kind = PLAN_WEIGHT, .weight = 100},
	};
	struct deploy_config deploy = {
		.environment = (char *)"production",
		.strategy = strategy,
		.steps = steps,
		.step_count = strategy == STRATEGY_CANARY ? 2 : 0,
	};
	const struct environment_state *state = state_of(world);
	struct plan_request request = {
		.environment = environment_config(world->environment),
		.deploy = &deploy,
		.version = version,
		.live = state->has_live ? (int)state->live.colour : -1,
		.live_version = state->has_live ? state->live.version : NULL,
		.live_is_up = true,
	};
	struct plan *plan = plan_make(&request, NULL);

	assert_non_null(plan);
	return plan;
}

void begun(struct world *world, enum strategy strategy, const char *version)
{
	struct plan *plan = plan_of(world, strategy, version);
	char *folder = path_join(world->state, version);
	struct release release = {
		.version = (char *)version,
		.commit = (char *)(world->commit ? world->commit
						 : "0123456789abcdef"),
		.digest = (char *)version,
		.folder = folder,
		.run = version[1] - '0',
	};
	struct deployment deployment = {plan, &release};
	struct error err = ERROR_INIT;

	assert_int_equal(folder_make(folder, 0700, NULL), 0);
	if (environment_begin(world->environment, &deployment, &err) < 0)
		fail_msg("%s", error_text(&err));
	plan_free(plan);
	free(folder);
}

void started(struct world *world)
{
	struct answer answer = {0};

	environment_start_candidate(world->environment, answered, &answer);
	went_well(world, &answer);
}

void canary_started(struct world *world, const char *version)
{
	acquired(world);
	begun(world, STRATEGY_CANARY, version);
	started(world);
}

struct answer shift(struct world *world, double percent)
{
	struct answer answer = {0};

	environment_shift(world->environment, percent, "a step", NULL, answered,
			  &answer);
	turn_until(world, &answer.done);
	return answer;
}

void shifted(struct world *world, double percent)
{
	struct answer answer = shift(world, percent);

	assert_string_equal(answer.text, "");
}

void promoted(struct world *world)
{
	struct answer answer = {0};

	environment_promote(world->environment, "ravi", answered, &answer);
	went_well(world, &answer);
}

/* A whole deployment, and the environment given back. */
void released(struct world *world, const char *version)
{
	acquired(world);
	begun(world, STRATEGY_CANARY, version);
	started(world);
	shifted(world, 100);
	promoted(world);
	environment_release(world->environment);
}

struct answer roll_back(struct world *world, const char *to)
{
	struct rollback_request request = {
		.by = "person", .person = "ana", .to = to};
	struct answer answer = {0};

	environment_rollback(world->environment, &request, answered, &answer);
	turn_until(world, &answer.done);
	return answer;
}

void rolled_back(struct world *world, const char *to)
{
	struct answer answer = roll_back(world, to);

	assert_string_equal(answer.text, "");
}

char *folder_of(const struct world *world)
{
	return xasprintf("%s/environments/production", world->state);
}

void assert_journal_is_whole(const struct world *world)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;
	char *folder = folder_of(world);
	struct error err = ERROR_INIT;
	int64_t records;
	size_t torn;

	/* A rollback does not wait for a slow disk: its end is on its way. */
	while (journal_verify(folder, &records, &torn, NULL) == 0 &&
	       records != state_of(world)->seq && clock_monotonic_us() < until)
		loop_turn(world->loop, 10);
	if (journal_verify(folder, &records, &torn, &err) < 0)
		fail_msg("%s", error_text(&err));
	assert_int_equal(torn, 0);
	assert_int_equal(records, state_of(world)->seq);
	free(folder);
}

void world_init(struct world *world)
{
	str_init(&world->told);
	str_init(&world->notes);
	world->state = xstrdup("/tmp/signalbox-environment-test-XXXXXX");
	assert_non_null(mkdtemp(world->state));
	world->pipeline = pipeline_of(world->pipeline_text);
	world->loop = loop_new();
	world->environment = opened(world);
}

void world_release(struct world *world)
{
	environment_close(world->environment);
	loop_free(world->loop);
	pipeline_free(world->pipeline);
	str_release(&world->told);
	str_release(&world->notes);
	assert_int_equal(folder_remove(world->state, NULL), 0);
	free(world->state);
}
