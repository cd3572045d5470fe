/* SPDX-License-Identifier: MIT */
#include "cli/figures.h"

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/ledger.h"

json_t *figures_observed(const struct event *event)
{
	static const char *const fields[] = {"colour", "asked",	 "share",
					     "low",    "high",	 "requests",
					     "agrees", "enough", "text"};
	json_t *object = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		json_t *value = json_object_get(event->fields, fields[i]);

		if (value)
			json_object_set(object, fields[i], value);
	}
	return object;
}

static void forget(struct figures *figures)
{
	json_decref(figures->observed);
	figures->observed = NULL;
}

static int take(const struct event *event, void *data)
{
	struct figures *figures = data;

	dora_apply(&figures->dora, event);
	if (event->type == EVENT_TRAFFIC_CHANGING ||
	    event->type == EVENT_TRAFFIC_OBSERVED)
		forget(figures);
	if (event->type == EVENT_TRAFFIC_OBSERVED)
		figures->observed = figures_observed(event);
	return 0;
}

int figures_read(struct environment *environment, struct figures *figures,
		 struct error *err)
{
	return ledger_read_all(environment_folder(environment), take, figures,
			       err);
}

void figures_release(struct figures *figures)
{
	dora_release(&figures->dora);
	forget(figures);
}

static json_t *median(int64_t ms)
{
	return ms < 0 ? json_null() : json_integer(ms);
}

json_t *figures_dora(const struct figures *figures)
{
	struct dora_figures it;

	dora_figures(&figures->dora, clock_wall_ms(), &it);
	return json_pack(
		"{s:i, s:I, s:o, s:I, s:I, s:o, s:I}", "days", DORA_DAYS,
		"promotions", (json_int_t)it.promotions, "lead-ms",
		median(it.lead_ms), "changes", (json_int_t)it.changes, "failed",
		(json_int_t)it.failed, "restore-ms", median(it.restore_ms),
		"restores", (json_int_t)it.restores);
}
