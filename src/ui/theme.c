/* SPDX-License-Identifier: MIT */
#include "ui/theme.h"

#include <ncurses.h>
#include <stdlib.h>
#include <string.h>

/* A colour of the 16 that the person's own palette gives, and one of 256 for
 * a light background, where the 16 are often too pale. -1: the default. */
static const struct {
	short plain, light;
	bool bold, dim;
} roles[ROLE_COUNT] = {
	[ROLE_NORMAL] = {-1, -1, false, false},
	[ROLE_DIM] = {-1, -1, false, true},
	[ROLE_RULE] = {-1, -1, false, true},
	[ROLE_TITLE] = {-1, -1, false, false},
	[ROLE_KEY] = {-1, -1, false, false},
	[ROLE_OFF] = {-1, -1, false, true},
	[ROLE_PASSED] = {-1, -1, false, false},
	[ROLE_FAILED] = {COLOR_RED, 124, true, false},
	[ROLE_WARNING] = {COLOR_YELLOW, 130, false, false},
	[ROLE_RUNNING] = {COLOR_CYAN, 30, false, false},
	[ROLE_WAITING] = {COLOR_MAGENTA, 90, true, false},
	[ROLE_BLUE] = {COLOR_BLUE, 25, false, false},
	[ROLE_GREEN] = {COLOR_GREEN, 28, false, false},
	[ROLE_SGR_BLACK] = {-1, -1, false, true},
	[ROLE_SGR_RED] = {COLOR_RED, 124, false, false},
	[ROLE_SGR_GREEN] = {COLOR_GREEN, 28, false, false},
	[ROLE_SGR_YELLOW] = {COLOR_YELLOW, 130, false, false},
	[ROLE_SGR_BLUE] = {COLOR_BLUE, 25, false, false},
	[ROLE_SGR_MAGENTA] = {COLOR_MAGENTA, 90, false, false},
	[ROLE_SGR_CYAN] = {COLOR_CYAN, 30, false, false},
	[ROLE_SGR_WHITE] = {-1, -1, false, false},
};

/* COLORFGBG is "FG;BG": 7 and 15 are light backgrounds. */
static bool is_light(const char *name)
{
	const char *text = getenv("COLORFGBG");
	const char *background;

	if (name)
		return strcmp(name, "light") == 0;
	background = text ? strrchr(text, ';') : NULL;
	return background && (strcmp(background, ";7") == 0 ||
			      strcmp(background, ";15") == 0);
}

void theme_load(struct theme *theme, const char *name, bool colour)
{
	bool light = is_light(name);

	theme->colour = colour && has_colors() && start_color() == OK &&
			use_default_colors() == OK;
	for (int role = 0; role < ROLE_COUNT; role++) {
		short shade = roles[role].plain;

		if (light && COLORS >= 256)
			shade = roles[role].light;
		theme->looks[role].attributes =
			(roles[role].bold ? A_BOLD : 0) |
			(roles[role].dim ? A_DIM : 0);
		theme->looks[role].pair = 0;
		if (!theme->colour || shade < 0)
			continue;
		theme->looks[role].pair = (short)(role + 1);
		init_pair((short)(role + 1), shade, -1);
	}
}

struct look theme_look(const struct theme *theme, const struct cell *cell)
{
	struct look look = theme->looks[cell->role];

	if (cell->bold)
		look.attributes = (look.attributes & ~A_DIM) | A_BOLD;
	if (cell->reverse)
		look.attributes = (look.attributes & ~A_DIM) | A_REVERSE;
	return look;
}
