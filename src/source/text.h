/* SPDX-License-Identifier: MIT */
/* Text out of git objects, and sets of it. Inside source/ only. */
#ifndef SIGNALBOX_SOURCE_TEXT_H
#define SIGNALBOX_SOURCE_TEXT_H

#include <stdbool.h>

#include "base/strings.h"

/* Valid UTF-8 from what a commit holds; encoding is its header (NULL: UTF-8).
 * ISO 8859-1 is converted; of others every bad byte is a '?'. Owned by the
 * caller. */
char *text_utf8(const char *raw, const char *encoding);

/* "Ana <ana@example.org>": the address, or the whole text without one. Owned
 * by the caller. */
char *text_address(const char *person);

/* Strings in strcmp order, each once. */
struct text_set {
	struct strings sorted;
};

#define TEXT_SET_INIT        \
	{                    \
		STRINGS_INIT \
	}

/* In lower case (ASCII); false when it was there, or is empty. */
bool text_set_add_lower(struct text_set *set, const char *text);
void text_set_release(struct text_set *set);

#endif
