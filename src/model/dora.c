/* SPDX-License-Identifier: MIT */
#include "model/dora.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/vector.h"
#include "model/model.h"

static struct dora_change *change_at(const struct dora *dora, size_t number)
{
	return number ? &dora->changes[number - 1] : NULL;
}

static size_t add_change(struct dora *dora, const json_t *release,
			 const char *colour)
{
	struct dora_change *it =
		VECTOR_ADD(dora->changes, dora->count, dora->cap);

	it->run = json_int(release, "run", 0);
	it->colour = colour_parse(colour);
	if (clock_parse_utc(json_text(release, "committed"), &it->committed,
			    NULL) < 0)
		it->committed = 0;
	return dora->count;
}

static void take_traffic(struct dora *dora, const struct event *event)
{
	struct dora_change *it = change_at(dora, dora->candidate);
	double share;

	if (!it || it->colour < 0)
		return;
	share = json_number(event_json(event, "to"),
			    colour_name((enum colour)it->colour), 0);
	if (share > 0 && !it->first_traffic)
		it->first_traffic = event->time_ms;
	it->full = it->full || share >= 100;
}

static void take_back(struct dora_change *it, int64_t time_ms)
{
	if (!it || !it->first_traffic)
		return;
	it->failed = true;
	it->restored = time_ms;
}

/* A person thought better of it before it served everybody: nothing failed. */
static bool is_withdrawn(const struct dora_change *it,
			 const struct event *event)
{
	return !it->full &&
	       strcmp(event_text(event, "outcome"), "cancelled") == 0;
}

static void end_deployment(struct dora *dora, const struct event *event)
{
	struct dora_change *it = change_at(dora, dora->candidate);

	if (event_bool(event, "adopted")) { /* nobody's change */
		dora->live = 0;
		return;
	}
	if (it && strcmp(event_text(event, "outcome"), "passed") == 0) {
		it->live = event->time_ms;
		if (!it->first_traffic)
			it->first_traffic = event->time_ms;
		dora->live = dora->candidate;
	} else if (it && !is_withdrawn(it, event)) {
		take_back(it, event->time_ms);
	}
	dora->candidate = 0;
}

/* The newest of that run, or 0. */
static size_t find_run(const struct dora *dora, int64_t run)
{
	size_t number = dora->count;

	while (number && dora->changes[number - 1].run != run)
		number--;
	return number;
}

/* Who goes forward again takes nothing back. */
static void roll_back(struct dora *dora, const struct event *event)
{
	int64_t run = json_int(event_json(event, "live"), "run", 0);
	struct dora_change *live = change_at(dora, dora->live);

	if (strcmp(event_text(event, "outcome"), "passed") != 0)
		return;
	if (dora->candidate)
		take_back(change_at(dora, dora->candidate), event->time_ms);
	else if (live && live->run > run)
		take_back(live, event->time_ms);
	dora->candidate = 0;
	dora->live = find_run(dora, run);
}

void dora_apply(struct dora *dora, const struct event *event)
{
	switch (event->type) {
	case EVENT_DEPLOY_PLANNED:
		dora->candidate =
			add_change(dora, event_json(event, "candidate"),
				   event_text(event, "colour"));
		break;
	case EVENT_TRAFFIC_CHANGED:
		take_traffic(dora, event);
		break;
	case EVENT_DEPLOY_FINISHED:
		end_deployment(dora, event);
		break;
	case EVENT_ROLLBACK_FINISHED:
		roll_back(dora, event);
		break;
	default:
		break;
	}
}

static int compare(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* Sorts them. */
static int64_t median(int64_t *values, int64_t count)
{
	size_t half = (size_t)count / 2;

	if (!count)
		return -1;
	qsort(values, (size_t)count, sizeof(*values), compare);
	return count % 2 ? values[half]
			 : number_sum(values[half - 1], values[half]) / 2;
}

void dora_figures(const struct dora *dora, int64_t now_ms,
		  struct dora_figures *figures)
{
	int64_t since = now_ms - DORA_DAYS * DAY_MS;
	int64_t *leads = xcalloc(dora->count + 1, sizeof(*leads));
	int64_t *restores = xcalloc(dora->count + 1, sizeof(*restores));

	memset(figures, 0, sizeof(*figures));
	for (size_t i = 0; i < dora->count; i++) {
		const struct dora_change *it = &dora->changes[i];

		figures->promotions += it->live >= since && it->live;
		if (it->live >= since && it->live && it->committed)
			leads[figures->leads++] = it->live - it->committed;
		if (!it->first_traffic || it->first_traffic < since)
			continue;
		figures->changes++;
		figures->failed += it->failed;
		if (it->failed)
			restores[figures->restores++] =
				it->restored - it->first_traffic;
	}
	figures->lead_ms = median(leads, figures->leads);
	figures->restore_ms = median(restores, figures->restores);
	free(leads);
	free(restores);
}

void dora_release(struct dora *dora)
{
	free(dora->changes);
	memset(dora, 0, sizeof(*dora));
}
