/* SPDX-License-Identifier: MIT */
/*
 * Judges a candidate by what its requests did. Cumulative since its step
 * began: windows of a few seconds condemn good releases at low traffic.
 * Pure: counts and the clock are passed in.
 *
 *	struct analysis *analysis = analysis_new(config);
 *	analysis_begin(analysis, now_ms, &sight);
 *	... at analysis_next_ms(analysis): ...
 *	analysis_look(analysis, now_ms, &sight, &result);
 */
#ifndef SIGNALBOX_DELIVERY_ANALYSIS_H
#define SIGNALBOX_DELIVERY_ANALYSIS_H

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "pipeline/pipeline.h"

enum verdict {
	/* the worse, the greater */
	VERDICT_PASS,
	VERDICT_INCONCLUSIVE, /* too few requests to say */
	VERDICT_ERROR,	      /* no measurement could be had */
	VERDICT_FAIL,	      /* a limit was passed: one failed look */
};

/* Cumulative counts of a colour, from any fixed origin. */
struct analysis_counts {
	bool known; /* false: the provider did not answer */
	int64_t requests, errors;
	double p50, p95, p99; /* ms since the step began; NAN: not known */
	/* Requests since then that were timed, and of these the ones that
	 * took longer than analysis_slow_ms(). */
	int64_t timed, slow;
};
struct metric_reading; /* metric.h */
struct analysis_sight {
	struct analysis_counts candidate, stable;
	/* One for each of the configuration's metrics; borrowed. NULL: not
	 * asked. */
	const struct metric_reading *readings;
	/* The candidate has all requests: there is nothing beside it. */
	bool alone;
};

/* What one metric says. Reals are NAN where there is none. */
struct finding {
	enum verdict verdict;
	const char *metric;  /* "error-rate", "p99"; borrowed */
	const char *source;  /* "provider", "prometheus", "command"; static */
	double value, limit; /* percent, ms, or what the metric counts */
	double strain;	     /* value over limit: which is worst; 0 unknown */
	int64_t needed;	     /* requests until it can say; 0 */
	/* Where it was held against stable: */
	double baseline; /* stable's value */
	double evidence; /* so many times likelier that it is worse */
	double smallest; /* points worse that would show in ten minutes */
	char text[320];
};
#define FINDINGS_MOST 24 /* 4 limits, 2 beside stable, METRICS_MOST */

struct analysis_result {
	enum verdict verdict;
	struct finding findings[FINDINGS_MOST]; /* verdicts apart */
	size_t count;
	size_t worst;	    /* of these; what `verdict` is */
	double false_alarm; /* percent; NAN: nothing beside stable */
	int64_t requests;   /* since the step began */
	int failures;	    /* failed looks in a row, this one included */
	int allowed;	    /* so many in a row fail the deployment */
	bool condemned;	    /* roll back */
	char text[480];	    /* in words, one line */
};

struct analysis;

/* config is borrowed. */
struct analysis *analysis_new(const struct analysis_config *config);
void analysis_free(struct analysis *analysis);
const struct analysis_config *
analysis_config_of(const struct analysis *analysis);
/* The step begins: counts from here on, failed looks forgotten. May come
 * again: what was seen beside stable is kept, or each step would have a
 * false alarm of its own. */
void analysis_begin(struct analysis *analysis, int64_t now_ms,
		    const struct analysis_sight *sight);
/* Above this a request is slow, for the sight; 0 while nothing asks. */
double analysis_slow_ms(const struct analysis *analysis);
/* When the next look is due, on the clock of now_ms. */
int64_t analysis_next_ms(const struct analysis *analysis);
void analysis_look(struct analysis *analysis, int64_t now_ms,
		   const struct analysis_sight *sight,
		   struct analysis_result *result);

/* A new analysis.judged event of a result. */
struct event *analysis_event(const struct analysis_result *result,
			     const char *stage, const char *environment);
/* "error rate < 1 %, p99 < 300 ms, every 5 s, 2 failures in a row" */
void analysis_describe(const struct analysis_config *config, struct str *out);

#endif
