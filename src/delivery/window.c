/* SPDX-License-Identifier: MIT */
#include "delivery/window.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"
#include "base/zone.h"
#include "delivery/words.h"

#define SOON_DAYS 9 /* every window comes within a week */
#define LATEST_DAYS 400
#define ENDLESS INT64_MAX
/* All come again within a week: what is open for longer never closes. */
#define NEVER_CLOSES_MS (8LL * 24 * 60 * 60 * 1000)

struct span {
	int64_t from, until;
	const char *zone; /* borrowed */
	const char *why;  /* of a freeze; NULL */
};
struct spans {
	struct span *items;
	size_t count, cap;
};

bool window_is_needed(const struct environment_config *config)
{
	return config->window_count || config->freeze_count;
}

static int by_begin(const void *a, const void *b)
{
	const struct span *first = a, *second = b;

	return (first->from > second->from) - (first->from < second->from);
}

/* Those that overlap or touch are one. */
static void merge(struct spans *spans)
{
	size_t kept = 0;

	if (!spans->count)
		return;
	qsort(spans->items, spans->count, sizeof(*spans->items), by_begin);
	for (size_t i = 1; i < spans->count; i++) {
		struct span *last = &spans->items[kept];
		const struct span *next = &spans->items[i];

		if (next->from > last->until)
			spans->items[++kept] = *next;
		else if (next->until > last->until)
			last->until = next->until;
	}
	spans->count = kept + 1;
	for (size_t i = 0; i <= kept; i++)
		if (spans->items[i].until - spans->items[i].from >=
		    NEVER_CLOSES_MS)
			spans->items[i].until = ENDLESS;
}

static int add_window(struct spans *spans, const struct window *window,
		      int64_t now_ms, int days, struct error *err)
{
	struct zone *zone = zone_load(window->zone, err);
	struct zone_time today;

	if (!zone)
		return -1;
	today = zone_local(zone, now_ms);
	for (int i = -1; i < days; i++) {
		struct zone_time begin = today, end = today;
		struct span *span;

		if (!(window->days >> ((today.weekday + i + 7) % 7) & 1))
			continue;
		begin.day = end.day = today.day + i;
		begin.minute = window->from;
		end.minute = window->until;
		end.day += window->until <= window->from; /* past midnight */
		span = VECTOR_ADD(spans->items, spans->count, spans->cap);
		span->from = zone_moment(zone, &begin);
		span->until = zone_moment(zone, &end);
		span->zone = window->zone;
	}
	zone_free(zone);
	return 0;
}

static int collect(const struct environment_config *config, int64_t now_ms,
		   int days, struct spans *spans, struct error *err)
{
	spans->count = 0;
	for (size_t i = 0; i < config->window_count; i++)
		if (add_window(spans, &config->windows[i], now_ms, days, err) <
		    0)
			return -1;
	if (!config->window_count && config->freeze_count) {
		struct span *span =
			VECTOR_ADD(spans->items, spans->count, spans->cap);

		*span = (struct span){now_ms, ENDLESS, config->freezes[0].zone,
				      NULL};
	}
	merge(spans);
	return 0;
}

static int collect_freezes(const struct environment_config *config,
			   struct spans *spans, struct error *err)
{
	for (size_t i = 0; i < config->freeze_count; i++) {
		const struct freeze *freeze = &config->freezes[i];
		struct zone *zone = zone_load(freeze->zone, err);
		struct zone_time from, until;
		struct span *span;

		if (!zone)
			return -1;
		if (!zone_time_parse(freeze->from, &from) ||
		    !zone_time_parse(freeze->until, &until))
			BUG("a freeze was read that has no times");
		span = VECTOR_ADD(spans->items, spans->count, spans->cap);
		*span = (struct span){zone_moment(zone, &from),
				      zone_moment(zone, &until), freeze->zone,
				      freeze->why};
		zone_free(zone);
	}
	return 0;
}

/* The first freeze that something from `at` on would run into, or NULL. */
static const struct span *freeze_at(const struct spans *freezes, int64_t at,
				    int64_t needs_ms)
{
	int64_t end = at + (needs_ms ? needs_ms : 1);

	for (size_t i = 0; i < freezes->count; i++)
		if (freezes->items[i].from < end &&
		    freezes->items[i].until > at)
			return &freezes->items[i];
	return NULL;
}

/* Where it fits, and from when on; NULL: nowhere. */
static const struct span *fit(const struct spans *spans,
			      const struct spans *freezes, int64_t now_ms,
			      int64_t needs_ms, int64_t *at)
{
	for (size_t i = 0; i < spans->count; i++) {
		const struct span *span = &spans->items[i];
		const struct span *freeze;

		*at = span->from > now_ms ? span->from : now_ms;
		while ((freeze = freeze_at(freezes, *at, needs_ms)))
			*at = freeze->until;
		if (*at < span->until && *at <= span->until - needs_ms)
			return span;
	}
	return NULL;
}

/* "Mon 2026-11-23 09:00 Europe/London" */
static void say_time(struct str *out, int64_t wall_ms, const char *name)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu",
					   "Fri", "Sat", "Sun"};
	struct zone *zone = zone_load(name, NULL);
	struct zone_time time;

	if (!zone)
		return;
	time = zone_local(zone, wall_ms);
	str_addf(out, "%s %04d-%02d-%02d %02d:%02d %s", days[time.weekday],
		 time.year, time.month, time.day, time.minute / 60,
		 time.minute % 60, name);
	zone_free(zone);
}

static const struct span *now_in(const struct spans *spans, int64_t now_ms)
{
	for (size_t i = 0; i < spans->count; i++)
		if (spans->items[i].from <= now_ms &&
		    spans->items[i].until > now_ms)
			return &spans->items[i];
	return NULL;
}

/* Why not now. */
static void say_obstacle(const struct spans *spans, const struct spans *freezes,
			 int64_t now_ms, int64_t needs_ms, struct str *out)
{
	const struct span *freeze = freeze_at(freezes, now_ms, needs_ms);
	const struct span *span = now_in(spans, now_ms);
	char needs[WORDS_SIZE];

	if (freeze && freeze->from <= now_ms) {
		str_addf(out, "frozen: %s; ", freeze->why);
	} else if (freeze || span) {
		str_addf(out, "the plan may take %s, and %s ",
			 words_duration((needs_ms + 59999) / 60000 * 60000,
					needs),
			 freeze ? "a freeze begins" : "the window closes");
		say_time(out, freeze ? freeze->from : span->until,
			 freeze ? freeze->zone : span->zone);
		str_add(out, "; ");
	}
}

static void tell(const struct spans *spans, const struct spans *freezes,
		 const struct span *found, int64_t now_ms, int64_t needs_ms,
		 struct window_answer *answer)
{
	const char *zone = found ? found->zone : "UTC";
	struct str text = STR_INIT;

	if (!answer->open)
		say_obstacle(spans, freezes, now_ms, needs_ms, &text);
	if (answer->open && answer->closes_ms < 0) {
		str_add(&text, "open");
	} else if (answer->open) {
		str_add(&text, "open until ");
		say_time(&text, answer->closes_ms, zone);
	} else if (found) {
		str_add(&text, "opens ");
		say_time(&text, answer->opens_ms, zone);
	} else {
		str_add(&text, "no window of a year is long enough");
	}
	snprintf(answer->text, sizeof(answer->text), "%s", text.data);
	str_release(&text);
}

static void answer_by(const struct spans *spans, const struct spans *freezes,
		      int64_t now_ms, int64_t needs_ms,
		      struct window_answer *answer)
{
	int64_t at = -1, closes;
	const struct span *found = fit(spans, freezes, now_ms, needs_ms, &at);

	*answer = (struct window_answer){
		.open = found && at == now_ms,
		.opens_ms = found ? at : -1,
		.closes_ms = -1,
	};
	if (found) {
		closes = found->until;
		for (size_t i = 0; i < freezes->count; i++)
			if (freezes->items[i].from > at &&
			    freezes->items[i].from < closes)
				closes = freezes->items[i].from;
		answer->closes_ms = closes == ENDLESS ? -1 : closes;
	}
	tell(spans, freezes, found, now_ms, needs_ms, answer);
}

int window_ask(const struct environment_config *config, int64_t now_ms,
	       int64_t needs_ms, struct window_answer *answer,
	       struct error *err)
{
	static const int horizons[] = {SOON_DAYS, LATEST_DAYS};
	struct spans spans = {0}, freezes = {0};
	int result = collect_freezes(config, &freezes, err);

	if (needs_ms < 0)
		needs_ms = 0;
	answer->opens_ms = -1;
	for (size_t i = 0; i < ARRAY_SIZE(horizons) && result == 0; i++) {
		result = collect(config, now_ms, horizons[i], &spans, err);
		if (result == 0)
			answer_by(&spans, &freezes, now_ms, needs_ms, answer);
		if (result == 0 && answer->opens_ms >= 0)
			break;
	}
	free(spans.items);
	free(freezes.items);
	return result;
}
