/* SPDX-License-Identifier: MIT */
/*
 * The git folder beside a work folder: its own HEAD and index over the
 * repository's objects, as a linked work tree has, but unknown to `git
 * worktree`. Without it, git in a stage would find the person's repository
 * around the work folder. Inside source/ only; everything blocks.
 */
#ifndef SIGNALBOX_SOURCE_GITFOLDER_H
#define SIGNALBOX_SOURCE_GITFOLDER_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/strings.h"

struct gitfolder {
	char *path;
	char *work;	      /* the work folder */
	char *common;	      /* the repository's own */
	struct strings names; /* what is in it, once noted */
	struct stat index;
};

/* Makes it anew, without an index, at the commit; and WORK/.git that points
 * to it. */
int gitfolder_make(struct gitfolder *folder, const char *commit,
		   struct error *err) MUST_CHECK;
/* Only HEAD moves, detached. */
int gitfolder_set_head(const struct gitfolder *folder, const char *commit,
		       struct error *err) MUST_CHECK;
/* Remembers how it looks after a checkout. */
void gitfolder_note(struct gitfolder *folder);
/* True when HEAD is at the commit and nothing was written since. */
bool gitfolder_is_untouched(const struct gitfolder *folder, const char *commit);
void gitfolder_release(struct gitfolder *folder);

#endif
