/* SPDX-License-Identifier: MIT */
/* The run itself, and the graph of its stages. */
#include <stdlib.h>

#include "base/memory.h"
#include "model/fold.h"

static bool rank_once(struct model *model)
{
	bool moved = false;

	for (size_t i = 0; i < model->stage_count; i++) {
		struct stage_model *stage = &model->stages[i];

		for (size_t j = 0; j < stage->needs.count; j++) {
			const struct stage_model *need =
				model_stage(model, stage->needs.items[j]);

			if (!need || stage->rank > need->rank)
				continue;
			stage->rank = need->rank + 1;
			moved = true;
		}
	}
	return moved;
}

static void rank_finally(struct model *model)
{
	size_t rank = 0;

	for (size_t i = 0; i < model->stage_count; i++)
		if (!model->stages[i].finally && model->stages[i].rank >= rank)
			rank = model->stages[i].rank + 1;
	for (size_t i = 0; i < model->stage_count; i++)
		if (model->stages[i].finally)
			model->stages[i].rank = rank;
}

/* Bounded by the count, so that a cycle in a damaged stream ends too. */
static void rank_stages(struct model *model)
{
	size_t count = model->stage_count;

	for (size_t i = 0; i < count; i++)
		model->stages[i].rank = 0;
	for (size_t i = 0; i < count && rank_once(model); i++)
		;
	for (size_t i = 0; i < count; i++)
		if (model->stages[i].rank >= count)
			model->stages[i].rank = count - 1;
	rank_finally(model);
}

static void add_stages(struct model *model, const json_t *stages)
{
	const json_t *item;
	size_t i;

	json_array_foreach(stages, i, item)
	{
		struct stage_model *stage =
			fold_stage(model, json_text(item, "name"));
		const json_t *need;
		size_t j;

		if (!stage)
			continue;
		fold_text(&stage->kind, json_text(item, "kind"));
		fold_text(&stage->why, json_text(item, "why"));
		stage->usual_ms = json_int(item, "usual-ms", 0);
		fold_text(&stage->environment, json_text(item, "environment"));
		stage->finally = json_is_true(json_object_get(item, "finally"));
		strings_release(&stage->needs);
		json_array_foreach(json_object_get(item, "needs"), j,
				   need) if (json_is_string(need))
			strings_add(&stage->needs, json_string_value(need));
		fold_environment(model, stage->environment);
	}
	rank_stages(model);
}

void model_release_past(struct model *model)
{
	for (size_t i = 0; i < model->past_count; i++)
		free(model->past[i].stage);
	model->past_count = 0;
}

static void add_past(struct model *model, const json_t *past)
{
	const json_t *item;
	size_t i;

	model_release_past(model);
	json_array_foreach(past, i, item)
	{
		if (i == PAST_RUNS_KEPT)
			break;
		model->past[model->past_count++] = (struct past_run_model){
			.run = json_int(item, "run", 0),
			.ms = json_int(item, "ms", 0),
			.state = state_parse(json_text(item, "outcome")),
			.stage = xstrdup(json_text(item, "stage")),
		};
	}
}

void fold_run_started(struct model *model, const struct event *event)
{
	model->run = event_int(event, "run", 0);
	fold_field(&model->pipeline, event, "pipeline");
	fold_field(&model->mode, event, "mode");
	fold_field(&model->commit, event, "commit");
	fold_field(&model->subject, event, "subject");
	fold_field(&model->author, event, "author");
	fold_field(&model->branch, event, "branch");
	fold_field(&model->version, event, "version");
	fold_field(&model->person, event, "person");
	model->worktree = event_bool(event, "worktree");
	model->jobs = (int)json_int(event_json(event, "options"), "jobs", 0);
	model->state = STATE_RUNNING;
	model->started = event->time_ms;
	model->committed = event_time(event, "committed");
	model->finished = 0;
	add_stages(model, event_json(event, "stages"));
	add_past(model, event_json(event, "past"));
}

/* What was running when the engine died begins anew, or goes on: then its
 * stage.started says so. */
void fold_run_resumed(struct model *model, const struct event *event)
{
	const json_t *name;
	size_t i;

	json_array_foreach(event_json(event, "again"), i, name)
	{
		const char *text = json_string_value(name);
		struct stage_model *stage =
			text ? model_stage(model, text) : NULL;

		if (stage)
			stage_model_requeue(stage);
	}
	model->state = STATE_RUNNING;
	model->is_cancelled = false;
	model->finished = 0;
	model->exit_status = 0;
	fold_text(&model->text, "");
	fold_text(&model->next, "");
}

void fold_run_finished(struct model *model, const struct event *event)
{
	model->state = state_parse(event_text(event, "outcome"));
	model->exit_status = (int)event_int(event, "status", 0);
	model->finished = event->time_ms;
	fold_field(&model->text, event, "text");
	fold_field(&model->next, event, "next");
}

void model_release_stages(struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++)
		stage_model_release(&model->stages[i]);
	free(model->stages);
	free(model->stage_slots);
	model->stages = NULL;
	model->stage_count = model->stage_cap = 0;
}
