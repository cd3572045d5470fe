/* SPDX-License-Identifier: MIT */
/*
 * A growing byte string. data is always NUL-terminated (and never NULL) but
 * may hold NUL bytes; len does not count the terminator.
 */
#ifndef SIGNALBOX_BASE_STR_H
#define SIGNALBOX_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct str {
	char *data;
	size_t len;
	size_t cap; /* 0 while data points at the shared empty string */
};

extern const char str_empty[];
#define STR_INIT                        \
	{                               \
		(char *)str_empty, 0, 0 \
	}

void str_init(struct str *s);
void str_release(struct str *s);
/* Length 0, memory kept. */
void str_clear(struct str *s);
/* Room for `extra` more bytes. */
void str_reserve(struct str *s, size_t extra);
void str_truncate(struct str *s, size_t len);
void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const void *data, size_t len);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *format, ...) PRINTF_LIKE(2, 3);
void str_vaddf(struct str *s, const char *format, va_list args)
	PRINTF_LIKE(2, 0);
/* Drops the first `len` bytes. */
void str_drop(struct str *s, size_t len);
/* Gives the memory to the caller; s is empty again. */
char *str_detach(struct str *s);

/* "NAME: TEXT", or TEXT alone where that begins with the name. */
void str_add_named(struct str *str, const char *name, const char *text);
bool starts_with(const char *text, const char *prefix);
bool ends_with(const char *text, const char *suffix);
/* Both NULL is equal. */
bool str_equal(const char *a, const char *b);

#endif
