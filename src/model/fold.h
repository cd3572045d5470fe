/* SPDX-License-Identifier: MIT */
/* The parts of model_apply(): one function an event type, found through the
 * table in model.c. Private to model/. */
#ifndef SIGNALBOX_MODEL_FOLD_H
#define SIGNALBOX_MODEL_FOLD_H

#include "model/model.h"

typedef void fold_function(struct model *model, const struct event *event);

/* Replaces *field, which is owned, by a copy. */
void fold_text(char **field, const char *text);
/* The same when the event has the key. */
void fold_field(char **field, const struct event *event, const char *key);
/* An RFC 3339 member of an object as wall milliseconds, 0 when absent. */
int64_t fold_time(const json_t *object, const char *key);

fold_function fold_run_started, fold_run_resumed, fold_run_finished;
void model_release_stages(struct model *model);
void model_release_past(struct model *model);

fold_function fold_stage_ready, fold_stage_started, fold_stage_finished,
	fold_stage_retrying, fold_stage_skipped, fold_step_started,
	fold_step_finished, fold_log_grew, fold_command;
/* Found or made; "" gives NULL. */
struct stage_model *fold_stage(struct model *model, const char *name);
/* The stage the event names, marked as moved by it. */
struct stage_model *fold_stage_of(struct model *model,
				  const struct event *event);
void stage_model_release(struct stage_model *stage);
/* Whether it runs or waits for a person, from all that says so. */
void stage_model_settle(struct stage_model *stage);
/* It has not begun, whatever it did before. */
void stage_model_requeue(struct stage_model *stage);
void stage_model_plan(struct stage_model *stage, const json_t *steps);

fold_function fold_test_finished, fold_report_read, fold_finding_found;
/* Of a report.read of kind changes. */
void changes_add(struct changes_model *changes, const struct event *event);
/* Forgets what an earlier try of the stage counted and found. */
void stage_model_reset_evidence(struct model *model, struct stage_model *stage);
/* Keeps a test that the event tells singly. */
void stage_model_add_test(struct stage_model *stage, const struct event *event);
void stage_model_clear_tests(struct stage_model *stage);
void model_release_findings(struct model *model);
void finding_model_release(struct finding_model *finding);
/* Over a struct that owns nothing. */
void finding_model_copy(struct finding_model *to,
			const struct finding_model *from);

fold_function fold_gate_opened, fold_gate_voted, fold_gate_closed;
void gate_model_init(struct gate_model *gate);
void gate_model_release(struct gate_model *gate);
/* A stage came to its end: the checks of an open gate are what has finished
 * by now, as the engine judges an approval, not what had when it opened. */
void gate_models_check(struct model *model, const struct stage_model *stage);

fold_function fold_deploy_planned, fold_deploy_finished, fold_target_started,
	fold_target_healthy, fold_target_failed, fold_target_stopped,
	fold_preview, fold_readiness, fold_rollback_started,
	fold_rollback_finished, fold_drill_started, fold_drill_finished,
	fold_locked, fold_unlocked, fold_environment_seen;
struct environment_model *fold_environment(struct model *model,
					   const char *name);
struct environment_model *fold_environment_of(struct model *model,
					      const struct event *event);
/* No deployment is under way in it any more. */
void environment_model_settle(struct environment_model *environment);
void environment_model_release(struct environment_model *environment);

fold_function fold_traffic_changing, fold_traffic_changed,
	fold_traffic_observed, fold_traffic_sampled, fold_analysis_judged;

void fold_note(struct model *model, const struct event *event);

#endif
