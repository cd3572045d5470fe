/* SPDX-License-Identifier: MIT */
/* The zones that the system knows. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/zone.h"

#define DEPTH_MOST 3

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Zones and their continents begin with a capital; what else is there, the
 * same zones once more among it, does not. */
static void add_below(const char *folder, const char *before, int depth,
		      struct strings *names)
{
	DIR *all = opendir(folder);
	struct dirent *entry;

	while (all && (entry = readdir(all))) {
		char *path = xasprintf("%s/%s", folder, entry->d_name);
		char *name = xasprintf("%s%s", before, entry->d_name);
		char *inside = xasprintf("%s/", name);
		struct stat status;

		if (isupper((unsigned char)*entry->d_name) &&
		    stat(path, &status) == 0) {
			if (S_ISREG(status.st_mode))
				strings_add(names, name);
			else if (S_ISDIR(status.st_mode) && depth < DEPTH_MOST)
				add_below(path, inside, depth + 1, names);
		}
		free(inside);
		free(name);
		free(path);
	}
	if (all)
		closedir(all);
}

void zone_names(struct strings *names)
{
	add_below(ZONE_FOLDER, "", 1, names);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items),
		      by_name);
}
