/* SPDX-License-Identifier: MIT */
/* How the listings print: rows of text made printable, or JSON. */
#ifndef SIGNALBOX_CLI_LISTING_H
#define SIGNALBOX_CLI_LISTING_H

#include <jansson.h>

#include "base/clock.h"
#include "base/error.h"

struct environment;

/* printf to standard output; every %s is made printable and stays on its line,
 * but for a format of "%s" alone. A '\n' may stand at the format's end only. */
void listing_print(const char *format, ...) PRINTF_LIKE(1, 2);
/* Prints the value as indented JSON and frees it. */
void listing_json(json_t *value);
/* Prints one line of NDJSON, its '\n' included. */
void listing_json_line(const char *text, size_t len);
/* Local date and time, "2026-11-20 14:02", "-" for 0. */
const char *listing_time(int64_t wall_ms, char text[CLOCK_TEXT_SIZE]);

/* The commit to print beside a version: "" where that is its id already. */
const char *listing_commit(const char *version, const char *commit);

/* Opens every environment below state, one after the other; of those that
 * cannot be, the first is the error. */
int listing_environments(const char *state,
			 int (*each)(struct environment *environment,
				     void *data),
			 void *data, struct error *err) MUST_CHECK;

#endif
