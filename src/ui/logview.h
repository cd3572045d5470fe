/* SPDX-License-Identifier: MIT */
/*
 * Where in a log the person is: what is shown of it, the marked line, what is
 * looked for. Which lines are shown depends on what is folded (the output of
 * a passed test, behind its line) and on the filter; a position is always the
 * start of a shown line. Nothing of the log is kept.
 */
#ifndef SIGNALBOX_UI_LOGVIEW_H
#define SIGNALBOX_UI_LOGVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "event/logindex.h"
#include "ui/logfile.h"
#include "ui/search.h"

struct logfold;
struct logover;

enum seek { SEEK_NOTHING, SEEK_NEXT, SEEK_BEFORE };

struct logview {
	char *path; /* of the open file, "" none */
	struct logfile *file;
	bool follow;
	int64_t top;   /* the first line, while not following */
	int top_row;   /* rows of it above the window */
	int64_t line;  /* the marked one, while not following */
	int64_t range; /* the other end of what is to be copied, -1 none */
	int64_t sideways;
	bool wrap, times;
	struct log_index index; /* read while times are shown */

	char *search, *filter; /* what is looked for, "" nothing */
	struct search *find, *only, *failures;
	struct { /* a jump that waits for the search to get there */
		enum seek way;
		struct search *by;
		int64_t from;
		bool wrapped; /* it began anew at the other end */
	} seek;
	bool entered; /* this log was just come to for its failures */

	int64_t *opened; /* tests whose output is not folded, in order */
	size_t opened_count, opened_cap;
	struct logfold *folds; /* what was seen of them last */
	struct logover *over;  /* and of a progress bar */
	struct str *scratch;

	/* Told by searches, on their threads, and by a jump that goes on at
	 * the next logview_arrive(); set by the owner. */
	void (*woken)(void *data);
	void *woken_data;
};

void logview_init(struct logview *log);
void logview_release(struct logview *log);
/* Another file; "" none. It may come into being later. */
void logview_open(struct logview *log, const char *path);
/* Looks how far it has grown: to `limit`, where that is not -1. */
void logview_refresh(struct logview *log, int64_t limit);

struct logview_line {
	int64_t start, next;
	const char *text; /* until the next call */
	size_t len;
	int64_t folded; /* lines behind it that are not shown */
	bool is_head;	/* of a passed test's output, folded or not */
};

/* The first shown line at `at` or later. */
bool logview_line(const struct logview *log, int64_t at,
		  struct logview_line *line);
/* The shown line before, -1 none. */
int64_t logview_before(const struct logview *log, int64_t at);
/* Rows it takes on `width` columns. */
int logview_rows(const struct logview *log, const struct logview_line *line,
		 int width);
/* The passed test whose output, opened, the line is; -1 none. */
int64_t logview_head(const struct logview *log, int64_t at);
/* Of the marked line, from 1; 0 when it takes too long to know. */
int64_t logview_line_number(const struct logview *log);
/* Opens the fold that holds the line. */
void logview_unfold(struct logview *log, int64_t at);
/* Opens or folds the output of the passed test at `head`. */
void logview_toggle(struct logview *log, int64_t head);
/* Other lines are shown than before: stays where it was. */
void logview_settle(struct logview *log);

/* A window of rows over the log: its first line, and rows of that above. */
struct logview_place {
	int64_t at;
	int row;
};
/* So many rows above the line that starts at `end`. */
struct logview_place logview_above(const struct logview *log, int64_t end,
				   int rows, int width);
/* Where a window of that size begins now. */
struct logview_place logview_top(const struct logview *log, int rows,
				 int width);
/* Leaves following, where the window stands. */
void logview_stand(struct logview *log, int rows, int width);
/* Moves the marked line, or the window. */
void logview_move(struct logview *log, int lines, int rows, int width);
void logview_scroll(struct logview *log, int by, int rows, int width);
/* Moves the window just so far that the marked line is in it. */
void logview_reveal(struct logview *log, int rows, int width);

/* What is looked for, and what lines must hold to be shown; "" nothing. In
 * logseek.c, as all below. */
void logview_search(struct logview *log, const char *text);
void logview_filter(struct logview *log, const char *text);
/* Through a filter the marked line is a shown one, as soon as one is known:
 * the next, else the last before. */
void logview_filtered(struct logview *log, int rows, int width);
/* Goes to the first line from `from` on that `by` finds, or to the last one
 * before, as soon as that is known. */
void logview_seek(struct logview *log, enum seek way, struct search *by,
		  int64_t from);
enum arrival {
	ARRIVAL_NONE,	 /* nothing was looked for */
	ARRIVAL_WAITS,	 /* the search has not got there yet */
	ARRIVAL_FOUND,	 /* the line is marked and shown */
	ARRIVAL_NOWHERE, /* there is none */
};
enum arrival logview_arrive(struct logview *log, int rows, int width);
/* The search for failed tests, made when there is none. */
struct search *logview_failures(struct logview *log);
/* Drops the jump that waits, with what is looked for: false when none did. */
bool logview_give_up(struct logview *log);

#endif
