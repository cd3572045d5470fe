/* SPDX-License-Identifier: MIT */
/*
 * The candidate beside stable, in one thing: the share of its requests that
 * fail, or that are slower than some multiple of stable's p99. judge.c says
 * whether it is worse; here are its counts, and its words. Pure.
 */
#ifndef SIGNALBOX_DELIVERY_COMPARE_H
#define SIGNALBOX_DELIVERY_COMPARE_H

#include "delivery/analysis.h"

struct compare;

/* NULL where the configuration asks for none; it is borrowed. */
struct compare *compare_errors(const struct analysis_config *config);
struct compare *compare_latencies(const struct analysis_config *config);
void compare_free(struct compare *compare);
/* A step begins, and the provider's `timed` and `slow` from 0. */
void compare_begin(struct compare *compare, const struct analysis_sight *sight);
/* See analysis_slow_ms(). */
double compare_slow_ms(const struct compare *compare);
/* more: requests of the candidate that ten minutes will bring. */
void compare_look(struct compare *compare, const struct analysis_sight *sight,
		  int64_t more, struct finding *finding);

#endif
