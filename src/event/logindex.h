/* SPDX-License-Identifier: MIT */
/*
 * When a log was printed: LOG.index has a line "OFFSET LINES WALL_MS" for
 * each 64 KiB or 100 ms of output, so every byte's time is known to that.
 */
#ifndef SIGNALBOX_EVENT_LOGINDEX_H
#define SIGNALBOX_EVENT_LOGINDEX_H

#include <stddef.h>
#include <stdint.h>

struct log_mark {
	int64_t offset, lines; /* so many had been printed before */
	int64_t ms;	       /* this moment, wall clock */
};

struct log_index {
	struct log_mark *marks; /* in order */
	size_t count, cap;
	char *path;   /* of the index */
	int64_t read; /* of its file */
};

/* Of the log at this path; empty where there is none. */
void log_index_open(struct log_index *index, const char *log);
/* Takes in what was written since. */
void log_index_refresh(struct log_index *index);
void log_index_release(struct log_index *index);

/* The first byte that was printed at ms or later; -1 when none was. */
int64_t log_index_since(const struct log_index *index, int64_t ms);
/* When the byte at offset was printed; 0 when that is not known. */
int64_t log_index_time(const struct log_index *index, int64_t offset);

#endif
