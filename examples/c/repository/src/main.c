/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "tally.h"

int main(void)
{
	struct tally tally = TALLY_INIT;
	char piece[4096];
	size_t len;

	while ((len = fread(piece, 1, sizeof(piece), stdin)) > 0)
		tally_add(&tally, piece, len);
	if (ferror(stdin)) {
		fputs("tally: the input cannot be read\n", stderr);
		return 1;
	}
	printf("%zu %zu %zu\n", tally.lines, tally.words, tally.bytes);
	return 0;
}
