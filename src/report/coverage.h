/* SPDX-License-Identifier: MIT */
/*
 * How the readers of coverage count: a line of a file once, however often it
 * is told, covered when it was hit in any of them.
 */
#ifndef SIGNALBOX_REPORT_COVERAGE_H
#define SIGNALBOX_REPORT_COVERAGE_H

#include "report/collect.h"
#include "report/pool.h"

struct coverage_branch;

struct coverage {
	struct report *report;
	uint64_t *lines; /* a set of files, lines and whether hit */
	size_t line_count, line_slots;
	uint64_t seed;
	struct report_pool *keys; /* of branches: their numbers */
	struct coverage_branch *branches;
	size_t branch_count, branch_cap;
};

void coverage_init(struct coverage *coverage, struct report *report);
void coverage_release(struct coverage *coverage);

/* The file's number, the same for the same path. */
size_t coverage_file(struct coverage *coverage, const char *path, size_t len);
void coverage_line(struct coverage *coverage, size_t file, uint32_t line,
		   bool hit);
/* key tells the branches of a line of the file apart; "" is all of them. */
void coverage_branches(struct coverage *coverage, size_t file, uint32_t line,
		       const char *key, uint32_t all, uint32_t taken);

/* A line's number as reports write it. */
bool coverage_number(const char *text, size_t len, uint32_t *number);

#endif
