/* SPDX-License-Identifier: MIT */
/* What the log's keys do, in logkeys.c; log.c draws. */
#ifndef SIGNALBOX_UI_LOGPANEL_H
#define SIGNALBOX_UI_LOGPANEL_H

#include "ui/view.h"

/* While the log has the focus; false: not its action. */
bool log_act(struct view *view, const struct model *model, enum action action);
/* Whichever panel has it; false: not about the log. */
bool log_take(struct view *view, const struct model *model, enum action action);
/* Looks for text, or shows only lines that hold it; "" nothing. */
void log_find(struct view *view, const char *text);
void log_filter(struct view *view, const char *text);
/* Esc: gives up what is under way, or else clears what is set; false: there
 * is nothing. */
bool log_close(struct view *view);
bool log_clear(struct view *view);
/* Goes to the next failure, or the one before; from another stage's log on. */
void log_failure(struct view *view, const struct model *model, bool forward);
void log_failure_beyond(struct view *view, const struct model *model,
			bool forward);
/* Copies the marked lines; `from`: with where they are from. */
void log_copy(struct view *view, const struct model *model, bool from);
/* Opens the log of the shown stage. The file may come a moment after the event
 * that names it. */
void log_show(struct view *view, const struct model *model);
/* After events, keys and news of a search. */
void log_update(struct view *view, const struct model *model);
/* Columns of a panel of `cols` that are text. */
int log_width(const struct view *view, int cols);

#endif
