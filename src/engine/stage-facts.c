/* SPDX-License-Identifier: MIT */
/* What the stages say of the run: their list, its outcome, and what moved
 * since a command's sender looked. */
#include <stdlib.h>
#include <string.h>

#include "delivery/plan.h"
#include "engine/internal.h"

static json_t *names_of(const struct pipeline *pipeline,
			const struct stage_config *config)
{
	json_t *array = json_array();

	for (size_t i = 0; i < config->need_count; i++)
		json_array_append_new(
			array,
			json_string(pipeline->stages[config->needs[i]].name));
	return array;
}

static const char *environment_of(const struct stage_config *config)
{
	switch (config->kind) {
	case STAGE_KIND_DEPLOY:
		return config->deploy.environment;
	case STAGE_KIND_CHECK:
		return config->check.environment;
	default:
		return config->environment;
	}
}

/* More of one stage are told without their past. */
#define TESTS_REMEMBERED 200

static json_t *usual_of(const struct engine *engine,
			const struct stage_config *config)
{
	int64_t ms;

	if (engine->options.pipeline->stage_count > HISTORY_STAGES)
		return NULL;
	ms = plan_usual_ms(&engine->history, engine->options.pipeline,
			   (size_t)(config - engine->options.pipeline->stages));
	return ms ? json_integer(ms) : NULL;
}

/* What is known of a test that has failed: of the first ones, for a person. */
void stages_note_test(struct engine *engine, struct event *event)
{
	struct stage *stage = stages_find(engine, event_stage(event));
	int64_t runs, failed;

	if (!stage || strcmp(event_text(event, "outcome"), "failed") != 0 ||
	    !event_has(event, "name") ||
	    stage->tests_told++ >= TESTS_REMEMBERED)
		return;
	history_test(&engine->history, engine->options.pipeline->name,
		     event_stage(event), event_text(event, "name"), &runs,
		     &failed);
	event_set_int(event, "runs-before", runs);
	event_set_int(event, "failed-before", failed);
}

json_t *stages_json(const struct engine *engine)
{
	const struct pipeline *pipeline = engine->options.pipeline;
	json_t *array = json_array();

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage_config *config = &pipeline->stages[i];

		json_array_append_new(
			array,
			json_pack("{s:s, s:s, s:o, s:s*, s:s*, s:o*, s:o*}",
				  "name", config->name, "kind",
				  stage_kind_name(config->kind), "needs",
				  names_of(pipeline, config), "why",
				  config->why, "environment",
				  environment_of(config), "finally",
				  config->finally ? json_true() : NULL,
				  "usual-ms", usual_of(engine, config)));
	}
	return array;
}

/* How much an outcome weighs for the run, and the exit status it gives. */
static int weight_of(const struct stage *stage, int *status)
{
	switch (stage->state) {
	case STATE_CANCELLED:
		*status = 4;
		return 5;
	case STATE_ROLLED_BACK:
		*status = 5;
		return 4;
	case STATE_REJECTED:
	case STATE_EXPIRED:
		*status = 3;
		return 3;
	case STATE_FAILED:
	case STATE_TIMED_OUT:
		*status = stage->error ? error_exit_status(stage->error) : 1;
		return 2;
	default:
		*status = 0;
		return 0;
	}
}

enum state stages_outcome(const struct engine *engine, int *status)
{
	enum state worst = STATE_PASSED;
	int most = 0;

	*status = 0;
	for (size_t i = 0; i < engine->options.pipeline->stage_count; i++) {
		int own;
		int weight = weight_of(&engine->stages[i], &own);

		if (weight <= most)
			continue;
		most = weight;
		*status = own;
		worst = engine->stages[i].state;
	}
	return worst;
}

static bool moves_stage(enum event_type type)
{
	return type == EVENT_STEP_STARTED || type == EVENT_STAGE_FINISHED ||
	       type == EVENT_TRAFFIC_CHANGED || type == EVENT_DEPLOY_FINISHED ||
	       type == EVENT_ROLLBACK_STARTED;
}

void stages_note_event(struct engine *engine, const struct event *event,
		       int64_t seq)
{
	struct stage *stage;
	bool gate = event->type == EVENT_GATE_OPENED ||
		    event->type == EVENT_GATE_VOTED ||
		    event->type == EVENT_GATE_CLOSED;

	if (!gate && !moves_stage(event->type))
		return;
	stage = stages_find(engine, event_stage(event));
	if (!stage)
		return;
	if (event->type != EVENT_GATE_VOTED && gate)
		site_note_gate(engine, event);
	if (event_bool(event, "resumed"))
		; /* as whoever looks has seen it before */
	else if (gate)
		stage->gate_seq = seq;
	else
		stage->moved_seq = seq;
	free(stage->moved_text);
	stage->moved_text = event_sentence(event);
	if (event->type == EVENT_GATE_OPENED && !stage->at_gate) {
		stage->at_gate = true;
		/* Once traffic has moved somebody must watch it: a plan's own
		 * gate is waited for, with --wait or without. */
		stage->gate_in_plan = event_has(event, "step");
		engine->at_gates += !stage->gate_in_plan;
	} else if (event->type == EVENT_GATE_CLOSED && stage->at_gate) {
		stage->at_gate = false;
		engine->at_gates -= !stage->gate_in_plan;
	}
}
