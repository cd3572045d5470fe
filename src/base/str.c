/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Most texts are no longer: printed once. */
#define USUAL_BYTES 64

const char str_empty[] = "";

void str_init(struct str *s)
{
	*s = (struct str)STR_INIT;
}

void str_release(struct str *s)
{
	if (s->cap)
		free(s->data);
	str_init(s);
}

void str_clear(struct str *s)
{
	str_truncate(s, 0);
}

void str_reserve(struct str *s, size_t extra)
{
	size_t need = s->len + extra + 1;
	size_t cap = s->cap ? s->cap : 32;

	if (s->cap >= need)
		return;
	while (cap < need)
		cap += cap / 2;
	s->data = xreallocarray(s->cap ? s->data : NULL, cap, 1);
	s->cap = cap;
	s->data[s->len] = '\0';
}

void str_truncate(struct str *s, size_t len)
{
	if (len > s->len)
		BUG("truncate to %zu of %zu", len, s->len);
	s->len = len;
	if (s->cap)
		s->data[len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_add_bytes(s, text, strlen(text));
}

void str_add_bytes(struct str *s, const void *data, size_t len)
{
	if (!len)
		return;
	str_reserve(s, len);
	memcpy(s->data + s->len, data, len);
	s->len += len;
	s->data[s->len] = '\0';
}

void str_add_char(struct str *s, char c)
{
	str_add_bytes(s, &c, 1);
}

void str_addf(struct str *s, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_vaddf(s, format, args);
	va_end(args);
}

void str_vaddf(struct str *s, const char *format, va_list args)
{
	va_list again;
	size_t room;
	int len;

	str_reserve(s, USUAL_BYTES);
	room = s->cap - s->len;
	va_copy(again, args);
	len = vsnprintf(s->data + s->len, room, format, again);
	va_end(again);
	if (len < 0)
		BUG("bad format '%s'", format);
	if ((size_t)len >= room) {
		str_reserve(s, (size_t)len);
		vsnprintf(s->data + s->len, (size_t)len + 1, format, args);
	}
	s->len += (size_t)len;
}

void str_drop(struct str *s, size_t len)
{
	if (len > s->len)
		BUG("drop %zu of %zu", len, s->len);
	if (!len)
		return;
	memmove(s->data, s->data + len, s->len - len + 1);
	s->len -= len;
}

char *str_detach(struct str *s)
{
	char *data = s->cap ? s->data : xstrdup("");

	str_init(s);
	return data;
}

void str_add_named(struct str *str, const char *name, const char *text)
{
	size_t len = strlen(name);

	if (!starts_with(text, name) || !strchr(" :", text[len]))
		str_addf(str, "%s: ", name);
	str_add(str, text);
}

bool starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool ends_with(const char *text, const char *suffix)
{
	size_t len = strlen(text);
	size_t tail = strlen(suffix);

	return len >= tail && strcmp(text + len - tail, suffix) == 0;
}

bool str_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}
