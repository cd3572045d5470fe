/* SPDX-License-Identifier: MIT */
/* The dashboard where no run is live: the board, and what is opened from
 * it. */
#ifndef SIGNALBOX_CLI_BOARD_H
#define SIGNALBOX_CLI_BOARD_H

#include "cli/project.h"
#include "cli/screen.h"

/* Until the person leaves it. */
int board_show(struct project *project, const struct screen_look *look,
	       bool watch_only, struct error *err) MUST_CHECK;

#endif
