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

#endif
