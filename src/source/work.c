/* SPDX-License-Identifier: MIT */
#include "source/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"
#include "source/shelf.h"
#include "source/workpool.h"

#define NUMBER_MAX 10000

static char *folder_name(const struct work_pool *pool, int number,
			 const char *suffix)
{
	return xasprintf("%s/%d%s", pool->parent, number, suffix);
}

struct work_pool *work_pool_new(const struct repository *repository,
				const struct work_pool_options *options,
				struct error *err)
{
	struct work_pool *pool = xcalloc(1, sizeof(*pool));

	pool->options = *options;
	pool->common = xstrdup(repository_common_folder(repository));
	pool->parent = path_join(repository_state_folder(repository), "work");
	if (repository_make_state(repository, err) < 0 ||
	    folder_make(pool->parent, 0700, err) < 0) {
		work_pool_free(pool);
		return NULL;
	}
	return pool;
}

static void folder_free(struct work_folder *folder)
{
	/* When it was last used. */
	futimens(folder->lock_fd, NULL);
	free(folder->path);
	gitfolder_release(&folder->git);
	close(folder->lock_fd);
	free(folder->commit);
	manifest_free(folder->manifest);
	free(folder);
}

static void pool_destroy(struct work_pool *pool)
{
	for (size_t i = 0; i < pool->folder_count; i++)
		folder_free(pool->folders[i]);
	free(pool->folders);
	free(pool->waiting);
	free(pool->active);
	plan_drop(pool->plan);
	free(pool->common);
	free(pool->parent);
	free(pool);
}

static void request_free(struct work_request *request)
{
	plan_drop(request->plan);
	error_clear(&request->err);
	free(request->commit);
	free(request);
}

void work_pool_free(struct work_pool *pool)
{
	if (!pool)
		return;
	pool->closing = true;
	for (size_t i = 0; i < pool->waiting_count; i++)
		request_free(pool->waiting[i]);
	pool->waiting_count = 0;
	for (size_t i = 0; i < pool->active_count; i++)
		work_cancel(pool->active[i]);
	if (pool->active_count == 0)
		pool_destroy(pool);
}

static struct work_folder *add_folder(struct work_pool *pool, int number,
				      int lock_fd)
{
	struct work_folder *folder = xcalloc(1, sizeof(*folder));

	futimens(lock_fd, NULL);
	folder->pool = pool;
	folder->number = number;
	folder->lock_fd = lock_fd;
	folder->path = folder_name(pool, number, "");
	folder->git.path = folder_name(pool, number, ".git");
	folder->git.work = xstrdup(folder->path);
	folder->git.common = xstrdup(pool->common);
	*VECTOR_ADD(pool->folders, pool->folder_count, pool->folder_cap) =
		folder;
	return folder;
}

static struct work_folder *lock_folder(struct work_pool *pool,
				       struct error *err)
{
	for (int number = 1; number <= NUMBER_MAX; number++) {
		int fd = shelf_lock(pool->parent, number);

		if (fd >= 0 && !shelf_is_kept(pool->parent, number))
			return add_folder(pool, number, fd);
		if (fd >= 0)
			close(fd);
		else if (errno != EWOULDBLOCK && errno != EINTR) {
			error_set(err, ERROR_IO,
				  "cannot lock a work folder in %s: %s",
				  pool->parent, strerror(errno));
			return NULL;
		}
	}
	error_set(err, ERROR_REFUSED,
		  "all work folders in %s are in use by other runs",
		  pool->parent);
	return NULL;
}

/* One that holds the commit, else any, else a new one. NULL without an error:
 * all are in use. */
static struct work_folder *choose_folder(struct work_pool *pool,
					 const char *commit, struct error *err)
{
	struct work_folder *any = NULL;

	for (size_t i = 0; i < pool->folder_count; i++) {
		struct work_folder *folder = pool->folders[i];

		if (folder->busy)
			continue;
		if (str_equal(folder->commit, commit))
			return folder;
		any = folder;
	}
	if (any || pool->folder_count >= (size_t)pool->options.jobs)
		return any;
	return lock_folder(pool, err);
}

void folder_forget(struct work_folder *folder)
{
	free(folder->commit);
	folder->commit = NULL;
	manifest_free(folder->manifest);
	folder->manifest = NULL;
}

static void start_request(struct work_request *request,
			  struct work_folder *folder)
{
	struct work_pool *pool = request->pool;

	folder->busy = true;
	request->folder = folder;
	*VECTOR_ADD(pool->active, pool->active_count, pool->active_cap) =
		request;
	loop_post(pool->options.loop, request_begin, request);
}

static void remove_from(struct work_request **list, size_t *count,
			const struct work_request *request)
{
	for (size_t i = 0; i < *count; i++)
		if (list[i] == request) {
			memmove(&list[i], &list[i + 1],
				(*count - i - 1) * sizeof(*list));
			(*count)--;
			return;
		}
}

/* A folder is free: who waits longest gets it. */
static void start_waiting(struct work_pool *pool)
{
	while (pool->waiting_count > 0 && !pool->closing) {
		struct work_request *request = pool->waiting[0];
		struct work_folder *folder =
			choose_folder(pool, request->commit, NULL);

		if (!folder)
			return;
		remove_from(pool->waiting, &pool->waiting_count, request);
		start_request(request, folder);
	}
}

void request_finish(struct work_request *request)
{
	struct work_pool *pool = request->pool;
	struct work_folder *folder = request->folder;
	bool failed = request->err.code != ERROR_NONE;
	bool closing;

	if (failed && folder)
		folder_forget(folder);
	if ((failed || request->cancelled) && folder)
		folder->busy = false;
	if (!request->cancelled)
		request->ready(failed ? NULL : folder,
			       failed ? &request->err : NULL, request->data);
	/* Until here: ready() may free the pool. */
	remove_from(pool->active, &pool->active_count, request);
	request_free(request);
	closing = pool->closing;
	if (!closing)
		start_waiting(pool);
	else if (pool->active_count == 0)
		pool_destroy(pool);
	if (!closing && pool->active_count == 0 && pool->options.idle)
		pool->options.idle(pool->options.data);
}

struct work_request *work_prepare(struct work_pool *pool, const char *commit,
				  work_ready *ready, void *data)
{
	struct work_request *request = xcalloc(1, sizeof(*request));
	struct work_folder *folder;

	request->pool = pool;
	request->commit = xstrdup(commit);
	request->ready = ready;
	request->data = data;
	folder = choose_folder(pool, commit, &request->err);
	if (folder) {
		start_request(request, folder);
	} else if (request->err.code != ERROR_NONE) {
		*VECTOR_ADD(pool->active, pool->active_count,
			    pool->active_cap) = request;
		loop_post(pool->options.loop, request_begin, request);
	} else {
		*VECTOR_ADD(pool->waiting, pool->waiting_count,
			    pool->waiting_cap) = request;
	}
	return request;
}

void work_cancel(struct work_request *request)
{
	struct work_pool *pool = request->pool;

	if (!request->folder && request->err.code == ERROR_NONE) {
		remove_from(pool->waiting, &pool->waiting_count, request);
		request_free(request);
		return;
	}
	request->cancelled = true;
	if (request->checkout)
		checkout_kill(request->checkout);
}

bool work_pool_is_busy(const struct work_pool *pool)
{
	return pool && pool->active_count > 0;
}

const char *work_folder_path(const struct work_folder *folder)
{
	return folder->path;
}

int work_folder_lock_fd(const struct work_folder *folder)
{
	return folder->lock_fd;
}

void work_give_back(struct work_folder *folder)
{
	folder->busy = false;
	start_waiting(folder->pool);
}

bool work_keep(struct work_folder *folder, const char *what)
{
	struct work_pool *pool = folder->pool;
	size_t at = 0;

	if (pool->options.keep_failed <= 0 ||
	    shelf_keep(pool->parent, folder->number, what,
		       pool->options.keep_failed, NULL) < 0) {
		work_give_back(folder);
		return false;
	}
	while (pool->folders[at] != folder)
		at++;
	pool->folders[at] = pool->folders[--pool->folder_count];
	folder_free(folder);
	start_waiting(pool);
	return true;
}

unsigned work_pool_git_count(const struct work_pool *pool)
{
	return pool->git_count;
}
