/* SPDX-License-Identifier: MIT */
/*
 * The log of one stage: bytes from children's pipes and from steps, masked,
 * counted and indexed on the worker, appended to a file by the writer
 * helper. Nothing is kept in memory; what waits for the disk is bounded over
 * all logs together, and past the bound pipes are left unread.
 *
 * Beside LOG stands LOG.index: "OFFSET LINES WALL_MS\n" for each 64 KiB or
 * 100 ms of output, so that a reader finds a line or a time without reading
 * all. A stage that prints nothing has no file.
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

/* failed: the disk refused a log, told once each, also after its end; what
 * was written of it before stays whole. */
struct log_pool *log_pool_new(struct loop *loop, struct helper *writer,
			      void (*failed)(void *data, const char *why),
			      void *data);
/* After the writer. */
void log_pool_free(struct log_pool *pool);

struct log_handlers {
	/* It has grown; at most every 100 ms, and once at the end. */
	void (*grew)(void *data, int64_t bytes, int64_t lines);
	/* Each piece of output, masked; for counting tests. Optional. */
	void (*bytes)(void *data, const char *bytes, size_t len);
	/* The pipe has ended: every writer closed it. */
	void (*ended)(void *data);
};

/* path: the file, made on the first byte. secrets may be NULL. */
struct stage_log *stage_log_new(struct log_pool *pool, const char *path,
				const struct strings *secrets,
				const struct log_handlers *handlers,
				void *data);
/* A pipe whose write end (returned, the caller's to close) feeds the log.
 * One at a time. */
int stage_log_pipe(struct stage_log *log, struct error *err) MUST_CHECK;
/* The same with another descriptor to read from, which does not block; taken
 * over. */
void stage_log_take(struct stage_log *log, int fd);
/* Reads what is in the pipe now and stops reading it, without waiting for
 * its end: for a child that left others behind holding it. */
void stage_log_close_pipe(struct stage_log *log);
void stage_log_write(struct stage_log *log, const char *data, size_t len);
void stage_log_printf(struct stage_log *log, const char *format, ...)
	PRINTF_LIKE(2, 3);
/* Whether live bytes are wanted by handlers->bytes (off at first). */
void stage_log_tap(struct stage_log *log, bool on);
int64_t stage_log_bytes(const struct stage_log *log);
int64_t stage_log_lines(const struct stage_log *log);
/* Writes what waits, tells grew a last time, closes the file and frees the
 * log once the writer is done with it. No handler is called afterwards. */
void stage_log_finish(struct stage_log *log);

#endif
