/* SPDX-License-Identifier: MIT */
/*
 * Notices out: what `notify` of the pipeline file names is posted, or given
 * to a command, once it is on disk. Nothing waits for a notice but the very
 * end of the run, and that for a short while only: each has its deadline, is
 * tried once, and one too many is left out and said.
 */
#ifndef SIGNALBOX_ENGINE_NOTICES_H
#define SIGNALBOX_ENGINE_NOTICES_H

#include <stdbool.h>

#include "engine/stream.h"
#include "net/http.h"
#include "step/step.h"

struct notices;

struct notices_options {
	const struct step_host *host; /* loop, http, pipeline, run (number
				       * 0: none) */
	struct stream *stream;	      /* NULL: what comes is on disk */
	/* What went wrong, once each: not to hold anything up. */
	void (*failed)(void *data, const char *text);
	/* None is under way any more. */
	void (*idle)(void *data);
	void *data;
};

struct notices *notices_new(const struct notices_options *options);
/* What is under way is given up. NULL is fine. */
void notices_free(struct notices *notices);
/* An event that is being emitted, with its number. */
void notices_take(struct notices *notices, const struct event *event,
		  int64_t seq);
/* What the host's allowances let stand is known: those that need it go. */
void notices_were_judged(struct notices *notices);
/* Whether some are under way. The first call begins the short while after
 * which it is no longer true: nothing else is left to do. */
bool notices_hold_the_end(struct notices *notices);
/* There is more to do after all: they have their time. */
void notices_go_on(struct notices *notices);

#endif
