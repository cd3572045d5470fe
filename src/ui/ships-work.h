/* SPDX-License-Identifier: MIT */
/*
 * Finds what the view of what ships asks for, in the repository of the
 * current folder, on a helper of its own: the screen never waits for it, and
 * what is no longer asked is given up.
 *
 *	struct ships_work *work = ships_work_new(loop, view, changed, data);
 *	view_input(...);
 *	ships_work_obey(work);
 */
#ifndef SIGNALBOX_UI_SHIPS_WORK_H
#define SIGNALBOX_UI_SHIPS_WORK_H

#include "loop/loop.h"
#include "ui/view.h"

struct ships_work;

/* changed(data): what is shown has grown. The view outlives it. */
struct ships_work *ships_work_new(struct loop *loop, struct view *view,
				  void (*changed)(void *data), void *data);
void ships_work_obey(struct ships_work *work);
void ships_work_free(struct ships_work *work);

#endif
