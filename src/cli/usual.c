/* SPDX-License-Identifier: MIT */
#include "cli/usual.h"

#include "delivery/plan.h"
#include "event/event.h"

static json_t *needs_of(const struct pipeline *pipeline,
			const struct stage_config *stage)
{
	json_t *needs = json_array();

	for (size_t i = 0; i < stage->need_count; i++)
		json_array_append_new(
			needs,
			json_string(pipeline->stages[stage->needs[i]].name));
	return needs;
}

/* As a run would begin, so that the estimate is the model's. */
int64_t usual_ms(const struct pipeline *pipeline, char *const *left_out,
		 const struct history *past)
{
	struct event *event = event_new(EVENT_RUN_STARTED, NULL);
	struct model *model = model_new();
	json_t *stages = json_array();
	int64_t ms;

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		const struct stage_config *stage = &pipeline->stages[i];

		ms = left_out[i] ? 0 : plan_usual_ms(past, pipeline, i);
		json_array_append_new(
			stages,
			json_pack("{s:s, s:o, s:b, s:I}", "name", stage->name,
				  "needs", needs_of(pipeline, stage), "finally",
				  stage->finally, "usual-ms", (json_int_t)ms));
	}
	event_set_json_owned(event, "stages", stages);
	model_apply(model, event);
	ms = model_usual_ms(model);
	event_free(event);
	model_free(model);
	return ms;
}
