/* SPDX-License-Identifier: MIT */
#include "ui/theme.h"

#include <ncurses.h>
#include <stdlib.h>
#include <string.h>

/* Without a theme a role takes one of the 8 colours that the person's own
 * palette gives, and DIM is dim as the terminal has it. A theme knows its
 * background, and takes of the 256 what can be read on it. */
static const struct {
	short own, dark, light;
	bool bold, dim;
} roles[ROLE_COUNT] = {
	[ROLE_NORMAL] = {-1, -1, -1, false, false},
	[ROLE_DIM] = {-1, 246, 242, false, true},
	[ROLE_RULE] = {-1, 243, 244, false, true},
	[ROLE_TITLE] = {-1, -1, -1, false, false},
	[ROLE_KEY] = {-1, -1, -1, false, false},
	[ROLE_OFF] = {-1, 244, 243, false, true},
	[ROLE_PASSED] = {-1, -1, -1, false, false},
	[ROLE_FAILED] = {COLOR_RED, 203, 124, true, false},
	[ROLE_WARNING] = {COLOR_YELLOW, 221, 94, false, false},
	[ROLE_RUNNING] = {COLOR_CYAN, 80, 23, false, false},
	[ROLE_WAITING] = {COLOR_MAGENTA, 177, 90, true, false},
	[ROLE_BLUE] = {COLOR_BLUE, 75, 25, false, false},
	[ROLE_GREEN] = {COLOR_GREEN, 78, 22, false, false},
	[ROLE_SGR_BLACK] = {-1, 244, 242, false, true},
	[ROLE_SGR_RED] = {COLOR_RED, 203, 124, false, false},
	[ROLE_SGR_GREEN] = {COLOR_GREEN, 78, 22, false, false},
	[ROLE_SGR_YELLOW] = {COLOR_YELLOW, 221, 94, false, false},
	[ROLE_SGR_BLUE] = {COLOR_BLUE, 75, 25, false, false},
	[ROLE_SGR_MAGENTA] = {COLOR_MAGENTA, 177, 90, false, false},
	[ROLE_SGR_CYAN] = {COLOR_CYAN, 80, 23, false, false},
	[ROLE_SGR_WHITE] = {-1, -1, -1, false, false},
};

/* COLORFGBG is "FG;BG": 7 and 15 are light backgrounds. */
static enum background background_of(const char *name)
{
	const char *text = getenv("COLORFGBG");
	const char *last;

	if (name)
		return strcmp(name, "light") == 0 ? BACKGROUND_LIGHT
						  : BACKGROUND_DARK;
	last = text ? strrchr(text, ';') : NULL;
	return last && (strcmp(last, ";7") == 0 || strcmp(last, ";15") == 0)
		       ? BACKGROUND_LIGHT
		       : BACKGROUND_UNKNOWN;
}

/* Usual palettes have these too pale for white. */
static bool is_pale(int colour)
{
	return colour == COLOR_GREEN || colour == COLOR_YELLOW ||
	       colour == COLOR_CYAN;
}

int theme_colour(enum background background, int colours, enum role role)
{
	/* More than 256 are no indices but red, green and blue. */
	if (colours == 256 && background == BACKGROUND_DARK)
		return roles[role].dark;
	if (colours == 256 && background == BACKGROUND_LIGHT)
		return roles[role].light;
	if (background == BACKGROUND_LIGHT && is_pale(roles[role].own))
		return -1;
	return roles[role].own;
}

static struct look look_of(enum role role, int colour)
{
	struct look look = {roles[role].bold ? A_BOLD : 0, 0};

	/* A grey of our own is dim enough. */
	if (roles[role].dim && colour < 0)
		look.attributes |= A_DIM;
	if (colour < 0)
		return look;
	look.pair = (short)(role + 1);
	init_pair(look.pair, (short)colour, -1);
	return look;
}

void theme_load(struct theme *theme, const char *name, bool colour)
{
	enum background background = background_of(name);
	bool coloured = colour && has_colors() && start_color() == OK &&
			use_default_colors() == OK;

	for (int i = 0; i < ROLE_COUNT; i++) {
		enum role role = (enum role)i;

		theme->looks[i] = look_of(
			role,
			coloured ? theme_colour(background, COLORS, role) : -1);
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
