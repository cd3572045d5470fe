/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/latencies.h"

#include <math.h>
#include <string.h>

/* Below LATENCIES_STEPS every microsecond has its own count; above, each
 * doubling has LATENCIES_STEPS of them. */
static size_t index_of(int64_t us)
{
	size_t shift = 0;
	uint64_t value = us > 0 ? (uint64_t)us : 0;
	size_t index;

	while (value >> shift >= 2 * LATENCIES_STEPS)
		shift++;
	index = shift * LATENCIES_STEPS + (size_t)(value >> shift);
	if (index >= (size_t)LATENCIES_DOUBLES * LATENCIES_STEPS)
		index = (size_t)LATENCIES_DOUBLES * LATENCIES_STEPS - 1;
	return index;
}

/* The middle of what a count holds, in ms. */
static double value_of(size_t index)
{
	size_t shift = 0;

	while (index >= 2 * LATENCIES_STEPS) {
		index -= LATENCIES_STEPS;
		shift++;
	}
	return (ldexp((double)index + 0.5, (int)shift) - (shift ? 0 : 0.5)) /
	       1000;
}

void latencies_add(struct latencies *latencies, int64_t us)
{
	latencies->counts[index_of(us)]++;
	latencies->requests++;
}

void latencies_clear(struct latencies *latencies)
{
	memset(latencies, 0, sizeof(*latencies));
}

/* The value that `share` of the requests did not pass. */
static double percentile(const struct latencies *latencies, double share)
{
	int64_t wanted = (int64_t)ceil((double)latencies->requests * share);
	int64_t seen = 0;

	for (size_t i = 0; i < LATENCIES_DOUBLES * LATENCIES_STEPS; i++) {
		seen += latencies->counts[i];
		if (seen >= wanted && seen > 0)
			return value_of(i);
	}
	return NAN;
}

int64_t latencies_over(const struct latencies *latencies, double ms)
{
	int64_t over = 0;

	for (size_t i = index_of((int64_t)(ms * 1000)) + 1;
	     i < (size_t)LATENCIES_DOUBLES * LATENCIES_STEPS; i++)
		over += latencies->counts[i];
	return over;
}

struct traffic_percentiles
latencies_percentiles(const struct latencies *latencies)
{
	return (struct traffic_percentiles){
		.requests = latencies->requests,
		.p50 = percentile(latencies, 0.50),
		.p95 = percentile(latencies, 0.95),
		.p99 = percentile(latencies, 0.99),
	};
}
