/* SPDX-License-Identifier: MIT */
/*
 * When an environment takes a release: its windows, less its freezes. A
 * release begins when all that its plan may need fits before the end; what is
 * under way is never stopped, and a way back asks nobody.
 */
#ifndef SIGNALBOX_DELIVERY_WINDOW_H
#define SIGNALBOX_DELIVERY_WINDOW_H

#include "pipeline/pipeline.h"

struct window_answer {
	bool open;	  /* it may begin now */
	int64_t opens_ms; /* when it may, wall time; -1 not within a year */
	/* Wall time; -1 without end. Of the span at opens_ms. */
	int64_t closes_ms;
	/* "open until Fri 2026-11-20 17:00 Europe/London", "opens Mon ..." */
	char text[320];
};

bool window_is_needed(const struct environment_config *config);
/* needs_ms: how long the plan may take; less than 0: not known. -1 where a
 * zone cannot be read. */
int window_ask(const struct environment_config *config, int64_t now_ms,
	       int64_t needs_ms, struct window_answer *answer,
	       struct error *err) MUST_CHECK;

#endif
