/* SPDX-License-Identifier: MIT */
/* How a role looks on this terminal. Curses inside; call after its start. */
#ifndef SIGNALBOX_UI_THEME_H
#define SIGNALBOX_UI_THEME_H

#include <stdbool.h>

#include "ui/grid.h"

struct look {
	unsigned long attributes; /* curses' */
	short pair;
};

struct theme {
	struct look looks[ROLE_COUNT];
};

enum background { BACKGROUND_UNKNOWN, BACKGROUND_DARK, BACKGROUND_LIGHT };

/* Of a terminal of so many colours the one that a role takes, -1: the
 * terminal's own for text. */
int theme_colour(enum background background, int colours, enum role role);

/* name: "dark", "light", or NULL to go by COLORFGBG, else the terminal's own
 * sixteen colours. */
void theme_load(struct theme *theme, const char *name, bool colour);
struct look theme_look(const struct theme *theme, const struct cell *cell);

#endif
