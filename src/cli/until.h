/* SPDX-License-Identifier: MIT */
/* `status --until`: waits for a run to come to something. */
#ifndef SIGNALBOX_CLI_UNTIL_H
#define SIGNALBOX_CLI_UNTIL_H

#include "cli/project.h"

/* done, gate or failed. */
int until_check(const char *what, struct error *err) MUST_CHECK;
/* Returns the exit status: of done, the run's own; of gate and failed 0 once
 * it came, 1 when it can come no more. 6 when the run waits at a gate without
 * an engine, 7 after timeout_ms (0: none) and for a run that was cut off. In
 * words in err where it did not come. -1 when it cannot be told. */
int until_await(const struct project *project, int64_t run, const char *what,
		int64_t timeout_ms, struct error *err) MUST_CHECK;

#endif
