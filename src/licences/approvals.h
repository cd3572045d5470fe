/* SPDX-License-Identifier: MIT */
/*
 * Which licence was approved for which package: a CSV file of the two, as
 * `pip-licenses --format=csv` and people write it.
 *
 *	package,license
 *	requests,Apache 2.0
 *	pkg:npm/left-pad,WTFPL
 *
 * With a heading the columns may stand anywhere among others (package or
 * name; license or licence); without one there are just these two. Several
 * rows of a package approve several licences.
 */
#ifndef SIGNALBOX_LICENCES_APPROVALS_H
#define SIGNALBOX_LICENCES_APPROVALS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct approval {
	char *package, *license;
};

struct approvals {
	struct approval *items;
	size_t count, cap;
};

/* Fails with name:line; nothing is then approved. */
int approvals_parse(struct approvals *approvals, const char *text,
		    const char *name, struct error *err) MUST_CHECK;
void approvals_release(struct approvals *approvals);

/* The licence in the report's words, whatever its case; the package by its
 * name, or by its purl with or without the version. purl may be NULL. */
bool approvals_have(const struct approvals *approvals, const char *package,
		    const char *purl, const char *license);

#endif
