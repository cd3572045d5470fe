/* SPDX-License-Identifier: MIT */
/*
 * What a watch remembers of its branch, in STATE/watch/REMOTE%BRANCH/, so
 * that starting it again goes on where it was and no commit is run twice.
 */
#ifndef SIGNALBOX_CLI_WATCH_STATE_H
#define SIGNALBOX_CLI_WATCH_STATE_H

#include <stdint.h>

#include "base/error.h"

struct watch_state {
	char *folder;
	int lock;
	char *last; /* the last commit that was run, or left out; NULL none */
	/* The run being started: of this commit, with a number above. */
	char *starting;
	int64_t after;
};

/* ERROR_REFUSED: another process watches the same. remote NULL: local. */
int watch_state_open(struct watch_state *watch, const char *state,
		     const char *remote, const char *branch,
		     struct error *err) MUST_CHECK;
void watch_state_close(struct watch_state *watch);
/* Both on the disk when they return 0. */
int watch_state_starts(struct watch_state *watch, const char *commit,
		       int64_t after, struct error *err) MUST_CHECK;
int watch_state_is_past(struct watch_state *watch, const char *commit,
			struct error *err) MUST_CHECK;

#endif
