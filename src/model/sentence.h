/* SPDX-License-Identifier: MIT */
/* What an event says in one line; a function that adds nothing says that it
 * is not worth one. Private to model/. */
#ifndef SIGNALBOX_MODEL_SENTENCE_H
#define SIGNALBOX_MODEL_SENTENCE_H

#include "base/str.h"
#include "model/model.h"

typedef void say_function(struct str *out, const struct event *event);

say_function say_gate_opened, say_gate_voted, say_gate_closed,
	say_window_overridden;
say_function say_deploy_planned, say_deploy_finished, say_target_started,
	say_target_healthy, say_target_failed, say_target_stopped,
	say_target_restarted, say_preview_opened, say_preview_closed,
	say_traffic_changed, say_traffic_observed, say_traffic_left,
	say_analysis_judged, say_readiness, say_rollback_started,
	say_rollback_finished, say_vetoed, say_pardoned, say_drill_started,
	say_drill_finished, say_locked, say_unlocked;

void say_text(struct str *out, const char *before, const char *text);
void say_field(struct str *out, const char *before, const struct event *event,
	       const char *key);
void say_duration(struct str *out, int64_t ms);
void say_count(struct str *out, int64_t count, const char *one,
	       const char *many);

#endif
