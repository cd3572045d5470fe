/* SPDX-License-Identifier: MIT */
/* How long a run takes by the usual times of its stages: along the longest
 * way through the graph, and no shorter than its jobs allow. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/number.h"
#include "model/model.h"

/* Waiting at its gate is no work. */
static int64_t worked_ms(const struct stage_model *stage, int64_t now_ms)
{
	const struct gate_model *gate = &stage->gate;
	int64_t waited = 0;

	if (gate->present && gate->opened >= stage->started)
		waited = (gate->open ? now_ms : gate->closed) - gate->opened;
	return now_ms - stage->started - (waited > 0 ? waited : 0);
}

static int64_t remaining_ms(const struct stage_model *stage, int64_t now_ms)
{
	int64_t worked;

	if (!now_ms)
		return stage->usual_ms;
	if (state_is_final(stage->state))
		return 0;
	if (!stage->started)
		return stage->usual_ms;
	worked = worked_ms(stage, now_ms);
	return worked < stage->usual_ms ? stage->usual_ms - worked : 0;
}

static int by_rank(const void *a, const void *b)
{
	const struct stage_model *one = *(const struct stage_model *const *)a;
	const struct stage_model *two = *(const struct stage_model *const *)b;

	return one->rank < two->rank ? -1 : one->rank > two->rank;
}

/* When the stages it needs have ended. */
static int64_t begins_at(const struct model *model,
			 const struct stage_model *stage, const int64_t *ends,
			 int64_t latest)
{
	int64_t begins = stage->finally ? latest : 0;

	for (size_t i = 0; i < stage->needs.count; i++) {
		const struct stage_model *need =
			model_stage(model, stage->needs.items[i]);

		if (need && ends[need - model->stages] > begins)
			begins = ends[need - model->stages];
	}
	return begins;
}

/* now_ms 0: before anything was started. */
static int64_t estimate(const struct model *model, int64_t now_ms)
{
	size_t count = model->stage_count;
	const struct stage_model **order = xcalloc(count, sizeof(*order));
	int64_t *ends = xcalloc(count, sizeof(*ends));
	int64_t latest = 0;
	int64_t sum = 0;

	for (size_t i = 0; i < count; i++)
		order[i] = &model->stages[i];
	qsort(order, count, sizeof(*order), by_rank);
	for (size_t i = 0; i < count; i++) {
		int64_t takes = remaining_ms(order[i], now_ms);
		int64_t end = number_sum(
			begins_at(model, order[i], ends, latest), takes);

		ends[order[i] - model->stages] = end;
		latest = end > latest ? end : latest;
		sum = number_sum(sum, takes);
	}
	free(order);
	free(ends);
	if (model->jobs && sum / model->jobs > latest)
		return sum / model->jobs;
	return latest;
}

static bool is_moving(const struct stage_model *stage)
{
	return stage->started && !state_is_final(stage->state) &&
	       stage->state != STATE_WAITING;
}

static bool is_known(const struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++)
		if (model->stages[i].usual_ms)
			return true;
	return false;
}

int64_t model_eta_ms(const struct model *model, int64_t now_ms)
{
	bool moves = false;
	int64_t eta;

	if (!model->started || model->finished || !is_known(model))
		return -1;
	for (size_t i = 0; i < model->stage_count; i++)
		moves = moves || is_moving(&model->stages[i]);
	if (!moves && model_waits(model))
		return -1;
	eta = estimate(model, now_ms);
	return eta > 0 ? eta : -1;
}

int64_t model_usual_ms(const struct model *model)
{
	return is_known(model) ? estimate(model, 0) : 0;
}
