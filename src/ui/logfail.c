/* SPDX-License-Identifier: MIT */
/* e and E: from one failure to the next, in this log and in those of the
 * other stages that failed. */
#include <stdlib.h>

#include "base/memory.h"
#include "ui/logpanel.h"

static bool has_failed(const struct stage_model *stage)
{
	return state_is_bad(stage->state) || stage->state == STATE_ALLOWED ||
	       stage->tests_failed > 0;
}

static const struct stage_model *
stage_beyond(const struct view *view, const struct model *model, bool forward)
{
	const struct stage_model *shown = view_stage(view, model);
	size_t at = shown ? (size_t)(shown - model->stages) : 0;

	while (forward ? ++at < model->stage_count : at-- > 0)
		if (has_failed(&model->stages[at]))
			return &model->stages[at];
	return NULL;
}

static void seek(struct view *view, bool forward, int64_t from)
{
	struct search *by = logview_failures(&view->log);

	logview_seek(&view->log, forward ? SEEK_NEXT : SEEK_BEFORE, by, from);
}

void log_failure(struct view *view, const struct model *model, bool forward)
{
	struct logview *log = &view->log;

	view->focus = PANEL_LOG;
	if (!log->file)
		log_failure_beyond(view, model, forward);
	else if (log->follow)
		seek(view, forward, forward ? 0 : logfile_size(log->file));
	else
		seek(view, forward, log->line + (forward ? 1 : 0));
}

void log_failure_beyond(struct view *view, const struct model *model,
			bool forward)
{
	const struct stage_model *stage = stage_beyond(view, model, forward);
	char *text;

	if (!stage) {
		view_toast(view, true,
			   forward ? "no further failure"
				   : "no earlier failure");
		return;
	}
	view_select(view, stage->name);
	log_show(view, model);
	text = xasprintf("%s %s%s%s", stage->name, state_name(stage->state),
			 *stage->reason ? ": " : "", stage->reason);
	view_toast(view, state_is_bad(stage->state), text);
	free(text);
	if (view->log.file)
		seek(view, forward, forward ? 0 : logfile_size(view->log.file));
	view->log.entered = true;
}
