/* SPDX-License-Identifier: MIT */
#include "yaml/problems.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "base/vector.h"

#define WINDOW 96 /* characters shown of a line that is longer */

void problems_begin(struct problems *problems, const char *file,
		    const char **text, size_t *len)
{
	if (*len >= 3 && memcmp(*text, "\xef\xbb\xbf", 3) == 0) {
		*text += 3;
		*len -= 3;
	}
	free(problems->file);
	free(problems->source);
	problems->file = xstrdup(file);
	problems->source = xstrndup(*text, *len);
}

void problems_add(struct problems *problems, int line, int column,
		  const char *format, ...)
{
	struct problem *problem;
	va_list args;

	if (problems->count == PROBLEMS_LIMIT)
		return;
	problem = VECTOR_ADD(problems->items, problems->count, problems->cap);
	problem->line = line;
	problem->column = column;
	va_start(args, format);
	problem->text = xvasprintf(format, args);
	va_end(args);
}

/* Bytes of the line break at text, as YAML knows them; 0 when it is none. */
static size_t break_length(const char *text)
{
	if (text[0] == '\r')
		return text[1] == '\n' ? 2 : 1;
	if (text[0] == '\n')
		return 1;
	if (strncmp(text, "\xc2\x85", 2) == 0)
		return 2;
	if (strncmp(text, "\xe2\x80\xa8", 3) == 0 ||
	    strncmp(text, "\xe2\x80\xa9", 3) == 0)
		return 3;
	return 0;
}

static size_t line_length(const char *text)
{
	size_t len = 0;

	while (text[len] && !break_length(text + len))
		len++;
	return len;
}

/* The text of the line that is `count` lines below `text`, or its end. */
static const char *line_below(const char *text, int count)
{
	while (count > 0 && *text) {
		text += line_length(text);
		text += break_length(text);
		count--;
	}
	return text;
}

static bool is_wide(int32_t c)
{
	return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
	       (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
	       (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
	       (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) ||
	       (c >= 0x20000 && c <= 0x3fffd);
}

/* Cells that printable text takes on a terminal. */
static size_t cells(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len;) {
		int32_t c;

		i += utf8_decode(text + i, len - i, &c);
		if (c >= 0x300 && c <= 0x36f)
			continue;
		count += is_wide(c) ? 2 : 1;
	}
	return count;
}

/* Bytes of the first `count` characters of text[0..len). */
static size_t prefix_bytes(const char *text, size_t len, size_t count)
{
	size_t used = 0;

	while (count-- && used < len) {
		int32_t c;

		used += utf8_decode(text + used, len - used, &c);
	}
	return used;
}

/*
 * Where printing stands in the text. Problems come in order, so that even a
 * file that is one long line is gone through once.
 */
struct cursor {
	const char *line;
	size_t len;
	int number;
	size_t skipped; /* characters of the line before `offset` */
	size_t offset;
};

static void enter_line(struct cursor *cursor, const char *line, int number)
{
	cursor->line = line;
	cursor->len = line_length(line);
	cursor->number = number;
	cursor->skipped = 0;
	cursor->offset = 0;
}

static void move_to(struct cursor *cursor, int number)
{
	if (number != cursor->number)
		enter_line(cursor,
			   line_below(cursor->line, number - cursor->number),
			   number);
}

/* Bytes before the character that `skip` others stand before. */
static size_t skip_to(struct cursor *cursor, size_t skip)
{
	if (skip < cursor->skipped)
		enter_line(cursor, cursor->line, cursor->number);
	cursor->offset += prefix_bytes(cursor->line + cursor->offset,
				       cursor->len - cursor->offset,
				       skip - cursor->skipped);
	cursor->skipped = skip;
	return cursor->offset;
}

/* The line, cut to a window around its column, and a caret below that. */
static void print_line(const struct problem *problem, struct cursor *cursor,
		       struct str *out)
{
	const char *line = cursor->line;
	size_t len = cursor->len;
	size_t column = problem->column > 0 ? (size_t)problem->column - 1 : 0;
	bool whole = prefix_bytes(line, len, WINDOW) == len;
	size_t skip = whole || column < WINDOW / 2 ? 0 : column - WINDOW / 2;
	size_t from = skip_to(cursor, skip);
	size_t caret = prefix_bytes(line + from, len - from, column - skip);
	size_t shown = prefix_bytes(line + from, len - from, WINDOW);
	struct str text = STR_INIT;

	str_add_printable(&text, line + from, caret, false);
	caret = cells(text.data, text.len) + (skip ? 3 : 0);
	str_clear(&text);
	str_add_printable(&text, line + from, shown, false);
	str_addf(out, "%6d | %s%s%s\n       | ", problem->line,
		 skip ? "..." : "", text.data, from + shown < len ? "..." : "");
	for (size_t i = 0; i < caret; i++)
		str_add_char(out, ' ');
	str_add(out, "^\n");
	str_release(&text);
}

static int compare(const void *a, const void *b)
{
	const struct problem *left = *(const struct problem *const *)a;
	const struct problem *right = *(const struct problem *const *)b;

	if (left->line != right->line)
		return left->line < right->line ? -1 : 1;
	if (left->column != right->column)
		return left->column < right->column ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void print_one(const struct problems *problems,
		      const struct problem *problem, struct str *out)
{
	const char *file = problems->file ? problems->file : "";

	str_add_printable(out, file, strlen(file), false);
	if (problem->line > 0)
		str_addf(out, ":%d:%d", problem->line, problem->column);
	str_add(out, ": ");
	str_add_printable(out, problem->text, strlen(problem->text), false);
	str_add_char(out, '\n');
}

void problems_print(const struct problems *problems, struct str *out)
{
	const struct problem **order;
	struct cursor cursor = {0};

	order = xcalloc(problems->count + 1, sizeof(*order));
	for (size_t i = 0; i < problems->count; i++)
		order[i] = &problems->items[i];
	if (problems->count)
		qsort(order, problems->count, sizeof(*order), compare);
	if (problems->source)
		enter_line(&cursor, problems->source, 1);
	for (size_t i = 0; i < problems->count; i++) {
		print_one(problems, order[i], out);
		if (!problems->source || order[i]->line <= 0)
			continue;
		move_to(&cursor, order[i]->line);
		print_line(order[i], &cursor, out);
	}
	if (problems->count == PROBLEMS_LIMIT)
		str_addf(out, "only the first %d problems found are shown\n",
			 PROBLEMS_LIMIT);
	free(order);
}

void problems_release(struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		free(problems->items[i].text);
	free(problems->items);
	free(problems->file);
	free(problems->source);
	*problems = (struct problems)PROBLEMS_INIT;
}
