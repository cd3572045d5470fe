/* SPDX-License-Identifier: MIT */
#include "base/search.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"

struct search {
	const struct search_options *options;
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
	const char *folder = search->options->folder;

	return *path ? path_join(folder, path) : xstrdup(folder);
}

/* Nothing there is no failure, nor that it went meanwhile. */
static int blind(const struct search *search, const char *path)
{
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
		return 0;
	return error_set(search->err, ERROR_IO, "cannot look for %ss at %s: %s",
			 search->options->what, *path ? path : "its folder",
			 strerror(errno));
}

/* 1: it is there; 0: not; -1: who knows. */
static int look(const struct search *search, const char *path,
		struct stat *info)
{
	char *whole = on_disk(search, path);
	int result = lstat(whole, info) == 0 ? 1 : blind(search, path);

	free(whole);
	return result;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_gits(const char *path, const char *name)
{
	return !*path && strcmp(name, ".git") == 0;
}

/* Names in the folder, sorted; a path that is no folder has none. */
static int list_names(const struct search *search, const char *path,
		      bool through_link, struct strings *names)
{
	char *whole = on_disk(search, path);
	struct dirent *each;
	struct stat info;
	DIR *dir = NULL;
	int result = 0;

	if ((through_link ? stat : lstat)(whole, &info) < 0)
		result = blind(search, path);
	else if (S_ISDIR(info.st_mode) && !(dir = opendir(whole)))
		result = blind(search, path);
	while (dir && (errno = 0, each = readdir(dir)))
		if (strcmp(each->d_name, ".") != 0 &&
		    strcmp(each->d_name, "..") != 0 &&
		    !is_gits(path, each->d_name))
			strings_add(names, each->d_name);
	if (dir && errno)
		result = blind(search, path);
	if (dir)
		closedir(dir);
	if (names->count > 1)
		qsort(names->items, names->count, sizeof(char *), by_name);
	free(whole);
	return result;
}

/* A link is followed to a file that lies in the folder too. */
static int check_link(const struct search *search, const char *path)
{
	const char *what = search->options->what;
	char *whole = on_disk(search, path);
	char *target = realpath(whole, NULL);
	char *root = realpath(search->options->folder, NULL);
	struct stat info;
	int result = 0;

	if (!target)
		result = error_set(search->err, ERROR_FAILED,
				   "the %s %s is a link that leads nowhere",
				   what, path);
	else if (!root || !starts_with(target, root) ||
		 target[strlen(root)] != '/')
		result = error_set(search->err, ERROR_FAILED,
				   "the %s %s leads out of the work folder by "
				   "a link; name a file in it",
				   what, path);
	else if (stat(target, &info) < 0 || !S_ISREG(info.st_mode))
		result = error_set(search->err, ERROR_FAILED,
				   "the %s %s is a link to a folder; name the "
				   "folder itself",
				   what, path);
	free(root);
	free(target);
	free(whole);
	return result;
}

static int take_folder(struct search *search, const char *path);

static int take(struct search *search, const char *path)
{
	struct stat info;
	int result = look(search, path, &info);

	if (result <= 0)
		return result;
	if (S_ISDIR(info.st_mode))
		return take_folder(search, path);
	if (!S_ISLNK(info.st_mode) && !S_ISREG(info.st_mode))
		return error_set(search->err, ERROR_FAILED,
				 "the %s %s is no regular file",
				 search->options->what, path);
	if ((S_ISLNK(info.st_mode) || search->options->through_links) &&
	    check_link(search, path) < 0)
		return -1;
	strings_add(search->found, path);
	return 0;
}

static int take_folder(struct search *search, const char *path)
{
	struct strings names = STRINGS_INIT;
	int result = list_names(search, path, false, &names);

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
	int result;

	if (!names[1])
		return take(state, path);
	result = search(state, path, names + 1);
	if (result == 0)
		result = list_names(state, path, false, &here);
	for (size_t i = 0; result == 0 && i < here.count; i++) {
		char *below = join(path, here.items[i]);
		struct stat info;

		if (here.items[i][0] != '.')
			result = look(state, below, &info);
		if (result > 0)
			result = S_ISDIR(info.st_mode)
					 ? search_deep(state, below, names)
					 : 0;
		free(below);
	}
	strings_release(&here);
	return result;
}

/* A name without a glob's characters: its folder need not be readable. */
static int search_name(struct search *state, const char *path,
		       char *const *names)
{
	char *below = join(path, names[0]);
	struct stat info;
	int result = is_gits(path, names[0]) ? 0 : look(state, below, &info);

	if (result > 0 && names[1] && S_ISLNK(info.st_mode) &&
	    !state->options->through_links)
		result = 0;
	if (result > 0)
		result = search(state, below, names + 1);
	free(below);
	return result;
}

static int search(struct search *state, const char *path, char *const *names)
{
	struct strings here = STRINGS_INIT;
	int result;

	if (!names[0])
		return take(state, path);
	if (strcmp(names[0], "**") == 0)
		return search_deep(state, path, names);
	if (!strpbrk(names[0], "*?[\\"))
		return search_name(state, path, names);
	result = list_names(state, path, state->options->through_links, &here);
	for (size_t i = 0; result == 0 && i < here.count; i++) {
		char *below = join(path, here.items[i]);

		if (fnmatch(names[0], here.items[i], FNM_PERIOD) == 0)
			result = search(state, below, names + 1);
		free(below);
	}
	strings_release(&here);
	return result;
}

/* Two "**" in a row are one. */
static bool is_needless(const struct strings *names, const char *name)
{
	return !*name || strcmp(name, ".") == 0 ||
	       (names->count && strcmp(name, "**") == 0 &&
		strcmp(names->items[names->count - 1], "**") == 0);
}

static int split(const char *what, const char *glob, struct strings *names,
		 struct error *err)
{
	char *copy = xstrdup(glob);
	char *rest = copy;
	int result = 0;

	if (*glob == '/')
		result = error_set(err, ERROR_CONFIG,
				   "the %s glob %s leads out of the work "
				   "folder; write it relative to the "
				   "repository's root",
				   what, glob);
	for (char *name; result == 0 && (name = strsep(&rest, "/"));) {
		if (strcmp(name, "..") == 0)
			result = error_set(err, ERROR_CONFIG,
					   "the %s glob %s leads out of the "
					   "work folder; leave '..' out",
					   what, glob);
		else if (!is_needless(names, name))
			strings_add(names, name);
	}
	free(copy);
	return result;
}

int search_files(const struct search_options *options, const char *glob,
		 struct strings *paths, struct error *err)
{
	struct search state = {options, paths, err};
	struct strings names = STRINGS_INIT;
	int result = split(options->what, glob, &names, err);

	/* "." alone is the whole folder. */
	if (result == 0)
		result = names.count > 0 ? search(&state, "", names.items)
					 : take_folder(&state, "");
	strings_release(&names);
	return result;
}
