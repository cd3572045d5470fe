/* SPDX-License-Identifier: MIT */
/* A model and a view at a moment of a recorded release. */
#ifndef SIGNALBOX_TESTS_UNIT_UI_STORY_H
#define SIGNALBOX_TESTS_UNIT_UI_STORY_H

#include "support/golden.h"

#include <locale.h>
#include <stdio.h>
#include <time.h>
#include <wchar.h>

#include "base/clock.h"
#include "ui/layout.h"

struct story {
	struct model *model;
	struct view *view;
	char *folder;
};

static inline void story_tell(struct model *model, const char *line, size_t len)
{
	struct error err = ERROR_INIT;
	struct event *event = event_decode(line, len, &err);

	if (!event)
		fail_msg("%.*s: %s", (int)len, line, error_text(&err));
	model_apply(model, event);
	event_free(event);
}

/* name: below tests/data/screen; NULL: nothing happened yet. */
static inline struct story story_open(const char *name)
{
	struct story story = {model_new(), view_new(),
			      source_path("tests/data/screen/run")};
	char *path;
	struct str text = STR_INIT;
	struct error err = ERROR_INIT;

	story.view->run_folder = story.folder;
	story.view->person = "ana";
	story.view->now_ms = 1795218831000;
	if (!name)
		return story;
	path = xasprintf("%s/../%s", story.folder, name);
	if (file_read(path, &text, 10 << 20, &err) < 0)
		fail_msg("%s", error_text(&err));
	for (char *line = text.data, *end; (end = strchr(line, '\n'));
	     line = end + 1)
		story_tell(story.model, line, (size_t)(end - line));
	story.view->now_ms = story.model->newest_ms + 500;
	story.view->clock_ms = 1000000;
	view_update(story.view, story.model);
	str_release(&text);
	free(path);
	return story;
}

static inline void story_close(struct story *story)
{
	view_free(story->view);
	model_free(story->model);
	free(story->folder);
}

static inline void story_plan(struct story *story, int rows, int cols)
{
	layout_plan(story->view, story->model, rows, cols);
}

/* Draws; the rows with trailing spaces cut, the caller's. */
static inline char *story_draw(struct story *story, int rows, int cols,
			       struct charset charset)
{
	struct grid grid;
	struct str out = STR_INIT;
	char *text;

	grid_init(&grid, rows, cols, charset);
	story_plan(story, rows, cols);
	layout_draw(story->view, story->model, &grid);
	text = grid_text(&grid);
	for (char *line = text, *end; (end = strchr(line, '\n'));
	     line = end + 1) {
		char *last = end;

		while (last > line && last[-1] == ' ')
			last--;
		str_add_bytes(&out, line, (size_t)(last - line));
		str_add_char(&out, '\n');
	}
	free(text);
	grid_release(&grid);
	return str_detach(&out);
}

static inline void story_setup(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	setlocale(LC_CTYPE, "C.UTF-8");
}

#endif
