/* SPDX-License-Identifier: MIT */
#include "source/dotgit.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

static bool is_folder_below(const char *folder, const char *name)
{
	char *path = path_join(folder, name);
	struct stat info;
	bool is = stat(path, &info) == 0 && S_ISDIR(info.st_mode);

	free(path);
	return is;
}

static bool is_absent_below(const char *folder, const char *name)
{
	char *path = path_join(folder, name);
	bool is = file_is_absent(path);

	free(path);
	return is;
}

/* Of a repository that nobody else could have put there: git asks further
 * before it believes others. */
static bool is_own_folder(const char *path, dev_t device)
{
	struct stat info;

	return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) &&
	       info.st_uid == geteuid() && info.st_dev == device;
}

static bool is_plain(const char *top, const char *dotgit, dev_t device)
{
	return is_own_folder(top, device) && is_own_folder(dotgit, device) &&
	       is_folder_below(dotgit, "objects") &&
	       is_folder_below(dotgit, "refs") &&
	       !is_absent_below(dotgit, "HEAD") &&
	       is_absent_below(dotgit, "commondir");
}

/* Up to the first that has to do with git. The file system's root is left
 * to who knows better. */
static bool climb(char *top, dev_t device)
{
	bool found = false, goes_on = true;

	while (!found && goes_on && top[0] && top[1]) {
		char *dotgit = path_join(top, ".git");

		found = is_plain(top, dotgit, device);
		goes_on =
			file_is_absent(dotgit) && is_absent_below(top, "HEAD");
		if (!found)
			*strrchr(top, '/') = '\0';
		free(dotgit);
	}
	return found;
}

char *dotgit_find(const char *folder)
{
	char *top = realpath(folder, NULL);
	struct stat info;

	if (top && stat(top, &info) == 0 && climb(top, info.st_dev))
		return top;
	free(top);
	return NULL;
}
