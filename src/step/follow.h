/* SPDX-License-Identifier: MIT */
/*
 * Follows log files that children write themselves: what was added is read,
 * counted and indexed on a helper, a piece at a time, so that the loop never
 * waits for a disk and no log for another; one that has ended goes first.
 * For log.c.
 *
 *	followed = follow_start(pool, path, &tally, &handlers, data, &err);
 *	...                             // the child writes; grew() is told
 *	if (!follow_is_written(followed))
 *		follow_end(followed);   // over() when all is counted
 *	tally = *follow_tally(followed);
 *	follow_free(followed);
 *
 * A file that got shorter, or whose counted end is not what it was, is
 * counted anew from its beginning, and marred() says so.
 */
#ifndef SIGNALBOX_STEP_FOLLOW_H
#define SIGNALBOX_STEP_FOLLOW_H

#include <stdbool.h>

#include "base/error.h"
#include "loop/loop.h"
#include "step/log-tally.h"

struct follow_pool;
struct followed;

struct follow_handlers {
	void (*grew)(void *data);
	/* All that was in the file when follow_end() was called is counted. */
	void (*over)(void *data);
	/* Bytes are missing from the log, or may be: a clause that names the
	 * file; each reason once. */
	void (*marred)(void *data, const char *why);
};

struct follow_pool *follow_pool_new(struct loop *loop);
/* After all that was followed; waits for the helper. */
void follow_pool_free(struct follow_pool *pool);

/* The file is there; tally tells how much of it is counted already. */
struct followed *follow_start(struct follow_pool *pool, const char *path,
			      const struct log_tally *tally,
			      const struct follow_handlers *handlers,
			      void *data, struct error *err) MUST_CHECK;
const struct log_tally *follow_tally(const struct followed *followed);
/* In over(): entries of the index that are the caller's to write. */
const struct str *follow_index(const struct followed *followed);
/* It is known, and told, that bytes may be missing. False: it was before. */
bool follow_expect_loss(struct followed *followed);
/* Whether any process still has it open for writing. False, too, where the
 * system cannot tell. */
bool follow_is_written(const struct followed *followed);
/* Counts up to where the file ends now. over() may be called from within. */
void follow_end(struct followed *followed);
/* At any time, also from within over(); no handler is called afterwards. */
void follow_free(struct followed *followed);

#endif
