/* SPDX-License-Identifier: MIT */
/*
 * The log of one stage: what children print and what steps say. A child
 * writes into the file itself, and the log follows it (step/follow.h);
 * where secrets are to be masked, the output is read as a report, or a limit
 * is set, it writes into a pipe, and what the worker lets through of that is
 * appended by the writer helper. Nothing is kept in memory; what waits for
 * the disk is bounded over all logs together, and past the bound pipes are
 * left unread.
 *
 * Beside LOG stands LOG.index: "OFFSET LINES WALL_MS\n" for each 64 KiB or
 * 100 ms of output, so that a reader finds a line or a time without reading
 * all. A stage that prints nothing has an empty file, or none. What processes
 * that outlive the stage's end write after it may stand in the file,
 * uncounted.
 */
#ifndef SIGNALBOX_STEP_LOG_H
#define SIGNALBOX_STEP_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "loop/helper.h"
#include "loop/loop.h"

struct log_pool; /* what all logs of an engine share */
struct stage_log;

/* marred: a log is not whole, and why, in a clause that names it: the disk
 * refused it (told once each, also after its end; what was written of it
 * before stays whole), its limit cut it, a command emptied it. */
struct log_pool *log_pool_new(struct loop *loop, struct helper *writer,
			      void (*marred)(void *data, const char *why),
			      void *data);
/* After the writer. */
void log_pool_free(struct log_pool *pool);

struct log_handlers {
	/* It has grown; at most every 100 ms, and once at the end. */
	void (*grew)(void *data, int64_t bytes, int64_t lines);
	/* Each piece of output, masked, also of what a limit cuts; for
	 * counting tests. Optional. */
	void (*bytes)(void *data, const char *bytes, size_t len);
	/* The child's output is over, and all of it counted. */
	void (*ended)(void *data);
};

/* path: the file. secrets may be NULL. */
struct stage_log *stage_log_new(struct log_pool *pool, const char *path,
				const struct strings *secrets,
				const struct log_handlers *handlers,
				void *data);
/* The file takes so many bytes of output at most (-1: any number), and says
 * where it was cut and how much was dropped. */
void stage_log_limit(struct stage_log *log, int64_t bytes);
/* Whether live bytes are wanted by handlers->bytes (off at first). */
void stage_log_tap(struct stage_log *log, bool on);

/* What a child gets as its output; the caller's to close once the child has
 * it. One at a time, after limit and tap. piped: never the file itself. */
int stage_log_output(struct stage_log *log, bool piped,
		     struct error *err) MUST_CHECK;
/* The same with a descriptor of the caller's to read from, which does not
 * block; taken over. */
void stage_log_take(struct stage_log *log, int fd);
/* The child has ended. True: nothing else has its output open, or at_once
 * does not care, and ended() comes when all is counted, perhaps from within.
 * False: something still has it. The end of a pipe is then noticed; as for a
 * file, ask again. */
bool stage_log_end_output(struct stage_log *log, bool at_once);
/* There is no child, or nobody who would hear of its end: takes in what can
 * be had at once, without ended(). */
void stage_log_drop_output(struct stage_log *log);

/* The log's own words. While a child has the file they wait for its end. */
void stage_log_printf(struct stage_log *log, const char *format, ...)
	PRINTF_LIKE(2, 3);
int64_t stage_log_bytes(const struct stage_log *log);
int64_t stage_log_lines(const struct stage_log *log);
/* Writes what waits, tells grew a last time, closes the file and frees the
 * log once the writer is done with it. No handler is called afterwards. */
void stage_log_finish(struct stage_log *log);

#endif
