/* SPDX-License-Identifier: MIT */
#include "ui/since.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "model/compare.h"
#include "source/repository.h"
#include "ui/dialog.h"

struct since_look {
	struct view *view;
	void (*changed)(void *data);
	void *data;
	char *id, *path, *package;
	int64_t run;
	bool is_known;
	struct since since;
};

void since_release(struct view *view)
{
	free(view->since.id);
	free(view->since.path);
	free(view->since.package);
	memset(&view->since, 0, sizeof(view->since));
}

void since_ask(struct view *view, const struct model *model,
	       const struct finding_model *finding)
{
	since_release(view);
	view->since.id = xstrdup(finding->id);
	view->since.path = xstrdup(finding->path);
	view->since.package = xstrdup(finding->package);
	view->since.run = model->run;
}

static void look_back(void *data)
{
	struct since_look *look = data;
	struct repository *repository = repository_open(".", NULL);
	const struct finding_key key = {look->id, look->path, look->package};
	char *runs;

	if (!repository)
		return;
	runs = path_join(repository_state_folder(repository), "runs");
	look->since = comparison_since(runs, look->run, &key);
	look->is_known = true;
	free(runs);
	repository_free(repository);
}

static void say(struct dialog *dialog, const struct since_look *look)
{
	const struct since *since = &look->since;
	char moment[CLOCK_TEXT_SIZE];

	if (since->run == look->run) {
		dialog_fact(dialog, ROLE_WARNING, "since    this run");
		return;
	}
	dialog_fact(dialog, ROLE_NORMAL, "since    run %lld, %s%s",
		    (long long)since->run,
		    clock_format_minute(since->time_ms, moment),
		    since->is_least ? ", or longer" : "");
}

static void looked_back(void *data)
{
	struct since_look *look = data;
	struct dialog *dialog = look->view->dialog;

	if (look->is_known && dialog && dialog->ops == &finding_dialog &&
	    dialog->steps.count == 2 &&
	    strcmp(dialog->steps.items[0], look->id) == 0 &&
	    strcmp(dialog->steps.items[1], look->path) == 0)
		say(dialog, look);
	look->changed(look->data);
	free(look->id);
	free(look->path);
	free(look->package);
	free(look);
}

void since_start(struct helper *helper, struct view *view,
		 void (*changed)(void *data), void *data)
{
	struct since_look *look = xcalloc(1, sizeof(*look));

	look->view = view;
	look->changed = changed;
	look->data = data;
	look->id = view->since.id;
	look->path = view->since.path;
	look->package = view->since.package;
	look->run = view->since.run;
	memset(&view->since, 0, sizeof(view->since));
	helper_run(helper, look_back, looked_back, look);
}
