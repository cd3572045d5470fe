/* SPDX-License-Identifier: MIT */
#include "ui/logpanel.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/dialog.h"

static int rows_of(const struct view *view)
{
	int rows = view->plan.panels[PANEL_LOG].rows - 1;

	return rows > 0 ? rows : 1;
}

static int width_of(const struct view *view)
{
	const struct rect *rect = &view->plan.panels[PANEL_LOG];
	int width = log_width(view, rect->cols - (rect->left ? 1 : 0));

	return width > 0 ? width : 1;
}

static void slide(struct logview *log, int columns)
{
	log->sideways += columns;
	if (log->sideways < 0)
		log->sideways = 0;
	if (log->sideways > 2 * LOGFILE_BLOCK)
		log->sideways = 2 * LOGFILE_BLOCK;
}

static void go_first(struct view *view)
{
	struct logview *log = &view->log;
	struct logview_line line;

	log->follow = false;
	log->top = log->line = 0;
	log->top_row = 0;
	if (logview_line(log, 0, &line))
		log->top = log->line = line.start;
}

/* Follows, but for what is being marked. */
static void go_last(struct view *view)
{
	struct logview *log = &view->log;

	log->follow = true;
	if (log->range >= 0)
		logview_stand(log, rows_of(view), width_of(view));
}

static void toggle_fold(struct view *view)
{
	struct logview *log = &view->log;
	struct logview_line line;

	logview_stand(log, rows_of(view), width_of(view));
	if (log->only || !logview_line(log, log->line, &line))
		return;
	if (!line.is_head) {
		int64_t head = logview_head(log, log->line);

		if (head < 0)
			return;
		log->line = head;
	}
	logview_toggle(log, log->line);
	logview_settle(log);
	logview_reveal(log, rows_of(view), width_of(view));
}

bool log_act(struct view *view, const struct model *model, enum action action)
{
	struct logview *log = &view->log;
	int rows = rows_of(view);
	int width = width_of(view);

	(void)model;
	if (!log->file)
		return false;
	switch (action) {
	case ACTION_UP:
	case ACTION_DOWN:
		logview_move(log, action == ACTION_UP ? -1 : 1, rows, width);
		return true;
	case ACTION_HALF_UP:
		logview_scroll(log, -(rows + 1) / 2, rows, width);
		return true;
	case ACTION_HALF_DOWN:
		logview_scroll(log, (rows + 1) / 2, rows, width);
		return true;
	case ACTION_PAGE_UP:
		logview_scroll(log, -rows, rows, width);
		return true;
	case ACTION_PAGE_DOWN:
		logview_scroll(log, rows, rows, width);
		return true;
	case ACTION_LEFT:
	case ACTION_RIGHT:
		slide(log, action == ACTION_LEFT ? -8 : 8);
		return true;
	case ACTION_FIRST:
		go_first(view);
		return true;
	case ACTION_LAST:
		go_last(view);
		return true;
	case ACTION_OPEN:
		toggle_fold(view);
		return true;
	default:
		return false;
	}
}

static void find(struct view *view, enum seek way)
{
	struct logview *log = &view->log;

	if (!log->find) {
		view_toast(view, true, "nothing was looked for yet; / does");
		return;
	}
	if (log->follow)
		logview_seek(log, way, log->find, logfile_size(log->file));
	else
		logview_seek(log, way, log->find,
			     log->line + (way == SEEK_NEXT ? 1 : 0));
}

void log_find(struct view *view, const char *text)
{
	struct logview *log = &view->log;

	logview_search(log, text);
	view->focus = PANEL_LOG;
	if (!log->find)
		return;
	if (log->follow)
		logview_seek(log, SEEK_BEFORE, log->find,
			     logfile_size(log->file));
	else
		logview_seek(log, SEEK_NEXT, log->find, log->line);
}

void log_filter(struct view *view, const char *text)
{
	view->focus = PANEL_LOG;
	logview_filter(&view->log, text);
}

static void toggle_times(struct view *view)
{
	struct logview *log = &view->log;

	log->times = !log->times;
	logview_refresh(log, -1);
	if (log->times && !log->index.count)
		view_toast(view, true, "when this was printed is not known");
}

static void toggle_range(struct view *view)
{
	struct logview *log = &view->log;

	view->focus = PANEL_LOG;
	logview_stand(log, rows_of(view), width_of(view));
	log->range = log->range < 0 ? log->line : -1;
	if (log->range >= 0)
		view_toast(view, false,
			   "lines are marked from here on; y copies them, Esc "
			   "lets go");
}

/* What works whichever panel has the focus. */
static void log_key(struct view *view, const struct model *model,
		    enum action action)
{
	struct logview *log = &view->log;

	switch (action) {
	case ACTION_FOLLOW:
		if (log->follow)
			logview_stand(log, rows_of(view), width_of(view));
		else
			log->follow = true;
		break;
	case ACTION_SEARCH:
		dialog_open(view, model, &search_dialog);
		break;
	case ACTION_FILTER:
		dialog_open(view, model, &filter_dialog);
		break;
	case ACTION_FIND_NEXT:
	case ACTION_FIND_BEFORE:
		find(view,
		     action == ACTION_FIND_NEXT ? SEEK_NEXT : SEEK_BEFORE);
		break;
	case ACTION_WRAP:
		logview_stand(log, rows_of(view), width_of(view));
		log->wrap = !log->wrap;
		log->top_row = 0;
		logview_reveal(log, rows_of(view), width_of(view));
		break;
	case ACTION_TIMES:
		toggle_times(view);
		break;
	case ACTION_COPY:
	case ACTION_COPY_WITH:
		log_copy(view, model, action == ACTION_COPY_WITH);
		break;
	case ACTION_RANGE:
		toggle_range(view);
		break;
	case ACTION_PAGER:
	case ACTION_EDITOR:
		view->wish = action == ACTION_PAGER ? WISH_PAGER : WISH_EDITOR;
		break;
	default:
		break;
	}
}

bool log_take(struct view *view, const struct model *model, enum action action)
{
	if (action < ACTION_FOLLOW || action > ACTION_EDITOR)
		return false;
	if (action == ACTION_FAILURE_NEXT || action == ACTION_FAILURE_BEFORE) {
		log_failure(view, model, action == ACTION_FAILURE_NEXT);
	} else if (view->log.file) {
		log_key(view, model, action);
	} else {
		char *text = xasprintf("%.1s is off: no log is shown",
				       action_info(action)->keys);

		view_toast(view, true, text);
		free(text);
	}
	return true;
}

bool log_close(struct view *view)
{
	struct logview *log = &view->log;

	if (logview_give_up(log))
		view_toast(view, false, "the search was given up");
	else if (log->range >= 0)
		log->range = -1;
	else
		return false;
	return true;
}

bool log_clear(struct view *view)
{
	struct logview *log = &view->log;

	if (*log->filter)
		logview_filter(log, "");
	else if (*log->search)
		logview_search(log, "");
	else
		return false;
	return true;
}

void log_show(struct view *view, const struct model *model)
{
	const struct stage_model *stage = view_stage(view, model);
	const char *name = stage ? stage->log : "";
	char *path = *name && view->run_folder
			     ? xasprintf("%s/%s", view->run_folder, name)
			     : xstrdup("");

	if (strcmp(path, view->log.path) != 0)
		logview_open(&view->log, path);
	free(path);
	logview_refresh(&view->log,
			stage && view->play.on ? stage->log_bytes : -1);
}

static void say_nowhere(struct view *view)
{
	char *text = xasprintf("no line holds %s", view->log.search);

	view_toast(view, true, text);
	free(text);
}

/* A log without a failed line is shown at its end: there its stage failed. */
static bool is_entered(struct logview *log)
{
	bool entered = log->entered;

	log->entered = false;
	log->follow = entered || log->follow;
	return entered;
}

void log_update(struct view *view, const struct model *model)
{
	struct logview *log = &view->log;
	bool forward = log->seek.way == SEEK_NEXT;

	logview_filtered(log, rows_of(view), width_of(view));
	switch (logview_arrive(log, rows_of(view), width_of(view))) {
	case ARRIVAL_NONE:
	case ARRIVAL_WAITS:
		break;
	case ARRIVAL_FOUND:
		log->entered = false;
		if (log->seek.wrapped)
			view_toast(view, false,
				   forward ? "on from the start"
					   : "on from the end");
		break;
	case ARRIVAL_NOWHERE:
		if (log->seek.by != log->failures)
			say_nowhere(view);
		else if (!is_entered(log))
			log_failure_beyond(view, model, forward);
		break;
	}
}
