/* SPDX-License-Identifier: MIT */
/* One git command at work, on the loop. Inside source/ only. */
#ifndef SIGNALBOX_SOURCE_GITCHILD_H
#define SIGNALBOX_SOURCE_GITCHILD_H

#include "base/error.h"
#include "base/str.h"
#include "base/strings.h"
#include "loop/loop.h"

struct gitchild;

struct gitchild_end {
	int status; /* waitpid's */
	const struct str *output;
	const char *errors; /* printable, the last 4 KiB, no newline last */
};

/* Called on the loop when git was reaped; the strings go after it. */
typedef void gitchild_done(const struct gitchild_end *end, void *data);

/* arguments leave "git" out. The child frees itself after done(). */
struct gitchild *gitchild_start(struct loop *loop,
				const struct strings *arguments,
				gitchild_done *done, void *data,
				struct error *err) MUST_CHECK;
/* Ends it in order, its own locks taken away; done() is still called. */
void gitchild_end(struct gitchild *child);
/* Kills it; done() is still called. */
void gitchild_kill(struct gitchild *child);

#endif
