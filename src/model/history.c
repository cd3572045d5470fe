/* SPDX-License-Identifier: MIT */
#include "model/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define USUAL_OF 20
#define USUAL_RUNS 60

void history_release(struct history *past)
{
	for (size_t i = 0; i < past->count; i++)
		history_run_release(&past->runs[i]);
	free(past->runs);
	free(past->unread);
	*past = (struct history){.count = 0};
}

/* place: where it stands if all stages before it ran, too; else it comes
 * before that. */
static const struct history_stage *stage_of(const struct history_run *run,
					    const char *name, size_t place)
{
	size_t count = run->stage_count;
	size_t first = place < count ? place : count - 1;

	for (size_t i = 0; i < count; i++) {
		const struct history_stage *it =
			&run->stages[(first + count - i) % count];

		if (strcmp(it->name, name) == 0)
			return it;
	}
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a;
	int64_t two = *(const int64_t *)b;

	return one < two ? -1 : one > two;
}

int64_t history_usual_ms(const struct history *past, const char *pipeline,
			 const char *stage, size_t place)
{
	int64_t times[USUAL_OF];
	size_t count = 0;
	size_t runs = 0;

	for (size_t i = 0; i < past->count && count < USUAL_OF; i++) {
		const struct history_stage *it;

		if (strcmp(past->runs[i].pipeline, pipeline) != 0)
			continue;
		if (runs++ == USUAL_RUNS)
			break;
		it = stage_of(&past->runs[i], stage, place);
		if (it && it->state == STATE_PASSED && it->ms > 0)
			times[count++] = it->ms;
	}
	if (!count)
		return 0;
	qsort(times, count, sizeof(*times), by_size);
	return (times[(count - 1) / 2] + times[count / 2]) / 2;
}

static bool has_failed(const struct history_run *run, const char *stage,
		       const char *name)
{
	for (size_t i = 0; i < run->failed_count; i++)
		if (strcmp(run->failed[i].name, name) == 0 &&
		    strcmp(run->failed[i].stage, stage) == 0)
			return true;
	return false;
}

void history_test(const struct history *past, const char *pipeline,
		  const char *stage, const char *name, int64_t *runs,
		  int64_t *failed)
{
	*runs = *failed = 0;
	if (strlen(name) > HISTORY_NAME)
		return;
	for (size_t i = 0; i < past->count; i++) {
		const struct history_run *run = &past->runs[i];
		const struct history_stage *it =
			strcmp(run->pipeline, pipeline) == 0
				? stage_of(run, stage, 0)
				: NULL;
		bool bad = it && has_failed(run, stage, name);

		*runs += it && (it->has_tests || bad);
		*failed += bad;
	}
}
