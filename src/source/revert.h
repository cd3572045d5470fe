/* SPDX-License-Identifier: MIT */
/* A branch that undoes a release, for whoever mends what was rolled back. */
#ifndef SIGNALBOX_SOURCE_REVERT_H
#define SIGNALBOX_SOURCE_REVERT_H

#include "base/error.h"
#include "source/repository.h"

/* Makes the branch at `bad`, with a commit on it for each that it has over
 * `live`, newest first, that reverts it (a merge as a whole). Blocks. No work
 * tree, index or branch that is there is touched. ERROR_REFUSED: there is such
 * a branch, or `live` is not behind `bad`; ERROR_GIT: what git said, a
 * conflict for example, and no branch was made. */
int revert_branch(const struct repository *repository, const char *live,
		  const char *bad, const char *branch,
		  struct error *err) MUST_CHECK;

/* The folders below STATE of those that were killed: paths are added. The next
 * branch clears them away, too. */
int revert_left(const char *state, struct strings *folders,
		struct error *err) MUST_CHECK;
/* Removes one, and what git knows of it. ERROR_REFUSED: it is used. */
int revert_clear(const struct repository *repository, const char *folder,
		 struct error *err) MUST_CHECK;

#endif
