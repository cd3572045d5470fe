/* SPDX-License-Identifier: MIT */
/* A run as another process executes it, from here: its events as they come
 * where it is live, else what its journal says. */
#ifndef SIGNALBOX_CLI_FOLLOW_H
#define SIGNALBOX_CLI_FOLLOW_H

#include <stdint.h>

#include "cli/project.h"
#include "model/model.h"

/* A connection that the engine streams every event to. steers: a person acts
 * by it, so that losing it is noticed. */
int follow_connect(const struct project *project, int64_t run, bool steers,
		   struct error *err) MUST_CHECK;

enum follow_look {
	FOLLOW_ON,    /* tell me what comes next */
	FOLLOW_AGAIN, /* and look again soon, also when nothing comes */
	FOLLOW_ENOUGH,
};
enum follow_end {
	FOLLOW_HAD_ENOUGH,
	FOLLOW_RUN_ENDED, /* no engine executes it, or does any more */
	FOLLOW_LATE,	  /* the timeout */
};
struct follow {
	/* The state as of now has changed; never one of the past. NULL: that
	 * state, as the engine has told it to others, is all we want. */
	enum follow_look (*look)(const struct model *model, void *data);
	void *data;
	int64_t timeout_ms; /* 0: none */
};
/* Returns an enum follow_end, or -1. After it, *model (the caller's) is the
 * run's last known state, NULL after -1. */
int follow_run(const struct project *project, int64_t run,
	       const struct follow *follow, struct model **model,
	       struct error *err) MUST_CHECK;

#endif
