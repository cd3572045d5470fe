/* SPDX-License-Identifier: MIT */
/* Everything wrong with one file, collected, then shown in its order. */
#ifndef SIGNALBOX_YAML_PROBLEMS_H
#define SIGNALBOX_YAML_PROBLEMS_H

#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

/* More than these of one file are not kept: it is no pipeline file at all. */
#define PROBLEMS_LIMIT 1000

/* Where something was written, 1-based, for later complaints. */
struct place {
	int line;
	int column;
};

struct problem {
	int line;   /* 1-based; 0: the file as a whole */
	int column; /* 1-based, in characters */
	char *text; /* what is wrong; what to write instead */
};

struct problems {
	char *file; /* as complaints name it; owned */
	struct problem *items;
	size_t count, cap;
	char *source; /* copy of the file's text, to show lines */
};

#define PROBLEMS_INIT         \
	{                     \
		0, 0, 0, 0, 0 \
	}

/* Whose problems these are, and its text to show lines of; steps over a byte
 * order mark that an editor left. */
void problems_begin(struct problems *problems, const char *file,
		    const char **text, size_t *len);
void problems_add(struct problems *problems, int line, int column,
		  const char *format, ...) PRINTF_LIKE(4, 5);
/* file:line:column: text, the line itself, a caret; in order of place. All
 * of it made printable. */
void problems_print(const struct problems *problems, struct str *out);
void problems_release(struct problems *problems);

#endif
