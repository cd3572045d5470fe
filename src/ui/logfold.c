/* SPDX-License-Identifier: MIT */
#include "ui/logfold.h"

#include <string.h>

#include "base/vector.h"
#include "ui/testline.h"

/* Where in the list it stands, or would. */
static size_t opened_place(const struct logview *log, int64_t head)
{
	size_t low = 0;
	size_t high = log->opened_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (log->opened[middle] < head)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_opened(const struct logview *log, int64_t head)
{
	size_t place = opened_place(log, head);

	return place < log->opened_count && log->opened[place] == head;
}

void logview_toggle(struct logview *log, int64_t head)
{
	size_t place = opened_place(log, head);
	int64_t *at;

	if (is_opened(log, head)) {
		at = log->opened + place;
		log->opened_count--;
		memmove(at, at + 1, (log->opened_count - place) * sizeof(*at));
		return;
	}
	(void)*VECTOR_ADD(log->opened, log->opened_count, log->opened_cap);
	at = log->opened + place;
	memmove(at + 1, at, (log->opened_count - 1 - place) * sizeof(*at));
	*at = head;
}

void logfold_forget(struct logview *log)
{
	*log->folds = (struct logfold){.from = 0, .to = -1, .of = -1};
}

static bool read_line(const struct logview *log, int64_t at,
		      struct logview_line *line)
{
	*line = (struct logview_line){.start = at};
	return logfile_line(log->file, at, &line->text, &line->len,
			    &line->next);
}

static enum testline says(const struct logview *log, int64_t at)
{
	struct logview_line line;

	return read_line(log, at, &line) ? testline_of(line.text, line.len)
					 : TESTLINE_NONE;
}

/* The test that began last before the line at `at`, or in it, where nothing
 * was told of tests since; -1 none. */
static int64_t begun_before(const struct logview *log, int64_t at)
{
	struct logfold *folds = log->folds;
	int64_t q = at;
	enum testline kind = TESTLINE_NONE;

	while ((q < folds->from || q > folds->to) &&
	       (kind = says(log, q)) == TESTLINE_NONE && q > 0 &&
	       at - q < LOGFILE_BLOCK)
		q = logfile_before(log->file, q);
	if (kind == TESTLINE_NONE && q >= folds->from && q <= folds->to) {
		folds->to = at;
		return folds->begun;
	}
	folds->from = q;
	folds->to = at;
	folds->begun = kind == TESTLINE_BEGUN ? q : -1;
	return folds->begun;
}

/* Where the test that begins there passed, with nothing told in between; -1
 * when it did not, or too far away. */
static int64_t passed_after(const struct logview *log, int64_t begun)
{
	struct logfold *folds = log->folds;
	enum testline kind = TESTLINE_NONE;
	struct logview_line line;
	int64_t at = logfile_line_at(log->file, begun + 1);

	if (folds->of == begun && folds->passed >= 0)
		return folds->passed;
	folds->of = begun;
	folds->passed = -1;
	while (at - begun < LOGFILE_BLOCK && read_line(log, at, &line) &&
	       (kind = testline_of(line.text, line.len)) == TESTLINE_NONE)
		at = line.next;
	if (kind == TESTLINE_PASSED)
		folds->passed = at;
	return folds->passed;
}

/* The line that begins the test whose line is at `head`; -1 none. */
static int64_t begin_of(const struct logview *log, int64_t head)
{
	int64_t begun =
		head > 0 ? begun_before(log, logfile_before(log->file, head))
			 : -1;

	return begun >= 0 && passed_after(log, begun) == head ? begun : -1;
}

/* The lines after a test's that are its output: how many, and *end. */
static int64_t output_of(const struct logview *log, int64_t next, int64_t *end)
{
	int64_t stop = next + LOGFILE_BLOCK;
	struct logview_line line;
	int64_t count = 0;

	*end = next;
	while (*end < stop && read_line(log, *end, &line) &&
	       testline_is_output(line.text, line.len)) {
		*end = line.next;
		count++;
	}
	return count;
}

static int64_t count_lines(const struct logview *log, int64_t from, int64_t to)
{
	struct logview_line line;
	int64_t count = 0;

	for (; from < to && read_line(log, from, &line); from = line.next)
		count++;
	return count;
}

bool logfold_line(const struct logview *log, struct logview_line *line)
{
	enum testline kind = testline_of(line->text, line->len);
	int64_t begun = kind == TESTLINE_BEGUN ? line->start : -1;
	int64_t head = begun >= 0 ? passed_after(log, begun) : line->start;
	int64_t end, count;

	if ((begun >= 0 && (head < 0 || is_opened(log, head))) ||
	    (begun < 0 && kind != TESTLINE_PASSED))
		return read_line(log, line->start, line);
	if (!read_line(log, head, line))
		return false;
	begun = begin_of(log, head);
	count = output_of(log, line->next, &end);
	line->is_head = count > 0 || begun >= 0;
	if (line->is_head && !is_opened(log, head)) {
		line->folded = count;
		line->next = end;
		if (begun >= 0)
			line->folded += count_lines(log, begun, head);
	}
	/* Reading further made its text unknown. */
	return logfile_line(log->file, head, &line->text, &line->len, &end);
}

/* The passed test after whose line this one of its output stands, or which it
 * is; -1 none. */
static int64_t head_before(const struct logview *log, int64_t at)
{
	int64_t stop = at - LOGFILE_BLOCK;
	struct logview_line line;

	while (read_line(log, at, &line) &&
	       testline_is_output(line.text, line.len)) {
		if (at == 0 || at <= stop)
			return -1;
		at = logfile_before(log->file, at);
	}
	return testline_of(line.text, line.len) == TESTLINE_PASSED ? at : -1;
}

int64_t logview_head(const struct logview *log, int64_t at)
{
	int64_t head = head_before(log, at);
	int64_t begun = head < 0 ? begun_before(log, at) : -1;

	return begun >= 0 ? passed_after(log, begun) : head;
}

int64_t logfold_shown(const struct logview *log, int64_t at)
{
	int64_t head = logview_head(log, at);
	int64_t end;

	if (head < 0 || head == at || is_opened(log, head))
		return at;
	if (head > at)
		return head;
	output_of(log, logfile_line_at(log->file, head + 1), &end);
	return at < end ? head : at;
}

int64_t logfold_first(const struct logview *log, int64_t at)
{
	int64_t begun = -1;

	if (says(log, at) == TESTLINE_PASSED && !is_opened(log, at))
		begun = begin_of(log, at);
	return begun >= 0 ? begun : at;
}
