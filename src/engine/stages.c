/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "engine/internal.h"

static void stage_run_steps(struct stage *stage);

static struct event *stage_event(const struct stage *stage,
				 enum event_type type)
{
	return event_new(type, stage->config->name);
}

static void set_kinds(struct stage *stage)
{
	static const enum step_kind first[] = {
		[STAGE_KIND_RUN] = STEP_RUN,
		[STAGE_KIND_CHECK] = STEP_CHECK,
		[STAGE_KIND_GATE] = STEP_GATE,
		[STAGE_KIND_DEPLOY] = STEP_DEPLOY,
	};

	stage->kinds[stage->kind_count++] = first[stage->config->kind];
	if (stage->config->scan.present)
		stage->kinds[stage->kind_count++] = STEP_SCAN;
	if (stage->config->artifacts.count)
		stage->kinds[stage->kind_count++] = STEP_ARTIFACTS;
}

void stages_init(struct engine *engine)
{
	const struct pipeline *pipeline = engine->options.pipeline;

	engine->stages =
		xcalloc(pipeline->stage_count, sizeof(*engine->stages));
	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct stage *stage = &engine->stages[i];

		stage->engine = engine;
		stage->config = &pipeline->stages[i];
		stage->state = STATE_QUEUED;
		stage->retries_left = stage->config->retries;
		stage->exit_status = -1;
		set_kinds(stage);
	}
	engine->schedule =
		schedule_new(pipeline->stages, pipeline->stage_count);
}

struct stage *stages_find(struct engine *engine, const char *name)
{
	const struct stage_config *config =
		pipeline_stage(engine->options.pipeline, name);

	return config ? &engine->stages[config -
					engine->options.pipeline->stages]
		      : NULL;
}

/* Logs of stages: names may hold what file names may not. */
static char *log_name(const struct stage *stage)
{
	char *name = xasprintf("logs/%s.log", stage->config->name);

	for (char *at = name + strlen("logs/"); *at; at++)
		if (*at == '/')
			*at = '_';
	return name;
}

static void log_grew(void *data, int64_t bytes, int64_t lines)
{
	struct stage *stage = data;
	struct event *event = stage_event(stage, EVENT_LOG_GREW);

	event_set_int(event, "bytes", bytes);
	event_set_int(event, "lines", lines);
	engine_emit(stage->engine, event);
}

static void log_bytes(void *data, const char *bytes, size_t len)
{
	struct stage *stage = data;

	if (stage->step)
		step_output(stage->step, bytes, len);
}

static void log_ended(void *data)
{
	struct stage *stage = data;

	if (stage->step)
		step_output_ended(stage->step);
}

static const struct log_handlers log_handlers = {
	.grew = log_grew,
	.bytes = log_bytes,
	.ended = log_ended,
};

static void open_log(struct stage *stage)
{
	struct engine *engine = stage->engine;
	char *name = log_name(stage);
	char *path = path_join(engine->folder, name);

	stage->log = stage_log_new(engine->logs, path, &engine->secrets,
				   &log_handlers, stage);
	free(path);
	free(name);
}

static void free_step(void *data)
{
	step_free(data);
}

static void drop_step(struct stage *stage)
{
	/* It may be the one that is telling us its end. */
	if (stage->step)
		loop_post(stage->engine->loop, free_step, stage->step);
	stage->step = NULL;
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
	engine_emit(engine, event);
}

static void tell_finished(struct stage *stage)
{
	struct event *event = stage_event(stage, EVENT_STAGE_FINISHED);

	event_set(event, "outcome", state_name(stage->state));
	event_set(event, "reason", stage->reason);
	event_set_int(event, "ms",
		      (clock_monotonic_us() - stage->started_us) / 1000);
	if (stage->exit_status >= 0)
		event_set_int(event, "exit-status", stage->exit_status);
	engine_emit(stage->engine, event);
}

static void stage_finish(struct stage *stage, enum state outcome,
			 const char *reason)
{
	struct engine *engine = stage->engine;
	size_t index = (size_t)(stage - engine->stages);

	stage->state = outcome;
	free(stage->reason);
	stage->reason = xstrdup_null(reason);
	drop_step(stage);
	stage_log_finish(stage->log);
	stage->log = NULL;
	if (stage->folder)
		work_give_back(stage->folder);
	stage->folder = NULL;
	engine->unfinished--;
	engine->running -= schedule_is_job(stage->config);
	tell_finished(stage);
	schedule_finished(engine->schedule, index, outcome == STATE_PASSED,
			  tell_blocked, engine);
	stages_advance(engine);
}

static bool may_retry(const struct stage *stage, enum state outcome)
{
	return stage->retries_left > 0 && !stage->engine->is_cancelled &&
	       stage->config->kind == STAGE_KIND_RUN &&
	       (outcome == STATE_FAILED || outcome == STATE_TIMED_OUT);
}

static void prepare(struct stage *stage);

static void stage_retry(struct stage *stage, const char *reason)
{
	stage->retries_left--;
	drop_step(stage);
	engine_note(stage->engine, "warning",
		    "%s failed (%s) and is tried again", stage->config->name,
		    reason ? reason : "no reason given");
	stage_log_printf(stage->log, "signalbox: %s; trying again\n",
			 reason ? reason : "failed");
	if (stage->folder)
		work_give_back(stage->folder);
	stage->folder = NULL;
	stage->at = 0;
	prepare(stage);
}

static void step_ended(struct step *step, void *data)
{
	struct stage *stage = data;
	enum state outcome = step->outcome;

	if (step->exit_status >= 0)
		stage->exit_status = step->exit_status;
	if (may_retry(stage, outcome)) {
		stage_retry(stage, step->reason);
		return;
	}
	if (outcome == STATE_PASSED && ++stage->at < stage->kind_count) {
		drop_step(stage);
		stage_run_steps(stage);
		return;
	}
	stage->error = step->code;
	stage_finish(stage, outcome, step->reason);
}

static const char *folder_path(const struct stage *stage)
{
	const struct engine *engine = stage->engine;

	if (stage->config->kind != STAGE_KIND_RUN)
		return NULL;
	if (engine->options.worktree && stage->config->source)
		return engine->options.work_tree;
	return stage->folder ? work_folder_path(stage->folder) : engine->folder;
}

static void stage_run_steps(struct stage *stage)
{
	struct step_options options = {
		.host = &stage->engine->host,
		.stage = stage->config,
		.folder = folder_path(stage),
		.folder_lock_fd =
			stage->folder ? work_folder_lock_fd(stage->folder) : -1,
		.scan_before = &stage->scan_before,
		.log = stage->log,
		.done = step_ended,
		.data = stage,
	};
	struct error err = ERROR_INIT;

	stage->step = step_new(stage->kinds[stage->at], &options);
	if (step_start(stage->step, &err) < 0) {
		stage->error = err.code;
		stage_finish(stage, STATE_FAILED, error_text(&err));
		error_clear(&err);
	}
}

/* Artifacts of earlier stages are copied in on the helper. */
struct placing {
	struct stage *stage; /* NULL: cancelled */
	const char *state_folder;
	char *folder;
	struct artifacts set;
	struct error err;
};

static void place_work(void *data)
{
	struct placing *placing = data;

	if (artifacts_place(placing->state_folder, &placing->set,
			    placing->folder, &placing->err) < 0)
		error_prefix(&placing->err, "cannot place artifacts");
}

static void place_done(void *data)
{
	struct placing *placing = data;
	struct stage *stage = placing->stage;

	if (stage) {
		stage->placing = NULL;
		stage->error = placing->err.code;
		if (placing->err.code)
			stage_finish(stage, STATE_FAILED,
				     error_text(&placing->err));
		else
			stage_run_steps(stage);
	}
	artifacts_release(&placing->set);
	error_clear(&placing->err);
	free(placing->folder);
	free(placing);
}

static void place_artifacts(struct stage *stage)
{
	struct engine *engine = stage->engine;
	struct placing *placing;

	if (!engine->artifacts.count) {
		stage_run_steps(stage);
		return;
	}
	placing = xcalloc(1, sizeof(*placing));
	placing->stage = stage;
	placing->state_folder = engine->options.state_folder;
	placing->folder = xstrdup(work_folder_path(stage->folder));
	for (size_t i = 0; i < engine->artifacts.count; i++) {
		const struct artifact *item = &engine->artifacts.items[i];

		artifacts_put(&placing->set, item->path, item->digest,
			      item->bytes, item->mode);
	}
	stage->placing = placing;
	helper_run(engine->helper, place_work, place_done, placing);
}

static void folder_ready(struct work_folder *folder, const struct error *err,
			 void *data)
{
	struct stage *stage = data;

	stage->request = NULL;
	if (!folder) {
		stage->error = err->code;
		stage_finish(stage, STATE_FAILED, error_text(err));
		return;
	}
	stage->folder = folder;
	place_artifacts(stage);
}

static bool needs_folder(const struct stage *stage)
{
	return stage->config->kind == STAGE_KIND_RUN && stage->config->source &&
	       !stage->engine->options.worktree;
}

static void prepare(struct stage *stage)
{
	struct engine *engine = stage->engine;

	if (needs_folder(stage))
		stage->request =
			work_prepare(engine->work, engine->options.commit->id,
				     folder_ready, stage);
	else
		stage_run_steps(stage);
}

static void stage_start(struct stage *stage)
{
	struct engine *engine = stage->engine;
	struct event *event = stage_event(stage, EVENT_STAGE_STARTED);
	char *log = log_name(stage);

	stage->state = STATE_RUNNING;
	stage->started_us = clock_monotonic_us();
	engine->unfinished++;
	engine->running += schedule_is_job(stage->config);
	event_set(event, "kind", stage_kind_name(stage->config->kind));
	event_set(event, "log", log);
	free(log);
	engine_emit(engine, event);
	open_log(stage);
	prepare(stage);
}

static bool is_skipped(const struct engine *engine, const struct stage *stage)
{
	return engine->options.skip &&
	       strings_has(engine->options.skip, stage->config->name);
}

/* A skipped stage lets what needs it go on, but never a deployment past its
 * gate: that is the environment's, and skipping a deploy stage deploys
 * nothing. */
static void stage_skip(struct engine *engine, struct stage *stage)
{
	struct event *event = stage_event(stage, EVENT_STAGE_SKIPPED);

	stage->state = STATE_SKIPPED;
	event_setf(event, "reason", "left out by %s: %s",
		   engine->options.person, engine->options.skip_reason);
	engine_emit(engine, event);
	schedule_finished(engine->schedule, (size_t)(stage - engine->stages),
			  true, tell_blocked, engine);
}

static void start_or_skip(struct engine *engine, size_t index)
{
	struct stage *stage = &engine->stages[index];

	if (is_skipped(engine, stage))
		stage_skip(engine, stage);
	else
		stage_start(stage);
}

static void start_ready(struct engine *engine)
{
	long index = 0;

	while (!engine->is_cancelled && index >= 0) {
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
	if (engine->is_starting || engine->is_over)
		return;
	engine->is_starting = true;
	start_ready(engine);
	engine->is_starting = false;
	if (!engine->unfinished)
		engine_finish_run(engine);
	else
		engine_stop_if_done(engine);
}

static void cancel_stage(struct stage *stage)
{
	if (stage->placing) {
		stage->placing->stage = NULL;
		stage->placing = NULL;
	} else if (stage->request) {
		work_cancel(stage->request);
		stage->request = NULL;
	} else if (stage->step) {
		step_cancel(stage->step, STATE_CANCELLED);
		return;
	}
	stage_finish(stage, STATE_CANCELLED, "cancelled");
}

static void cancel_queued(struct engine *engine, size_t index)
{
	struct stage *stage = &engine->stages[index];
	struct event *event = stage_event(stage, EVENT_STAGE_SKIPPED);

	stage->state = STATE_CANCELLED;
	event_set(event, "reason", "the run was cancelled");
	engine_emit(engine, event);
	schedule_finished(engine->schedule, index, false, tell_blocked, engine);
}

void stages_cancel(struct engine *engine)
{
	size_t count = engine->options.pipeline->stage_count;

	engine->is_cancelled = true;
	for (size_t i = 0; i < count; i++)
		if (engine->stages[i].state == STATE_QUEUED)
			cancel_queued(engine, i);
	for (size_t i = 0; i < count; i++)
		if (engine->stages[i].state == STATE_RUNNING)
			cancel_stage(&engine->stages[i]);
	stages_advance(engine);
}

void stages_free(struct engine *engine)
{
	for (size_t i = 0; i < engine->options.pipeline->stage_count; i++) {
		struct stage *stage = &engine->stages[i];

		if (stage->placing)
			stage->placing->stage = NULL;
		if (stage->request)
			work_cancel(stage->request);
		step_free(stage->step);
		stage_log_finish(stage->log);
		free(stage->reason);
		free(stage->moved_text);
	}
	free(engine->stages);
	schedule_free(engine->schedule);
}
