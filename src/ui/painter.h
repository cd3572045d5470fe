/* SPDX-License-Identifier: MIT */
/*
 * From cells to the bytes that show them, by the terminal's description and
 * only where something differs. Curses reads the keys and keeps the modes; it
 * draws nothing, because it knows no colours by red, green and blue beside
 * those of a palette. Call after curses' start.
 */
#ifndef SIGNALBOX_UI_PAINTER_H
#define SIGNALBOX_UI_PAINTER_H

#include "base/str.h"
#include "ui/theme.h"

struct painter;

/* How many colours this terminal has, by its description and COLORTERM. */
enum depth painter_depth(void);
struct painter *painter_new(const struct theme *theme, enum depth depth);
void painter_free(struct painter *painter);
/* Appends what makes `shown`, which is on the screen, into `grid`, of the same
 * size; shown NULL: the screen was cleared. */
void painter_frame(struct painter *painter, const struct grid *shown,
		   const struct grid *grid, struct str *out);
/* A row as a line of text, wherever the cursor stands; painter NULL: without
 * looks. */
void painter_line(struct painter *painter, const struct grid *grid, int row,
		  struct str *out);
/* A capability without its padding, "" when there is none. */
void capability_add(struct str *out, const char *name);

#endif
