/* SPDX-License-Identifier: MIT */
/* A theme in lines: a sample of every role as the dashboard uses it. */
#ifndef SIGNALBOX_UI_PREVIEW_H
#define SIGNALBOX_UI_PREVIEW_H

#include "base/str.h"
#include "ui/theme.h"
#include "ui/ui.h"

/* Appends lines for this terminal; where standard output is none, or TERM
 * names none, plain text unless colour is UI_ALWAYS. Curses must not run. */
void theme_preview(const struct theme *theme, const char *name,
		   enum ui_choice colour, enum ui_choice unicode,
		   struct str *out);

#endif
