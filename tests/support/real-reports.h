/* SPDX-License-Identifier: MIT */
/*
 * Real reports, read where they are (SIGNALBOX_REPORTS, or beside the source
 * tree), against summaries that others computed: INDEX.tsv. Where they are
 * not, the test is skipped and says so.
 */
#ifndef SIGNALBOX_TESTS_SUPPORT_REAL_REPORTS_H
#define SIGNALBOX_TESTS_SUPPORT_REAL_REPORTS_H

#include <jansson.h>

#include "support/reports.h"

struct row {
	char *path;
	const char *file;
	const char *format;
	json_t *expected;
};

typedef void check_callback(const struct row *row);

/* Of both indices. */
void each_row(check_callback *check);
/* Fails the test where it cannot be read, or is told to be of another
 * format. */
struct report read_row(const struct row *row);
/* That the index says that number of it. */
void expect(const struct row *row, const char *what, uint64_t got);

#endif
