/* SPDX-License-Identifier: MIT */
/* What is told beyond the cells: the window's title, and what a person who
 * looks elsewhere should hear of. Plain text, made printable. */
#ifndef SIGNALBOX_UI_NOTICE_H
#define SIGNALBOX_UI_NOTICE_H

#include "base/str.h"
#include "model/model.h"

/* Appends the title: which run, and its state or what it waits for. */
void title_of(const struct model *model, bool replayed, struct str *out);
/* A gate that opened, a run that ended, a rollback that began: appends what
 * is told of it. False: the event is progress, and nobody's business. */
bool notice_of(const struct model *model, const struct event *event,
	       struct str *out);

#endif
