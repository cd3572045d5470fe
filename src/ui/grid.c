/* SPDX-License-Identifier: MIT */
#include "ui/grid.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/memory.h"
#include "base/printable.h"

static const struct cell blank = {
	.text = {' '}, .role = ROLE_NORMAL, .width = 1};

void grid_init(struct grid *grid, int rows, int cols, struct charset charset)
{
	*grid = (struct grid){.rows = rows, .cols = cols, .charset = charset};
	grid->cells =
		xcalloc((size_t)rows * (size_t)cols + 1, sizeof(*grid->cells));
	grid_clear(grid);
}

void grid_release(struct grid *grid)
{
	free(grid->cells);
	*grid = (struct grid){0};
}

void grid_clear(struct grid *grid)
{
	for (int i = 0; i < grid->rows * grid->cols; i++)
		grid->cells[i] = blank;
	grid->cursor_row = grid->cursor_col = 0;
	grid->cursor_shown = false;
}

struct cell *grid_at(const struct grid *grid, int row, int col)
{
	if (row < 0 || col < 0 || row >= grid->rows || col >= grid->cols)
		return NULL;
	return &grid->cells[row * grid->cols + col];
}

bool cell_equal(const struct cell *a, const struct cell *b)
{
	return a->text[0] == b->text[0] && a->text[1] == b->text[1] &&
	       a->text[2] == b->text[2] && a->role == b->role &&
	       a->width == b->width && a->bold == b->bold &&
	       a->reverse == b->reverse;
}

int character_width(uint32_t c)
{
	int width = c < 0x80 ? 1 : wcwidth((wchar_t)c);

	return width < 0 ? 1 : width;
}

/* What the terminal could not draw, or could be driven by, is '?'. */
static uint32_t drawable(const struct grid *grid, uint32_t c)
{
	if (c < 0x20 || c == 0x7f)
		return '?';
	if (c < 0x80)
		return c;
	return grid->charset.utf8 && wcwidth((wchar_t)c) >= 0 ? c : '?';
}

/* The other half of a wide character that is written over becomes a space. */
static void mend_halves(struct grid *grid, int row, int col)
{
	struct cell *cell = grid_at(grid, row, col);
	struct cell *next = grid_at(grid, row, col + 1);

	if (cell->width == 0 && col > 0)
		*grid_at(grid, row, col - 1) = blank;
	if (cell->width == 2 && next)
		*next = blank;
}

static void add_mark(struct grid *grid, int row, int col, uint32_t c)
{
	struct cell *cell = grid_at(grid, row, col - 1);

	if (cell && cell->width == 0)
		cell = grid_at(grid, row, col - 2);
	if (!cell || cell->text[0] == ' ')
		return;
	for (int i = 1; i < 3; i++) {
		if (!cell->text[i]) {
			cell->text[i] = c;
			return;
		}
	}
}

static void set_cell(struct cell *cell, uint32_t c, int width,
		     struct style style)
{
	*cell = (struct cell){
		.text = {c},
		.role = (uint8_t)style.role,
		.width = (uint8_t)width,
		.bold = style.bold,
		.reverse = style.reverse,
	};
}

int grid_put(struct grid *grid, int row, int col, uint32_t c,
	     struct style style)
{
	int width;

	c = drawable(grid, c);
	width = character_width(c);
	if (width == 0) {
		add_mark(grid, row, col, c);
		return 0;
	}
	if (!grid_at(grid, row, col))
		return width;
	mend_halves(grid, row, col);
	if (width == 2 && !grid_at(grid, row, col + 1)) {
		set_cell(grid_at(grid, row, col), ' ', 1, style);
		return width;
	}
	set_cell(grid_at(grid, row, col), c, width, style);
	if (width == 2) {
		mend_halves(grid, row, col + 1);
		set_cell(grid_at(grid, row, col), c, width, style);
		set_cell(grid_at(grid, row, col + 1), 0, 0, style);
	}
	return width;
}

char *grid_text(const struct grid *grid)
{
	struct str out = STR_INIT;

	for (int row = 0; row < grid->rows; row++) {
		for (int col = 0; col < grid->cols; col++) {
			const struct cell *cell = grid_at(grid, row, col);

			for (int i = 0; i < 3 && cell->text[i]; i++)
				str_add_utf8(&out, cell->text[i]);
		}
		str_add_char(&out, '\n');
	}
	return str_detach(&out);
}
