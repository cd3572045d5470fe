/* SPDX-License-Identifier: MIT */
/* y and Y: the marked lines, byte by byte as they were printed, into the file
 * that holds what was copied last. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "ui/logpanel.h"

#define COPY_BYTES (64LL << 20)

static void range_of(const struct logview *log, int64_t *from, int64_t *to)
{
	int64_t last = logview_before(log, logfile_size(log->file));

	*from = *to = log->follow ? last : log->line;
	if (!log->follow && log->range >= 0 && log->range < *from)
		*from = log->range;
	else if (!log->follow && log->range > *to)
		*to = log->range;
}

static bool line_at(const struct logview *log, int64_t at,
		    struct logview_line *line)
{
	if (log->only)
		return logview_line(log, at, line);
	*line = (struct logview_line){.start = at};
	return logfile_line(log->file, at, &line->text, &line->len,
			    &line->next);
}

/* The lines that start in [from, to], of a filter those it shows. */
static int64_t write_lines(const struct logview *log, int64_t from, int64_t to,
			   FILE *file)
{
	struct logview_line line;
	int64_t count = 0;
	bool whole = false;

	while (line_at(log, from, &line) && line.start <= to) {
		if (whole)
			fputc('\n', file);
		fwrite(line.text, 1, line.len, file);
		from = line.start + (int64_t)line.len;
		whole = from < logfile_size(log->file) && from < line.next;
		/* Folded lines are not left out of a range. */
		from += whole;
		count++;
	}
	return count;
}

static void write_origin(const struct view *view, const struct model *model,
			 FILE *file)
{
	const struct stage_model *stage = view_stage(view, model);

	fprintf(file, "run %lld, stage %s, commit %s\n", (long long)model->run,
		stage ? stage->name : "-",
		*model->commit ? model->commit : "-");
}

static FILE *open_copy(const char *path)
{
	int fd = path ? file_open(path,
				  O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW,
				  0600, NULL)
		      : -1;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file && fd >= 0)
		close(fd);
	return file;
}

static void say_cannot(struct view *view)
{
	char *text = xasprintf(
		"cannot write %s: %s",
		view->copy_file ? view->copy_file : "what is copied",
		view->copy_file ? strerror(errno) : "no folder is ours");

	view_toast(view, true, text);
	free(text);
}

void log_copy(struct view *view, const struct model *model, bool from)
{
	struct logview *log = &view->log;
	int64_t first, last;
	FILE *file;
	bool bad;

	range_of(log, &first, &last);
	if (first < 0 || last - first > COPY_BYTES) {
		view_toast(view, true,
			   first < 0 ? "y is off: no line is shown"
				     : "y is off: more than 64 MiB are marked; "
				       "o and O have all of the log");
		return;
	}
	file = open_copy(view->copy_file);
	if (!file) {
		say_cannot(view);
		return;
	}
	if (from)
		write_origin(view, model, file);
	view->copied_lines = write_lines(log, first, last, file);
	bad = ferror(file);
	if (fclose(file) == 0 && !bad)
		view->wish = WISH_COPY;
	else
		say_cannot(view);
	log->range = -1;
}
