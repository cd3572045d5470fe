/* SPDX-License-Identifier: MIT */
#include "ui/draw.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/printable.h"
#include "base/str.h"

struct area area_part(const struct area *area, int top, int left, int rows,
		      int cols)
{
	struct area part = {area->grid, area->top + top, area->left + left,
			    rows, cols};

	if (part.rows > area->rows - top)
		part.rows = area->rows - top;
	if (part.cols > area->cols - left)
		part.cols = area->cols - left;
	if (part.rows < 0)
		part.rows = 0;
	if (part.cols < 0)
		part.cols = 0;
	return part;
}

void area_cursor(const struct area *area, int row, int col, bool shown)
{
	if (row < 0 || row >= area->rows || col < 0 || col >= area->cols)
		return;
	area->grid->cursor_row = area->top + row;
	area->grid->cursor_col = area->left + col;
	area->grid->cursor_shown = shown;
}

void area_clear(const struct area *area)
{
	struct style plain = {ROLE_NORMAL, false, false};

	for (int row = 0; row < area->rows; row++)
		for (int col = 0; col < area->cols; col++)
			grid_put(area->grid, area->top + row, area->left + col,
				 ' ', plain);
}

struct pen pen_at(const struct area *area, int row, int col)
{
	return (struct pen){
		.area = area,
		.row = row,
		.col = col,
		.limit = area->cols,
	};
}

void pen_role(struct pen *pen, enum role role)
{
	pen->style.role = role;
	pen->style.bold = false;
}

void pen_bold(struct pen *pen, enum role role)
{
	pen->style.role = role;
	pen->style.bold = true;
}

void pen_reverse(struct pen *pen, bool reverse)
{
	pen->style.reverse = reverse;
}

int code_width(const struct grid *grid, int32_t c)
{
	return c < 0 || (c >= 0x80 && !grid->charset.utf8)
		       ? 1
		       : character_width((uint32_t)c);
}

static void put(const struct pen *pen, uint32_t c)
{
	const struct area *area = pen->area;
	int row = area->top + pen->row;
	int col = area->left + pen->col;
	struct cell *cell;

	grid_put(area->grid, row, col, c, pen->style);
	cell = grid_at(area->grid, row, col);
	if (cell && pen->target <= UINT16_MAX)
		cell->target = (uint16_t)pen->target;
}

/* One character, if all of it is inside; the pen moves on in any case. */
void pen_code(struct pen *pen, uint32_t c)
{
	const struct area *area = pen->area;
	int width = code_width(area->grid, (int32_t)c);
	int limit = pen->limit < area->cols ? pen->limit : area->cols;

	if (pen->row >= 0 && pen->row < area->rows && pen->col >= 0 &&
	    pen->col + width <= limit && (width || pen->col > 0))
		put(pen, c);
	pen->col += width;
}

void pen_glyph(struct pen *pen, enum glyph glyph)
{
	pen_code(pen, glyph_code(glyph, pen->area->grid->charset.unicode));
}

const char *waiting_text(const struct grid *grid)
{
	return grid->charset.unicode ? "\xe2\x9a\x91" : "?";
}

void pen_repeat(struct pen *pen, enum glyph glyph, int count)
{
	for (int i = 0; i < count; i++)
		pen_glyph(pen, glyph);
}

static void put_clean(struct pen *pen, const struct str *clean)
{
	for (size_t i = 0; i < clean->len;) {
		int32_t c;

		i += utf8_decode(clean->data + i, clean->len - i, &c);
		pen_code(pen, c < 0 ? '?' : (uint32_t)c);
	}
}

static int clean_width(const struct grid *grid, const struct str *clean)
{
	int width = 0;

	for (size_t i = 0; i < clean->len;) {
		int32_t c;

		i += utf8_decode(clean->data + i, clean->len - i, &c);
		width += code_width(grid, c);
	}
	return width;
}

int text_width(const struct grid *grid, const char *text)
{
	struct str clean = STR_INIT;
	int width;

	str_add_printable(&clean, text, strlen(text), false);
	width = clean_width(grid, &clean);
	str_release(&clean);
	return width;
}

void pen_text(struct pen *pen, const char *text)
{
	struct str clean = STR_INIT;
	int limit = pen->limit < pen->area->cols ? pen->limit : pen->area->cols;

	str_add_printable(&clean, text, strlen(text), false);
	if (pen->col + clean_width(pen->area->grid, &clean) <= limit) {
		put_clean(pen, &clean);
	} else if (pen->col < limit) {
		int end = pen->limit;

		pen->limit = limit - 1;
		put_clean(pen, &clean);
		pen->limit = end;
		pen->col = limit - 1;
		pen_glyph(pen, GLYPH_ELLIPSIS);
	}
	str_release(&clean);
}

/* Bytes of text that fit into `width`, cut after a word where there is one. */
static size_t fitting(const struct grid *grid, const char *text, int width)
{
	size_t word = 0;
	size_t len = 0;
	int used = 0;

	while (text[len]) {
		int32_t c;
		size_t size = utf8_decode(text + len, strlen(text + len), &c);

		used += code_width(grid, c);
		if (used > width)
			return word ? word : len;
		len += size;
		if (c == ' ')
			word = len;
	}
	return len;
}

int pen_wrap(struct pen *pen, const char *text)
{
	int left = pen->col;
	int width = pen->area->cols - left - 1;

	while (*text && width > 0 && pen->row < pen->area->rows) {
		size_t len = fitting(pen->area->grid, text, width);
		char *part = xstrndup(text, len ? len : 1);

		pen->col = left;
		if (pen->row == pen->area->rows - 1) {
			pen_text(pen, text); /* the last row: cut there */
			free(part);
			return pen->row + 1;
		}
		pen_text(pen, part);
		free(part);
		text += len ? len : 1;
		pen->row++;
	}
	return pen->row;
}

void pen_printf(struct pen *pen, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	pen_text(pen, text);
	free(text);
}

void pen_right(struct pen *pen, int end, const char *text)
{
	int start = end - text_width(pen->area->grid, text);

	if (start > pen->col)
		pen->col = start;
	pen_text(pen, text);
}

void pen_field(struct pen *pen, int width, const char *text)
{
	int start = pen->col;
	int limit = pen->limit;

	if (start + width < limit)
		pen->limit = start + width;
	pen_text(pen, text);
	while (pen->col < start + width)
		pen_code(pen, ' ');
	pen->limit = limit;
	pen->col = start + width;
}

/* So many columns of the text, from where it stands in. */
static const char *pass(const struct grid *grid, const char *text, int width)
{
	int32_t c;

	while (*text && width > 0) {
		text += utf8_decode(text, strnlen(text, 4), &c);
		width -= code_width(grid, c);
	}
	return text;
}

void pen_field_cut(struct pen *pen, int width, const char *text, enum cut cut)
{
	const struct grid *grid = pen->area->grid;
	struct str clean = STR_INIT;
	int end = pen->col + width, missing;

	str_add_printable(&clean, text, strlen(text), false);
	missing = clean_width(grid, &clean) - width;
	if (cut != CUT_END && width > 1 && missing > 0) {
		int head = cut == CUT_MIDDLE ? width / 3 : 0;
		const char *from = pass(grid, clean.data, head);
		const char *rest = pass(grid, from, missing + 1);

		char *first = xstrndup(clean.data, (size_t)(from - clean.data));

		pen_field(pen, head, first);
		free(first);
		pen_glyph(pen, GLYPH_ELLIPSIS);
		pen_field(pen, end - pen->col, rest);
	} else {
		pen_field(pen, width, text);
	}
	str_release(&clean);
}

void pen_field_right(struct pen *pen, int width, const char *text)
{
	int start = pen->col;
	int pad = width - text_width(pen->area->grid, text);

	for (int i = 0; i < pad; i++)
		pen_code(pen, ' ');
	pen_field(pen, start + width - pen->col, text);
}

void pen_count(struct pen *pen, int64_t count, const char *one,
	       const char *many)
{
	char text[NUMBER_TEXT_SIZE];

	pen_printf(pen, "%s %s", number_grouped(count, text),
		   count == 1 ? one : many);
}

void pen_lines(struct pen *pen, int64_t insertions, int64_t deletions)
{
	char plus[NUMBER_TEXT_SIZE], minus[NUMBER_TEXT_SIZE];

	pen_printf(pen, "+%s -%s", number_grouped(insertions, plus),
		   number_grouped(deletions, minus));
}

struct rule rule_draw(const struct area *area, int row, bool focused)
{
	struct pen pen = pen_at(area, row, 0);

	pen_role(&pen, focused ? ROLE_TITLE : ROLE_RULE);
	pen_repeat(&pen, focused ? GLYPH_RULE_FOCUSED : GLYPH_RULE, area->cols);
	return (struct rule){area, row, 2, area->cols - 2};
}

void rule_right(struct rule *rule, struct style style, const char *text)
{
	int width = text_width(rule->area->grid, text) + 2;
	struct pen pen = pen_at(rule->area, rule->row, rule->right - width);

	if (!*text || rule->right - width < rule->left + 2)
		return;
	rule->right -= width + 1;
	pen_code(&pen, ' ');
	pen.style = style;
	pen_text(&pen, text);
	pen_role(&pen, ROLE_RULE);
	pen_reverse(&pen, false);
	pen_code(&pen, ' ');
}

void rule_left(struct rule *rule, struct style style, const char *text)
{
	struct pen pen = pen_at(rule->area, rule->row, rule->left);

	if (!*text || rule->right - rule->left < 5)
		return;
	pen_code(&pen, ' ');
	pen.style = style;
	pen.limit = rule->right - 1;
	pen_text(&pen, text);
	pen.limit = rule->area->cols;
	pen_role(&pen, ROLE_RULE);
	pen_reverse(&pen, false);
	pen_code(&pen, ' ');
	rule->left = pen.col + 2;
}

void rule_title(struct rule *rule, int number, const char *name)
{
	char *text = xasprintf("%d %s", number, name);

	rule_left(rule, (struct style){ROLE_TITLE, true, false}, text);
	free(text);
}
