/* SPDX-License-Identifier: MIT */
/*
 * Whether more of the candidate's requests are bad than of stable's: a test
 * of two proportions that may be read at every look and stopped at any.
 *
 * At each look both are held against twelve excesses, as a likelihood ratio:
 * how much likelier are these counts if the candidate is so much worse than
 * if it is at most `margin` worse. The ratios of the looks are multiplied,
 * the twelve are averaged: the evidence. Whatever the true shares, as long as
 * the candidate is no more than `margin` worse its mean is at most 1, so it
 * passes 1 / false_alarm in at most that share of releases, however often one
 * looks (Turner, Ly and Gruenwald: Generic E-variables for exact sequential
 * k-sample tests; Ville's inequality). Stable's share is taken from earlier
 * looks only, or this would not hold.
 *
 *	struct judge *judge = judge_new(0.01, 0.005);
 *	judge_learn(judge, n, bad);                      // stable, before
 *	judge_look(judge, stable_n, stable_bad, n, bad); // since the last look
 *	judge_opinion(judge, more, &opinion);
 *
 * Shares are of 1, not percent. Pure.
 */
#ifndef SIGNALBOX_DELIVERY_JUDGE_H
#define SIGNALBOX_DELIVERY_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

struct judge;

struct judge_opinion {
	int64_t stable_n, stable_bad, n, bad; /* of all looks */
	double evidence;	/* so many times likelier that it is worse */
	double needed_evidence; /* from here on it is said: 1 / false_alarm */
	bool worse;		/* it was said; stays */
	/* The candidate's requests until an excess as the one seen would be
	 * said; 0 when none is seen, or it was said. */
	int64_t needed;
	/* How much worse it must be to be found by then, roughly; NAN while
	 * nothing is known of stable. */
	double smallest;
};

/* false_alarm: above 0 and below 1; margin: 0 or more, below 1. */
struct judge *judge_new(double false_alarm, double margin);
void judge_free(struct judge *judge);
/* What is known of stable from before the candidate had traffic. */
void judge_learn(struct judge *judge, int64_t stable_n, int64_t stable_bad);
/* Counts since the last look. Where one colour had no request they are kept
 * and belong to the next. Whether it was said to be worse, now or before. */
bool judge_look(struct judge *judge, int64_t stable_n, int64_t stable_bad,
		int64_t n, int64_t bad);
/* `more`: requests of the candidate that are still to come, for `smallest`. */
void judge_opinion(const struct judge *judge, int64_t more,
		   struct judge_opinion *opinion);

#endif
