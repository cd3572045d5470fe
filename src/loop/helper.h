/* SPDX-License-Identifier: MIT */
/*
 * A thread for what blocks (disks, libgit2): jobs run in order on it, and
 * each one's end is told on the loop that owns it.
 */
#ifndef SIGNALBOX_LOOP_HELPER_H
#define SIGNALBOX_LOOP_HELPER_H

#include <stddef.h>

#include "loop/loop.h"

struct helper;

struct helper *helper_new(struct loop *loop, const char *name);
/* Runs work(data) on the helper, then done(data) on the loop (NULL: none).
 * Jobs keep their order, and so do their ends. */
void helper_run(struct helper *helper, void (*work)(void *data),
		void (*done)(void *data), void *data);
/* Jobs handed over whose work has not ended yet. */
size_t helper_pending(struct helper *helper);
/* Waits for the jobs there are (their done() runs here), ends the thread. */
void helper_free(struct helper *helper);

#endif
