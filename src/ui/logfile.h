/* SPDX-License-Identifier: MIT */
/*
 * Lines of a log of any size: nothing but one window of it is in memory. A
 * position is the offset of a line's first byte; moving reads the file
 * around it. A run of LOGFILE_BLOCK bytes without a newline is cut into
 * lines at multiples of that.
 */
#ifndef SIGNALBOX_UI_LOGFILE_H
#define SIGNALBOX_UI_LOGFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define LOGFILE_BLOCK 65536

struct logfile;

/* NULL when it cannot be opened. */
struct logfile *logfile_open(const char *path, struct error *err) MUST_CHECK;
void logfile_free(struct logfile *file);
/* Looks how long it is now; what was read before may have changed only if it
 * got shorter. */
void logfile_refresh(struct logfile *file);
/* Until the next refresh it ends there, if not before. */
void logfile_limit(struct logfile *file, int64_t size);
int64_t logfile_size(const struct logfile *file);
/* The line at a start: its bytes without the newline, valid until the next
 * call, and where the next one starts. False at the end. */
bool logfile_line(struct logfile *file, int64_t start, const char **text,
		  size_t *len, int64_t *next);
/* The start of the line before the one that starts at `start`; 0 at most. */
int64_t logfile_before(struct logfile *file, int64_t start);
/* The start `lines` lines before the end. */
int64_t logfile_tail(struct logfile *file, int lines);
/* The start of the line that holds the byte at `offset`. */
int64_t logfile_line_start(struct logfile *file, int64_t offset);
/* The start of the first line that starts at `offset` or later. */
int64_t logfile_line_at(struct logfile *file, int64_t offset);
/* Where the line that starts at `start` ends if no newline comes. */
int64_t logfile_forced_end(int64_t start);

#endif
