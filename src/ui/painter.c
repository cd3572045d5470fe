/* SPDX-License-Identifier: MIT */
#include "ui/painter.h"

#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>

#include "base/memory.h"
#include "base/printable.h"

/* Unchanged cells up to here are drawn again: moving costs more bytes. */
#define GAP 4
/* Spaces at a row's end from here on are cleared at once. */
#define TAIL 6

/* Of a terminal's no_color_video: what cannot stand beside a colour. */
enum { NO_UNDERLINE = 2, NO_REVERSE = 4, NO_DIM = 16, NO_BOLD = 32 };

struct painter {
	struct look looks[ROLE_COUNT];
	enum depth depth;
	char *plain, *bold, *dim, *underline, *reverse, *clear_tail;
	const char *move, *text, *ground; /* take parameters */
	int conflicts;
	bool wraps_at_once; /* a character in the last cell scrolls */

	int row, col; /* the terminal's cursor; row -1: not known */
	struct look look;
	bool look_known;
};

static const char *capability(const char *name)
{
	const char *value = tigetstr(name);

	return value && value != (char *)-1 ? value : "";
}

static void add_unpadded(struct str *out, const char *value)
{
	for (; *value; value++) {
		const char *end = strncmp(value, "$<", 2) == 0
					  ? strchr(value, '>')
					  : NULL;

		if (end)
			value = end;
		else
			str_add_char(out, *value);
	}
}

void capability_add(struct str *out, const char *name)
{
	add_unpadded(out, capability(name));
}

static char *unpadded(const char *name)
{
	struct str text = STR_INIT;

	capability_add(&text, name);
	return str_detach(&text);
}

/* A plain `screen` hands COLORTERM on and takes such colours for other
 * attributes. */
static bool has_true_colour(void)
{
	const char *term = getenv("TERM");
	const char *colours = getenv("COLORTERM");

	if (tigetflag("RGB") > 0)
		return true;
	if (!colours || (strcmp(colours, "truecolor") != 0 &&
			 strcmp(colours, "24bit") != 0))
		return false;
	return !term || !starts_with(term, "screen") || getenv("TMUX");
}

enum depth painter_depth(void)
{
	int colours = tigetnum("colors");

	if (colours < 8 || !*capability("setaf") || !*capability("setab"))
		return DEPTH_NONE;
	if (has_true_colour())
		return DEPTH_TRUE;
	return colours >= 256 ? DEPTH_256 : colours >= 16 ? DEPTH_16 : DEPTH_8;
}

struct painter *painter_new(const struct theme *theme, enum depth depth)
{
	struct painter *painter = xcalloc(1, sizeof(*painter));

	painter->depth = depth;
	theme_looks(theme, depth, painter->looks);
	painter->plain = unpadded("sgr0");
	painter->bold = unpadded("bold");
	painter->dim = unpadded("dim");
	painter->underline = unpadded("smul");
	painter->reverse = unpadded("rev");
	painter->clear_tail = unpadded("el");
	painter->move = capability("cup");
	painter->text = capability("setaf");
	painter->ground = capability("setab");
	painter->conflicts = tigetnum("ncv");
	if (painter->conflicts < 0)
		painter->conflicts = 0;
	painter->wraps_at_once = tigetflag("am") > 0 && tigetflag("xenl") <= 0;
	return painter;
}

void painter_free(struct painter *painter)
{
	if (!painter)
		return;
	free(painter->plain);
	free(painter->bold);
	free(painter->dim);
	free(painter->underline);
	free(painter->reverse);
	free(painter->clear_tail);
	free(painter);
}

/* Past the palette's first eight no description tells both an index and a
 * colour by its parts; every terminal of so many takes these. */
static void add_tint(const struct painter *painter, struct tint tint,
		     bool ground, struct str *out)
{
	int base = ground ? 40 : 30;

	if (tint.kind == TINT_DEFAULT)
		return;
	if (painter->depth != DEPTH_TRUE)
		add_unpadded(out,
			     tiparm(ground ? painter->ground : painter->text,
				    (int)tint.index));
	else if (tint.kind == TINT_RGB)
		str_addf(out, "\033[%d;2;%d;%d;%dm", base + 8, tint.rgb.red,
			 tint.rgb.green, tint.rgb.blue);
	else if (tint.index < 8)
		str_addf(out, "\033[%dm", base + tint.index);
	else
		str_addf(out, "\033[%d;5;%dm", base + 8, tint.index);
}

static void begin(const struct painter *painter, struct look look,
		  struct str *out)
{
	bool coloured = look.text.kind != TINT_DEFAULT ||
			look.ground.kind != TINT_DEFAULT;
	int no = coloured ? painter->conflicts : 0;

	if (look.bold && !(no & NO_BOLD))
		str_add(out, painter->bold);
	if (look.dim && !(no & NO_DIM))
		str_add(out, painter->dim);
	if (look.underline && !(no & NO_UNDERLINE))
		str_add(out, painter->underline);
	if (look.reverse && !(no & NO_REVERSE))
		str_add(out, painter->reverse);
	add_tint(painter, look.text, false, out);
	add_tint(painter, look.ground, true, out);
}

static bool look_equal(struct look a, struct look b)
{
	return a.bold == b.bold && a.dim == b.dim && a.reverse == b.reverse &&
	       a.underline == b.underline && tint_equal(a.text, b.text) &&
	       tint_equal(a.ground, b.ground);
}

static void take_look(struct painter *painter, struct look look,
		      struct str *out)
{
	if (painter->look_known && look_equal(look, painter->look))
		return;
	str_add(out, painter->plain);
	begin(painter, look, out);
	painter->look = look;
	painter->look_known = true;
}

static void move_to(struct painter *painter, int row, int col, struct str *out)
{
	if (painter->row == row && painter->col == col)
		return;
	add_unpadded(out, tiparm(painter->move, row, col));
	painter->row = row;
	painter->col = col;
}

static void add_text(const struct cell *cell, struct str *out)
{
	for (int i = 0; i < 3 && cell->text[i]; i++)
		str_add_utf8(out, cell->text[i]);
}

/* Letters and our own marks: one column on every terminal. */
static bool is_sure(const struct cell *cell)
{
	uint32_t c = cell->text[0];

	return cell->width == 1 && !cell->text[1] &&
	       (c < 0x1100 || (c >= 0x2000 && c < 0x2c00));
}

/* Where a terminal and this program may take a character for differently
 * wide, the next one is placed anew: so no line reaches another's cells. */
static void draw_cell(struct painter *painter, const struct grid *grid, int row,
		      int col, struct str *out)
{
	const struct cell *cell = grid_at(grid, row, col);

	if (!cell->width)
		return;
	if (painter->wraps_at_once && row == grid->rows - 1 &&
	    col == grid->cols - 1)
		return;
	move_to(painter, row, col, out);
	take_look(painter, look_of(painter->looks, cell), out);
	add_text(cell, out);
	painter->col += cell->width;
	if (!is_sure(cell) || painter->col >= grid->cols)
		painter->row = -1;
}

/* A space that clearing leaves too. */
static bool is_blank(const struct painter *painter, const struct cell *cell)
{
	struct look look = look_of(painter->looks, cell);

	return cell->text[0] == ' ' && !cell->text[1] && !look.reverse &&
	       !look.underline && look.ground.kind == TINT_DEFAULT;
}

/* A wide character's halves change together: such rows are drawn whole. */
static bool has_wide(const struct grid *grid, int row)
{
	for (int col = 0; col < grid->cols; col++)
		if (grid_at(grid, row, col)->width != 1)
			return true;
	return false;
}

/* The first column from which on the row is blank. */
static int blank_from(const struct painter *painter, const struct grid *grid,
		      int row)
{
	int col = grid->cols;

	while (col > 0 && is_blank(painter, grid_at(grid, row, col - 1)))
		col--;
	return col;
}

static bool differs(const struct painter *painter, const struct grid *shown,
		    const struct grid *grid, int row, int col)
{
	const struct cell *cell = grid_at(grid, row, col);

	if (!shown)
		return !is_blank(painter, cell);
	return !cell_equal(cell, grid_at(shown, row, col));
}

static void clear_tail(struct painter *painter, int row, int col,
		       struct str *out)
{
	static const struct look plain = {.bold = false};

	move_to(painter, row, col, out);
	take_look(painter, plain, out);
	str_add(out, painter->clear_tail);
}

static void draw_row(struct painter *painter, const struct grid *shown,
		     const struct grid *grid, int row, struct str *out)
{
	bool whole = has_wide(grid, row) || (shown && has_wide(shown, row));
	int blank = blank_from(painter, grid, row);
	bool clears =
		shown && *painter->clear_tail && grid->cols - blank >= TAIL;
	int end = clears ? blank : grid->cols;
	int done = -1; /* the column after what was drawn last */
	bool tail = false;

	for (int col = 0; col < end; col++) {
		if (!whole && !differs(painter, shown, grid, row, col))
			continue;
		if (done >= 0 && col - done <= GAP)
			for (; done < col; done++)
				draw_cell(painter, grid, row, done, out);
		draw_cell(painter, grid, row, col, out);
		done = col + 1;
	}
	for (int col = end; col < grid->cols && !tail; col++)
		tail = whole || differs(painter, shown, grid, row, col);
	if (tail)
		clear_tail(painter, row, end, out);
}

void painter_frame(struct painter *painter, const struct grid *shown,
		   const struct grid *grid, struct str *out)
{
	if (!shown)
		painter->row = -1;
	painter->look_known = false;
	for (int row = 0; row < grid->rows; row++)
		draw_row(painter, shown, grid, row, out);
	if (painter->look_known)
		str_add(out, painter->plain);
	move_to(painter, grid->cursor_row, grid->cursor_col, out);
}

void painter_line(struct painter *painter, const struct grid *grid, int row,
		  struct str *out)
{
	int end = grid->cols;

	if (painter)
		painter->look_known = false;
	else
		while (end > 0 && grid_at(grid, row, end - 1)->text[0] == ' ')
			end--;
	for (int col = 0; col < end; col++) {
		const struct cell *cell = grid_at(grid, row, col);

		if (painter)
			take_look(painter, look_of(painter->looks, cell), out);
		add_text(cell, out);
	}
	if (painter)
		str_add(out, painter->plain);
}
