/* SPDX-License-Identifier: MIT */
/* A list of owned strings; items[count] is NULL once anything was added, so
 * that it serves as an argument vector. */
#ifndef SIGNALBOX_BASE_STRINGS_H
#define SIGNALBOX_BASE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct strings {
	char **items;
	size_t count;
	size_t cap;
};

#define STRINGS_INIT    \
	{               \
		0, 0, 0 \
	}

void strings_add(struct strings *list, const char *text);
void strings_add_owned(struct strings *list, char *text);
void strings_addf(struct strings *list, const char *format, ...)
	PRINTF_LIKE(2, 3);
bool strings_has(const struct strings *list, const char *text);
void strings_copy(struct strings *to, const struct strings *from);
void strings_release(struct strings *list);
/* The nearest of count words (name at offset 0 is not assumed: plain
 * strings), or NULL when none is near enough to suggest. */
const char *strings_nearest(const char *word, const char *const *known,
			    size_t count);

#endif
