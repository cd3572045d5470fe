/* SPDX-License-Identifier: MIT */
/* Writes the exception that was drafted into the work tree, on a helper. */
#ifndef SIGNALBOX_UI_DRAFT_H
#define SIGNALBOX_UI_DRAFT_H

#include "loop/helper.h"
#include "ui/view.h"

/* Takes view->draft; a toast says what came of it, then changed(data). */
void draft_start(struct helper *helper, struct view *view,
		 void (*changed)(void *data), void *data);

#endif
