/* SPDX-License-Identifier: MIT */
#include "ui/ships-work.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"
#include "loop/helper.h"
#include "pipeline/pipeline.h"
#include "source/repository.h"
#include "ui/draft.h"
#include "ui/ships.h"
#include "ui/since.h"
#include "ui/table.h"

/* What was found is told so often; the last of it at the end. */
#define TELL_US 30000
/* A patch is read by a person. */
#define PATCH_BYTES ((size_t)4 << 20)

struct found { /* since it was told last */
	struct shipped_commit *commits;
	size_t commit_count, commit_cap;
	struct shipped_file *files;
	size_t file_count, file_cap;
};

struct look { /* the helper's, but for what the mutex guards */
	struct ships_work *work;
	char *live, *candidate; /* live NULL: nothing is */
	int64_t live_run, run, until;
	atomic_bool is_dropped;
	int64_t told_us;
	pthread_mutex_t mutex;
	struct found found; /* guarded */
	bool is_posted;	    /* guarded */
	struct ships ships;
	struct comparison comparison;
	struct error err;
};

struct page_look { /* one patch */
	struct ships_work *work;
	char *live, *candidate;
	char *raw; /* of the file, or NULL: the commit's whole */
	struct str text;
	struct error err;
};

struct ships_work {
	struct loop *loop;
	struct view *view;
	void (*changed)(void *data);
	void *data;
	/* NULL until they are needed; a patch does not wait for the rest. */
	struct helper *helper, *patches;
	struct look *look;	/* the newest, NULL once it was told */
	struct page_look *page; /* likewise */
};

static void found_release(struct found *found)
{
	for (size_t i = 0; i < found->commit_count; i++)
		shipped_commit_release(&found->commits[i]);
	for (size_t i = 0; i < found->file_count; i++)
		shipped_file_release(&found->files[i]);
	free(found->commits);
	free(found->files);
}

/* Into the view, if it still asks for that. */
static void hand_over(struct look *look, struct found *found)
{
	struct ships_view *ships = look->work->view->ships;

	if (look->work->look != look || !ships) {
		found_release(found);
		return;
	}
	for (size_t i = 0; i < found->commit_count; i++)
		shipment_add_commit_owned(ships->it, found->commits[i]);
	for (size_t i = 0; i < found->file_count; i++)
		shipment_add_file_owned(ships->it, found->files[i]);
	free(found->commits);
	free(found->files);
	ships_grew(look->work->view);
	look->work->changed(look->work->data);
}

static void tell(void *data)
{
	struct look *look = data;
	struct found found;

	pthread_mutex_lock(&look->mutex);
	found = look->found;
	memset(&look->found, 0, sizeof(look->found));
	look->is_posted = false;
	pthread_mutex_unlock(&look->mutex);
	hand_over(look, &found);
}

/* On the helper, as the functions below: true to go on. */
static bool has_found(struct look *look)
{
	int64_t now = clock_monotonic_us();
	bool post = false;

	if (now - look->told_us >= TELL_US) {
		look->told_us = now;
		pthread_mutex_lock(&look->mutex);
		post = !look->is_posted;
		look->is_posted = true;
		pthread_mutex_unlock(&look->mutex);
	}
	if (post)
		loop_post(look->work->loop, tell, look);
	return !atomic_load(&look->is_dropped);
}

static bool take_commit(const struct shipped_commit *commit, void *data)
{
	struct look *look = data;
	struct found *found = &look->found;

	pthread_mutex_lock(&look->mutex);
	*VECTOR_ADD(found->commits, found->commit_count, found->commit_cap) =
		shipped_commit_copy(commit);
	pthread_mutex_unlock(&look->mutex);
	return has_found(look);
}

static bool take_file(const struct shipped_file *file, void *data)
{
	struct look *look = data;
	struct found *found = &look->found;
	struct shipped_file copy = *file;

	copy.path = xstrdup(file->path);
	copy.raw = xstrdup_null(file->raw);
	pthread_mutex_lock(&look->mutex);
	*VECTOR_ADD(found->files, found->file_count, found->file_cap) = copy;
	pthread_mutex_unlock(&look->mutex);
	return has_found(look);
}

static char *folder_of(const struct repository *repository, int64_t run)
{
	return run > 0 ? xasprintf("%s/runs/%lld",
				   repository_state_folder(repository),
				   (long long)run)
		       : NULL;
}

/* Where nothing is being run, the newest run of what is checked out. */
static void find_run(struct look *look, struct repository *repository)
{
	struct commit commit = COMMIT_INIT;
	char *runs;

	if (look->run ||
	    repository_commit(repository, look->candidate, &commit, NULL) < 0)
		return;
	runs = path_join(repository_state_folder(repository), "runs");
	look->run = comparison_find_run(runs, commit.id);
	look->until = INT64_MAX;
	free(runs);
	commit_release(&commit);
}

static void compare(struct look *look, const struct repository *repository)
{
	char *live = folder_of(repository, look->live_run);
	char *run = folder_of(repository, look->run);

	comparison_make(&look->comparison, live, run, look->until);
	free(live);
	free(run);
}

static void find(void *data)
{
	struct look *look = data;
	struct repository *repository;
	struct pipeline *pipeline;

	if (atomic_load(&look->is_dropped))
		return;
	repository = repository_open(".", &look->err);
	if (!repository)
		return;
	pipeline = repository_pipeline(repository, look->candidate);
	look->ships.ask.pipeline = pipeline;
	look->ships.ask.commit = take_commit;
	look->ships.ask.file = take_file;
	look->ships.ask.data = look;
	if (ships_find(repository, look->live, look->candidate, &look->ships,
		       &look->err) == 0 &&
	    !look->ships.is_stopped) {
		find_run(look, repository);
		compare(look, repository);
	}
	pipeline_free(pipeline);
	repository_free(repository);
}

static void look_free(struct look *look)
{
	loop_unpost(look->work->loop, tell, look);
	found_release(&look->found);
	ships_release(&look->ships);
	comparison_release(&look->comparison);
	error_clear(&look->err);
	pthread_mutex_destroy(&look->mutex);
	free(look->live);
	free(look->candidate);
	free(look);
}

static void was_found(void *data)
{
	struct look *look = data;
	struct ships_work *work = look->work;
	struct ships_view *ships = work->view->ships;

	tell(look);
	if (work->look == look && ships) {
		struct shipment *it = ships->it;

		it->is_known = it->is_compared = true;
		it->authors = look->ships.authors.count;
		it->lost = look->ships.lost;
		it->lines_partial = look->ships.lines_partial;
		it->comparison = look->comparison;
		memset(&look->comparison, 0, sizeof(look->comparison));
		if (look->err.code)
			it->error = xstrdup(error_text(&look->err));
		ships_grew(work->view);
		work->changed(work->data);
	}
	if (work->look == look)
		work->look = NULL;
	look_free(look);
}

static void drop_look(struct ships_work *work)
{
	if (work->look)
		atomic_store(&work->look->is_dropped, true);
	work->look = NULL;
}

static void drop(struct ships_work *work)
{
	drop_look(work);
	work->page = NULL;
}

static void start(struct ships_work *work, const struct shipment *it)
{
	struct look *look = xcalloc(1, sizeof(*look));

	look->work = work;
	look->live = *it->live ? xstrdup(it->live) : NULL;
	look->candidate = xstrdup(it->candidate);
	look->live_run = it->live_run;
	look->run = it->run;
	look->until = it->until;
	atomic_init(&look->is_dropped, false);
	pthread_mutex_init(&look->mutex, NULL);
	work->look = look;
	helper_run(work->helper, find, was_found, look);
}

static void read_page(void *data)
{
	struct page_look *look = data;
	struct repository *repository = repository_open(".", &look->err);
	int result;

	if (!repository)
		return;
	result = look->raw ? ships_diff(repository, look->live, look->candidate,
					look->raw, PATCH_BYTES, &look->text,
					&look->err)
			   : ships_show(repository, look->candidate,
					PATCH_BYTES, &look->text, &look->err);
	if (result < 0)
		str_clear(&look->text);
	repository_free(repository);
}

static void page_was_read(void *data)
{
	struct page_look *look = data;
	struct ships_work *work = look->work;

	if (work->page == look && work->view->ships) {
		if (look->err.code)
			str_addf(&look->text, "\\ %s\n",
				 error_text(&look->err));
		ships_page_set_owned(&work->view->ships->page, &look->text);
		work->changed(work->data);
	}
	if (work->page == look)
		work->page = NULL;
	error_clear(&look->err);
	str_release(&look->text);
	free(look->live);
	free(look->candidate);
	free(look->raw);
	free(look);
}

static void start_page(struct ships_work *work, struct ships_view *ships)
{
	struct page_look *look = xcalloc(1, sizeof(*look));
	const struct shipment *it = ships->it;

	look->work = work;
	str_init(&look->text);
	if (ships->want == SHIPS_WANT_DIFF) {
		const struct shipped_file *file = &it->files[ships->want_item];

		look->live = *it->live ? xstrdup(it->live) : NULL;
		look->candidate = xstrdup(it->candidate);
		look->raw = xstrdup(file->raw ? file->raw : file->path);
	} else {
		look->candidate = xstrdup(it->commits[ships->want_item].id);
	}
	work->page = look;
	helper_run(work->patches, read_page, page_was_read, look);
}

static void need_helpers(struct ships_work *work)
{
	if (work->helper)
		return;
	work->helper = helper_new(work->loop, "ships");
	work->patches = helper_new(work->loop, "patches");
}

void ships_work_obey(struct ships_work *work)
{
	struct ships_view *ships = work->view->ships;

	if (work->view->since.id) {
		need_helpers(work);
		since_start(work->patches, work->view, work->changed,
			    work->data);
	}
	if (work->view->draft.stage) {
		need_helpers(work);
		draft_start(work->patches, work->view, work->changed,
			    work->data);
	}
	if (work->view->table && work->view->table->asking) {
		need_helpers(work);
		table_start(work->patches, work->view, work->changed,
			    work->data);
	}
	if (!ships) {
		drop(work);
		return;
	}
	need_helpers(work);
	if (ships->is_asked) {
		drop_look(work);
		start(work, ships->it);
	}
	if (ships->want)
		start_page(work, ships);
	else if (!ships->page.title)
		work->page = NULL;
	ships->is_asked = false;
	ships->want = SHIPS_WANT_NONE;
}

struct ships_work *ships_work_new(struct loop *loop, struct view *view,
				  void (*changed)(void *data), void *data)
{
	struct ships_work *work = xcalloc(1, sizeof(*work));

	work->loop = loop;
	work->view = view;
	work->changed = changed;
	work->data = data;
	return work;
}

void ships_work_free(struct ships_work *work)
{
	if (!work)
		return;
	drop(work);
	helper_free(work->helper);
	helper_free(work->patches);
	free(work);
}
