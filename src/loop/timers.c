/* SPDX-License-Identifier: MIT */
#include "loop/timers.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/vector.h"

enum timer_place { TIMER_UNARMED, TIMER_IN_HEAP, TIMER_DUE };

struct timer {
	struct timers *timers;
	int64_t deadline_us;
	uint64_t order;
	enum timer_place place;
	size_t index; /* in the heap, or among those due */
	timer_callback *fire;
	void *data;
	struct timer *next;
	struct timer *previous;
};

static bool before(const struct timer *a, const struct timer *b)
{
	if (a->deadline_us != b->deadline_us)
		return a->deadline_us < b->deadline_us;
	return a->order < b->order;
}

static void heap_put(struct timers *timers, size_t index, struct timer *timer)
{
	timers->heap[index] = timer;
	timer->index = index;
}

static void heap_rise(struct timers *timers, struct timer *timer)
{
	size_t at = timer->index;

	while (at > 0 && before(timer, timers->heap[(at - 1) / 2])) {
		heap_put(timers, at, timers->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	heap_put(timers, at, timer);
}

static void heap_sink(struct timers *timers, struct timer *timer)
{
	size_t at = timer->index;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < timers->count &&
		    before(timers->heap[child + 1], timers->heap[child]))
			child++;
		if (child >= timers->count ||
		    !before(timers->heap[child], timer))
			break;
		heap_put(timers, at, timers->heap[child]);
		at = child;
	}
	heap_put(timers, at, timer);
}

static void heap_remove(struct timers *timers, struct timer *timer)
{
	struct timer *last = timers->heap[--timers->count];

	if (last == timer)
		return;
	heap_put(timers, timer->index, last);
	heap_rise(timers, last);
	heap_sink(timers, last);
}

struct timer *timers_add(struct timers *timers, int64_t deadline_us,
			 timer_callback *fire, void *data)
{
	struct timer *timer = xcalloc(1, sizeof(*timer));

	timer->timers = timers;
	timer->fire = fire;
	timer->data = data;
	timer->next = timers->all;
	if (timers->all)
		timers->all->previous = timer;
	timers->all = timer;
	timer_set(timer, deadline_us);
	return timer;
}

void timer_stop(struct timer *timer)
{
	if (timer->place == TIMER_IN_HEAP)
		heap_remove(timer->timers, timer);
	if (timer->place == TIMER_DUE)
		timer->timers->due[timer->index] = NULL;
	timer->place = TIMER_UNARMED;
}

void timer_set(struct timer *timer, int64_t deadline_us)
{
	struct timers *timers = timer->timers;

	timer_stop(timer);
	timer->deadline_us = deadline_us;
	timer->order = timers->next_order++;
	timer->place = TIMER_IN_HEAP;
	timer->index = timers->count;
	*VECTOR_ADD(timers->heap, timers->count, timers->cap) = timer;
	heap_rise(timers, timer);
}

void timer_set_in(struct timer *timer, int64_t ms)
{
	timer_set(timer, clock_monotonic_us() + ms * 1000);
}

void timer_free(struct timer *timer)
{
	if (!timer)
		return;
	timer_stop(timer);
	if (timer->next)
		timer->next->previous = timer->previous;
	if (timer->previous)
		timer->previous->next = timer->next;
	else
		timer->timers->all = timer->next;
	free(timer);
}

int64_t timers_next(const struct timers *timers)
{
	return timers->count ? timers->heap[0]->deadline_us : -1;
}

static void collect_due(struct timers *timers, int64_t now_us)
{
	timers->due_count = 0;
	while (timers->count && timers->heap[0]->deadline_us <= now_us) {
		struct timer *timer = timers->heap[0];

		heap_remove(timers, timer);
		timer->place = TIMER_DUE;
		timer->index = timers->due_count;
		*VECTOR_ADD(timers->due, timers->due_count, timers->due_cap) =
			timer;
	}
}

void timers_fire(struct timers *timers, int64_t now_us)
{
	collect_due(timers, now_us);
	for (size_t i = 0; i < timers->due_count; i++) {
		struct timer *timer = timers->due[i];

		if (!timer)
			continue;
		/* The callback may free it: not touched after. */
		timer->place = TIMER_UNARMED;
		timer->fire(timer->data);
	}
	timers->due_count = 0;
}

void timers_release(struct timers *timers)
{
	while (timers->all)
		timer_free(timers->all);
	free(timers->heap);
	free(timers->due);
}
