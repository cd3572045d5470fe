/* SPDX-License-Identifier: MIT */
#include "cli/logprint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/printable.h"
#include "cli/output.h"
#include "event/logindex.h"
#include "ui/logfile.h"

struct logprint {
	const struct logprint_options *options;
	struct logfile *file;
	struct log_index index;
	int64_t at; /* the next byte to print */
	bool terminal;
	bool inside; /* the line at `at` has its beginning printed */
};

/* The line that holds it: its end was printed since. */
static int64_t start_since(struct logprint *print)
{
	int64_t offset;

	if (!print->options->since_ms)
		return 0;
	offset = log_index_since(&print->index, print->options->since_ms);
	return offset < 0 ? logfile_size(print->file)
			  : logfile_line_start(print->file, offset);
}

static int64_t start_tail(struct logprint *print)
{
	int64_t tail = print->options->tail;

	return tail < 0
		       ? 0
		       : logfile_tail(print->file,
				      tail < INT32_MAX ? (int)tail : INT32_MAX);
}

struct logprint *logprint_open(const char *path,
			       const struct logprint_options *options,
			       struct error *err)
{
	struct logprint *print;
	struct logfile *file;
	int64_t since, tail;

	if (!file_exists(path))
		return NULL;
	file = logfile_open(path, err);
	if (!file)
		return NULL;
	print = xcalloc(1, sizeof(*print));
	print->options = options;
	print->file = file;
	print->terminal = isatty(STDOUT_FILENO);
	log_index_open(&print->index, path);
	since = start_since(print);
	tail = start_tail(print);
	print->at = since > tail ? since : tail;
	return print;
}

void logprint_free(struct logprint *print)
{
	if (!print)
		return;
	if (print->terminal)
		fputs("\033[0m", stdout);
	fflush(stdout);
	logfile_free(print->file);
	log_index_release(&print->index);
	free(print);
}

int64_t logprint_size(const struct logprint *print)
{
	return logfile_size(print->file);
}

static void print_time(struct logprint *print)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t ms = log_index_time(&print->index, print->at);

	if (print->options->timestamps)
		printf("%s ", ms ? clock_format_utc(ms, text) : "-");
}

/* A piece of a line that is longer than a window is a line of its own; one of
 * a progress bar is written over by the next. */
static void print_shown(struct logprint *print, const char *text, size_t len,
			bool goes_on)
{
	struct str out = STR_INIT;

	if (goes_on && memchr(text, '\r', len))
		return;
	print_time(print);
	text = line_last_state(text, &len);
	str_add_printable(&out, text, len, true);
	output_line(stdout, out.data);
	str_release(&out);
}

static void print_bytes(struct logprint *print, const char *text, size_t len,
			bool whole)
{
	if (!print->inside)
		print_time(print);
	fwrite(text, 1, len, stdout);
	if (whole)
		putchar('\n');
	print->inside = !whole;
}

static bool print_line(struct logprint *print, bool last)
{
	const char *text;
	size_t len;
	int64_t next;
	bool whole, goes_on;

	if (!logfile_line(print->file, print->at, &text, &len, &next))
		return false;
	whole = next > print->at + (int64_t)len;
	goes_on = next < logfile_size(print->file);
	if (print->terminal && !whole && !last && !goes_on)
		return false;
	if (print->terminal)
		print_shown(print, text, len, !whole && goes_on);
	else if (print->options->timestamps)
		print_bytes(print, text, len, whole);
	else
		fwrite(text, 1, (size_t)(next - print->at), stdout);
	print->at = next;
	return true;
}

int logprint_more(struct logprint *print, bool last, struct error *err)
{
	logfile_refresh(print->file);
	if (print->options->timestamps)
		log_index_refresh(&print->index);
	while (print_line(print, last) && !ferror(stdout))
		;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	clearerr(stdout); /* it is told here, or nobody is there to tell */
	if (errno == EPIPE)
		return -1;
	return error_set(err, ERROR_IO,
			 "cannot write to the standard output: %s",
			 strerror(errno));
}
