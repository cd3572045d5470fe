/* SPDX-License-Identifier: MIT */
/* Stages, their steps, their logs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"
#include "model/fold.h"

/* The slot where the name is, or would be (FNV-1a). */
static size_t *stage_slot(const struct model *model, const char *name)
{
	size_t mask = model->stage_slot_count - 1;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t at;

	for (const char *c = name; *c; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(0x100000001b3);
	for (at = hash & mask; model->stage_slots[at]; at = (at + 1) & mask)
		if (strcmp(model->stages[model->stage_slots[at] - 1].name,
			   name) == 0)
			break;
	return &model->stage_slots[at];
}

struct stage_model *model_stage(const struct model *model, const char *name)
{
	size_t number = model->stage_slot_count ? *stage_slot(model, name) : 0;

	return number ? &model->stages[number - 1] : NULL;
}

/* The last stage is new. */
static void index_stage(struct model *model)
{
	size_t first = model->stage_count - 1;

	if (model->stage_count * 2 > model->stage_slot_count) {
		free(model->stage_slots);
		model->stage_slot_count = model->stage_slot_count
						  ? model->stage_slot_count * 2
						  : 64;
		model->stage_slots = xcalloc(model->stage_slot_count,
					     sizeof(*model->stage_slots));
		first = 0;
	}
	for (size_t i = first; i < model->stage_count; i++)
		*stage_slot(model, model->stages[i].name) = i + 1;
}

struct stage_model *fold_stage(struct model *model, const char *name)
{
	struct stage_model *stage;

	if (!*name)
		return NULL;
	stage = model_stage(model, name);
	if (stage)
		return stage;
	stage = VECTOR_ADD(model->stages, model->stage_count, model->stage_cap);
	stage->name = xstrdup(name);
	stage->kind = xstrdup("");
	stage->why = xstrdup("");
	stage->environment = xstrdup("");
	stage->reason = xstrdup("");
	stage->log = xstrdup("");
	stage->kept = xstrdup("");
	stage->evidence = xstrdup("");
	stage->fail_on = xstrdup("");
	stage->since = xstrdup("");
	stage->scan_text = xstrdup("");
	gate_model_init(&stage->gate);
	index_stage(model);
	return stage;
}

struct stage_model *fold_stage_of(struct model *model,
				  const struct event *event)
{
	struct stage_model *stage = fold_stage(model, event_stage(event));

	if (stage)
		stage->seq = event->seq;
	return stage;
}

static void step_release(struct step_model *step)
{
	free(step->name);
	free(step->kind);
	free(step->label);
	free(step->reason);
}

static void steps_clear(struct stage_model *stage)
{
	for (size_t i = 0; i < stage->step_count; i++)
		step_release(&stage->steps[i]);
	stage->step_count = 0;
}

void stage_model_release(struct stage_model *stage)
{
	steps_clear(stage);
	free(stage->steps);
	stage_model_clear_tests(stage);
	free(stage->tests);
	free(stage->fail_on);
	free(stage->since);
	free(stage->scan_text);
	gate_model_release(&stage->gate);
	strings_release(&stage->needs);
	free(stage->name);
	free(stage->kind);
	free(stage->why);
	free(stage->environment);
	free(stage->reason);
	free(stage->log);
	free(stage->kept);
	free(stage->evidence);
}

static struct step_model *add_step(struct stage_model *stage, const char *name)
{
	struct step_model *step =
		VECTOR_ADD(stage->steps, stage->step_count, stage->step_cap);

	step->name = xstrdup(name);
	step->kind = xstrdup("");
	step->label = xstrdup("");
	step->reason = xstrdup("");
	step->weight = NAN;
	step->planned_ms = -1;
	return step;
}

void stage_model_plan(struct stage_model *stage, const json_t *steps)
{
	const json_t *item;
	size_t i;

	steps_clear(stage);
	json_array_foreach(steps, i, item)
	{
		struct step_model *step =
			add_step(stage, json_text(item, "step"));

		fold_text(&step->kind, json_text(item, "kind"));
		fold_text(&step->label, json_text(item, "label"));
		step->weight = json_number(item, "weight", NAN);
		step->planned_ms = json_int(item, "ms", -1);
	}
}

static struct step_model *step_of(struct stage_model *stage,
				  const struct event *event)
{
	const char *name = event_text(event, "step");

	for (size_t i = 0; i < stage->step_count; i++)
		if (strcmp(stage->steps[i].name, name) == 0)
			return &stage->steps[i];
	return add_step(stage, name);
}

static bool is_wait(const struct step_model *step)
{
	return strcmp(step->kind, "pause") == 0 ||
	       strcmp(step->kind, "analysis") == 0 ||
	       strcmp(step->kind, "bake") == 0;
}

bool step_waits(const struct stage_model *stage, const struct step_model *step)
{
	bool pauses = strcmp(step->kind, "pause") == 0;

	return step->state == STATE_RUNNING &&
	       ((stage->held && is_wait(step)) ||
		(pauses && step->planned_ms <= 0));
}

const struct step_model *stage_leavable(const struct stage_model *stage)
{
	for (size_t i = 0; i < stage->step_count; i++)
		if (stage->steps[i].state == STATE_RUNNING &&
		    is_wait(&stage->steps[i]))
			return &stage->steps[i];
	return NULL;
}

/* Its shares follow from the instances that run. */
static bool is_rolling(const struct stage_model *stage)
{
	for (size_t i = 0; i < stage->step_count; i++)
		if (strcmp(stage->steps[i].kind, "batch") == 0)
			return true;
	return false;
}

bool step_is_skippable(const struct stage_model *stage,
		       const struct step_model *step)
{
	if (state_is_final(step->state))
		return false;
	if (strcmp(step->kind, "weight") != 0)
		return is_wait(step);
	return step->state == STATE_QUEUED && step->weight < 100 &&
	       !is_rolling(stage);
}

void stage_model_settle(struct stage_model *stage)
{
	bool waits = stage->gate.open;

	if (state_is_final(stage->state))
		return;
	for (size_t i = 0; i < stage->step_count; i++)
		waits = waits || step_waits(stage, &stage->steps[i]);
	stage->state = waits		? STATE_WAITING
		       : stage->started ? STATE_RUNNING
					: STATE_QUEUED;
}

void stage_model_requeue(struct stage_model *stage)
{
	stage->state = STATE_QUEUED;
	stage->started = stage->ms = 0;
}

void fold_stage_ready(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);

	if (!stage)
		return;
	if (event_bool(event, "again")) {
		stage_model_requeue(stage);
		fold_run_resumed(model, event); /* also one that was over */
	}
	if (state_is_final(stage->state))
		return;
	fold_text(&stage->reason, event_text(event, "reason"));
	stage->awaits_window = event_bool(event, "window");
}

/* A start anew: what an earlier attempt counted is forgotten. */
static void begin_stage(struct model *model, struct stage_model *stage,
			const struct event *event)
{
	if (stage->attempt)
		steps_clear(stage);
	stage->started = event->time_ms;
	stage->held = stage->awaits_window = false;
	stage_model_reset_evidence(model, stage);
}

void fold_stage_started(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);

	if (!stage)
		return;
	if (!event_bool(event, "continues"))
		begin_stage(model, stage, event);
	stage->state = STATE_RUNNING;
	stage_model_settle(stage);
	stage->attempt = (int)event_int(event, "attempt", 1);
	stage->ms = 0;
	stage->log_bytes = stage->log_lines = 0;
	fold_field(&stage->kind, event, "kind");
	fold_text(&stage->log, event_text(event, "log"));
	fold_text(&stage->reason, "");
	fold_text(&stage->kept, "");
}

static void settle_deployment(struct model *model,
			      const struct stage_model *stage)
{
	for (size_t i = 0; i < model->environment_count; i++)
		if (strcmp(model->environments[i].stage, stage->name) == 0)
			environment_model_settle(&model->environments[i]);
}

void fold_stage_finished(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);

	if (!stage)
		return;
	settle_deployment(model, stage);
	stage->state = state_parse(event_text(event, "outcome"));
	stage->ms = event_int(event, "ms", 0);
	stage->log_bytes = event_int(event, "log-bytes", stage->log_bytes);
	stage->log_lines = event_int(event, "log-lines", stage->log_lines);
	stage->held = false;
	fold_text(&stage->reason, event_text(event, "reason"));
	fold_text(&stage->kept, event_text(event, "kept"));
	for (size_t i = 0; i < stage->step_count; i++)
		if (!state_is_final(stage->steps[i].state))
			stage->steps[i].state =
				stage->steps[i].state == STATE_QUEUED
					? STATE_SKIPPED
					: stage->state;
	gate_models_check(model, stage);
}

/* What the failed attempt counted is forgotten. */
void fold_stage_retrying(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);

	if (!stage)
		return;
	fold_text(&stage->reason, event_int(event, "wait-ms", 0)
					  ? event_text(event, "text")
					  : "");
	stage_model_reset_evidence(model, stage);
}

void fold_stage_skipped(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);

	if (!stage)
		return;
	stage->state = STATE_SKIPPED;
	fold_text(&stage->reason, event_text(event, "reason"));
	gate_models_check(model, stage);
}

void fold_step_started(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);
	struct step_model *step;

	if (!stage)
		return;
	step = step_of(stage, event);
	step->state = STATE_RUNNING;
	step->started = event->time_ms;
	fold_field(&step->kind, event, "kind");
	fold_field(&step->label, event, "label");
	step->planned_ms = event_int(event, "ms", step->planned_ms);
	stage_model_settle(stage);
}

void fold_step_finished(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);
	struct step_model *step;

	if (!stage)
		return;
	step = step_of(stage, event);
	step->state = state_parse(event_text(event, "outcome"));
	step->ms = event_int(event, "ms", 0);
	fold_text(&step->reason, event_text(event, "reason"));
	stage_model_settle(stage);
}

/* Moves nothing that a command could race with. */
void fold_log_grew(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage(model, event_stage(event));

	if (!stage)
		return;
	stage->log_bytes = event_int(event, "bytes", stage->log_bytes);
	stage->log_lines = event_int(event, "lines", stage->log_lines);
}

static bool is_for(const struct stage_model *stage, const char *target)
{
	return strcmp(stage->name, target) == 0 ||
	       (*target && strcmp(stage->environment, target) == 0) ||
	       (starts_with(target, "run ") &&
		strcmp(stage->kind, "deploy") == 0);
}

/* What was commanded names a stage, the environment it deploys to, or the run
 * that deploys. A share asked for by hand holds the plan, too. */
void fold_command(struct model *model, const struct event *event)
{
	const char *command = event_text(event, "command");
	const char *target = event_text(event, "target");
	bool held =
		strcmp(command, "hold") == 0 || strcmp(command, "shift") == 0;

	if (strcmp(command, "cancel") == 0)
		model->is_cancelled = true;
	if (!held && strcmp(command, "unhold") != 0 &&
	    strcmp(command, "promote") != 0)
		return;
	for (size_t i = 0; i < model->stage_count; i++) {
		struct stage_model *stage = &model->stages[i];

		if (!stage->started || state_is_final(stage->state) ||
		    !is_for(stage, target))
			continue;
		stage->held = held;
		stage_model_settle(stage);
	}
}
