/* SPDX-License-Identifier: MIT */
/*
 * Judges a candidate by what its requests did. Cumulative since its step
 * began: windows of a few seconds condemn good releases at low traffic.
 * Pure: counts and the clock are passed in.
 *
 *	struct analysis *analysis = analysis_new(config);
 *	analysis_begin(analysis, now_ms, &counts);
 *	... at analysis_next_ms(analysis): ...
 *	analysis_look(analysis, now_ms, &counts, &result);
 */
#ifndef SIGNALBOX_DELIVERY_ANALYSIS_H
#define SIGNALBOX_DELIVERY_ANALYSIS_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "pipeline/pipeline.h"

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,	      /* a limit was passed: one failed look */
	VERDICT_INCONCLUSIVE, /* too few requests to say */
	VERDICT_ERROR,	      /* no measurement could be had */
};

/* Cumulative counts of the candidate, from any fixed origin. */
struct analysis_counts {
	bool known; /* false: the provider did not answer */
	int64_t requests, errors;
	double p50, p95, p99; /* ms since the step began; NAN: not known */
};

struct analysis_result {
	enum verdict verdict;
	const char *metric; /* "error-rate", "p99"; the worst one; static */
	double value;	    /* percent or ms; NAN: none */
	double limit;
	int64_t requests; /* since the step began */
	int64_t needed;	  /* how many more until it can say; 0 */
	int failures;	  /* failed looks in a row, this one included */
	int allowed;	  /* so many in a row fail the deployment */
	bool condemned;	  /* failures reached allowed: roll back */
	char text[240];	  /* in words, one line */
};

struct analysis;

/* config is borrowed. */
struct analysis *analysis_new(const struct analysis_config *config);
void analysis_free(struct analysis *analysis);
/* The step begins: counts from here on, failed looks forgotten. */
void analysis_begin(struct analysis *analysis, int64_t now_ms,
		    const struct analysis_counts *counts);
/* When the next look is due, on the clock of now_ms. */
int64_t analysis_next_ms(const struct analysis *analysis);
void analysis_look(struct analysis *analysis, int64_t now_ms,
		   const struct analysis_counts *counts,
		   struct analysis_result *result);

/* A new analysis.judged event of a result. */
struct event *analysis_event(const struct analysis_result *result,
			     const char *stage, const char *environment);
/* "error rate < 1 %, p99 < 300 ms, every 5 s, 2 failures in a row" */
void analysis_describe(const struct analysis_config *config, struct str *out);

#endif
