/* SPDX-License-Identifier: MIT */
/* Writes the exception that was drafted into the work tree, on a helper. */
#ifndef SIGNALBOX_UI_DRAFT_H
#define SIGNALBOX_UI_DRAFT_H

#include "exceptions/record.h"
#include "loop/helper.h"
#include "ui/view.h"

/* Asks for it; the texts are copied. */
void draft_ask(struct view *view, const char *stage,
	       const struct record *record);
void draft_release(struct view *view);
/* Which file would it go into? */
void draft_ask_where(struct view *view, const char *stage);
/* Takes view->draft; the dialog, if it is still open, tells that file, or a
 * toast says what came of it, then changed(data). */
void draft_start(struct helper *helper, struct view *view,
		 void (*changed)(void *data), void *data);

#endif
