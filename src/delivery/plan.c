/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/analysis.h"
#include "delivery/plan-parts.h"
#include "delivery/window.h"

static enum colour candidate_colour(const struct plan_request *request,
				    bool in_place)
{
	if (request->live < 0)
		return COLOUR_BLUE;
	if (in_place)
		return (enum colour)request->live;
	return request->live == COLOUR_BLUE ? COLOUR_GREEN : COLOUR_BLUE;
}

static char *windows_of(const struct plan_request *request,
			const struct plan *plan)
{
	struct window_answer answer;
	struct error err = ERROR_INIT;
	char *text;

	if (!window_is_needed(request->environment))
		return xstrdup("");
	if (window_ask(request->environment, clock_wall_ms(), plan->worst_ms,
		       &answer, &err) < 0)
		text = xstrdup(error_text(&err));
	else
		text = xstrdup(answer.text);
	error_clear(&err);
	return text;
}

struct plan *plan_make(const struct plan_request *request, struct error *err)
{
	const struct deploy_config *deploy = request->deploy;
	struct plan *plan;
	struct making making = {.request = request};
	struct str text = STR_INIT;

	if (plan_check(request, err) < 0)
		return NULL;
	plan = making.plan = xcalloc(1, sizeof(*plan));
	plan->environment = xstrdup(deploy->environment);
	plan->strategy = deploy->strategy;
	plan->first = request->live < 0;
	plan->alone = plan->first || !request->live_is_up;
	plan->in_place = !plan->first && plan->strategy == STRATEGY_ALL_AT_ONCE;
	plan->colour = candidate_colour(request, plan->in_place);
	if (deploy->analysis.present && !plan->alone) {
		plan->analysis = &deploy->analysis;
		analysis_describe(plan->analysis, &text);
	}
	plan->analysis_text = str_detach(&text);
	plan->note = plan_note(request, plan);
	plan->way_back = plan_way_back(request, plan);
	plan->preview = plan_preview(request, plan);
	if (plan_steps(&making, err) < 0) {
		plan_free(plan);
		return NULL;
	}
	plan->worst_ms = plan_worst_ms(request, plan);
	plan->back_ms = plan_back_ms(request, plan);
	plan->windows = windows_of(request, plan);
	return plan;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->step_count; i++) {
		free(plan->steps[i].name);
		free(plan->steps[i].label);
	}
	free(plan->steps);
	free(plan->environment);
	free(plan->analysis_text);
	free(plan->note);
	free(plan->way_back);
	free(plan->preview);
	free(plan->windows);
	free(plan);
}
