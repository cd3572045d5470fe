/* SPDX-License-Identifier: MIT */
/* What the files that speak libgit2 share. Inside source/ only. */
#ifndef SIGNALBOX_SOURCE_NATIVE_H
#define SIGNALBOX_SOURCE_NATIVE_H

#include <git2.h>

#include "source/backend.h"

/* ERROR_GIT: "WHAT: libgit2's words". Always -1. */
int native_fail(struct error *err, const char *what);

/* *found is the caller's. *branch (may be NULL) is set, and the caller's,
 * when the revision names one. */
int native_find_commit(struct repository *repository, const char *revision,
		       git_commit **found, char **branch,
		       struct error *err) MUST_CHECK;

/* Calls take for the text of each Co-authored-by trailer. */
void native_each_co_author(const git_commit *commit,
			   void (*take)(const char *person, void *data),
			   void *data);

int native_ships(struct repository *repository, const char *live,
		 const char *candidate, struct ships *ships, struct error *err);
int native_paths(struct repository *repository, const char *live,
		 const char *candidate,
		 void (*take)(const char *raw, void *data), void *data,
		 struct error *err);
int native_diff(struct repository *repository, const char *live,
		const char *candidate, const char *raw, size_t limit,
		struct str *text, struct error *err);
int native_show(struct repository *repository, const char *commit, size_t limit,
		struct str *text, struct error *err);

#endif
