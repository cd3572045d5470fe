/* SPDX-License-Identifier: MIT */
/*
 * The four figures that DORA measures delivery by, of one environment, from
 * its journal alone.
 *
 *	struct dora dora = {0};
 *	dora_apply(&dora, event);	// each, in order
 *	dora_figures(&dora, clock_wall_ms(), &figures);
 *	dora_release(&dora);
 */
#ifndef SIGNALBOX_MODEL_DORA_H
#define SIGNALBOX_MODEL_DORA_H

#include "event/event.h"

#define DORA_DAYS 30

struct dora_change {
	int64_t run;
	int colour;
	int64_t committed; /* all wall ms; 0: not known, or never */
	int64_t first_traffic, live, restored;
	bool full;   /* had all the traffic */
	bool failed; /* had traffic, and was taken back */
};

struct dora {
	struct dora_change *changes;
	size_t count, cap;
	size_t candidate, live; /* their number from 1; 0: none */
};

/* Over the last DORA_DAYS. Medians are -1 where there is nothing to take one
 * of. */
struct dora_figures {
	int64_t promotions;
	int64_t leads, lead_ms;	      /* committed to live */
	int64_t changes, failed;      /* that had traffic */
	int64_t restores, restore_ms; /* first traffic to taken back */
};

void dora_apply(struct dora *dora, const struct event *event);
void dora_figures(const struct dora *dora, int64_t now_ms,
		  struct dora_figures *figures);
void dora_release(struct dora *dora);

#endif
