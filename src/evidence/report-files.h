/* SPDX-License-Identifier: MIT */
/*
 * The files that patterns of reports name, as they were before a stage ran,
 * and which of them it wrote.
 *
 *	report_files_begin(&files, folder);		// before it starts
 *	report_files_note(&files, "out/r.xml");
 *	...
 *	if (report_files_take(&files, path, "junit") == REPORT_NEW)
 *		report_is_fresh(report_files_before(&files, path), path, &err);
 */
#ifndef SIGNALBOX_EVIDENCE_REPORT_FILES_H
#define SIGNALBOX_EVIDENCE_REPORT_FILES_H

#include "evidence/freshness.h"
#include "report/pool.h"

struct report_file { /* one that was there */
	char *path;
	struct report_identity identity;
};

/* All zero: nothing is known, and every file is fresh. */
struct report_files {
	char *folder;
	/* What a file that was not there is compared with: the time alone. */
	struct report_identity nothing;
	struct report_file *items;
	size_t count, cap;
	struct report_pool *paths; /* of the items: their numbers */
	struct report_pool *taken;
};

enum report_taken { REPORT_NEW, REPORT_AGAIN, REPORT_OTHERWISE };

/* Forgets what it held. */
void report_files_begin(struct report_files *files, const char *folder);
void report_files_note(struct report_files *files, const char *pattern);
/* Borrowed; path is a whole one. */
const struct report_identity *
report_files_before(const struct report_files *files, const char *path);
/* Whether this file, by whatever name, was asked for before: in this format,
 * or only in another one. */
enum report_taken report_files_take(struct report_files *files,
				    const char *path, const char *format);
/* *to takes all over. */
void report_files_move(struct report_files *to, struct report_files *from);
void report_files_release(struct report_files *files);

#endif
