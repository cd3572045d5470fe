/* SPDX-License-Identifier: MIT */
/*
 * A fixed string that is looked for. With no capital in it, ASCII letters are
 * found in either case. Colours within a match (SGR sequences) are looked
 * through: what is found is what is seen.
 */
#ifndef SIGNALBOX_UI_PATTERN_H
#define SIGNALBOX_UI_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes at most; what is longer is cut. */
#define PATTERN_MAX 400

struct pattern {
	char text[PATTERN_MAX + 1]; /* in lower case where `folded` */
	size_t len;
	bool folded;
	size_t rare, other; /* places of the two rarest bytes in text */
};

/* text is not empty. */
void pattern_init(struct pattern *pattern, const char *text);
/* Where it next begins in data[from..size), or -1. coloured: there may be an
 * SGR sequence in it; slower. */
int64_t pattern_find(const struct pattern *pattern, const char *data,
		     size_t from, size_t size, bool coloured);
/* Bytes it takes at data, 0 when it is not there. */
size_t pattern_at(const struct pattern *pattern, const char *data, size_t size);

#endif
