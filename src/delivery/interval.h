/* SPDX-License-Identifier: MIT */
/* How sure a share is that was counted. Pure. */
#ifndef SIGNALBOX_DELIVERY_INTERVAL_H
#define SIGNALBOX_DELIVERY_INTERVAL_H

#include <stdint.h>

struct interval {
	double low, high; /* of 1 */
};

/* Wilson's score interval of 95 %: `hits` of `of`; 0 to 1 of none. */
struct interval interval_wilson(int64_t hits, int64_t of);

#endif
