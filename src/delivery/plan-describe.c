/* SPDX-License-Identifier: MIT */
/* A plan as people read it. */
#include "delivery/plan-parts.h"

#include "base/clock.h"
#include "delivery/words.h"

static void describe_time(const struct plan *plan, struct str *out)
{
	char text[WORDS_SIZE];

	str_add(out, "  to 100 %     ");
	if (plan->ms)
		str_addf(out, "%s and ", words_duration(plan->ms, text));
	str_add(out, "the time to start, be healthy and be checked");
	if (plan->waits)
		str_add(out, "; waits for people on the way");
	str_add_char(out, '\n');
}

void plan_describe(const struct plan *plan, struct str *out)
{
	str_addf(out, "%s: %s, candidate on %s\n", plan->environment,
		 strategy_name(plan->strategy), colour_name(plan->colour));
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];

		str_addf(out, "  %2zu %c %-11s %s\n", i + 1,
			 step->watched ? '*' : ' ', step->name, step->label);
	}
	if (*plan->note)
		str_addf(out, "  note         %s\n", plan->note);
	if (*plan->analysis_text)
		str_addf(out, "  analysis     %s, beside the steps marked *\n",
			 plan->analysis_text);
	describe_time(plan, out);
	str_addf(out, "  way back     %s\n", plan->way_back);
}
