/* SPDX-License-Identifier: MIT */
#include "engine/sockets.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/runs.h"
#include "net/server.h"

/* Between its making and its listening a socket is nobody's for a moment. */
#define YOUNG_S 60

/* Adds the sockets of a folder that `is_left` tells of. */
static void look_into_owned(char *folder,
			    bool (*is_left)(const char *path, const char *name,
					    const void *data),
			    const void *data, struct strings *paths)
{
	DIR *dir = folder ? opendir(folder) : NULL;
	struct dirent *each;

	while (dir && (each = readdir(dir))) {
		char *path = xasprintf("%s/%s", folder, each->d_name);
		struct stat info;

		if (lstat(path, &info) == 0 && S_ISSOCK(info.st_mode) &&
		    is_left(path, each->d_name, data))
			strings_add(paths, path);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(folder);
}

struct repository_runs {
	char prefix[32]; /* of their sockets' names */
	const char *state;
};

static bool has_ended(const char *path, const char *name, const void *data)
{
	const struct repository_runs *runs = data;
	long long run;

	(void)path;
	if (!starts_with(name, runs->prefix))
		return false;
	run = strtoll(name + strlen(runs->prefix), NULL, 10);
	return run > 0 && !run_is_live(runs->state, run);
}

void sockets_of_ended_runs(const char *common, const char *state,
			   struct strings *paths)
{
	struct repository_runs runs = {.state = state};
	char digest[DIGEST_TEXT_SIZE];

	digest_bytes(common, strlen(common), digest);
	snprintf(runs.prefix, sizeof(runs.prefix), "%.12s-run-", digest);
	look_into_owned(runtime_folder(NULL), has_ended, &runs, paths);
	look_into_owned(shared_folder(geteuid(), NULL), has_ended, &runs,
			paths);
}

static bool is_deserted(const char *path, const char *name, const void *data)
{
	struct error why = ERROR_INIT;
	struct stat info;
	bool is;
	int fd;

	(void)name;
	(void)data;
	if (lstat(path, &info) < 0 || info.st_mtime > time(NULL) - YOUNG_S)
		return false;
	fd = unix_connect(path, &why);
	if (fd >= 0)
		close(fd);
	is = fd < 0 && why.code == ERROR_NOT_FOUND;
	error_clear(&why);
	return is;
}

void sockets_deserted(struct strings *paths)
{
	look_into_owned(runtime_folder(NULL), is_deserted, NULL, paths);
	look_into_owned(shared_folder(geteuid(), NULL), is_deserted, NULL,
			paths);
}
