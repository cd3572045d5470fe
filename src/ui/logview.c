/* SPDX-License-Identifier: MIT */
#include "ui/logview.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/logfold.h"
#include "ui/logline.h"

/* Lines are numbered by counting no more than this. */
#define NUMBER_BYTES (64LL << 20)

/* Pieces of a progress bar longer than a window, so many at a time,
 * are passed over; then one is shown as it is. */
#define PIECES_MOST 1024

/* From one to the other all is written over, and stays so: with each frame
 * anew a bar of many megabytes would take too long. */
struct logover {
	int64_t from, to;
};

void logview_init(struct logview *log)
{
	*log = (struct logview){.follow = true, .range = -1};
	log->path = xstrdup("");
	log->search = xstrdup("");
	log->filter = xstrdup("");
	log->scratch = xcalloc(1, sizeof(*log->scratch));
	str_init(log->scratch);
	log->folds = xcalloc(1, sizeof(*log->folds));
	log->over = xcalloc(1, sizeof(*log->over));
	logfold_forget(log);
}

static void drop_file(struct logview *log)
{
	search_free(log->find);
	search_free(log->only);
	search_free(log->failures);
	log->find = log->only = log->failures = NULL;
	log->seek.way = SEEK_NOTHING;
	log_index_release(&log->index);
	logfile_free(log->file);
	log->file = NULL;
}

void logview_release(struct logview *log)
{
	drop_file(log);
	free(log->opened);
	free(log->folds);
	free(log->over);
	free(log->path);
	free(log->search);
	free(log->filter);
	str_release(log->scratch);
	free(log->scratch);
}

void logview_open(struct logview *log, const char *path)
{
	char *copy = xstrdup(path);

	drop_file(log);
	free(log->path);
	log->path = copy;
	log->top = log->line = log->sideways = 0;
	log->top_row = 0;
	log->range = -1;
	log->follow = true;
	log->opened_count = 0;
	logfold_forget(log);
	*log->over = (struct logover){0, 0};
}

static struct search *started(const struct logview *log, struct search *search,
			      const char *text)
{
	if (!search && *text)
		search = search_new(log->path, text, log->woken,
				    log->woken_data);
	if (search)
		search_extend(search, logfile_size(log->file));
	return search;
}

void logview_refresh(struct logview *log, int64_t limit)
{
	if (!log->file && *log->path)
		log->file = logfile_open(log->path, NULL);
	if (!log->file)
		return;
	logfile_refresh(log->file);
	if (logfile_size(log->file) < log->over->to)
		*log->over = (struct logover){0, 0};
	if (limit >= 0)
		logfile_limit(log->file, limit);
	log->find = started(log, log->find, log->search);
	log->only = started(log, log->only, log->filter);
	if (log->failures)
		search_extend(log->failures, logfile_size(log->file));
	if (!log->times)
		return;
	if (!log->index.path)
		log_index_open(&log->index, log->path);
	log_index_refresh(&log->index);
}

static bool read_line(const struct logview *log, int64_t at,
		      struct logview_line *line)
{
	*line = (struct logview_line){.start = at};
	return logfile_line(log->file, at, &line->text, &line->len,
			    &line->next);
}

static void note_over(struct logover *over, const struct logview_line *line)
{
	if (line->start == over->to)
		over->to = line->next;
	else if (line->next == over->from)
		over->from = line->start;
	else
		*over = (struct logover){line->start, line->next};
}

/* A piece of a progress bar longer than a window: what the rest of it is
 * written over is not shown. */
static bool is_written_over(const struct logview *log,
			    const struct logview_line *line)
{
	if (line->next != line->start + (int64_t)line->len ||
	    line->next >= logfile_size(log->file) ||
	    !memchr(line->text, '\r', line->len))
		return false;
	note_over(log->over, line);
	return true;
}

static bool is_over(const struct logview *log, int64_t at)
{
	return at >= log->over->from && at < log->over->to;
}

bool logview_line(const struct logview *log, int64_t at,
		  struct logview_line *line)
{
	if (log->only) {
		at = search_next(log->only, log->file, at);
		return at >= 0 && read_line(log, at, line);
	}
	for (int i = 0; i < PIECES_MOST; i++) {
		if (is_over(log, at))
			at = log->over->to;
		if (!read_line(log, at, line))
			return false;
		if (!is_written_over(log, line))
			break;
		at = line->next;
	}
	return logfold_line(log, line);
}

int64_t logview_before(const struct logview *log, int64_t at)
{
	struct logview_line line;

	if (at <= 0)
		return -1;
	if (log->only) {
		at = search_before(log->only, log->file, at);
		return at >= 0 ? at : -1;
	}
	at = logfold_first(log, at);
	if (at <= 0)
		return -1;
	for (int i = 0; i < PIECES_MOST && at > 0; i++) {
		at = logfile_before(log->file, at);
		if (is_over(log, at))
			at = log->over->from;
		else if (!read_line(log, at, &line) ||
			 !is_written_over(log, &line))
			break;
	}
	return logfold_shown(log, at);
}

void logview_unfold(struct logview *log, int64_t at)
{
	int64_t head = log->only ? at : logfold_shown(log, at);

	if (head != at)
		logview_toggle(log, head);
}

void logview_settle(struct logview *log)
{
	if (log->follow || log->only || !log->file)
		return;
	logview_unfold(log, log->line);
	log->top = logfold_shown(log, log->top);
}

int logview_rows(const struct logview *log, const struct logview_line *line,
		 int width)
{
	if (!log->wrap || width <= 0)
		return 1;
	return (int)logline_rows(line->text, line->len, width, log->scratch);
}

static int rows_at(const struct logview *log, int64_t at, int width)
{
	struct logview_line line;

	return log->wrap && logview_line(log, at, &line)
		       ? logview_rows(log, &line, width)
		       : 1;
}

/* Lines before `at`, by the index as far as that goes; -1: too many to
 * count. */
static int64_t lines_before(const struct logview *log,
			    const struct log_index *index, int64_t at)
{
	int64_t count = 0;
	int64_t from = 0;
	const char *text;
	size_t len;
	int64_t next;

	for (size_t i = index->count; i > 0 && !from; i--)
		if (index->marks[i - 1].offset <= at) {
			from = index->marks[i - 1].offset;
			count = index->marks[i - 1].lines;
		}
	if (at - from > NUMBER_BYTES)
		return -1;
	for (; from < at && logfile_line(log->file, from, &text, &len, &next);
	     from = next)
		count += next > from + (int64_t)len;
	return count;
}

int64_t logview_line_number(const struct logview *log)
{
	struct log_index index;
	int64_t at = log->line;
	int64_t before;

	if (log->follow)
		at = logview_before(log, logfile_size(log->file));
	if (at < 0)
		return 0;
	log_index_open(&index, log->path);
	before = lines_before(log, &index, at);
	log_index_release(&index);
	return before + 1;
}

struct logview_place logview_above(const struct logview *log, int64_t end,
				   int rows, int width)
{
	struct logview_place place = {end, 0};

	while (rows > 0) {
		int64_t at = logview_before(log, place.at);
		int taken;

		if (at < 0)
			break;
		taken = rows_at(log, at, width);
		place.at = at;
		place.row = taken > rows ? taken - rows : 0;
		rows -= taken;
	}
	return place;
}

struct logview_place logview_top(const struct logview *log, int rows, int width)
{
	if (log->follow)
		return logview_above(log, logfile_size(log->file), rows, width);
	return (struct logview_place){log->top, log->wrap ? log->top_row : 0};
}

static void set_top(struct logview *log, struct logview_place place)
{
	log->top = place.at;
	log->top_row = place.row;
}

void logview_stand(struct logview *log, int rows, int width)
{
	int64_t last;

	if (!log->follow)
		return;
	set_top(log, logview_top(log, rows, width));
	last = logview_before(log, logfile_size(log->file));
	log->line = last >= 0 ? last : 0;
	log->follow = false;
}

/* Rows from the window's first to the end of the line at `at`; more than
 * `rows` when they are. */
static int rows_down_to(const struct logview *log, int64_t at, int rows,
			int width)
{
	struct logview_line line;
	int64_t next = log->top;
	int count = log->wrap ? -log->top_row : 0;

	while (count <= rows && next <= at && logview_line(log, next, &line)) {
		count += logview_rows(log, &line, width);
		next = line.next;
	}
	return count;
}

void logview_reveal(struct logview *log, int rows, int width)
{
	struct logview_line line;

	if (log->follow || rows <= 0)
		return;
	if (log->line < log->top)
		set_top(log, (struct logview_place){log->line, 0});
	else if (rows_down_to(log, log->line, rows, width) > rows &&
		 logview_line(log, log->line, &line))
		set_top(log, logview_above(log, line.next, rows, width));
}

/* Down by a row: a line taller than the window is read on before it is left. */
static bool read_on(struct logview *log, int rows, int width)
{
	if (!log->wrap || log->line != log->top ||
	    rows_at(log, log->line, width) - log->top_row <= rows)
		return false;
	log->top_row++;
	return true;
}

static void move_down(struct logview *log, int rows, int width)
{
	struct logview_line line, after;

	if (read_on(log, rows, width) || !logview_line(log, log->line, &line) ||
	    !logview_line(log, line.next, &after))
		return;
	log->line = after.start;
	if (rows_at(log, log->line, width) > rows)
		set_top(log, (struct logview_place){log->line, 0});
	else
		logview_reveal(log, rows, width);
}

static void move_up(struct logview *log, int width)
{
	int64_t before;

	if (log->wrap && log->line == log->top && log->top_row > 0) {
		log->top_row--;
		return;
	}
	before = logview_before(log, log->line);
	if (before < 0)
		return;
	log->line = before;
	if (before < log->top)
		set_top(log, logview_above(log, log->top, 1, width));
}

void logview_move(struct logview *log, int lines, int rows, int width)
{
	if (log->follow && lines > 0)
		return;
	logview_stand(log, rows, width);
	for (; lines > 0; lines--)
		move_down(log, rows, width);
	for (; lines < 0; lines++)
		move_up(log, width);
}

/* So many rows on, but no further than to the last window. */
static void scroll_down(struct logview *log, int by, int rows, int width)
{
	struct logview_place last =
		logview_above(log, logfile_size(log->file), rows, width);
	struct logview_line line;

	for (; by > 0; by--) {
		if (log->top > last.at ||
		    (log->top == last.at && log->top_row >= last.row) ||
		    !logview_line(log, log->top, &line))
			return;
		if (log->wrap &&
		    log->top_row + 1 < logview_rows(log, &line, width))
			log->top_row++;
		else
			set_top(log, (struct logview_place){line.next, 0});
	}
}

static void scroll_up(struct logview *log, int by, int width)
{
	int above = log->wrap && log->top_row < by ? log->top_row : 0;

	if (log->wrap && log->top_row >= by) {
		log->top_row -= by;
		return;
	}
	set_top(log, logview_above(log, log->top, by - above, width));
}

/* The marked line stays in the window, and reaches the ends of the log. */
static void keep_line(struct logview *log, bool down, int rows, int width)
{
	struct logview_line line;
	int64_t next = log->top;
	int64_t last = log->top;
	int count = log->wrap ? -log->top_row : 0;

	while (count < rows && logview_line(log, next, &line)) {
		count += logview_rows(log, &line, width);
		if (count <= rows || last == log->top)
			last = line.start;
		next = line.next;
	}
	if (down && !logview_line(log, next, &line))
		log->line = last;
	else if (log->line < log->top || (!down && log->top == 0))
		log->line = log->top;
	else if (log->line > last)
		log->line = last;
}

void logview_scroll(struct logview *log, int by, int rows, int width)
{
	if (log->follow && by > 0)
		return;
	logview_stand(log, rows, width);
	if (by > 0)
		scroll_down(log, by, rows, width);
	else
		scroll_up(log, -by, width);
	keep_line(log, by > 0, rows, width);
}
