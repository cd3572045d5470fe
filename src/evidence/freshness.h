/* SPDX-License-Identifier: MIT */
/*
 * Was a report written by this stage, or is it what an older run left?
 *
 *	report_identity(path, &before, &err);	// before the stage starts
 *	before.taken_ns = report_clock(folder);
 *	...
 *	if (!report_is_fresh(&before, path, &err))
 *		... red: missing or stale
 */
#ifndef SIGNALBOX_EVIDENCE_FRESHNESS_H
#define SIGNALBOX_EVIDENCE_FRESHNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strings.h"

struct report_identity {
	bool exists;
	dev_t device;
	ino_t inode;
	off_t size;
	int64_t modified_ns;
	int64_t taken_ns; /* report_clock() before the stage */
};

/* The time that a file written below the folder now would get, to the tick of
 * its file system; the folder itself gets it. */
int64_t report_clock(const char *folder);
/* A path that is not there is no failure: exists is false. taken_ns is left
 * to the caller. */
int report_identity(const char *path, struct report_identity *identity,
		    struct error *err) MUST_CHECK;
/*
 * Whether the file is there, is another one or was written since `before`
 * was taken, and is not older than that: an old report that was moved, linked
 * or copied with its time is old.
 * When not, err says why in words for a person.
 */
bool report_is_fresh(const struct report_identity *before, const char *path,
		     struct error *err) MUST_CHECK;

/*
 * The files that a glob (base/search.h) names below folder, as whole paths.
 * None is no failure. What leads out of the folder, by its name or by a link,
 * and what cannot be looked into is refused; paths has what was found before.
 */
int report_find(const char *folder, const char *pattern, struct strings *paths,
		struct error *err) MUST_CHECK;

#endif
