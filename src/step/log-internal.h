/* SPDX-License-Identifier: MIT */
/* What the files of the log share. log.c: its own words, the file, the end;
 * log-output.c: what children print. */
#ifndef SIGNALBOX_STEP_LOG_INTERNAL_H
#define SIGNALBOX_STEP_LOG_INTERNAL_H

#include "step/follow.h"
#include "step/log-tally.h"
#include "step/log.h"
#include "step/mask.h"
#include "step/reopen.h"

enum {
	BLOCK_BYTES = 256 << 10,
	/* May wait for the disk over all logs, and so the most that one turn
	 * of the loop reads. */
	POOL_BYTES = 4 << 20,
	SPARE_BLOCKS = 8,
};

struct block {
	struct stage_log *log;
	size_t len;
	size_t cap;
	struct str index; /* lines to append to the index */
	char *why;	  /* set by the writer when the disk refused */
	char *data;
};

struct log_pool {
	struct loop *loop;
	struct helper *writer;
	struct follow_pool *follow;
	struct reopen_pool *reopen; /* NULL: the system does not tell */
	size_t queued;
	char *spare[SPARE_BLOCKS];
	size_t spare_count;
	struct stage_log *paused; /* chain of logs waiting for room */
	char *silent;		  /* a log that ended without a byte, or NULL */
	void (*marred)(void *data, const char *why);
	void *data;
};

struct stage_log {
	struct log_pool *pool;
	char *path;
	const struct log_handlers *handlers;
	void *data;
	struct mask *mask;
	struct watch *watch;
	int pipe;		   /* -1 none */
	struct followed *followed; /* a child has the file */
	struct reopen_watch *reopen;
	struct str waiting; /* own words, until it has it no more */
	int fd;		    /* the writer's; -1 until the first block */
	int index_fd;
	struct log_tally tally;
	int64_t limit;		 /* -1: none */
	int64_t let_in, dropped; /* of what was printed */
	int64_t told_us, told_bytes;
	struct timer *tell; /* tells growth that came within the 100 ms */
	struct stage_log *next_paused;
	size_t pending;	   /* blocks on the writer */
	bool is_line_open; /* what was let in ends without a newline */
	bool tapped, is_paused, finished;
	bool was_given; /* a child had the file, which may be empty */
	bool is_cut;	/* the writer's: nothing more goes into the file */
};

/* log.c */
struct block *log_block_new(struct stage_log *log, size_t size);
void log_block_free(struct log_pool *pool, struct block *block);
/* Takes a filled block over: counts it, hands it to the writer. */
void log_take_block(struct stage_log *log, struct block *block);
/* Entries of the index, of what is in the file already. */
void log_take_index(struct stage_log *log, const struct str *entries);
void log_take_bytes(struct stage_log *log, const char *data, size_t len);
/* Own words that waited have their turn. */
void log_output_over(struct stage_log *log);
void log_tell_soon(struct stage_log *log);

/* log-output.c */
void log_reopened(void *data);
void log_resume_paused(struct log_pool *pool);

#endif
