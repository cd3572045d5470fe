/* SPDX-License-Identifier: MIT */
#include "tally.h"

static bool is_white(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void tally_add(struct tally *tally, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool in_word = !is_white(text[i]);

		if (text[i] == '\n')
			tally->lines++;
		if (in_word && !tally->in_word)
			tally->words++;
		tally->in_word = in_word;
	}
	tally->bytes += len;
}
