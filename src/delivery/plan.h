/* SPDX-License-Identifier: MIT */
/*
 * A deployment as data: the list of its steps, made before it starts, to be
 * read, shown, executed, skipped ahead and reversed. Pure.
 */
#ifndef SIGNALBOX_DELIVERY_PLAN_H
#define SIGNALBOX_DELIVERY_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "delivery/traffic/traffic.h"
#include "model/history.h"
#include "model/model.h"
#include "pipeline/pipeline.h"

struct plan_step {
	char *name; /* unique in its plan: "weight-5", "pause-2" */
	enum plan_step_kind kind;
	char *label;	  /* in words: "5 % of traffic to green" */
	double weight;	  /* the candidate's percent; NAN: no weight step */
	int64_t ms;	  /* how long a pause is; -1: until promoted; else 0 */
	bool watched;	  /* the plan's analysis runs beside it */
	int first, count; /* instances of a batch; count 0: no batch */
	/* Borrowed from the pipeline; NULL when the planner made the step. */
	const struct plan_step_config *config;
};

struct plan_request {
	const struct environment_config *environment;
	const struct deploy_config *deploy;
	enum pipeline_mode mode;
	const char *version; /* the candidate's; may be NULL: "the new one" */
	/* What is live now; colour -1 and version NULL: nothing. */
	int live;
	const char *live_version;
	bool live_is_up; /* else the way back is cold */
	/* By the file that it is served by; NULL: by the same one. */
	const struct environment_config *live_environment;
	/* What its provider can do; NULL: not known yet. */
	const struct traffic_capabilities *can;
	int64_t last_back_ms; /* how long the last way back took; -1: none */
};

/* So long a plan waits at most for requests to agree with a share, ... */
#define PLAN_OBSERVE_MS 10000
/* for a proxy that does not answer, ... */
#define PLAN_SILENT_MS 30000
/* for sessions that are open on what is to be stopped, and for its end. */
#define PLAN_DRAIN_MS 10000
#define PLAN_STOP_MS 10000

struct plan {
	char *environment;
	enum strategy strategy;
	enum colour colour; /* the candidate's */
	bool first;	    /* nothing is live: straight to 100 % */
	bool alone;	    /* nothing serves beside it: the same */
	bool in_place;	    /* all-at-once: the live colour is replaced */
	struct plan_step *steps;
	size_t step_count, step_cap;
	/* Borrowed; NULL when nothing is watched. */
	const struct analysis_config *analysis;
	char *analysis_text; /* "error rate < 1 %, every 5 s, ..."; or "" */
	char *note;	     /* what is unusual about it; "" */
	char *way_back;	     /* what the way back is, a sentence */
	int64_t ms; /* planned time to 100 %, without start and checks */
	bool waits; /* for a person somewhere before 100 % */
	/* At most to 100 %, with every pause, time-out and hold; -1: a person
	 * may take as long as they like. */
	int64_t worst_ms;
	int64_t back_ms; /* at most to be back; -1: not known, or no way */
	char *preview;	 /* where it is seen before it has traffic; "" */
	char *windows;	 /* when it may be released, and what clashes; "" */
};

/* ERROR_CONFIG when it cannot be planned. The pipeline must outlive it. */
struct plan *plan_make(const struct plan_request *request,
		       struct error *err) MUST_CHECK;
void plan_free(struct plan *plan);
/* How long the stage usually takes, and no less than its plan waits by the
 * clock: who went on by hand, and a first release, waited less. 0: not known.
 */
int64_t plan_usual_ms(const struct history *past,
		      const struct pipeline *pipeline, size_t stage);
/* What `signalbox plan` prints: a line a step, then note, analysis, preview,
 * windows, time to 100 % and the way back. */
void plan_describe(const struct plan *plan, struct str *out);

#endif
