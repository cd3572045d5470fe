/* SPDX-License-Identifier: MIT */
/*
 * Work folders: clean checkouts of one commit for running stages, in
 * STATE/work/N. Each is locked by this process (flock) while its pool lives,
 * so no two stages and no two processes share one.
 *
 *	pool = work_pool_new(repository, &options, &err);
 *	work_prepare(pool, commit, ready, data);   // ready() on the loop
 *	work_folder_path(folder)                   // the stage runs in it
 *	work_give_back(folder);                    // when the stage ended
 *	work_pool_free(pool);
 *
 * A folder has a git folder of its own beside it (N.git, detached at the
 * commit, sharing the repository's objects), so git in a stage sees the
 * commit that is built and cannot touch the person's index or HEAD.
 *
 * A folder given out again for the same commit is compared with what was
 * noted after its checkout (type, mode, size, times to the nanosecond,
 * inode); without a difference no git is started. What a stage left behind,
 * ignored files and nested repositories too, is removed.
 */
#ifndef SIGNALBOX_SOURCE_WORK_H
#define SIGNALBOX_SOURCE_WORK_H

#include <stdbool.h>

#include "base/error.h"
#include "loop/helper.h"
#include "loop/loop.h"
#include "source/repository.h"

struct work_pool;
struct work_folder;
struct work_request;

struct work_pool_options {
	struct loop *loop;
	/* Looks through large folders and cleans them; required. It must
	 * outlive the pool. */
	struct helper *helper;
	int jobs; /* folders in use at once; more requests wait their turn */
	int keep_failed; /* how many work_keep() keeps, of all runs */
	/* The last request under way has ended, also a cancelled one, whose
	 * ready() was not called. May be NULL. */
	void (*idle)(void *data);
	void *data;
};

/* Reads paths from the repository, which may go before the pool does. */
struct work_pool *work_pool_new(const struct repository *repository,
				const struct work_pool_options *options,
				struct error *err) MUST_CHECK;
/* No request's ready() is called any more; folders given out are no longer
 * valid. git children at work are killed, and what waits for them or for the
 * helper goes when the loop has heard of their end. */
void work_pool_free(struct work_pool *pool);

/* folder is NULL on failure, and err says why: a submodule or a filter that
 * is not set up is refused by name (ERROR_GIT). */
typedef void work_ready(struct work_folder *folder, const struct error *err,
			void *data);
/* commit is a full id. ready() is never called from within this call. The
 * request is valid until then. */
struct work_request *work_prepare(struct work_pool *pool, const char *commit,
				  work_ready *ready, void *data);
/* ready() will not be called; a git child at work is ended. */
void work_cancel(struct work_request *request);

/* Whether a request is under way, or was cancelled and its git child is not
 * reaped yet. NULL: no. */
bool work_pool_is_busy(const struct work_pool *pool);

/* Absolute, borrowed. */
const char *work_folder_path(const struct work_folder *folder);
/* For child_options.keep: a child that holds it keeps the folder locked, so
 * that what outlives this process never shares its folder with the next. */
int work_folder_lock_fd(const struct work_folder *folder);
/* Only when all of the stage's processes have ended. */
void work_give_back(struct work_folder *folder);
/* Likewise, but it stays for people to look into, for `what` ("run 12 unit"),
 * until `keep_failed` newer ones do. False: it is not kept. */
bool work_keep(struct work_folder *folder, const char *what);

/* git children started since the pool was made. */
unsigned work_pool_git_count(const struct work_pool *pool);

#endif
