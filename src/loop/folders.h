/* SPDX-License-Identifier: MIT */
/*
 * Notices that something in a folder has changed; not what, and not below
 * it. One source file for each system behind it: where the system does not
 * tell, a change is supposed every other second.
 */
#ifndef SIGNALBOX_LOOP_FOLDERS_H
#define SIGNALBOX_LOOP_FOLDERS_H

#include "loop/loop.h"

struct folders;

enum folders_depth {
	FOLDERS_NAMES,	/* a name came, went or was replaced */
	FOLDERS_WRITES, /* or a file was written to */
	FOLDERS_CLOSES, /* or what was open for writing was closed */
};

/* changed: told on the loop, once for what came together. */
struct folders *folders_new(struct loop *loop, void (*changed)(void *data),
			    void *data);
void folders_free(struct folders *folders); /* NULL is fine */
/* Where there is none nothing happens; once more is once. */
void folders_watch(struct folders *folders, const char *path,
		   enum folders_depth depth);

#endif
