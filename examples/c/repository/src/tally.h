/* SPDX-License-Identifier: MIT */
/* Counts lines, words and bytes, a piece of text at a time. */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stddef.h>

struct tally {
	size_t lines, words, bytes;
	bool in_word; /* the last byte so far is of a word */
};

#define TALLY_INIT             \
	{                      \
		0, 0, 0, false \
	}

void tally_add(struct tally *tally, const char *text, size_t len);

#endif
