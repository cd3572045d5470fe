/* SPDX-License-Identifier: MIT */
#include "ui/draft.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "exceptions/exceptions.h"
#include "pipeline/pipeline.h"
#include "source/repository.h"

struct draft { /* on its way into the work tree */
	struct view *view;
	void (*changed)(void *data);
	void *data;
	char *stage;
	struct record *record;
	char *said; /* what came of it */
	struct error err;
};

/* A work tree's file of exceptions. */
#define EXCEPTIONS_BYTES ((size_t)4 << 20)

/* The file that the stage's scan names in the work tree's pipeline file and a
 * record can be added to, or NULL: the first of ours, since an entry of a
 * scanner's holds for every package, and else the first. The caller's. */
static char *named_file(struct repository *repository, const char *stage)
{
	struct pipeline *pipeline = repository_pipeline(repository, NULL);
	const struct stage_config *config =
		pipeline ? pipeline_stage(pipeline, stage) : NULL;
	const char *found = NULL;
	char *name;

	for (size_t i = 0; config && i < config->scan.exceptions.count; i++) {
		const char *it = config->scan.exceptions.items[i];

		if (exceptions_can_add(it) &&
		    (!found || (exceptions_is_native(found) &&
				!exceptions_is_native(it))))
			found = it;
	}
	name = xstrdup_null(found);
	pipeline_free(pipeline);
	return name;
}

static int append_draft(struct draft *draft, const char *tree, const char *name,
			bool is_read)
{
	char *path = path_join(tree, name);
	char *block = exceptions_block(name, draft->record);
	struct str file = STR_INIT;
	int result = 0;

	if (file_exists(path))
		result = file_read(path, &file, EXCEPTIONS_BYTES, &draft->err);
	if (result == 0 && !record_add(&file, block)) {
		draft->said = xasprintf("%s has an entry for it already", name);
	} else if (result == 0) {
		result = file_replace(path, file.data, file.len, 0644,
				      &draft->err);
		draft->said = xasprintf(
			is_read ? "drafted in %s; it counts once reviewed and "
				  "committed"
				: "drafted in %s; no scan reads it: name it "
				  "by 'exceptions'",
			name);
	}
	str_release(&file);
	free(block);
	free(path);
	return result;
}

static void write_draft(void *data)
{
	struct draft *draft = data;
	struct repository *repository = repository_open(".", &draft->err);
	const char *tree = repository ? repository_work_tree(repository) : NULL;
	char *name;

	if (repository && !tree)
		error_set(&draft->err, ERROR_REFUSED,
			  "there is no work tree to draft it in");
	name = tree ? named_file(repository, draft->stage) : NULL;
	if (tree && !draft->record)
		draft->said =
			xasprintf("%s%s", name ? name : RECORD_FILE,
				  name ? "" : ", which no scan reads yet");
	else if (tree)
		(void)append_draft(draft, tree, name ? name : RECORD_FILE,
				   name != NULL);
	free(name);
	repository_free(repository);
}

static void tell(const struct draft *draft)
{
	bool failed = draft->err.code != ERROR_NONE;
	const char *text = failed ? error_text(&draft->err) : draft->said;

	if (draft->record)
		view_toast(draft->view, failed, text);
	else
		finding_draft_goes(draft->view, draft->stage, text);
}

static void draft_was_written(void *data)
{
	struct draft *draft = data;

	tell(draft);
	draft->changed(draft->data);
	error_clear(&draft->err);
	free(draft->stage);
	if (draft->record)
		record_release(draft->record);
	free(draft->record);
	free(draft->said);
	free(draft);
}

void draft_release(struct view *view)
{
	free(view->draft.stage);
	if (view->draft.record)
		record_release(view->draft.record);
	free(view->draft.record);
	view->draft.stage = NULL;
	view->draft.record = NULL;
}

void draft_ask_where(struct view *view, const char *stage)
{
	draft_release(view);
	view->draft.stage = xstrdup(stage);
}

void draft_ask(struct view *view, const char *stage,
	       const struct record *record)
{
	draft_release(view);
	view->draft.stage = xstrdup(stage);
	view->draft.record = xcalloc(1, sizeof(*record));
	record_copy(view->draft.record, record);
}

void draft_start(struct helper *helper, struct view *view,
		 void (*changed)(void *data), void *data)
{
	struct draft *draft = xcalloc(1, sizeof(*draft));

	draft->view = view;
	draft->changed = changed;
	draft->data = data;
	draft->stage = view->draft.stage;
	draft->record = view->draft.record;
	view->draft.stage = NULL;
	view->draft.record = NULL;
	helper_run(helper, write_draft, draft_was_written, draft);
}
