/* SPDX-License-Identifier: MIT */
/*
 * What of a log is looked for, found by a thread of its own: how many lines
 * hold it, and which. Of a log of any size only a number for each
 * LOGFILE_BLOCK of it is kept; the lines themselves are looked up again where
 * they are shown. A line is one of ui/logfile.
 *
 *	search = search_new(path, "needle", woken, data);
 *	search_extend(search, logfile_size(file));  // whenever it has grown
 *	... woken, on the thread: search_state(search, &state) ...
 *	at = search_next(search, file, at);
 *	search_free(search);                        // also while it runs
 */
#ifndef SIGNALBOX_UI_SEARCH_H
#define SIGNALBOX_UI_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/logfile.h"

struct search;

/* text: what lines must hold; NULL: that a test failed (ui/testline).
 * woken: there is more to tell; on the search's thread, at most every 30 ms
 * and when all was looked at; may be NULL. */
struct search *search_new(const char *path, const char *text,
			  void (*woken)(void *data), void *data);
void search_free(struct search *search); /* NULL is fine */
/* So many bytes are to be looked at; fewer than before: all of them anew. */
void search_extend(struct search *search, int64_t size);
/* Waits until they all were, but at most so long: what is small is known at
 * once. */
void search_wait(struct search *search, int ms);

struct search_state {
	int64_t lines;	    /* that hold it, so far */
	int64_t done, size; /* bytes that were looked at, of how many */
	bool over;	    /* all were */
};
void search_state(struct search *search, struct search_state *state);

/* The start of the first such line that starts at `at` or later, or of the
 * last that starts before. */
#define SEARCH_NONE (-1)
#define SEARCH_UNKNOWN (-2) /* not yet */
int64_t search_next(struct search *search, struct logfile *file, int64_t at);
int64_t search_before(struct search *search, struct logfile *file, int64_t at);
/* How many such lines start before `at`. */
int64_t search_rank(struct search *search, struct logfile *file, int64_t at);
/* Whether a line holds it. */
bool search_holds(const struct search *search, const char *text, size_t len);
/* Bytes of it at text, for marking; 0 when it is not there. */
size_t search_at(const struct search *search, const char *text, size_t len);

#endif
