/* SPDX-License-Identifier: MIT */
/* The deadlines of one loop, nearest first. For loop.c only. */
#ifndef SIGNALBOX_LOOP_TIMERS_H
#define SIGNALBOX_LOOP_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

struct timers {
	struct timer **heap; /* armed ones; equal deadlines: first set, first */
	size_t count;
	size_t cap;
	struct timer **due; /* being fired; NULL where stopped meanwhile */
	size_t due_count;
	size_t due_cap;
	struct timer *all; /* every timer there is */
	uint64_t next_order;
};

struct timer *timers_add(struct timers *timers, int64_t deadline_us,
			 timer_callback *fire, void *data);
/* The nearest deadline, or -1. */
int64_t timers_next(const struct timers *timers);
/* Fires what is due at now_us; what callbacks set now waits for the next. */
void timers_fire(struct timers *timers, int64_t now_us);
/* Frees every timer that is left. */
void timers_release(struct timers *timers);

#endif
