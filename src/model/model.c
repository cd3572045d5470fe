/* SPDX-License-Identifier: MIT */
#include "model/model.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/vector.h"
#include "model/fold.h"

/* What is not here changes nothing but EVENTS. */
static fold_function *const folds[EVENT_TYPE_COUNT] = {
	[EVENT_RUN_STARTED] = fold_run_started,
	[EVENT_RUN_RESUMED] = fold_run_resumed,
	[EVENT_RUN_FINISHED] = fold_run_finished,
	[EVENT_STAGE_READY] = fold_stage_ready,
	[EVENT_STAGE_STARTED] = fold_stage_started,
	[EVENT_STAGE_FINISHED] = fold_stage_finished,
	[EVENT_STAGE_SKIPPED] = fold_stage_skipped,
	[EVENT_STAGE_RETRYING] = fold_stage_retrying,
	[EVENT_STEP_STARTED] = fold_step_started,
	[EVENT_STEP_FINISHED] = fold_step_finished,
	[EVENT_LOG_GREW] = fold_log_grew,
	[EVENT_TEST_FINISHED] = fold_test_finished,
	[EVENT_REPORT_READ] = fold_report_read,
	[EVENT_FINDING_FOUND] = fold_finding_found,
	[EVENT_GATE_OPENED] = fold_gate_opened,
	[EVENT_GATE_VOTED] = fold_gate_voted,
	[EVENT_GATE_CLOSED] = fold_gate_closed,
	[EVENT_DEPLOY_PLANNED] = fold_deploy_planned,
	[EVENT_DEPLOY_FINISHED] = fold_deploy_finished,
	[EVENT_TARGET_STARTED] = fold_target_started,
	[EVENT_TARGET_HEALTHY] = fold_target_healthy,
	[EVENT_TARGET_FAILED] = fold_target_failed,
	[EVENT_TARGET_STOPPED] = fold_target_stopped,
	[EVENT_PREVIEW_OPENED] = fold_preview,
	[EVENT_PREVIEW_CLOSED] = fold_preview,
	[EVENT_TRAFFIC_CHANGING] = fold_traffic_changing,
	[EVENT_TRAFFIC_CHANGED] = fold_traffic_changed,
	[EVENT_TRAFFIC_OBSERVED] = fold_traffic_observed,
	[EVENT_TRAFFIC_SAMPLED] = fold_traffic_sampled,
	[EVENT_ANALYSIS_JUDGED] = fold_analysis_judged,
	[EVENT_ROLLBACK_READINESS] = fold_readiness,
	[EVENT_ROLLBACK_STARTED] = fold_rollback_started,
	[EVENT_ROLLBACK_FINISHED] = fold_rollback_finished,
	[EVENT_DRILL_STARTED] = fold_drill_started,
	[EVENT_DRILL_FINISHED] = fold_drill_finished,
	[EVENT_ENVIRONMENT_LOCKED] = fold_locked,
	[EVENT_ENVIRONMENT_UNLOCKED] = fold_unlocked,
	[EVENT_ENVIRONMENT_SEEN] = fold_environment_seen,
	[EVENT_COMMAND_RECEIVED] = fold_command,
};

void fold_text(char **field, const char *text)
{
	char *copy = xstrdup(text);

	free(*field);
	*field = copy;
}

void fold_field(char **field, const struct event *event, const char *key)
{
	if (event_has(event, key))
		fold_text(field, event_text(event, key));
}

int64_t fold_time(const json_t *object, const char *key)
{
	int64_t ms;

	return clock_parse_utc(json_text(object, key), &ms, NULL) < 0 ? 0 : ms;
}

struct model *model_new(void)
{
	struct model *model = xcalloc(1, sizeof(*model));
	char **texts[] = {
		&model->pipeline, &model->mode,	     &model->commit,
		&model->subject,  &model->author,    &model->branch,
		&model->version,  &model->person,    &model->text,
		&model->next,	  &model->scan_text,
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		*texts[i] = xstrdup("");
	return model;
}

void model_free(struct model *model)
{
	if (!model)
		return;
	model_release_stages(model);
	for (size_t i = 0; i < model->environment_count; i++)
		environment_model_release(&model->environments[i]);
	free(model->environments);
	model_release_findings(model);
	model_release_past(model);
	for (size_t i = 0; i < model->note_count; i++)
		free(model->notes[i].text);
	free(model->notes);
	free(model->pipeline);
	free(model->mode);
	free(model->commit);
	free(model->subject);
	free(model->author);
	free(model->branch);
	free(model->version);
	free(model->person);
	free(model->text);
	free(model->next);
	free(model->scan_text);
	free(model);
}

void model_apply(struct model *model, const struct event *event)
{
	if (event->seq > model->seq)
		model->seq = event->seq;
	if (event->time_ms > model->newest_ms)
		model->newest_ms = event->time_ms;
	model->events++;
	if (folds[event->type])
		folds[event->type](model, event);
	if (!model->without_notes)
		fold_note(model, event);
}

struct environment_model *model_environment(const struct model *model,
					    const char *name)
{
	for (size_t i = 0; i < model->environment_count; i++)
		if (strcmp(model->environments[i].name, name) == 0)
			return &model->environments[i];
	return NULL;
}

struct stage_model *model_open_gate(const struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++)
		if (model->stages[i].gate.open)
			return &model->stages[i];
	return NULL;
}

static bool is_decided(const struct stage_model *stage)
{
	for (size_t i = 0; i < stage->step_count; i++)
		if (stage->steps[i].started)
			return false;
	return stage->gate.closed && !stage->gate.open &&
	       !state_is_final(stage->state);
}

const struct stage_model *model_decided_gate(const struct model *model)
{
	const struct stage_model *decided = NULL;

	for (size_t i = 0; i < model->stage_count; i++)
		if (is_decided(&model->stages[i]))
			decided = &model->stages[i];
		else if (model->stages[i].state == STATE_RUNNING)
			return NULL;
	return decided;
}

size_t model_waits(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->stage_count; i++)
		count += model->stages[i].state == STATE_WAITING;
	return count;
}

/* Nothing is under way: what was deployed last, else the last one of the
 * pipeline that is known to serve. */
static struct environment_model *settled(const struct model *model)
{
	struct environment_model *best = NULL;

	for (size_t i = 0; i < model->environment_count; i++) {
		struct environment_model *it = &model->environments[i];

		if (it->deployed ? !best || it->deployed >= best->deployed
				 : it->live >= 0 && (!best || !best->deployed))
			best = it;
	}
	return best;
}

struct environment_model *model_focus(const struct model *model)
{
	const struct stage_model *gate = model_open_gate(model);
	struct environment_model *best = NULL;

	for (size_t i = 0; i < model->environment_count; i++) {
		struct environment_model *it = &model->environments[i];

		if ((*it->stage || it->rolling_back) &&
		    (!best || it->deployed >= best->deployed))
			best = it;
	}
	if (!best && gate)
		best = model_environment(model, gate->gate.environment);
	return best ? best : settled(model);
}
