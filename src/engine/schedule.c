/* SPDX-License-Identifier: MIT */
#include "engine/schedule.h"

#include <stdlib.h>

#include "base/memory.h"

struct schedule {
	size_t count, left;
	size_t regular; /* left, of those that are not `finally` */
	size_t *waits;	/* needs not passed yet, per stage */
	bool *is_over;	/* finished or blocked */
	bool *has_passed;
	bool *is_ready; /* in the list below */
	size_t *bad;	/* needs that ended badly or are blocked */
	size_t *first;	/* dependents of stage i: after[first[i]..first[i+1]) */
	size_t *after;
	const struct stage_config *stages;
	/* Ready stages, each pushed once: those that hold a job, and others. */
	struct {
		size_t *stages;
		size_t head, tail;
	} ready[2];
};

bool schedule_is_job(const struct stage_config *stage)
{
	return stage->kind == STAGE_KIND_RUN || stage->kind == STAGE_KIND_CHECK;
}

static void push(struct schedule *schedule, size_t stage)
{
	bool job = schedule_is_job(&schedule->stages[stage]);

	if (schedule->is_ready[stage])
		return;
	schedule->is_ready[stage] = true;
	/* A ring: one that is armed again comes behind what waits. */
	schedule->ready[job]
		.stages[schedule->ready[job].tail++ % schedule->count] = stage;
}

/* Those of the end wait for all others, whatever becomes of them. */
static void release_finally(struct schedule *schedule)
{
	for (size_t i = 0; i < schedule->count; i++)
		if (schedule->stages[i].finally && !schedule->is_over[i])
			push(schedule, i);
}

static void link_dependents(struct schedule *schedule,
			    const struct stage_config *stages)
{
	size_t *at;

	for (size_t i = 0; i < schedule->count; i++)
		for (size_t j = 0; j < stages[i].need_count; j++)
			schedule->first[stages[i].needs[j] + 1]++;
	for (size_t i = 0; i < schedule->count; i++)
		schedule->first[i + 1] += schedule->first[i];
	at = xmemdup(schedule->first, (schedule->count + 1) * sizeof(*at));
	schedule->after = xcalloc(schedule->first[schedule->count] + 1,
				  sizeof(*schedule->after));
	for (size_t i = 0; i < schedule->count; i++)
		for (size_t j = 0; j < stages[i].need_count; j++)
			schedule->after[at[stages[i].needs[j]]++] = i;
	free(at);
}

struct schedule *schedule_new(const struct stage_config *stages, size_t count)
{
	struct schedule *schedule = xcalloc(1, sizeof(*schedule));

	schedule->count = schedule->left = count;
	schedule->waits = xcalloc(count, sizeof(*schedule->waits));
	schedule->is_over = xcalloc(count, sizeof(*schedule->is_over));
	schedule->has_passed = xcalloc(count, sizeof(*schedule->has_passed));
	schedule->is_ready = xcalloc(count, sizeof(*schedule->is_ready));
	schedule->bad = xcalloc(count, sizeof(*schedule->bad));
	schedule->first = xcalloc(count + 1, sizeof(*schedule->first));
	schedule->stages = stages;
	for (int job = 0; job < 2; job++)
		schedule->ready[job].stages = xcalloc(count, sizeof(size_t));
	link_dependents(schedule, stages);
	for (size_t i = 0; i < count; i++) {
		schedule->waits[i] = stages[i].need_count;
		schedule->regular += !stages[i].finally;
		if (!stages[i].need_count && !stages[i].finally)
			push(schedule, i);
	}
	if (!schedule->regular)
		release_finally(schedule);
	return schedule;
}

void schedule_free(struct schedule *schedule)
{
	if (!schedule)
		return;
	free(schedule->waits);
	free(schedule->is_over);
	free(schedule->has_passed);
	free(schedule->is_ready);
	free(schedule->bad);
	free(schedule->first);
	free(schedule->after);
	free(schedule->ready[0].stages);
	free(schedule->ready[1].stages);
	free(schedule);
}

long schedule_next(struct schedule *schedule, bool job)
{
	while (schedule->ready[job].head < schedule->ready[job].tail) {
		size_t stage = schedule->ready[job]
				       .stages[schedule->ready[job].head++ %
					       schedule->count];

		schedule->is_ready[stage] = false;
		/* Of the end, and others run once more: it comes again. */
		if (schedule->stages[stage].finally && schedule->regular)
			continue;
		if (!schedule->is_over[stage])
			return (long)stage;
	}
	return -1;
}

static void end(struct schedule *schedule, size_t stage)
{
	schedule->is_over[stage] = true;
	schedule->left--;
	if (!schedule->stages[stage].finally && !--schedule->regular)
		release_finally(schedule);
}

/* Walks what hangs on a failed stage, each once; the work list is the
 * stages already ended here, so it needs no recursion. */
static void block(struct schedule *schedule, size_t failed,
		  void (*blocked)(size_t stage, size_t need, void *data),
		  void *data)
{
	size_t *list = xcalloc(schedule->count + 1, sizeof(*list));
	size_t used = 0;

	list[used++] = failed;
	for (size_t at = 0; at < used; at++) {
		size_t need = list[at];

		for (size_t k = schedule->first[need];
		     k < schedule->first[need + 1]; k++) {
			size_t stage = schedule->after[k];

			schedule->bad[stage]++;
			if (schedule->is_over[stage])
				continue;
			end(schedule, stage);
			list[used++] = stage;
			blocked(stage, need, data);
		}
	}
	free(list);
}

void schedule_finished(struct schedule *schedule, size_t stage, bool passed,
		       void (*blocked)(size_t stage, size_t need, void *data),
		       void *data)
{
	if (schedule->is_over[stage])
		return;
	end(schedule, stage);
	schedule->has_passed[stage] = passed;
	if (!passed) {
		block(schedule, stage, blocked, data);
		return;
	}
	for (size_t k = schedule->first[stage]; k < schedule->first[stage + 1];
	     k++)
		if (--schedule->waits[schedule->after[k]] == 0)
			push(schedule, schedule->after[k]);
}

/* Stages to arm; each is in it once. */
struct arming {
	size_t *stages;
	size_t count;
	void (*armed)(size_t stage, void *data);
	void *data;
};

static void arm(struct schedule *schedule, struct arming *arming, size_t stage)
{
	bool finally = schedule->stages[stage].finally;

	schedule->is_over[stage] = false;
	schedule->has_passed[stage] = false;
	schedule->left++;
	schedule->regular += !finally;
	if (!schedule->waits[stage] && (!finally || !schedule->regular))
		push(schedule, stage);
	arming->stages[arming->count++] = stage;
	arming->armed(stage, arming->data);
}

/* Whatever comes last comes after it. */
static void arm_finally(struct schedule *schedule, struct arming *arming)
{
	for (size_t i = 0; i < schedule->count; i++)
		if (schedule->stages[i].finally && schedule->is_over[i])
			arm(schedule, arming, i);
}

void schedule_again(struct schedule *schedule, size_t stage,
		    void (*armed)(size_t stage, void *data), void *data)
{
	struct arming arming = {.armed = armed, .data = data};
	bool was_over = !schedule->regular;

	arming.stages = xcalloc(schedule->count + 1, sizeof(*arming.stages));
	arm(schedule, &arming, stage);
	for (size_t at = 0; at < arming.count; at++) {
		size_t need = arming.stages[at];

		for (size_t k = schedule->first[need];
		     k < schedule->first[need + 1]; k++) {
			size_t after = schedule->after[k];

			if (--schedule->bad[after] == 0 &&
			    schedule->is_over[after] &&
			    !schedule->has_passed[after])
				arm(schedule, &arming, after);
		}
	}
	if (was_over && schedule->regular)
		arm_finally(schedule, &arming);
	free(arming.stages);
}

size_t schedule_left(const struct schedule *schedule)
{
	return schedule->left;
}
