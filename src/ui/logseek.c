/* SPDX-License-Identifier: MIT */
/* Going to what is looked for: at once where it is known, else later. */
#include "ui/logview.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "ui/logline.h"

/* A search that takes no longer is waited for. */
#define AT_ONCE_MS 50
/* Going from line to line through a filter is no longer than that at once. */
#define STRETCH_US 20000

static void replace(char **text, const char *by)
{
	char *copy = xstrdup(by);

	free(*text);
	*text = copy;
}

static struct search *begin(struct logview *log, const char *text)
{
	struct search *search =
		search_new(log->path, text, log->woken, log->woken_data);

	search_extend(search, logfile_size(log->file));
	search_wait(search, AT_ONCE_MS);
	return search;
}

void logview_search(struct logview *log, const char *text)
{
	log->seek.way = SEEK_NOTHING;
	search_free(log->find);
	replace(&log->search, text);
	log->find = log->file && *text ? begin(log, text) : NULL;
}

void logview_filter(struct logview *log, const char *text)
{
	log->seek.way = SEEK_NOTHING;
	search_free(log->only);
	replace(&log->filter, text);
	log->only = log->file && *text ? begin(log, text) : NULL;
	log->range = -1;
	logview_settle(log);
}

struct search *logview_failures(struct logview *log)
{
	if (!log->failures && log->file)
		log->failures = begin(log, NULL);
	return log->failures;
}

void logview_seek(struct logview *log, enum seek way, struct search *by,
		  int64_t from)
{
	log->seek.way = way;
	log->seek.by = by;
	log->seek.from = from;
	log->seek.wrapped = false;
}

bool logview_give_up(struct logview *log)
{
	if (log->seek.way == SEEK_NOTHING)
		return false;
	log->seek.way = SEEK_NOTHING;
	if (log->seek.by == log->find) {
		logview_search(log, "");
	} else {
		search_free(log->failures);
		log->failures = NULL;
	}
	return true;
}

/* Where the first match in the line is; its beginning, if that is not known. */
static void match_place(const struct logview *log,
			const struct logview_line *line, int width,
			int64_t *row, int64_t *column)
{
	size_t at = 0;

	while (at < line->len &&
	       !search_at(log->seek.by, line->text + at, line->len - at))
		at++;
	logline_place(line->text, line->len, at < line->len ? at : 0,
		      log->wrap ? width : 0, log->scratch, row, column);
}

/* What was found is in sight, though it stands far to the right. */
static void show_column(struct logview *log, int rows, int width)
{
	struct logview_line line;
	int64_t row, column;

	if (!logview_line(log, log->line, &line) || width <= 0)
		return;
	match_place(log, &line, width, &row, &column);
	if (log->wrap && row >= rows) {
		log->top = log->line;
		log->top_row = (int)row - rows / 2;
	} else if (!log->wrap &&
		   (column < log->sideways ||
		    column + width / 4 >= log->sideways + width)) {
		column = column + width / 4 < width ? 0 : column - width / 2;
		log->sideways = column - column % 8;
	}
}

/* Its line is the window's first, but the window stays full. */
static void land(struct logview *log, int64_t at, int rows, int width)
{
	struct logview_place last;

	log->follow = false;
	logview_unfold(log, at);
	log->line = log->top = at;
	log->top_row = 0;
	last = logview_above(log, logfile_size(log->file), rows, width);
	if (at > last.at) {
		log->top = last.at;
		log->top_row = last.row;
	}
	show_column(log, rows, width);
	logview_reveal(log, rows, width);
}

static int64_t found(const struct logview *log, struct search *by, int64_t from)
{
	return log->seek.way == SEEK_NEXT ? search_next(by, log->file, from)
					  : search_before(by, log->file, from);
}

static bool is_shown(const struct logview *log, int64_t at)
{
	const char *text;
	size_t len;
	int64_t next;

	return !log->only || (logfile_line(log->file, at, &text, &len, &next) &&
			      search_holds(log->only, text, len));
}

void logview_filtered(struct logview *log, int rows, int width)
{
	struct logview_place last;
	int64_t at;

	if (!log->only || log->follow || !log->file || is_shown(log, log->line))
		return;
	at = search_next(log->only, log->file, log->line);
	if (at == SEARCH_NONE)
		at = search_before(log->only, log->file, log->line);
	if (at < 0)
		return;
	log->line = at;
	last = logview_above(log, logfile_size(log->file), rows, width);
	if (log->top > last.at) {
		log->top = last.at;
		log->top_row = last.row;
	}
	logview_reveal(log, rows, width);
}

/* From here on at the next call, which the owner is asked for. */
static int64_t go_on_later(struct logview *log, int64_t at)
{
	log->seek.from = log->seek.way == SEEK_NEXT ? at : at + 1;
	if (log->woken)
		log->woken(log->woken_data);
	return SEARCH_UNKNOWN;
}

/* With a filter, only what it shows can be gone to: each search goes on from
 * where the other one has got to. */
static int64_t found_and_shown(struct logview *log)
{
	bool forward = log->seek.way == SEEK_NEXT;
	int64_t until = clock_monotonic_us() + STRETCH_US;
	int64_t at = found(log, log->seek.by, log->seek.from);

	while (at >= 0 && !is_shown(log, at)) {
		if (clock_monotonic_us() > until)
			return go_on_later(log, at);
		at = found(log, log->only, at);
		if (at >= 0)
			at = found(log, log->seek.by, forward ? at : at + 1);
	}
	return at;
}

enum arrival logview_arrive(struct logview *log, int rows, int width)
{
	int64_t at;

	if (log->seek.way == SEEK_NOTHING || !log->file || !log->seek.by)
		return ARRIVAL_NONE;
	at = found_and_shown(log);
	if (at == SEARCH_NONE && log->seek.by == log->find &&
	    !log->seek.wrapped) {
		log->seek.wrapped = true;
		log->seek.from = log->seek.way == SEEK_NEXT
					 ? 0
					 : logfile_size(log->file);
		at = found_and_shown(log);
	}
	if (at == SEARCH_UNKNOWN)
		return ARRIVAL_WAITS;
	if (at >= 0)
		land(log, at, rows, width);
	log->seek.way = SEEK_NOTHING;
	return at >= 0 ? ARRIVAL_FOUND : ARRIVAL_NOWHERE;
}
