/* SPDX-License-Identifier: MIT */
/* What is said: a line each, never wrapped. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "ui/plain-session.h"
#include "ui/speak.h"

static void print(struct plain *plain, const struct str *line)
{
	struct str ascii = STR_INIT;

	if (plain->is_ascii)
		str_add_ascii(&ascii, line->data, line->len);
	if (plain->prompted)
		putchar('\n');
	plain->prompted = false;
	puts(plain->is_ascii ? ascii.data : line->data);
	str_release(&ascii);
	fflush(stdout);
	if (ferror(stdout)) /* nobody listens any more */
		plain_finish(plain, UI_LOST);
}

void plain_say(struct plain *plain, const char *text)
{
	struct str out = STR_INIT;

	if (plain->is_away) {
		strings_add(&plain->held, text);
		return;
	}
	if (*text == '\t')
		str_add_printable(&out, text + 1, strlen(text + 1), false);
	else
		speak(text, &out);
	if (*text != '\t' && out.len && !strchr(".:!?", out.data[out.len - 1]))
		str_add_char(&out, '.');
	print(plain, &out);
	str_release(&out);
}

void plain_sayf(struct plain *plain, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	plain_say(plain, text);
	free(text);
}

void plain_say_all(struct plain *plain, struct strings *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		plain_say(plain, lines->items[i]);
	strings_release(lines);
}
