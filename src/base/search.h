/* SPDX-License-Identifier: MIT */
/* The files that a glob names below a folder on the disk. */
#ifndef SIGNALBOX_BASE_SEARCH_H
#define SIGNALBOX_BASE_SEARCH_H

#include <stdbool.h>

#include "base/error.h"
#include "base/strings.h"

struct search_options {
	const char *folder;
	const char *what;   /* the files are, for messages: "artifact" */
	bool through_links; /* a link to a folder in it, where '**' is not */
};

/*
 * Adds the paths (relative to the folder) of the files that the glob names:
 * '*', '?', '[...]' stay within one name and pass over names with a first
 * dot, '**' is any depth, a folder means every file in it. None is fine.
 * What cannot be looked into, what is named and is no file, or leads out of
 * the folder, is an error; paths then has what was found before it. git's own
 * files are never named.
 */
int search_files(const struct search_options *options, const char *glob,
		 struct strings *paths, struct error *err) MUST_CHECK;

#endif
