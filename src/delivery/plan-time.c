/* SPDX-License-Identifier: MIT */
/* How long a plan may take at most, forward and back. */
#include "delivery/plan-parts.h"

#include "base/number.h"
#include "gate/gate.h"

/* Of a time that may have no end. */
#define ENDLESS (-1)

static int64_t of_requests(const struct requests *requests, int instances)
{
	int64_t ms = 0;

	for (size_t i = 0; i < requests->count; i++)
		ms += requests->items[i].timeout_ms * instances;
	return ms;
}

/* Without a verdict it holds: for so long, or for a person. */
static int64_t of_hold(const struct plan_request *request,
		       const struct analysis_config *analysis)
{
	if (!analysis)
		return 0;
	return request->mode == MODE_DEPLOYMENT ? analysis->max_hold_ms
						: ENDLESS;
}

static int64_t of_step(const struct plan_request *request,
		       const struct plan *plan, const struct plan_step *step)
{
	const struct target_config *target = &request->environment->target;
	int64_t hold;

	switch (step->kind) {
	case PLAN_START:
	case PLAN_REPLACE:
		return plan->first ? 0 : PLAN_DRAIN_MS + PLAN_STOP_MS;
	case PLAN_HEALTHY:
		return target->start_timeout_ms;
	case PLAN_BATCH:
		return PLAN_DRAIN_MS + PLAN_STOP_MS + target->start_timeout_ms;
	case PLAN_CHECK:
		return of_requests(&step->config->requests, target->instances);
	case PLAN_RUN:
		return step->config->timeout_ms;
	case PLAN_PAUSE:
		hold = of_hold(request, step->watched ? plan->analysis : NULL);
		return step->ms < 0 || hold < 0 ? ENDLESS : step->ms + hold;
	case PLAN_ANALYSIS:
		return of_hold(request, step->config ? &step->config->analysis
						     : plan->analysis);
	case PLAN_GATE:
		return gate_rule_opens_itself(&step->config->gate,
					      request->mode)
			       ? 0
			       : ENDLESS;
	case PLAN_WEIGHT:
		return PLAN_SILENT_MS +
		       (step->weight < 100 ? PLAN_OBSERVE_MS : 0);
	case PLAN_PROMOTE:
	case PLAN_BAKE:
		break;
	}
	return 0;
}

int64_t plan_worst_ms(const struct plan_request *request,
		      const struct plan *plan)
{
	int64_t all = 0;

	for (size_t i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];
		int64_t ms = of_step(request, plan, step);

		if (ms < 0)
			return ENDLESS;
		all += ms;
		if (step->kind == PLAN_WEIGHT && step->weight >= 100)
			break;
	}
	return all;
}

int64_t plan_back_ms(const struct plan_request *request,
		     const struct plan *plan)
{
	if (plan->first)
		return -1;
	if (plan->in_place || !request->live_is_up ||
	    plan->strategy == STRATEGY_ROLLING)
		return request->environment->target.start_timeout_ms;
	return request->last_back_ms;
}

static int64_t waits_ms(const struct deploy_config *deploy)
{
	int64_t all = deploy->bake_ms;

	for (double at = deploy->linear_step; at > 0 && at < 100;
	     at += deploy->linear_step)
		all = number_sum(all, deploy->linear_every_ms);
	for (size_t i = 0; i < deploy->step_count; i++) {
		const struct plan_step_config *step = &deploy->steps[i];

		if (step->kind == PLAN_PAUSE && step->ms > 0)
			all = number_sum(all, step->ms);
	}
	return all;
}

int64_t plan_usual_ms(const struct history *past,
		      const struct pipeline *pipeline, size_t stage)
{
	const struct stage_config *config = &pipeline->stages[stage];
	int64_t ms =
		history_usual_ms(past, pipeline->name, config->name, stage);
	int64_t least = config->kind == STAGE_KIND_DEPLOY
				? waits_ms(&config->deploy)
				: 0;

	return ms && ms < least ? least : ms;
}
