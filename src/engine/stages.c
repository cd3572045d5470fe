/* SPDX-License-Identifier: MIT */
/* The stages of a run together: which may start, which never can, the end. */
#include <stdlib.h>

#include "base/memory.h"
#include "engine/internal.h"
#include "engine/recovery.h"

int stages_init(struct engine *engine, struct error *err)
{
	const struct pipeline *pipeline = engine->options.pipeline;

	engine->left_out = selection_make(pipeline, engine->options.selection,
					  engine->options.person, err);
	if (!engine->left_out)
		return -1;
	engine->stages =
		xcalloc(pipeline->stage_count, sizeof(*engine->stages));
	for (size_t i = 0; i < pipeline->stage_count; i++)
		stage_init(&engine->stages[i], engine, &pipeline->stages[i]);
	engine->schedule =
		schedule_new(pipeline->stages, pipeline->stage_count);
	return 0;
}

struct stage *stages_find(struct engine *engine, const char *name)
{
	const struct stage_config *config =
		pipeline_stage(engine->options.pipeline, name);

	return config ? &engine->stages[config -
					engine->options.pipeline->stages]
		      : NULL;
}

static void tell_blocked(size_t index, size_t need, void *data)
{
	struct engine *engine = data;
	struct stage *stage = &engine->stages[index];
	struct stage *cause = &engine->stages[need];
	struct event *event = stage_event(stage, EVENT_STAGE_SKIPPED);

	stage->state = engine->is_cancelled ? STATE_CANCELLED : STATE_SKIPPED;
	event_setf(event, "reason", "needs %s: %s", cause->config->name,
		   state_name(cause->state));
	if (stage->state == STATE_CANCELLED)
		event_set(event, "outcome", state_name(stage->state));
	engine_emit(engine, event);
}

/* Whether what needs it may go on. */
static bool lets_go_on(const struct stage *stage)
{
	const struct engine *engine = stage->engine;

	return stage->state == STATE_PASSED || stage->state == STATE_ALLOWED ||
	       (stage->state == STATE_SKIPPED &&
		engine->left_out[stage - engine->stages]);
}

static void tell_newly_blocked(size_t index, size_t need, void *data)
{
	struct engine *engine = data;

	if (!state_is_final(engine->stages[index].state))
		tell_blocked(index, need, engine);
}

void stages_were_ended(struct stage *stage)
{
	struct engine *engine = stage->engine;

	schedule_finished(engine->schedule, (size_t)(stage - engine->stages),
			  lets_go_on(stage), tell_newly_blocked, engine);
}

void stages_ended(struct stage *stage)
{
	struct engine *engine = stage->engine;

	engine->unfinished--;
	stage_hold_job(stage, false);
	schedule_finished(engine->schedule, (size_t)(stage - engine->stages),
			  lets_go_on(stage), tell_blocked, engine);
	stages_advance(engine);
}

/* A skipped stage lets what needs it go on, but never a deployment past its
 * gate: that is the environment's, and skipping a deploy stage deploys
 * nothing. */
static void stage_skip(struct engine *engine, struct stage *stage,
		       const char *why)
{
	struct event *event = stage_event(stage, EVENT_STAGE_SKIPPED);

	stage->state = STATE_SKIPPED;
	stage->reason = xstrdup(why);
	event_set(event, "reason", why);
	engine_emit(engine, event);
	schedule_finished(engine->schedule, (size_t)(stage - engine->stages),
			  true, tell_blocked, engine);
}

static void start_or_skip(struct engine *engine, size_t index)
{
	struct stage *stage = &engine->stages[index];

	if (engine->only ? engine->only != stage
			 : engine->is_taking_back && !stage->past &&
				   !stage->config->finally)
		return;
	if (engine->left_out[index])
		stage_skip(engine, stage, engine->left_out[index]);
	else
		stage_start(stage);
}

/* Those that waited to be tried again go first. */
static void go_on_due(struct engine *engine)
{
	size_t count = engine->options.pipeline->stage_count;

	for (size_t i = 0;
	     engine->due && i < count && engine->running < engine->options.jobs;
	     i++)
		if (engine->stages[i].is_due)
			stage_go_on(&engine->stages[i]);
}

static void start_ready(struct engine *engine)
{
	long index = 0;

	go_on_due(engine);
	while (index >= 0) {
		index = schedule_next(engine->schedule, false);
		if (index < 0 && engine->running < engine->options.jobs)
			index = schedule_next(engine->schedule, true);
		if (index >= 0)
			start_or_skip(engine, (size_t)index);
	}
}

void stages_advance(struct engine *engine)
{
	/* A stage that fails at once calls this again from within. */
	if (engine->is_starting || engine->is_judging || engine->is_over)
		return;
	engine->is_starting = true;
	start_ready(engine);
	engine->is_starting = false;
	services_release(engine);
	if (engine->unfinished)
		engine_stop_if_done(engine);
	else if (engine->only)
		run_vote(engine);
	else if (!engine->services_busy)
		engine_finish_run(engine);
}

static void cancel_queued(struct engine *engine, size_t index)
{
	struct stage *stage = &engine->stages[index];
	struct event *event = stage_event(stage, EVENT_STAGE_SKIPPED);

	stage->state = STATE_CANCELLED;
	event_set(event, "reason", "the run was cancelled");
	event_set(event, "outcome", state_name(stage->state));
	engine_emit(engine, event);
	schedule_finished(engine->schedule, index, false, tell_blocked, engine);
}

/* What runs at the end runs for a cancelled run too, until that is cancelled
 * once more. */
static bool is_spared(const struct stage *stage)
{
	return stage->config->finally && !stage->engine->is_killed;
}

void stages_cancel(struct engine *engine)
{
	size_t count = engine->options.pipeline->stage_count;

	if (engine->is_cancelled && !engine->is_killed) {
		engine->is_killed = true;
		engine_note(engine, "warning",
			    "cancelled again: what still runs is killed, "
			    "clean-ups are left out");
	}
	engine->is_cancelled = true;
	engine->is_starting = true; /* nothing, until all have heard of it */
	if (engine->is_killed)
		services_kill(engine);
	for (size_t i = 0; i < count; i++)
		if (engine->stages[i].state == STATE_QUEUED &&
		    !is_spared(&engine->stages[i]))
			cancel_queued(engine, i);
	for (size_t i = 0; i < count; i++)
		if (engine->stages[i].state == STATE_RUNNING &&
		    !is_spared(&engine->stages[i]))
			stage_cancel(&engine->stages[i]);
	engine->is_starting = false;
	stages_advance(engine);
}

/* A deployment that was under way goes on, to be taken back. */
void stages_cancel_again(struct engine *engine)
{
	engine->is_starting = engine->is_taking_back = true;
	start_ready(engine);
	engine->is_starting = engine->is_taking_back = false;
	stages_cancel(engine);
}

static int check_needs(const struct stage *stage, struct error *err)
{
	const struct stage_config *config = stage->config;

	for (size_t i = 0; i < config->need_count; i++) {
		const struct stage *need =
			&stage->engine->stages[config->needs[i]];

		if (state_is_final(need->state) && !lets_go_on(need))
			return error_set(err, ERROR_REFUSED,
					 "%s needs %s, which is %s; retry that",
					 config->name, need->config->name,
					 state_name(need->state));
	}
	return 0;
}

struct again {
	struct engine *engine;
	const struct stage *first;
	const char *person;
};

static void armed(size_t index, void *data)
{
	const struct again *again = data;
	struct stage *stage = &again->engine->stages[index];
	struct event *event = stage_event(stage, EVENT_STAGE_READY);

	stage_rearm(stage);
	event_set_bool(event, "again", true);
	if (stage == again->first)
		event_setf(event, "reason", "%s tries it once more",
			   again->person);
	else
		event_setf(event, "reason", "%s tries %s once more",
			   again->person, again->first->config->name);
	engine_emit(again->engine, event);
}

int stages_retry(struct engine *engine, const char *name, const char *person,
		 struct error *err)
{
	struct stage *stage = name ? stages_find(engine, name) : NULL;
	struct again again = {engine, stage, person};

	if (!stage)
		return error_set(err, ERROR_REFUSED,
				 "run %lld has no stage '%s'",
				 (long long)engine->run, name ? name : "");
	if (stage_check_retry(name, stage->state, stage->attempt > 0, err) <
		    0 ||
	    check_needs(stage, err) < 0)
		return -1;
	engine->is_over = engine->is_cancelled = engine->is_killed = false;
	schedule_again(engine->schedule, (size_t)(stage - engine->stages),
		       armed, &again);
	stages_advance(engine);
	return 0;
}

void stages_operator_changed(struct engine *engine)
{
	for (size_t i = 0; i < engine->options.pipeline->stage_count; i++)
		if (engine->stages[i].step)
			step_operator_changed(engine->stages[i].step);
}

void stages_free(struct engine *engine)
{
	const struct pipeline *pipeline = engine->options.pipeline;

	for (size_t i = 0; engine->stages && i < pipeline->stage_count; i++)
		stage_release(&engine->stages[i]);
	selection_free(engine->left_out, pipeline);
	free(engine->stages);
	engine->stages = NULL; /* helpers end after them */
	schedule_free(engine->schedule);
}
