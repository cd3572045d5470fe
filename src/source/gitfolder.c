/* SPDX-License-Identifier: MIT */
#include "source/gitfolder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"

/* Not synced: after a crash it is made anew. */
static int write_text(const char *folder, const char *name, const char *text,
		      struct error *err)
{
	char *path = path_join(folder, name);
	int fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644, err);
	int result = -1;

	if (fd >= 0) {
		result = file_write_all(fd, text, strlen(text), path, err);
		close(fd);
	}
	free(path);
	return result;
}

int gitfolder_set_head(const struct gitfolder *folder, const char *commit,
		       struct error *err)
{
	char *text = xasprintf("%s\n", commit);
	int result = write_text(folder->path, "HEAD", text, err);

	free(text);
	return result;
}

int gitfolder_make(struct gitfolder *folder, const char *commit,
		   struct error *err)
{
	char *common = xasprintf("%s\n", folder->common);
	char *pointer = xasprintf("gitdir: %s\n", folder->path);
	char *link = path_join(folder->work, ".git");
	int result = -1;

	strings_release(&folder->names);
	if (folder_remove(folder->path, err) == 0 &&
	    folder_make(folder->path, 0700, err) == 0 &&
	    gitfolder_set_head(folder, commit, err) == 0 &&
	    write_text(folder->path, "commondir", common, err) == 0 &&
	    folder_remove(link, err) == 0)
		result = write_text(folder->work, ".git", pointer, err);
	free(link);
	free(pointer);
	free(common);
	return result;
}

static int stat_index(const struct gitfolder *folder, struct stat *info)
{
	char *path = path_join(folder->path, "index");
	int result = lstat(path, info);

	free(path);
	return result;
}

/* Calls take for each name until it says no. */
static void each_name(const struct gitfolder *folder,
		      bool (*take)(const char *name, void *data), void *data)
{
	DIR *dir = opendir(folder->path);
	struct dirent *each;

	while (dir && (each = readdir(dir)))
		if (strcmp(each->d_name, ".") != 0 &&
		    strcmp(each->d_name, "..") != 0 &&
		    !take(each->d_name, data))
			break;
	if (dir)
		closedir(dir);
}

static bool add_name(const char *name, void *data)
{
	strings_add(data, name);
	return true;
}

void gitfolder_note(struct gitfolder *folder)
{
	strings_release(&folder->names);
	each_name(folder, add_name, &folder->names);
	if (stat_index(folder, &folder->index) < 0)
		memset(&folder->index, 0, sizeof(folder->index));
}

struct comparison {
	const struct strings *names;
	size_t met;
};

static bool is_known(const char *name, void *data)
{
	struct comparison *comparison = data;

	if (!strings_has(comparison->names, name)) {
		comparison->met = 0;
		return false;
	}
	comparison->met++;
	return true;
}

static bool head_is(const struct gitfolder *folder, const char *commit)
{
	char *path = path_join(folder->path, "HEAD");
	struct str text = STR_INIT;
	bool is = file_read(path, &text, 1024, NULL) == 0 &&
		  starts_with(text.data, commit) &&
		  strcmp(text.data + strlen(commit), "\n") == 0;

	str_release(&text);
	free(path);
	return is;
}

bool gitfolder_is_untouched(const struct gitfolder *folder, const char *commit)
{
	struct comparison comparison = {.names = &folder->names};
	const struct stat *noted = &folder->index;
	struct stat info;

	if (folder->names.count == 0 || stat_index(folder, &info) < 0 ||
	    info.st_ino != noted->st_ino || info.st_size != noted->st_size ||
	    memcmp(&info.st_mtim, &noted->st_mtim, sizeof(info.st_mtim)) != 0 ||
	    memcmp(&info.st_ctim, &noted->st_ctim, sizeof(info.st_ctim)) != 0)
		return false;
	each_name(folder, is_known, &comparison);
	return comparison.met == folder->names.count && head_is(folder, commit);
}

void gitfolder_release(struct gitfolder *folder)
{
	free(folder->path);
	free(folder->work);
	free(folder->common);
	strings_release(&folder->names);
	memset(folder, 0, sizeof(*folder));
}
