/* SPDX-License-Identifier: MIT */
/* The way of one request to a clean work folder. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "source/workpool.h"

/* A folder with at most so many files is compared on the loop: handing it to
 * the helper takes as long. */
#define SMALL_MANIFEST 200

static bool has_pointer(const struct work_folder *folder)
{
	char *pointer = path_join(folder->path, ".git");
	bool has = file_exists(pointer);

	free(pointer);
	return has;
}

/* On the helper: brings the folder back to its commit without git, if it can.
 * Fails when that cannot be done in place. */
static int tidy(struct work_request *request, struct error *err)
{
	struct work_folder *folder = request->folder;
	bool intact = false;
	struct stat info;
	bool untouched;

	request->finding = FINDING_CHECK_OUT;
	if (folder_make(folder->path, 0755, err) < 0)
		return -1;
	/* A link would lead git out of here. */
	if (lstat(folder->path, &info) < 0 || !S_ISDIR(info.st_mode) ||
	    chmod(folder->path, 0755) < 0)
		return -1;
	if (!folder->commit)
		folder_recall(folder);
	untouched = folder->commit &&
		    gitfolder_is_untouched(&folder->git, folder->commit);
	if (untouched &&
	    manifest_clean(folder->manifest, folder->path, &intact, err) < 0)
		return -1;
	if (untouched && intact && strcmp(folder->commit, request->commit) == 0)
		request->finding = FINDING_READY;
	else if (!untouched || !has_pointer(folder))
		return gitfolder_make(&folder->git, request->commit, err);
	return 0;
}

/* What cannot be cleaned is thrown away whole. */
static int empty(struct work_request *request, struct error *err)
{
	struct work_folder *folder = request->folder;

	if (folder_remove(folder->path, err) < 0 ||
	    folder_make(folder->path, 0755, err) < 0)
		return -1;
	return gitfolder_make(&folder->git, request->commit, err);
}

static void tidy_work(void *data)
{
	struct work_request *request = data;

	if (!request->again && tidy(request, NULL) == 0)
		return;
	request->again = true;
	request->finding = FINDING_CHECK_OUT;
	if (empty(request, &request->err) < 0)
		request->finding = FINDING_FAILED;
}

static void check_out(struct work_request *request);

static void tidy_done(void *data)
{
	struct work_request *request = data;

	if (request->cancelled) {
		/* Half cleaned: only what git and the walk say counts. */
		folder_forget(request->folder);
		request_finish(request);
	} else if (request->finding == FINDING_CHECK_OUT) {
		check_out(request);
	} else {
		request_finish(request);
	}
}

static void tidy_start(struct work_request *request)
{
	helper_run(request->pool->options.helper, tidy_work, tidy_done,
		   request);
}

static bool is_clean(struct work_folder *folder)
{
	return gitfolder_is_untouched(&folder->git, folder->commit) &&
	       manifest_matches(folder->manifest, folder->path);
}

void request_begin(void *data)
{
	struct work_request *request = data;
	struct work_folder *folder = request->folder;

	if (request->cancelled || request->err.code != ERROR_NONE)
		request_finish(request);
	else if (str_equal(folder->commit, request->commit) &&
		 manifest_count(folder->manifest) <= SMALL_MANIFEST &&
		 is_clean(folder))
		request_finish(request);
	else
		tidy_start(request);
}

/* On the helper, after git wrote: what else is there goes, and how the rest
 * looks is remembered. */
static void note_work(void *data)
{
	struct work_request *request = data;
	struct work_folder *folder = request->folder;
	struct strings paths = STRINGS_INIT;

	folder_forget(folder);
	strings_copy(&paths, &request->plan->paths);
	strings_add(&paths, ".git");
	folder->manifest = manifest_new(paths.items, paths.count);
	strings_release(&paths);
	request->finding = FINDING_FAILED;
	if (gitfolder_set_head(&folder->git, request->commit, &request->err) <
		    0 ||
	    manifest_note(folder->manifest, folder->path, &request->err) < 0)
		return;
	gitfolder_note(&folder->git);
	folder->commit = xstrdup(request->commit);
	folder_remember(folder);
	request->finding = FINDING_READY;
}

/* True when the checkout is tried once more, into an empty folder. */
static bool try_again(struct work_request *request)
{
	if (request->again || request->cancelled)
		return false;
	request->again = true;
	error_clear(&request->err);
	plan_drop(request->plan);
	request->plan = NULL;
	folder_forget(request->folder);
	tidy_start(request);
	return true;
}

static void note_done(void *data)
{
	struct work_request *request = data;

	if (request->finding == FINDING_READY || !try_again(request))
		request_finish(request);
}

static void keep_plan(struct work_pool *pool, struct plan *plan)
{
	if (pool->plan == plan)
		return;
	plan_drop(pool->plan);
	pool->plan = plan_share(plan);
}

static void checked_out(const struct error *err, void *data)
{
	struct work_request *request = data;
	bool listed = request->plan->listed;

	request->checkout = NULL;
	if (listed)
		keep_plan(request->pool, request->plan);
	if (!err) {
		helper_run(request->pool->options.helper, note_work, note_done,
			   request);
		return;
	}
	error_set(&request->err, err->code, "%s", error_text(err));
	if (!listed || request->plan->refused || !try_again(request))
		request_finish(request);
}

static void check_out(struct work_request *request)
{
	struct work_pool *pool = request->pool;
	struct checkout_options options = {
		.loop = pool->options.loop,
		.folder = &request->folder->git,
		.git_count = &pool->git_count,
	};

	plan_drop(request->plan);
	if (pool->plan && strcmp(pool->plan->commit, request->commit) == 0)
		request->plan = plan_share(pool->plan);
	else
		request->plan = plan_new(request->commit);
	options.plan = request->plan;
	request->checkout =
		checkout_start(&options, checked_out, request, &request->err);
	if (!request->checkout)
		request_finish(request);
}
