/* SPDX-License-Identifier: MIT */
/* The changes of a file, or of a commit, as a unified diff. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/printable.h"
#include "base/vector.h"
#include "ui/ships.h"

/* Of a line; further right nobody looks. */
#define LINE_BYTES 8192
#define SIDEWAYS 16

void ships_page_close(struct ships_page *page)
{
	free(page->title);
	free(page->lines);
	str_release(&page->text);
	memset(page, 0, sizeof(*page));
	str_init(&page->text);
}

void ships_page_set_owned(struct ships_page *page, struct str *text)
{
	size_t at = 0;

	str_release(&page->text);
	page->text = *text;
	str_init(text);
	page->count = 0;
	while (at < page->text.len) {
		const char *end =
			memchr(page->text.data + at, '\n', page->text.len - at);

		*VECTOR_ADD(page->lines, page->count, page->cap) = at;
		at = end ? (size_t)(end - page->text.data) + 1 : page->text.len;
	}
	page->is_known = true;
}

static size_t last_top(const struct ships_page *page, int rows)
{
	size_t room = rows > 1 ? (size_t)rows - 1 : 1;

	return page->count > room ? page->count - room : 0;
}

bool ships_page_act(struct ships_page *page, int rows, enum action action)
{
	size_t last = last_top(page, rows);
	size_t step = rows > 2 ? (size_t)rows - 2 : 1;

	switch (action) {
	case ACTION_DOWN:
		page->top++;
		break;
	case ACTION_UP:
		page->top -= page->top > 0;
		break;
	case ACTION_HALF_DOWN:
		page->top += (step + 1) / 2;
		break;
	case ACTION_HALF_UP:
		step = (step + 1) / 2;
		page->top -= page->top < step ? page->top : step;
		break;
	case ACTION_PAGE_DOWN:
		page->top += step;
		break;
	case ACTION_PAGE_UP:
		page->top -= page->top < step ? page->top : step;
		break;
	case ACTION_FIRST:
		page->top = 0;
		break;
	case ACTION_LAST:
		page->top = last;
		break;
	case ACTION_RIGHT:
		page->sideways += page->sideways < LINE_BYTES ? SIDEWAYS : 0;
		break;
	case ACTION_LEFT:
		page->sideways -= page->sideways ? SIDEWAYS : 0;
		break;
	default:
		return false;
	}
	if (page->top > last)
		page->top = last;
	return true;
}

static bool is_head(const char *line, size_t len)
{
	static const char *const heads[] = {
		"diff ",    "index ",	"--- ",	    "+++ ",
		"old mode", "new mode", "new file", "deleted file"};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (len >= strlen(heads[i]) &&
		    memcmp(line, heads[i], strlen(heads[i])) == 0)
			return true;
	return false;
}

static void set_look(struct pen *pen, const char *line, size_t len)
{
	pen_role(pen, ROLE_NORMAL);
	if (!len)
		return;
	if (is_head(line, len))
		pen_role(pen, ROLE_DIM);
	else if (line[0] == '+')
		pen_role(pen, ROLE_SGR_GREEN);
	else if (line[0] == '-')
		pen_role(pen, ROLE_SGR_RED);
	else if (line[0] == '@')
		pen_role(pen, ROLE_SGR_CYAN);
	else if (line[0] == '\\')
		pen_role(pen, ROLE_DIM);
}

static void draw_line(const struct ships_page *page, const struct area *area,
		      int row, size_t index)
{
	const char *line = page->text.data + page->lines[index];
	size_t end = index + 1 < page->count ? page->lines[index + 1]
					     : page->text.len;
	size_t len = end - page->lines[index];
	struct pen pen = pen_at(area, row, 1);
	struct str clean = STR_INIT;
	int skip = page->sideways;

	if (len && line[len - 1] == '\n')
		len--;
	set_look(&pen, line, len);
	str_add_printable(&clean, line, len < LINE_BYTES ? len : LINE_BYTES,
			  false);
	for (size_t i = 0; i < clean.len && pen.col < area->cols - 1;) {
		int32_t c;

		i += utf8_decode(clean.data + i, clean.len - i, &c);
		if (skip > 0)
			skip -= code_width(area->grid, c);
		else
			pen_code(&pen, (uint32_t)c);
	}
	str_release(&clean);
}

void ships_page_draw(const struct ships_page *page, const struct area *area)
{
	struct style plain = {ROLE_NORMAL, false, false};
	struct rule rule = rule_draw(area, 0, true);
	char from[NUMBER_TEXT_SIZE], of[NUMBER_TEXT_SIZE];
	char *text;

	if (page->is_known) {
		text = xasprintf("line %s of %s",
				 number_grouped((int64_t)page->top + 1, from),
				 number_grouped((int64_t)page->count, of));
		rule_right(&rule, plain, page->count ? text : "no change");
		free(text);
	} else {
		rule_right(&rule, (struct style){ROLE_RUNNING, false, false},
			   "reading");
	}
	rule_left(&rule, (struct style){ROLE_TITLE, true, false}, page->title);
	for (int row = 1;
	     row < area->rows && page->top + (size_t)row - 1 < page->count;
	     row++)
		draw_line(page, area, row, page->top + (size_t)row - 1);
	area_cursor(area, 1, 1, false);
}
