/* SPDX-License-Identifier: MIT */
/*
 * Which lines of a log hold what is looked for: a text, or that a test
 * failed. No file and no thread: bytes in memory.
 */
#ifndef SIGNALBOX_UI_MATCHER_H
#define SIGNALBOX_UI_MATCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/pattern.h"

#define MATCHER_NEEDLES 8

struct matcher {
	struct pattern needles[MATCHER_NEEDLES];
	size_t count;
	bool failures; /* and the line must say so */
};

/* A stretch of a file in memory that begins at a line's start. */
struct stretch {
	const char *data;
	size_t size;
	int64_t start; /* in the file */
	bool coloured; /* there may be an SGR sequence in it */
};

/* text: NULL: that a test failed (ui/testline). */
void matcher_init(struct matcher *matcher, const char *text);
/* Whether a line holds it. */
bool matcher_holds(const struct matcher *matcher, const char *text, size_t len);
/* Bytes of it at text, for marking; 0 when it is not there. */
size_t matcher_at(const struct matcher *matcher, const char *text, size_t len);
/* Tells where in the file each line starts that holds it. Returns the start,
 * in the stretch, of the first that is not whole in it; *last: that one holds
 * it so far. */
size_t matcher_scan(const struct matcher *matcher,
		    const struct stretch *stretch,
		    void (*take)(int64_t start, void *data), void *data,
		    bool *last);

#endif
