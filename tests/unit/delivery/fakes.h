/* SPDX-License-Identifier: MIT */
/* A target and a provider that do what they are told, at once, and keep a
 * list of what was asked of them. What they stand for outlives an
 * environment's closing, as the real ones do. */
#ifndef SIGNALBOX_TESTS_UNIT_DELIVERY_FAKES_H
#define SIGNALBOX_TESTS_UNIT_DELIVERY_FAKES_H

#include "base/str.h"
#include "delivery/target/target.h"
#include "delivery/traffic/provider.h"

struct fake_world {
	bool alive[COLOUR_COUNT]; /* the first instance */
	bool others[COLOUR_COUNT][INSTANCES_MOST];
	bool hides_pids;	/* nobody has looked which they are */
	bool unhealthy;		/* what is started never gets healthy */
	bool refuse_set;	/* the provider refuses a change */
	bool refuse_while_down; /* and when it does not run */
	bool hang_set;		/* and this one does not answer one */
	int silent_sets;	/* so many more are not answered in time */
	bool refuse_preview;	/* nor opens or closes one */
	bool running;		/* the proxy */
	bool lost;		/* it was started again since it was settled */
	int preview;		/* the colour it reaches; -1 none */
	double percent[COLOUR_COUNT];
	int units[COLOUR_COUNT]; /* of each server; 0: as percent */
	int64_t requests[COLOUR_COUNT], errors[COLOUR_COUNT], failed;
	struct str log;		  /* "start green v2\n" and so on */
	void (*before_set)(void); /* called before a change is made */
	void (*before_preview)(void);
};

extern struct fake_world fake;
extern const struct target_ops fake_target;
extern const struct traffic_ops fake_traffic;

void fake_reset(void);
/* What was asked since the last time. */
char *fake_log(void);

#endif
