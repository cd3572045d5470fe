/* SPDX-License-Identifier: MIT */
/* One stage: its log, folder, artifacts and steps, one after another. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "engine/internal.h"

struct event *stage_event(const struct stage *stage, enum event_type type)
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

	if (stage->config->kind == STAGE_KIND_DEPLOY)
		stage->kinds[stage->kind_count++] = STEP_BRANCHES;
	stage->kinds[stage->kind_count++] = first[stage->config->kind];
	if (stage->config->scan.present)
		stage->kinds[stage->kind_count++] = STEP_SCAN;
	if (stage->config->artifacts.count)
		stage->kinds[stage->kind_count++] = STEP_ARTIFACTS;
}

void stage_init(struct stage *stage, struct engine *engine,
		const struct stage_config *config)
{
	stage->engine = engine;
	stage->config = config;
	stage->state = STATE_QUEUED;
	stage->retries_left = config->retries;
	stage->exit_status = -1;
	set_kinds(stage);
}

/* Logs of stages: names may hold what file names may not. Each attempt has
 * its own, so that what an earlier one said stays. */
static char *log_name(const struct stage *stage)
{
	char *name = stage->attempt > 1
			     ? xasprintf("logs/%s.%d.log", stage->config->name,
					 stage->attempt)
			     : xasprintf("logs/%s.log", stage->config->name);

	for (char *at = name + strlen("logs/"); *at; at++)
		if (*at == '/')
			*at = '_';
	return name;
}

static void log_grew(void *data, int64_t bytes, int64_t lines)
{
	struct stage *stage = data;
	struct event *event = stage_event(stage, EVENT_LOG_GREW);

	stage->log_bytes = bytes;
	stage->log_lines = lines;
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
	stage_log_limit(stage->log, stage->config->log_limit);
	free(path);
	free(name);
}

static void free_step(void *data)
{
	step_free(data);
}

void stage_drop_step(struct stage *stage)
{
	/* It may be the one that is telling us its end. */
	if (stage->step)
		loop_post(stage->engine->loop, free_step, stage->step);
	stage->step = NULL;
}

/* People look into the folder of a stage that failed. */
static char *folder_done(struct stage *stage)
{
	struct work_folder *folder = stage->folder;
	char *path, *what;

	stage->folder = NULL;
	if (folder && stage->state != STATE_FAILED &&
	    stage->state != STATE_TIMED_OUT) {
		work_give_back(folder);
		folder = NULL;
	}
	if (!folder)
		return NULL;
	path = xstrdup(work_folder_path(folder));
	what = xasprintf("run %lld %s", (long long)stage->engine->run,
			 stage->config->name);
	if (!work_keep(folder, what)) {
		free(path);
		path = NULL;
	}
	free(what);
	return path;
}

static void tell_finished(struct stage *stage, const char *kept)
{
	struct event *event = stage_event(stage, EVENT_STAGE_FINISHED);

	event_set(event, "outcome", state_name(stage->state));
	event_set(event, "reason", stage->reason);
	event_set_int(event, "ms",
		      (clock_monotonic_us() - stage->started_us) / 1000);
	if (stage->exit_status >= 0)
		event_set_int(event, "exit-status", stage->exit_status);
	event_set(event, "kept", kept);
	if (stage->log_bytes) {
		event_set_int(event, "log-bytes", stage->log_bytes);
		event_set_int(event, "log-lines", stage->log_lines);
	}
	if (state_is_bad(stage->state) && stage->error)
		event_set_int(event, "status", error_exit_status(stage->error));
	engine_emit(stage->engine, event);
}

void stage_finish(struct stage *stage, enum state outcome)
{
	char *kept;

	stage->state = outcome;
	stage_drop_step(stage);
	kept = folder_done(stage);
	stage_log_finish(stage->log);
	stage->log = NULL;
	tell_finished(stage, kept);
	free(kept);
	stages_ended(stage);
}

void stage_hold_job(struct stage *stage, bool hold)
{
	if (!schedule_is_job(stage->config) || stage->holds_job == hold)
		return;
	stage->holds_job = hold;
	stage->engine->running += hold ? 1 : -1;
}

void stage_give_back(struct stage *stage)
{
	if (stage->folder)
		work_give_back(stage->folder);
	stage->folder = NULL;
}

static void step_ended(struct step *step, void *data)
{
	struct stage *stage = data;
	char *lost = stage->lost_service;

	stage->lost_service = NULL;
	if (step->exit_status >= 0)
		stage->exit_status = step->exit_status;
	if (!lost && step->outcome == STATE_PASSED &&
	    ++stage->at < stage->kind_count) {
		stage_drop_step(stage);
		stage_run_steps(stage);
		return;
	}
	stage->error = step->code;
	if (lost && !stage->engine->is_cancelled)
		stage_end(stage, STATE_FAILED, lost);
	else
		stage_end(stage, step->outcome, step->reason);
	free(lost);
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

struct step_options stage_step_options(struct stage *stage)
{
	return (struct step_options){
		.host = &stage->engine->host,
		.stage = stage->config,
		.folder = folder_path(stage),
		.folder_lock_fd =
			stage->folder ? work_folder_lock_fd(stage->folder) : -1,
		.scan = &stage->scan,
		.past = stage->past,
		.log = stage->log,
	};
}

void stage_run_steps(struct stage *stage)
{
	struct step_options options = stage_step_options(stage);
	struct error err = ERROR_INIT;
	int status;

	options.done = step_ended;
	options.data = stage;
	if (stage->config->finally)
		options.outcome =
			state_name(stages_outcome(stage->engine, &status));
	stage->step = step_new(stage->kinds[stage->at], &options);
	if (step_start(stage->step, &err) < 0) {
		stage->error = err.code;
		stage_end(stage, STATE_FAILED, error_text(&err));
		error_clear(&err);
	} else {
		stage->has_run = true;
	}
}

void stage_lost_service(struct stage *stage, const char *why)
{
	if (stage->awaits_service) {
		stage->awaits_service = false;
		stage_end(stage, STATE_FAILED, why);
	} else if (stage->step && !stage->is_cleaning &&
		   stage->kinds[stage->at] == STEP_RUN &&
		   !stage->lost_service) {
		stage->lost_service = xstrdup(why);
		step_cancel(stage->step, STATE_FAILED);
	}
}

static int64_t begun_us(const struct stage *stage)
{
	int64_t past_ms =
		stage->past ? clock_wall_ms() - stage->past->started : 0;

	return clock_monotonic_us() - past_ms * 1000;
}

static void start_recorded(void *data)
{
	struct stage *stage = data;

	if (!stage->awaits_record)
		return; /* cancelled meanwhile */
	stage->awaits_record = false;
	stage_prepare(stage);
}

static void tell_tls(void *data, const char *text)
{
	struct stage *stage = data;
	struct event *event = stage_event(stage, EVENT_NOTE_ADDED);

	event_set(event, "text", text);
	event_set(event, "level", "warning");
	stage_log_printf(stage->log, "signalbox: %s\n", text);
	engine_emit(stage->engine, event);
}

void stage_start(struct stage *stage)
{
	struct engine *engine = stage->engine;
	struct event *event = stage_event(stage, EVENT_STAGE_STARTED);
	char *log;

	stage->state = STATE_RUNNING;
	stage->attempt += !engine->only;
	stage->log_bytes = stage->log_lines = 0;
	stage->tests_told = 0;
	log = log_name(stage);
	stage->started_us = begun_us(stage);
	engine->unfinished++;
	stage_hold_job(stage, true);
	event_set(event, "kind", stage_kind_name(stage->config->kind));
	event_set(event, "log", log);
	event_set_int(event, "attempt", stage->attempt);
	if (stage->past)
		event_set_bool(event, "continues", true);
	free(log);
	if (engine->only) /* for a vote: nobody goes on with it here */
		event_free(event);
	else
		engine_emit(engine, event);
	open_log(stage);
	if (!engine->only)
		allowances_tell_tls(engine->allowances, stage->config, tell_tls,
				    stage);
	if (stage->config->resume || engine->only) {
		stage_prepare(stage);
		return;
	}
	/* It may not be begun twice: nobody must be able to forget it. */
	stage->awaits_record = true;
	stream_on_disk(engine->stream, start_recorded, stage);
}

/* Twice is at once, see step/run.c. */
static void cancel_step(struct stage *stage)
{
	struct step *step = stage->step;

	step_cancel(step, STATE_CANCELLED);
	if (stage->engine->is_killed && stage->step == step)
		step_cancel(step, STATE_CANCELLED);
}

void stage_cancel(struct stage *stage)
{
	if (stage->pause)
		stage_wake(stage);
	else if (stage->awaits_record)
		stage->awaits_record = false;
	else if (!stage_stop_preparing(stage) && stage->step) {
		if (!stage->is_cleaning || stage->engine->is_killed)
			cancel_step(stage);
		return;
	}
	stage_end(stage, STATE_CANCELLED, "cancelled");
}

void stage_rearm(struct stage *stage)
{
	free(stage->reason);
	stage->reason = NULL;
	stage->state = STATE_QUEUED;
	stage->past = NULL;
	stage->retries_left = stage->config->retries;
	stage->exit_status = -1;
	stage->error = ERROR_NONE;
}

void stage_release(struct stage *stage)
{
	stage_stop_preparing(stage);
	step_free(stage->step);
	timer_free(stage->pause);
	stage_log_finish(stage->log);
	report_files_release(&stage->scan.files);
	free(stage->lost_service);
	free(stage->reason);
	free(stage->moved_text);
}
