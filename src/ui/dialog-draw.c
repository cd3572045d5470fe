/* SPDX-License-Identifier: MIT */
#include "ui/dialog.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"

static int choice_rows(const struct dialog *dialog)
{
	return dialog->ops->rows ? dialog->ops->rows
				 : (int)dialog->choices.count;
}

/* Rows that the box needs, its two edges included. */
static int height_of(const struct dialog *dialog)
{
	int rows = 5 + (int)dialog->fact_count + choice_rows(dialog);

	if (choice_rows(dialog))
		rows++;
	if (dialog->label)
		rows += 2;
	if (*dialog->moved)
		rows++;
	if (*dialog->complaint)
		rows++;
	return rows;
}

static int width_of(const struct dialog *dialog, const struct grid *grid)
{
	int width = dialog->ops->rows ? 94 : 58;

	for (size_t i = 0; i < dialog->fact_count; i++) {
		int need = text_width(grid, dialog->facts[i].text);

		if (need > width)
			width = need;
	}
	return width + 6;
}

static void draw_frame(const struct area *box, const char *title)
{
	struct pen pen = pen_at(box, 0, 0);

	area_clear(box);
	pen_role(&pen, ROLE_TITLE);
	pen_glyph(&pen, GLYPH_CORNER_TOP_LEFT);
	pen_repeat(&pen, GLYPH_RULE, box->cols - 2);
	pen_glyph(&pen, GLYPH_CORNER_TOP_RIGHT);
	for (int row = 1; row < box->rows - 1; row++) {
		pen = pen_at(box, row, 0);
		pen_role(&pen, ROLE_TITLE);
		pen_glyph(&pen, GLYPH_VERTICAL);
		pen.col = box->cols - 1;
		pen_glyph(&pen, GLYPH_VERTICAL);
	}
	pen = pen_at(box, box->rows - 1, 0);
	pen_role(&pen, ROLE_TITLE);
	pen_glyph(&pen, GLYPH_CORNER_LOW_LEFT);
	pen_repeat(&pen, GLYPH_RULE, box->cols - 2);
	pen_glyph(&pen, GLYPH_CORNER_LOW_RIGHT);
	pen = pen_at(box, 0, 2);
	pen.limit = box->cols - 2;
	pen_bold(&pen, ROLE_TITLE);
	pen_printf(&pen, " %s ", title);
}

static void draw_keys(const struct dialog *dialog, const struct area *inside,
		      int row)
{
	struct pen pen = pen_at(inside, row, 0);

	pen_bold(&pen, ROLE_KEY);
	pen_text(&pen, dialog->wary ? "tab enter" : "enter");
	pen_role(&pen, ROLE_NORMAL);
	pen_printf(&pen, "  %s", dialog_confirms(dialog));
	pen.col = pen.col + 4 > inside->cols - 18 ? pen.col + 2
						  : inside->cols - 18;
	pen_bold(&pen, ROLE_KEY);
	pen_text(&pen, "esc");
	pen_role(&pen, ROLE_NORMAL);
	pen_printf(&pen, "  %s",
		   dialog->ops->leaves ? dialog->ops->leaves : "leave as is");
}

static int draw_field(const struct dialog *dialog, const struct area *inside,
		      int row)
{
	struct pen pen = pen_at(inside, row, 0);
	const char *text = dialog->field.data;
	int room;

	pen_bold(&pen, ROLE_NORMAL);
	pen_printf(&pen, "%s: ", dialog->label);
	pen_role(&pen, ROLE_NORMAL);
	/* The end of a long text is what is being typed. */
	room = inside->cols - pen.col - 1;
	while (*text && text_width(inside->grid, text) > room) {
		int32_t c;

		text += utf8_decode(text, strlen(text), &c);
	}
	pen_text(&pen, text);
	area_cursor(inside, row, pen.col, true);
	return row + 2;
}

static void draw_choice(const struct dialog *dialog, const struct area *inside,
			int row, size_t i)
{
	struct pen pen = pen_at(inside, row, 0);
	bool chosen = i == dialog->chosen;

	if (dialog->ops->choice_role)
		pen_role(&pen, dialog->ops->choice_role(dialog, i));
	pen_reverse(&pen, chosen);
	pen_text(&pen, chosen ? "> " : "  ");
	pen_field(&pen, inside->cols - 2, dialog->choices.items[i]);
	if (chosen && !dialog->label)
		area_cursor(inside, row, 0, false);
}

static void draw_more(const struct area *inside, int row, size_t count)
{
	struct pen pen = pen_at(inside, row, 0);
	char *text = xasprintf("%zu more below", count);

	pen_role(&pen, ROLE_DIM);
	pen_right(&pen, inside->cols, text);
	free(text);
}

/* As many as there is room for, the chosen one among them. */
static int draw_choices(const struct dialog *dialog, const struct area *inside,
			int row, int room)
{
	size_t count = dialog->choices.count;
	size_t rows = room < choice_rows(dialog) ? (size_t)(room > 0 ? room : 0)
						 : (size_t)choice_rows(dialog);
	size_t first = dialog->chosen < rows ? 0 : dialog->chosen - rows + 1;

	for (size_t i = 0; i < rows && first + i < count; i++)
		draw_choice(dialog, inside, row + (int)i, first + i);
	if (rows && first + rows < count && row + (int)rows < inside->rows - 1)
		draw_more(inside, row + (int)rows, count - first - rows);
	return row + (int)rows + (rows ? 1 : 0);
}

static int draw_facts(const struct dialog *dialog, const struct area *inside,
		      int air, int room)
{
	int row = 0;
	size_t first = dialog->scroll;
	size_t count = dialog->fact_count;

	if (count <= (size_t)room)
		first = 0;
	else if (first + (size_t)room > count)
		first = count - (size_t)room;
	for (size_t i = first; i < count && i < first + (size_t)room; i++) {
		struct pen pen = pen_at(inside, row++, 0);

		pen_role(&pen, dialog->facts[i].role);
		pen_text(&pen, dialog->facts[i].text);
	}
	if (air && first + (size_t)room < count)
		draw_more(inside, row, count - first - (size_t)room);
	return row;
}

static int draw_line(const struct area *inside, int row, const char *text)
{
	struct pen pen = pen_at(inside, row, 0);

	if (!*text)
		return row;
	pen_bold(&pen, ROLE_WARNING);
	pen_glyph(&pen, GLYPH_WARNING);
	pen_printf(&pen, " %s", text);
	return row + 1;
}

/* What asks for an answer keeps its rows; the facts get the rest. */
static void draw_inside(const struct dialog *dialog, const struct area *inside,
			int air)
{
	int fixed = height_of(dialog) - 5 - (int)dialog->fact_count;
	int room = inside->rows - 1 - air - fixed;
	int row = draw_facts(dialog, inside, air, room > 0 ? room : 0);

	row += air;
	room = inside->rows - 2 - row - (fixed - choice_rows(dialog));
	if (dialog->ops->rows)
		row = draw_field(dialog, inside, row);
	row = draw_choices(dialog, inside, row,
			   dialog->ops->rows ? room + 1 : inside->rows - row);
	if (dialog->label && !dialog->ops->rows)
		row = draw_field(dialog, inside, row);
	row = draw_line(inside, row, dialog->complaint);
	draw_line(inside, row, dialog->moved);
	draw_keys(dialog, inside, inside->rows - 1);
}

void dialog_draw(const struct dialog *dialog, struct grid *grid)
{
	struct area all = {grid, 0, 0, grid->rows, grid->cols};
	int rows = height_of(dialog);
	int cols = width_of(dialog, grid);
	struct area box, inside;

	if (grid->rows < 10 || grid->cols < 44) {
		area_clear(&all);
		inside = area_part(&all, grid->rows > 1 ? 1 : 0, 0, all.rows,
				   all.cols);
		if (grid->rows > 1) {
			struct pen pen = pen_at(&all, 0, 0);

			pen_bold(&pen, ROLE_TITLE);
			pen_text(&pen, dialog->title);
		}
		draw_inside(dialog, &inside, 0);
		return;
	}
	rows = rows > grid->rows - 2 ? grid->rows - 2 : rows;
	cols = cols > grid->cols - 4 ? grid->cols - 4 : cols;
	box = area_part(&all, (grid->rows - rows) / 2, (grid->cols - cols) / 2,
			rows, cols);
	draw_frame(&box, dialog->title);
	inside = area_part(&box, 2, 3, rows - 3, cols - 6);
	draw_inside(dialog, &inside, 1);
}
