/* SPDX-License-Identifier: MIT */
/* A program run to its end on the loop: nginx -t, a provider's command, git. */
#ifndef SIGNALBOX_PROC_TOOL_H
#define SIGNALBOX_PROC_TOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "loop/loop.h"

#define TOOL_INPUT_MOST 16384 /* what a pipe takes at once anywhere */

struct tool;

struct tool_options {
	struct loop *loop;
	const char *const *argv;
	const char *const *env; /* NULL: ours */
	const char *folder;	/* NULL: ours */
	const char *input;	/* NULL: none; at most TOOL_INPUT_MOST bytes */
	int64_t timeout_ms;	/* then its group is killed; 0: never */
	size_t output_most;	/* bytes kept; 0: 1 MiB */
	bool keeps_last;	/* the last ones; else the first */
	bool session;		/* its own: no terminal to ask at */
};

struct tool_end {
	int status; /* waitpid's */
	bool timed_out;
	const char *output; /* its beginning, or its end */
	size_t output_len;
	const char *errors; /* its last 4 KiB; nobody made them printable */
};

/* Called once it was reaped, though what it left behind may go on. */
typedef void tool_done(const struct tool_end *end, void *data);

/* The tool frees itself after done(), which is never called from within. */
struct tool *tool_start(const struct tool_options *options, tool_done *done,
			void *data, struct error *err) MUST_CHECK;
/* To its group; done() is still called. */
void tool_signal(struct tool *tool, int signal_number);
/* Kills it; done() will not be called. NULL is fine. */
void tool_cancel(struct tool *tool);
/* -1 with how `what` ended and its last words, unless with status 0. */
int tool_check(const struct tool_end *end, const char *what,
	       struct error *err) MUST_CHECK;

#endif
