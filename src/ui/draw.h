/* SPDX-License-Identifier: MIT */
/*
 * The small drawing header: views write roles and text with a pen into an
 * area of the grid, and can reach no cell outside of it. Text is foreign
 * until drawn: it goes through base/printable here and nowhere else.
 *
 *	struct pen pen = pen_at(area, 0, 1);
 *	pen_role(&pen, ROLE_FAILED);
 *	pen_text(&pen, finding->title);
 */
#ifndef SIGNALBOX_UI_DRAW_H
#define SIGNALBOX_UI_DRAW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "ui/glyph.h"
#include "ui/grid.h"

struct area {
	struct grid *grid;
	int top, left, rows, cols;
};

/* A part of an area, cut to it. */
struct area area_part(const struct area *area, int top, int left, int rows,
		      int cols);
/* Marks the cell for the cursor: the selected item, or a text box. */
void area_cursor(const struct area *area, int row, int col, bool shown);
/* Spaces all over. */
void area_clear(const struct area *area);

struct pen {
	const struct area *area;
	int row, col;
	int limit; /* the first column not to be written */
	struct style style;
	size_t target; /* of the cells written, see view.h; 0 none */
};

struct pen pen_at(const struct area *area, int row, int col);
void pen_role(struct pen *pen, enum role role); /* plain, not bold */
void pen_bold(struct pen *pen, enum role role);
void pen_reverse(struct pen *pen, bool reverse);
/* Cut at the limit, with an ellipsis there when something is missing. */
void pen_text(struct pen *pen, const char *text);
void pen_printf(struct pen *pen, const char *format, ...) PRINTF_LIKE(2, 3);
/* Over as many rows as it needs, cut after words, each beginning where the
 * pen stands. Returns the row after it. */
int pen_wrap(struct pen *pen, const char *text);
/* Text that ends before column `end`. */
void pen_right(struct pen *pen, int end, const char *text);
enum cut { CUT_END, CUT_START, CUT_MIDDLE };

/* At most `width` columns of text, then spaces up to it. */
void pen_field(struct pen *pen, int width, const char *text);
/* The same, but what there is no room for is missing on that side. */
void pen_field_cut(struct pen *pen, int width, const char *text, enum cut cut);
void pen_field_right(struct pen *pen, int width, const char *text);
/* "1 file", "1,204 files". */
void pen_count(struct pen *pen, int64_t count, const char *one,
	       const char *many);
/* "+1,312 -87". */
void pen_lines(struct pen *pen, int64_t insertions, int64_t deletions);
void pen_code(struct pen *pen, uint32_t c);
void pen_glyph(struct pen *pen, enum glyph glyph);
void pen_repeat(struct pen *pen, enum glyph glyph, int count);
/* GLYPH_WAITING for a text. */
const char *waiting_text(const struct grid *grid);
/* Columns that a character of a text takes; c < 0: a byte that is none. */
int code_width(const struct grid *grid, int32_t c);
/* Columns that text takes once made printable. */
int text_width(const struct grid *grid, const char *text);

/*
 * A rule is a line with words in it: "-- 3 SECURITY --- warn --". Right
 * parts first: they cut the room of the left ones.
 */
struct rule {
	const struct area *area;
	int row;
	int left, right; /* where the next part goes */
};

struct rule rule_draw(const struct area *area, int row, bool focused);
void rule_right(struct rule *rule, struct style style, const char *text);
void rule_left(struct rule *rule, struct style style, const char *text);
/* The panel's number and name. */
void rule_title(struct rule *rule, int number, const char *name);

#endif
