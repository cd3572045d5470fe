/* SPDX-License-Identifier: MIT */
/* How long requests took: a histogram whose percentiles are at most 1 % off,
 * and which costs the same for ten requests as for ten million. */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_LATENCIES_H
#define SIGNALBOX_DELIVERY_TRAFFIC_LATENCIES_H

#include <stdint.h>

#include "delivery/traffic/traffic.h"

#define LATENCIES_STEPS 64   /* to each doubling */
#define LATENCIES_DOUBLES 36 /* to 2^36 us and more: 19 hours */

struct latencies {
	int64_t requests;
	uint32_t counts[LATENCIES_DOUBLES * LATENCIES_STEPS];
};

void latencies_add(struct latencies *latencies, int64_t us);
void latencies_clear(struct latencies *latencies);
/* How many took longer, as exactly as the percentiles are. */
int64_t latencies_over(const struct latencies *latencies, double ms);
struct traffic_percentiles
latencies_percentiles(const struct latencies *latencies);

#endif
