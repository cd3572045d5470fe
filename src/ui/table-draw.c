/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/table-rows.h"
#include "ui/table.h"

/* Columns of a table at some width; 0: there is no room for it. */
struct widths {
	int of[TABLE_COLUMNS];
};

static bool is_empty(const struct table_view *table, int column)
{
	return table->data && table->data->rows[table->kind].count &&
	       !table->data->rows[table->kind].has[column];
}

/* A column that is told in the place of an empty one matters as that did. */
static int priority_of(const struct table_view *table, int column)
{
	const struct table_shape *shape = table_shape(table->kind);

	if (is_empty(table, column))
		return shape->columns[column].priority ? 10 : 0;
	for (int i = 0; i < shape->column_count; i++)
		if (shape->columns[i].instead == column && column &&
		    is_empty(table, i))
			return shape->columns[i].priority;
	return shape->columns[column].priority;
}

/* No more than its longest text takes; what takes the rest has less before it
 * yields itself. */
static int width_of(const struct table_view *table, int column, int most)
{
	const struct table_column *it =
		&table_shape(table->kind)->columns[column];
	int least = (int)strlen(it->title), widest;

	if (!it->width)
		return it->priority < most ? it->least : it->least / 2;
	if (!table->data || !table->data->rows[table->kind].count)
		return it->width;
	widest = table->data->rows[table->kind].widest[column];
	if (widest < least)
		return least;
	return widest < it->width ? widest : it->width;
}

/* A second space between columns, then all to the one that takes it. */
static void give_rest(const struct table_shape *shape, struct widths *widths,
		      int rest)
{
	int wide = rest > 2 * shape->column_count;

	for (int i = 0; i < shape->column_count; i++) {
		if (!widths->of[i] || !shape->columns[i].width)
			continue;
		widths->of[i] += wide;
		rest -= wide;
	}
	for (int i = 0; i < shape->column_count; i++)
		if (widths->of[i] && !shape->columns[i].width && rest > 0)
			widths->of[i] += rest;
}

/* Empty ones and the last ones to matter yield; what is left goes to one that
 * takes it. */
static struct widths fit(const struct table_view *table, int cols)
{
	const struct table_shape *shape = table_shape(table->kind);
	struct widths widths = {{0}};
	int used = 0;

	for (int most = 9; most >= 0; most--) {
		used = 2;
		for (int i = 0; i < shape->column_count; i++) {
			widths.of[i] = priority_of(table, i) <= most
					       ? width_of(table, i, most)
					       : 0;
			used += widths.of[i] ? widths.of[i] + 1 : 0;
		}
		if (used <= cols)
			break;
	}
	give_rest(shape, &widths, cols - used);
	return widths;
}

static void draw_cell(struct pen *pen, const struct table_column *column,
		      int width, const char *text)
{
	if (column->right)
		pen_field_right(pen, width, text ? text : "");
	else
		pen_field_cut(pen, width, text ? text : "", column->cut);
	pen_text(pen, " ");
}

static void draw_heads(const struct table_view *table, const struct area *area,
		       int row, const struct widths *widths)
{
	const struct table_shape *shape = table_shape(table->kind);
	struct pen pen = pen_at(area, row, 2);

	for (int i = 0; i < shape->column_count; i++) {
		if (!widths->of[i])
			continue;
		if (i == table->sort)
			pen_bold(&pen, ROLE_TITLE);
		else
			pen_role(&pen, ROLE_DIM);
		draw_cell(&pen, &shape->columns[i], widths->of[i],
			  shape->columns[i].title);
	}
}

/* "main.c:30" where there is no package and no room for the whole place. */
static const char *text_at(const struct table_shape *shape,
			   const struct table_row *row,
			   const struct widths *widths, int column)
{
	const char *text = row->cells[column].text;
	int instead = shape->columns[column].instead;

	if (text || !instead || widths->of[instead])
		return text;
	return table_short(row->cells[instead].text);
}

static void draw_row(const struct table_view *table, const struct area *area,
		     int at, const struct table_row *row,
		     const struct widths *widths, bool selected)
{
	const struct table_shape *shape = table_shape(table->kind);
	struct pen pen = pen_at(area, at, 0);
	bool first = true;

	pen_bold(&pen, ROLE_KEY);
	pen_reverse(&pen, selected);
	pen_text(&pen, selected ? ">" : " ");
	pen_reverse(&pen, false);
	if (selected)
		area_cursor(area, at, 0, false);
	pen.col = 2;
	for (int i = 0; i < shape->column_count; i++) {
		if (!widths->of[i])
			continue;
		pen_role(&pen, first	  ? row->role
			       : row->dim ? ROLE_DIM
					  : ROLE_NORMAL);
		pen.style.bold = selected || (first && row->role != ROLE_DIM &&
					      row->role != ROLE_NORMAL);
		draw_cell(&pen, &shape->columns[i], widths->of[i],
			  text_at(shape, row, widths, i));
		first = false;
	}
}

static void draw_rows(const struct table_view *table, const struct area *area,
		      const struct widths *widths)
{
	size_t room = area->rows > 0 ? (size_t)area->rows : 0;
	size_t at = table->at, count = table->shown_count;
	size_t first = 0;

	/* Around the middle, so that both ways are seen. */
	if (room && at > room / 2 && count > room) {
		first = at - room / 2;
		if (first + room > count)
			first = count - room;
	}
	for (size_t i = 0; i < room && first + i < count; i++)
		draw_row(table, area, (int)i,
			 &table->data->rows[table->kind]
				  .items[table->shown[first + i]],
			 widths, first + i == at);
}

static void draw_title(const struct table_view *table, const struct area *area)
{
	const struct table_shape *shape = table_shape(table->kind);
	struct rule rule = rule_draw(area, 0, true);
	char count[NUMBER_TEXT_SIZE];
	char *text;

	if (table->data && table->shown_count) {
		char at[NUMBER_TEXT_SIZE];

		text = xasprintf(
			"%s of %s", number_grouped((int64_t)table->at + 1, at),
			number_grouped((int64_t)table->shown_count, count));
		rule_right(&rule, (struct style){ROLE_DIM, false, false}, text);
		free(text);
	}
	if (!table->data)
		rule_right(&rule, (struct style){ROLE_RUNNING, false, false},
			   "reading...");
	text = xasprintf(
		"%s %s", shape->name,
		number_grouped(
			table->data
				? (int64_t)table->data->rows[table->kind].count
				: 0,
			count));
	rule_left(&rule, (struct style){ROLE_TITLE, true, false}, text);
	free(text);
	text = xasprintf("by %s", shape->columns[table->sort].title);
	rule_left(&rule, (struct style){ROLE_NORMAL, false, false}, text);
	free(text);
}

/* What is looked for, and what is missing. */
static void draw_state(const struct table_view *table, const struct area *area)
{
	const char *why =
		table->data ? table_data_why(table->data, table->kind) : NULL;
	struct pen pen = pen_at(area, 1, 2);

	if (*table->filter) {
		pen_bold(&pen, ROLE_NORMAL);
		pen_text(&pen, "only ");
		pen_text(&pen, table->filter);
		pen_role(&pen, ROLE_NORMAL);
		pen_printf(&pen, ": %zu   ", table->shown_count);
	}
	if (*table->find) {
		pen_bold(&pen, ROLE_NORMAL);
		pen_text(&pen, "find ");
		pen_text(&pen, table->find);
		pen_role(&pen, ROLE_NORMAL);
		pen_printf(&pen, ": %zu   ", table->found);
	}
	if (why) {
		pen_bold(&pen, ROLE_WARNING);
		pen_glyph(&pen, GLYPH_WARNING);
		pen_printf(&pen, " not all of it: %s", why);
	} else if (!*table->filter && !*table->find) {
		pen_role(&pen, ROLE_DIM);
		pen_printf(&pen, "& filters: %s",
			   table_shape(table->kind)->hint);
	}
}

static void draw_keys(const struct table_view *table, const struct area *area,
		      int row)
{
	static const struct {
		const char *key, *what;
	} keys[] = {{"enter", "open"},	{"esc", "back"},    {"/", "find"},
		    {"&", "only"},	{"< >", "sort by"}, {"tab", "table"},
		    {"W", "exception"}, {"r", "read again"}};
	struct pen pen = pen_at(area, row, 1);

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (*keys[i].key == 'W' && table->kind != TABLE_FINDINGS)
			continue;
		if (pen.col + 14 > area->cols)
			break;
		pen_bold(&pen, ROLE_KEY);
		pen_text(&pen, keys[i].key);
		pen_role(&pen, ROLE_NORMAL);
		pen_printf(&pen, " %s  ", keys[i].what);
	}
}

static void draw_table(const struct table_view *table, const struct area *area)
{
	struct widths widths = fit(table, area->cols);
	int top = area->rows < 8 ? 2 : 3;
	struct area rows =
		area_part(area, top, 0, area->rows - top, area->cols);

	draw_title(table, area);
	if (top > 2)
		draw_state(table, area);
	draw_heads(table, area, top - 1, &widths);
	if (table->shown_count) {
		draw_rows(table, &rows, &widths);
	} else if (table->data) {
		struct pen pen = pen_at(&rows, 0, 2);

		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, *table->filter
				       ? "no row has all of these words"
				       : table_shape(table->kind)->nothing);
	}
}

void table_draw(const struct view *view, const struct model *model,
		const struct area *area)
{
	const struct table_view *table = view->table;
	struct area upper = area_part(area, 0, 0, area->rows - 1, area->cols);

	area_clear(area);
	if (table->page.title)
		ships_page_draw(&table->page, &upper);
	else
		draw_table(table, &upper);
	if (view->dialog || *view->toast) {
		struct area footer =
			area_part(area, area->rows - 1, 0, 1, area->cols);

		footer_draw(view, model, &footer);
	} else {
		draw_keys(table, area, area->rows - 1);
	}
}
