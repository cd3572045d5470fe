/* SPDX-License-Identifier: MIT */
/* Looks on a helper since when the finding is there that a dialog shows. */
#ifndef SIGNALBOX_UI_SINCE_H
#define SIGNALBOX_UI_SINCE_H

#include "loop/helper.h"
#include "ui/view.h"

/* Takes view->since; the dialog, if it is still open, gets one more fact,
 * then changed(data). */
void since_start(struct helper *helper, struct view *view,
		 void (*changed)(void *data), void *data);
/* The dialog of a finding asks. */
void since_ask(struct view *view, const struct model *model,
	       const struct finding_model *finding);
void since_release(struct view *view);

#endif
