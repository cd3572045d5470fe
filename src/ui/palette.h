/* SPDX-License-Identifier: MIT */
/*
 * What the palette offers: every action by its name, with the arguments that
 * are known, as it was when the palette opened.
 *
 *	palette = palette_new(view, model);
 *	palette_filter(palette, "log smo");     // best first
 *	... palette_shown(palette, 0) ...
 */
#ifndef SIGNALBOX_UI_PALETTE_H
#define SIGNALBOX_UI_PALETTE_H

#include "ui/view.h"

struct palette_entry {
	enum action action;
	char *text;	   /* "log smoke", or the action's name alone */
	size_t argument;   /* where one begins in it; 0 none */
	const char *takes; /* what may be typed behind it; NULL nothing */
	char *off;	   /* why it cannot be run; "" it can */
};

struct palette;

struct palette *palette_new(const struct view *view, const struct model *model);
void palette_free(struct palette *palette);
/* Those that fit what was typed. */
void palette_filter(struct palette *palette, const char *typed);
/* The i'th of them; NULL past the last. */
const struct palette_entry *palette_shown(const struct palette *palette,
					  size_t i);
/* What stands behind the action's name: typed, or of the entry; "" nothing.
 * Borrowed from either. */
const char *palette_argument(const struct palette_entry *entry,
			     const char *typed);
/* Does it. What changes the world opens its question, and no more. False:
 * an argument is missing. */
bool palette_run(struct view *view, const struct model *model,
		 enum action action, const char *argument);

#endif
