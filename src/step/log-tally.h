/* SPDX-License-Identifier: MIT */
/* How far a log was counted and indexed. For log.c, log-output.c and
 * follow.c. */
#ifndef SIGNALBOX_STEP_LOG_TALLY_H
#define SIGNALBOX_STEP_LOG_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct log_tally {
	int64_t bytes, lines;
	int64_t indexed_bytes, indexed_ms; /* of the last entry */
};

/* Counts what comes next, and appends to index the entries that fall due. */
void log_tally_take(struct log_tally *tally, const char *data, size_t len,
		    struct str *index);

#endif
