/* SPDX-License-Identifier: MIT */
#ifndef SIGNALBOX_CLI_HISTORY_H
#define SIGNALBOX_CLI_HISTORY_H

#include "delivery/environment.h"

/* What was released there and what was rolled back, printed newest first;
 * state: the folder with the runs, for their verdicts. */
int history_environment(struct environment *environment, const char *state,
			bool json, struct error *err) MUST_CHECK;

#endif
