/* SPDX-License-Identifier: MIT */
#include "source/globs.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"

struct search {
	const char *folder;
	struct strings *found;
	struct error *err;
};

/* names: the rest of the glob, one string a level. */
static int search(struct search *state, const char *path, char *const *names);

static char *join(const char *path, const char *name)
{
	return *path ? path_join(path, name) : xstrdup(name);
}

static char *on_disk(const struct search *search, const char *path)
{
	return *path ? path_join(search->folder, path)
		     : xstrdup(search->folder);
}

static bool look(const struct search *search, const char *path,
		 struct stat *info)
{
	char *whole = on_disk(search, path);
	bool there = lstat(whole, info) == 0;

	free(whole);
	return there;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in the folder, sorted; a path that is no folder has none. */
static void list_names(const struct search *search, const char *path,
		       struct strings *names)
{
	char *whole = on_disk(search, path);
	struct dirent *each;
	struct stat info;
	DIR *dir = NULL;

	if (lstat(whole, &info) == 0 && S_ISDIR(info.st_mode))
		dir = opendir(whole);
	while (dir && (each = readdir(dir)))
		if (strcmp(each->d_name, ".") != 0 &&
		    strcmp(each->d_name, "..") != 0 &&
		    !(*path == '\0' && strcmp(each->d_name, ".git") == 0))
			strings_add(names, each->d_name);
	if (dir)
		closedir(dir);
	if (names->count > 1)
		qsort(names->items, names->count, sizeof(char *), by_name);
	free(whole);
}

/* A link is followed to a file that lies in the folder too. */
static int check_link(const struct search *search, const char *path)
{
	char *whole = on_disk(search, path);
	char *target = realpath(whole, NULL);
	char *root = realpath(search->folder, NULL);
	struct stat info;
	int result = 0;

	if (!target || !root || !starts_with(target, root) ||
	    target[strlen(root)] != '/')
		result = error_set(search->err, ERROR_FAILED,
				   "the artifact %s is a link that leads out "
				   "of the work folder; name a file",
				   path);
	else if (stat(target, &info) < 0 || !S_ISREG(info.st_mode))
		result = error_set(search->err, ERROR_FAILED,
				   "the artifact %s is a link to a folder; "
				   "name the folder itself",
				   path);
	free(root);
	free(target);
	free(whole);
	return result;
}

static int take_folder(struct search *search, const char *path);

static int take(struct search *search, const char *path)
{
	struct stat info;

	if (!look(search, path, &info))
		return 0;
	if (S_ISDIR(info.st_mode))
		return take_folder(search, path);
	if (S_ISLNK(info.st_mode) && check_link(search, path) < 0)
		return -1;
	if (!S_ISLNK(info.st_mode) && !S_ISREG(info.st_mode))
		return error_set(search->err, ERROR_FAILED,
				 "the artifact %s is no regular file", path);
	strings_add(search->found, path);
	return 0;
}

static int take_folder(struct search *search, const char *path)
{
	struct strings names = STRINGS_INIT;
	int result = 0;

	list_names(search, path, &names);
	for (size_t i = 0; result == 0 && i < names.count; i++) {
		char *below = join(path, names.items[i]);

		result = take(search, below);
		free(below);
	}
	strings_release(&names);
	return result;
}

/* "**": here, and in every folder below that has no first dot. */
static int search_deep(struct search *state, const char *path,
		       char *const *names)
{
	struct strings here = STRINGS_INIT;
	int result = 0;

	if (!names[1])
		return take(state, path);
	result = search(state, path, names + 1);
	list_names(state, path, &here);
	for (size_t i = 0; result == 0 && i < here.count; i++) {
		char *below = join(path, here.items[i]);
		struct stat info;

		if (here.items[i][0] != '.' && look(state, below, &info) &&
		    S_ISDIR(info.st_mode))
			result = search_deep(state, below, names);
		free(below);
	}
	strings_release(&here);
	return result;
}

static int search(struct search *state, const char *path, char *const *names)
{
	struct strings here = STRINGS_INIT;
	int result = 0;

	if (!names[0])
		return take(state, path);
	if (strcmp(names[0], "**") == 0)
		return search_deep(state, path, names);
	list_names(state, path, &here);
	for (size_t i = 0; result == 0 && i < here.count; i++) {
		char *below = join(path, here.items[i]);

		if (fnmatch(names[0], here.items[i], FNM_PERIOD) == 0)
			result = search(state, below, names + 1);
		free(below);
	}
	strings_release(&here);
	return result;
}

static int split(const char *glob, struct strings *names, struct error *err)
{
	char *copy = xstrdup(glob);
	char *rest = copy;
	int result = 0;

	if (*glob == '/')
		result = error_set(err, ERROR_CONFIG,
				   "the artifact glob %s leads out of the work "
				   "folder; write it relative to the "
				   "repository's root",
				   glob);
	for (char *name; result == 0 && (name = strsep(&rest, "/"));) {
		if (strcmp(name, "..") == 0)
			result = error_set(err, ERROR_CONFIG,
					   "the artifact glob %s leads out of "
					   "the work folder; leave '..' out",
					   glob);
		else if (*name && strcmp(name, ".") != 0)
			strings_add(names, name);
	}
	free(copy);
	return result;
}

int globs_find(const char *folder, const char *glob, struct strings *paths,
	       struct error *err)
{
	struct search state = {folder, paths, err};
	struct strings names = STRINGS_INIT;
	size_t before = paths->count;
	int result = split(glob, &names, err);

	/* "." alone is the whole folder. */
	if (result == 0)
		result = names.count > 0 ? search(&state, "", names.items)
					 : take_folder(&state, "");
	if (result == 0 && paths->count == before)
		result = error_set(err, ERROR_FAILED,
				   "artifacts: no file matches %s; the stage "
				   "did not make it, or made it elsewhere",
				   glob);
	strings_release(&names);
	return result;
}
