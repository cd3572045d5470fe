/* SPDX-License-Identifier: MIT */
/* The branch that releases come from, and how far it is from a commit. */
#ifndef SIGNALBOX_SOURCE_MAINLINE_H
#define SIGNALBOX_SOURCE_MAINLINE_H

#include "source/repository.h"

/* Where origin/HEAD points, else main, else master: the branch here, or where
 * there is none origin's; else what HEAD stands on. The caller's; NULL when
 * there is no commit at all. */
char *mainline_find(struct repository *repository, struct commit *tip,
		    struct error *err) MUST_CHECK;
/* Commits of `to` that `from` lacks. Walks the history: on a helper. */
int mainline_count(struct repository *repository, const char *from,
		   const char *to, int64_t *count,
		   struct error *err) MUST_CHECK;

#endif
