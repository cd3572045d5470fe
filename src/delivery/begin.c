/* SPDX-License-Identifier: MIT */
/* A deployment's beginning: what its plan must know, and its record. */
#include "delivery/operation.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

void environment_plan_request(struct environment *environment,
			      struct plan_request *request)
{
	const struct environment_state *state = &environment->state;

	request->can = NULL;
	if (environment->traffic_known) {
		environment->can = traffic_capabilities(environment->traffic);
		request->can = &environment->can;
	}
	request->environment = environment->config;
	request->live = state->has_live ? (int)state->live.colour : -1;
	request->live_version = state->has_live ? state->live.version : NULL;
	request->live_is_up =
		state->has_live &&
		environment_runs(environment, state->live.colour, &state->live);
	request->live_environment = environment_places(environment);
	request->last_back_ms = state->last_rollback_ms;
}

static json_t *steps_encode(const struct plan *plan)
{
	json_t *steps = json_array();

	for (size_t i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];
		json_t *object = json_object();

		json_object_set_new(object, "step", json_foreign(step->name));
		json_object_set_new(
			object, "kind",
			json_string(plan_step_kind_name(step->kind)));
		json_object_set_new(object, "label", json_foreign(step->label));
		if (!isnan(step->weight))
			json_object_set_new(object, "weight",
					    json_real(step->weight));
		if (step->ms)
			json_object_set_new(object, "ms",
					    json_integer(step->ms));
		if (step->count) {
			json_object_set_new(object, "first",
					    json_integer(step->first + 1));
			json_object_set_new(object, "count",
					    json_integer(step->count));
		}
		json_array_append_new(steps, object);
	}
	return steps;
}

static struct event *planned(struct environment *environment,
			     const struct deployment *deployment)
{
	const struct environment_state *state = &environment->state;
	const struct plan *plan = deployment->plan;
	struct event *event =
		environment_event(environment, EVENT_DEPLOY_PLANNED);
	struct release candidate = {0};

	release_copy(&candidate, deployment->candidate);
	candidate.colour = plan->colour;
	free(candidate.pipeline);
	candidate.pipeline = xstrdup(environment->pipeline_digest);
	event_set(event, "strategy", strategy_name(plan->strategy));
	event_set(event, "colour", colour_name(plan->colour));
	event_set_json_owned(event, "candidate", release_encode(&candidate));
	if (state->has_live)
		event_set_json_owned(event, "live",
				     release_encode(&state->live));
	event_set_json_owned(event, "steps", steps_encode(plan));
	if (*plan->analysis_text)
		event_set(event, "analysis", plan->analysis_text);
	if (*plan->note)
		event_set(event, "note", plan->note);
	if (plan->in_place)
		event_set_bool(event, "in-place", true);
	if (*plan->windows)
		event_set(event, "windows", plan->windows);
	if (plan->worst_ms >= 0)
		event_set_int(event, "worst-ms", plan->worst_ms);
	if (plan->back_ms >= 0)
		event_set_int(event, "back-ms", plan->back_ms);
	release_clear(&candidate);
	return event;
}

int environment_begin(struct environment *environment,
		      const struct deployment *deployment, struct error *err)
{
	if (environment_check_epoch(environment, err) < 0)
		return -1;
	if (environment->operation)
		return error_set(err, ERROR_REFUSED,
				 "%s: something else is under way",
				 environment->name);
	if (environment->state.drilling)
		return error_set(err, ERROR_REFUSED,
				 "%s: a drill was cut off and its traffic is "
				 "not back; `signalbox up %s`",
				 environment->name, environment->name);
	if (environment_store_pipeline(environment, err) < 0)
		return -1;
	environment->shift_failed = 0;
	sampler_begin(environment);
	return ledger_record_owned(environment->ledger,
				   planned(environment, deployment), false,
				   err);
}
