/* SPDX-License-Identifier: MIT */
#include "delivery/interval.h"

#include <math.h>

/* Of the normal distribution, 95 % lie within so many deviations. */
#define DEVIATIONS 1.959963984540054

struct interval interval_wilson(int64_t hits, int64_t of)
{
	struct interval interval = {0, 1};
	double n = (double)of, p, z2 = DEVIATIONS * DEVIATIONS;
	double middle, reach, scale;

	if (of <= 0)
		return interval;
	p = (double)hits / n;
	scale = 1 + z2 / n;
	middle = (p + z2 / (2 * n)) / scale;
	reach = DEVIATIONS * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / scale;
	interval.low = hits > 0 ? middle - reach : 0;
	interval.high = hits < of ? middle + reach : 1;
	return interval;
}
