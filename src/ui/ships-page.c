/* SPDX-License-Identifier: MIT */
/* The changes of a file, or of a commit, as a unified diff. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/printable.h"
#include "base/str.h"
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

/* Lines of either side that a hunk has left. */
struct hunk {
	unsigned long old, new;
};

/* "-9" or "-9,2": how many lines. NULL: it is none. */
static const char *parse_range(const char *text, char sign,
			       unsigned long *count)
{
	char *end;

	if (text[0] != sign || !isdigit((unsigned char)text[1]))
		return NULL;
	strtoul(text + 1, &end, 10);
	*count = *end == ',' ? strtoul(end + 1, &end, 10) : 1;
	return *end == ' ' ? end + 1 : NULL;
}

static bool begins_hunk(const char *line, struct hunk *hunk)
{
	if (!starts_with(line, "@@ "))
		return false;
	line = parse_range(line + 3, '-', &hunk->old);
	line = line ? parse_range(line, '+', &hunk->new) : NULL;
	return line && starts_with(line, "@@");
}

static bool is_head(const char *line)
{
	static const char *const heads[] = {
		"diff ",    "index ",	"--- ",	    "+++ ",
		"old mode", "new mode", "new file", "deleted file"};

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		if (starts_with(line, heads[i]))
			return true;
	return false;
}

/* What a line is depends on where it stands: "--- x" is a head, or in a hunk
 * a line "-- x" that is gone. */
static enum role look_of(const char *line, struct hunk *hunk)
{
	bool is_old = line[0] == '-' && hunk->old;
	bool is_new = line[0] == '+' && hunk->new;

	if (line[0] == '\\')
		return ROLE_DIM;
	if (!hunk->old && !hunk->new) {
		if (begins_hunk(line, hunk))
			return ROLE_SGR_CYAN;
		*hunk = (struct hunk){0, 0};
		return is_head(line) ? ROLE_DIM : ROLE_NORMAL;
	}
	hunk->old -= !is_new && hunk->old;
	hunk->new -= !is_old && hunk->new;
	return is_old ? ROLE_SGR_RED : is_new ? ROLE_SGR_GREEN : ROLE_NORMAL;
}

void ships_page_set_owned(struct ships_page *page, struct str *text)
{
	struct hunk hunk = {0, 0};
	size_t at = 0;

	str_release(&page->text);
	page->text = *text;
	str_init(text);
	page->count = 0;
	while (at < page->text.len) {
		const char *line = page->text.data + at;
		const char *end = memchr(line, '\n', page->text.len - at);

		*VECTOR_ADD(page->lines, page->count, page->cap) =
			(struct ships_line){at, look_of(line, &hunk)};
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

static void draw_line(const struct ships_page *page, const struct area *area,
		      int row, size_t index)
{
	size_t start = page->lines[index].at;
	size_t end = index + 1 < page->count ? page->lines[index + 1].at
					     : page->text.len;
	const char *line = page->text.data + start;
	size_t len = end - start;
	struct pen pen = pen_at(area, row, 1);
	struct str clean = STR_INIT;
	int skip = page->sideways;

	if (len && line[len - 1] == '\n')
		len--;
	pen_role(&pen, page->lines[index].role);
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
