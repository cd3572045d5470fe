/* SPDX-License-Identifier: MIT */
/*
 * A branch as it moves: asked for at its remote by a git child, so that the
 * person's own credentials serve, and what is new on it since.
 */
#ifndef SIGNALBOX_SOURCE_REMOTE_H
#define SIGNALBOX_SOURCE_REMOTE_H

#include "loop/loop.h"
#include "source/repository.h"

struct fetch;

bool remote_is_known(const struct repository *repository, const char *remote);
/* "refs/remotes/origin/main", or "refs/heads/main" with remote NULL. Owned by
 * the caller. */
char *branch_reference(const char *remote, const char *branch);

/* err NULL: it is as it is there; ERROR_NOT_FOUND: there is no such branch.
 * Called once, on the loop. */
typedef void fetch_done(const struct error *err, void *data);
/* Brings branch_reference() up to date. What takes longer is ended. */
struct fetch *fetch_start(struct loop *loop,
			  const struct repository *repository,
			  const char *remote, const char *branch,
			  int64_t timeout_ms, fetch_done *done, void *data,
			  struct error *err) MUST_CHECK;
/* done() comes soon. */
void fetch_end(struct fetch *fetch);

/* Adds the commits that came to a branch between two of its tips, oldest
 * first; of a merge the merge alone. Where the branch was rewritten (told in
 * *rewritten) only the new tip. */
int branch_news(struct repository *repository, const char *last,
		const char *tip, struct strings *commits, bool *rewritten,
		struct error *err) MUST_CHECK;

#endif
