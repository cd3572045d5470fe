/* SPDX-License-Identifier: MIT */
#include "base/glob.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

/* One name of a path against one of a glob; names are bounded by systems. */
static bool name_matches(const char *glob, size_t glob_len, const char *name,
			 size_t len)
{
	char left[256], right[256];

	if (glob_len >= sizeof(left) || len >= sizeof(right))
		return false;
	snprintf(left, sizeof(left), "%.*s", (int)glob_len, glob);
	snprintf(right, sizeof(right), "%.*s", (int)len, name);
	return fnmatch(left, right, 0) == 0;
}

static const char *after_name(const char *text, size_t len)
{
	return text[len] ? text + len + 1 : text + len;
}

static bool is_deep(const char *glob)
{
	return strcspn(glob, "/") == 2 && memcmp(glob, "**", 2) == 0;
}

/* From here on, name by name. What two stars stand for grows until the rest
 * fits; only the last pair need be tried again, so the work is bounded. */
static bool matches_from(const char *glob, const char *path, bool whole)
{
	const char *deep = NULL;
	const char *from = NULL;

	while (*glob || (whole && *path)) {
		size_t glob_len = strcspn(glob, "/");
		size_t len = strcspn(path, "/");

		if (is_deep(glob)) {
			deep = after_name(glob, glob_len);
			from = path;
			glob = deep;
			if (!*glob)
				return *path != '\0';
		} else if (*glob && *path &&
			   name_matches(glob, glob_len, path, len)) {
			glob = after_name(glob, glob_len);
			path = after_name(path, len);
		} else if (deep && *from) {
			from = after_name(from, strcspn(from, "/"));
			path = from;
			glob = deep;
		} else {
			return false;
		}
	}
	return true;
}

bool path_matches(const char *glob, const char *path)
{
	if (strchr(glob, '/'))
		return matches_from(glob, path, false);
	for (; *path; path = after_name(path, strcspn(path, "/")))
		if (matches_from(glob, path, false))
			return true;
	return false;
}

bool path_matches_whole(const char *glob, const char *path)
{
	return matches_from(glob, path, true);
}
