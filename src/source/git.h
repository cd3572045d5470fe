/* SPDX-License-Identifier: MIT */
/* The git command's environment, and its blocking runs. */
#ifndef SIGNALBOX_SOURCE_GIT_H
#define SIGNALBOX_SOURCE_GIT_H

#include <stddef.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strings.h"

/* Ours without what would point git at another repository, make it ask, or
 * make it write an index only because it looked: an environment for
 * child_options, for git itself and for stages in work folders (a stage that
 * asks `git status` then leaves its folder as it was). */
void git_environment(struct strings *env);

/* Runs git to its end, blocking, its output (at most limit bytes) appended
 * to output. ERROR_GIT: what it said. arguments leave "git" out and end with
 * NULL. */
int git_run(const char *const *arguments, struct str *output, size_t limit,
	    struct error *err) MUST_CHECK;

#endif
