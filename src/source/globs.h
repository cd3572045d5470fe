/* SPDX-License-Identifier: MIT */
/* Which files a stage's artifact globs name. Inside source/ only. */
#ifndef SIGNALBOX_SOURCE_GLOBS_H
#define SIGNALBOX_SOURCE_GLOBS_H

#include "base/error.h"
#include "base/strings.h"

/*
 * Adds the paths (relative to folder) of the files that the glob names: '*',
 * '?', '[...]' stay within one name and pass over names with a first dot,
 * '**' is any depth, a folder means every file in it. None is an error
 * (ERROR_FAILED). git's own files are never named.
 */
int globs_find(const char *folder, const char *glob, struct strings *paths,
	       struct error *err) MUST_CHECK;

#endif
