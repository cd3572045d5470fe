/* SPDX-License-Identifier: MIT */
/* The terminal: takes it, draws the cells that changed, gives it back. With
 * theme.c and keys.c the only place that knows curses. */
#ifndef SIGNALBOX_UI_SCREEN_H
#define SIGNALBOX_UI_SCREEN_H

#include <stdbool.h>

#include "base/error.h"
#include "ui/grid.h"
#include "ui/ui.h"

struct screen;

/* What the locale lets be drawn, and whether in colours: NO_COLOR. */
struct charset screen_charset_of(enum ui_choice unicode);
bool screen_wants_colour(enum ui_choice colour);

struct screen *screen_open(const struct ui_options *options,
			   struct error *err) MUST_CHECK;
/* Leaves it, if that was not done, and frees. */
void screen_free(struct screen *screen);
/* Gives the terminal back, with all modes as they were. */
void screen_leave(struct screen *screen);
/* Takes it again after screen_leave(); all is drawn anew. */
void screen_enter(struct screen *screen);
/* The terminal is lost: what is left of it is given back, and nothing more
 * is written to it. */
void screen_abandon(struct screen *screen);
bool screen_is_entered(const struct screen *screen);
/* Asks the terminal; true when it changed. */
bool screen_resize(struct screen *screen);
int screen_rows(const struct screen *screen);
int screen_cols(const struct screen *screen);
struct charset screen_charset(const struct screen *screen);
/* Of the window, where it has one that comes back; plain text. */
void screen_title(struct screen *screen, const char *title);
/* The bell, or what the options say; nothing while the screen is left. */
void screen_notify(struct screen *screen, const char *text);
/* The target of the cell that was painted there last, 0 none. */
size_t screen_target(const struct screen *screen, int row, int col);
/* Another theme, copied; the next frame draws every cell. */
void screen_wear(struct screen *screen, const struct theme *theme);
/* The next frame draws every cell. */
void screen_forget(struct screen *screen);
/* Text into the clipboard of the terminal (OSC 52); false where it has none
 * that is known, or the text is longer than terminals take. */
bool screen_copy(const struct screen *screen, const char *text, size_t len);
/* Draws what differs from the last frame; the grid is of the screen's size. */
void screen_paint(struct screen *screen, const struct grid *grid);

#endif
