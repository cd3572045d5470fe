/* SPDX-License-Identifier: MIT */
/* What every kind of target does until it is healthy: asks its health path
 * again and again, and makes sure that who answers is what was started. */
#ifndef SIGNALBOX_DELIVERY_TARGET_HEALTH_H
#define SIGNALBOX_DELIVERY_TARGET_HEALTH_H

#include "delivery/target/target.h"

struct health_look {
	bool runs;	   /* now; not: it waits to be started again */
	bool stayed;	   /* runs, and for so long that it may stay */
	int64_t ends;	   /* how often it has ended since it was started */
	const char *ended; /* how it did the last time, or "" */
};
/* look is NULL with err set: it cannot be known. Both are borrowed. */
typedef void health_looked(const struct health_look *look,
			   const struct error *err, void *data);

struct health_ops {
	/* Cheap: false ends the wait at once. NULL: only a look can tell. */
	bool (*is_there)(const struct target *target);
	/* done is called once, later. */
	void (*look)(const struct target *target, health_looked *done,
		     void *data);
	/* "; its log ends: ..." or "", the caller's. NULL: none. */
	char *(*last_words)(const struct target *target);
	/* A look costs little: often ended is found before the time is up. */
	bool looks_while_waiting;
};

/* As await_health() and cancel() of struct target_ops. */
struct target_wait *health_await(const struct target *target,
				 const struct health_ops *ops,
				 target_done *done, void *data);
void health_cancel(struct target_wait *wait);

#endif
