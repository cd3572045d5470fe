/* SPDX-License-Identifier: MIT */
/*
 * A host with a proxy, two colours, a disk and a clock, all of it by a seed:
 * answers come late or never mean what they say, changes are refused, things
 * die. Its clock is the program's (the linker sees to it), so nothing here
 * waits for real. One at a time.
 */
#ifndef SIGNALBOX_TESTS_UNIT_DELIVERY_SIMULATOR_H
#define SIGNALBOX_TESTS_UNIT_DELIVERY_SIMULATOR_H

#include "base/str.h"
#include "delivery/target/target.h"
#include "delivery/traffic/provider.h"

struct environment;

struct simulator {
	struct loop *loop;
	uint64_t random;
	int64_t now_us;
	bool trouble; /* answers late, refuses, loses answers */
	bool lies;    /* and says it did what it did not */
	bool crashes; /* who is closed now was killed */
	bool killed;  /* and had begun to write no more */

	bool running; /* the proxy */
	double percent[COLOUR_COUNT];
	bool alive[COLOUR_COUNT];
	bool kept[COLOUR_COUNT];   /* started, and not stopped since */
	bool proven[COLOUR_COUNT]; /* was healthy since its start */
	bool untrue;		   /* what it last said of its weights */
	int64_t requests[COLOUR_COUNT], errors[COLOUR_COUNT];

	struct str log; /* what happened, for who reads of a failure */
	/* Called before anything is done. May be NULL. */
	void (*sets)(struct environment *environment,
		     const struct traffic_change *change);
	void (*stops)(enum colour colour);
};

extern struct simulator simulator;
extern const struct target_ops simulated_target;
extern const struct traffic_ops simulated_traffic;

void simulator_start(struct loop *loop, uint64_t seed);
void simulator_end(void);
/* From 0 to below `below`. */
int simulator_draw(int below);
/* One pass of the loop; some time goes by. */
void simulator_turn(void);
void simulator_log(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
