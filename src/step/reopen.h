/* SPDX-License-Identifier: MIT */
/*
 * Notices that a command opened its output anew for writing, as `echo >
 * /dev/stderr` does: where the output is a file, that empties it. One source
 * file for each system behind it; where the system does not tell, nothing is
 * noticed.
 */
#ifndef SIGNALBOX_STEP_REOPEN_H
#define SIGNALBOX_STEP_REOPEN_H

#include "loop/loop.h"

struct reopen_pool;
struct reopen_watch;

/* reopened: told on the loop, for each time that such a descriptor was closed
 * again. NULL where it cannot be. */
struct reopen_pool *reopen_pool_new(struct loop *loop,
				    void (*reopened)(void *data));
/* After all that was watched. NULL is fine. */
void reopen_pool_free(struct reopen_pool *pool);

/* The file of path, which the command has as fd; NULL where it cannot be
 * watched, or pool is NULL. What is watched counts as open for writing. */
struct reopen_watch *reopen_watch(struct reopen_pool *pool, const char *path,
				  int fd, void *data);
/* Tells what there is to tell, and no more from then on. NULL is fine. */
void reopen_unwatch(struct reopen_watch *watch);

#endif
