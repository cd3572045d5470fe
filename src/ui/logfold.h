/* SPDX-License-Identifier: MIT */
/*
 * What a passed test printed is folded behind its line: what follows it,
 * indented or as a diagnostic, and what stands between the line that began it
 * and its own. A fold is no longer than LOGFILE_BLOCK. For ui/logview.
 */
#ifndef SIGNALBOX_UI_LOGFOLD_H
#define SIGNALBOX_UI_LOGFOLD_H

#include "ui/logview.h"

/* Of places that were looked at: walking on from them needs no more. */
struct logfold {
	/* From `from` to `to` the nearest line before that tells of a test is
	 * `begun`, which begins one; -1: it is none of those, or too far. */
	int64_t from, to, begun;
	int64_t of,
		passed; /* where the test that began at `of` passed, or -1 */
};

void logfold_forget(struct logview *log);
/* A line that was read becomes the one that is shown for it: the test's, with
 * what is folded behind. False when the file has it no longer. */
bool logfold_line(const struct logview *log, struct logview_line *line);
/* The start of the shown line that stands for the one at `at`. */
int64_t logfold_shown(const struct logview *log, int64_t at);
/* Where all that is shown as the line at `at` begins. */
int64_t logfold_first(const struct logview *log, int64_t at);

#endif
