/* SPDX-License-Identifier: MIT */
#include "source/release.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"
#include "source/archive.h"
#include "source/copy.h"

#define NOTE_LIMIT ((size_t)1 << 20)

/* STATE/releases/, locked: one release is unpacked at a time. */
struct workshop {
	char *folder;
	int lock;
};

static char *releases_folder(const char *state)
{
	return path_join(state, "releases");
}

static char *release_folder(const char *state, const char *digest)
{
	return xasprintf("%s/releases/%s", state, digest);
}

/* Beside the release, since nothing is written into it. */
static char *note_path(const char *state, const char *digest)
{
	return xasprintf("%s/releases/%s.json", state, digest);
}

/* What crashes left half unpacked. The lock is held, so nobody is at it. */
static void sweep(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *each;

	while (dir && (each = readdir(dir)))
		if (starts_with(each->d_name, ".new-") ||
		    starts_with(each->d_name, ".old-")) {
			char *path = path_join(folder, each->d_name);

			(void)!folder_remove(path, NULL);
			free(path);
		}
	if (dir)
		closedir(dir);
}

static void workshop_close(struct workshop *shop)
{
	if (shop->lock >= 0)
		close(shop->lock);
	free(shop->folder);
}

static int workshop_open(struct workshop *shop, const char *state,
			 struct error *err)
{
	char *path = path_join(state, "releases/.lock");
	int result = -1;

	shop->folder = releases_folder(state);
	shop->lock = -1;
	if (folder_make(shop->folder, 0700, err) == 0)
		shop->lock = file_open(path, O_RDWR | O_CREAT, 0600, err);
	while (shop->lock >= 0 && (result = flock(shop->lock, LOCK_EX)) < 0 &&
	       errno == EINTR)
		;
	if (shop->lock >= 0 && result < 0)
		error_set(err, ERROR_IO, "cannot lock %s: %s", path,
			  strerror(errno));
	free(path);
	if (result < 0)
		workshop_close(shop);
	else
		sweep(shop->folder);
	return result;
}

static int fill(const char *state, const struct artifacts *set,
		const char *folder, struct error *err)
{
	for (size_t i = 0; i < set->count; i++) {
		struct artifact *artifact = &set->items[i];
		struct artifacts one = {artifact, 1, 1};
		int result =
			archive_is(artifact->path) && !artifact->whole
				? archive_unpack(state, artifact, folder, err)
				: artifacts_place(state, &one, folder, err);

		if (result < 0)
			return -1;
	}
	return 0;
}

/* Takes the right to write from everything, and refuses what is neither
 * file, folder nor link. */
static int protect(int parent, const char *name, struct error *err)
{
	struct dirent *each;
	struct stat info;
	int result = 0;
	DIR *dir;
	int fd;

	if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return error_set(err, ERROR_IO, "cannot look at %s: %s", name,
				 strerror(errno));
	if (S_ISLNK(info.st_mode))
		return 0;
	if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode))
		return error_set(err, ERROR_REFUSED,
				 "the release holds %s, which is neither file, "
				 "folder nor link; build it without",
				 name);
	/* Folders are opened before, for who may not read them as packed. */
	fchmodat(parent, name,
		 S_ISDIR(info.st_mode) || (info.st_mode & 0111) ? 0555 : 0444,
		 0);
	if (!S_ISDIR(info.st_mode))
		return 0;
	fd = openat(parent, name,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		error_set(err, ERROR_IO, "cannot look into %s: %s", name,
			  strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (result == 0 && (each = readdir(dir)))
		if (strcmp(each->d_name, ".") != 0 &&
		    strcmp(each->d_name, "..") != 0)
			result = protect(fd, each->d_name, err);
	closedir(dir);
	return result;
}

/* The name of the only thing in folder when that is a folder; else NULL. */
static char *only_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	char *name = NULL;
	struct dirent *each;
	struct stat info;
	size_t count = 0;

	while (dir && (each = readdir(dir)))
		if (strcmp(each->d_name, ".") != 0 &&
		    strcmp(each->d_name, "..") != 0 && count++ == 0)
			name = xstrdup(each->d_name);
	if (name &&
	    (count > 1 ||
	     fstatat(dirfd(dir), name, &info, AT_SYMLINK_NOFOLLOW) < 0 ||
	     !S_ISDIR(info.st_mode))) {
		free(name);
		name = NULL;
	}
	if (dir)
		closedir(dir);
	return name;
}

static int write_note(const char *state, const struct artifacts *set,
		      const char *digest, const char *folder, struct error *err)
{
	char *path = note_path(state, digest);
	bool archives = true;
	char *root = NULL;
	json_t *note;
	char *text;
	int result;

	for (size_t i = 0; i < set->count; i++)
		archives &= archive_is(set->items[i].path);
	if (archives)
		root = only_folder(folder);
	note = json_pack("{s:i, s:s}", "format", 1, "root", root ? root : "");
	/* NULL: a name that is no UTF-8. */
	text = note ? json_dumps(note, JSON_COMPACT) : NULL;
	if (text)
		result = file_replace(path, text, strlen(text), 0600, err);
	else
		result = error_set(err, ERROR_FAILED,
				   "the archive's folder has a name that is "
				   "not UTF-8; name it otherwise");
	free(text);
	json_decref(note);
	free(root);
	free(path);
	return result;
}

static char *read_root(const char *state, const char *digest,
		       const char *folder)
{
	char *path = note_path(state, digest);
	struct str text = STR_INIT;
	const char *root = NULL;
	json_t *note = NULL;
	char *whole;

	if (file_read(path, &text, NOTE_LIMIT, NULL) == 0)
		note = json_loads(text.data, 0, NULL);
	root = json_string_value(json_object_get(note, "root"));
	whole = root && *root ? path_join(folder, root) : xstrdup(folder);
	json_decref(note);
	str_release(&text);
	free(path);
	return whole;
}

int release_find(const char *state, const char *digest,
		 struct unpacked_release *release, struct error *err)
{
	char *folder = release_folder(state, digest);
	char *note = note_path(state, digest);
	struct stat info;

	if (lstat(folder, &info) < 0 || !S_ISDIR(info.st_mode)) {
		free(note);
		free(folder);
		return error_set(err, ERROR_NOT_FOUND,
				 "the release %.12s is no longer kept; run the "
				 "pipeline for its commit again",
				 digest);
	}
	/* The time of last use, for releases_prunable(). */
	utimensat(AT_FDCWD, note, NULL, 0);
	memcpy(release->digest, digest, DIGEST_TEXT_SIZE);
	release->folder = folder;
	release->root = read_root(state, digest, folder);
	free(note);
	return 0;
}

/* In `temporary` until whole and on the disk. */
static int build(const char *state, const struct artifacts *set,
		 const char *digest, char *temporary, struct error *err)
{
	char *folder = release_folder(state, digest);
	int result = -1;

	if (!mkdtemp(temporary))
		error_set(err, ERROR_IO, "cannot make %s: %s", temporary,
			  strerror(errno));
	else if (fill(state, set, temporary, err) < 0 ||
		 protect(AT_FDCWD, temporary, err) < 0 ||
		 write_note(state, set, digest, temporary, err) < 0)
		result = -1;
	else if (copy_sync(temporary) < 0 || rename(temporary, folder) < 0 ||
		 file_sync_entry(folder) < 0)
		error_set(err, ERROR_IO, "cannot keep the release %s: %s",
			  folder, strerror(errno));
	else
		result = 0;
	if (result < 0)
		(void)!folder_remove(temporary, NULL);
	free(folder);
	return result;
}

int release_unpack(const char *state, const struct artifacts *set,
		   struct unpacked_release *release, struct error *err)
{
	char digest[DIGEST_TEXT_SIZE];
	struct workshop shop;
	char *temporary;
	int result;

	if (set->count == 0)
		return error_set(err, ERROR_FAILED,
				 "no stage kept an artifact to release; name "
				 "what is built under 'artifacts:'");
	artifacts_digest(set, digest);
	if (workshop_open(&shop, state, err) < 0)
		return -1;
	result = release_find(state, digest, release, NULL);
	if (result < 0) {
		temporary = path_join(shop.folder, ".new-XXXXXX");
		result = build(state, set, digest, temporary, err);
		free(temporary);
		if (result == 0)
			result = release_find(state, digest, release, err);
	}
	workshop_close(&shop);
	return result;
}

void unpacked_release_clear(struct unpacked_release *release)
{
	free(release->folder);
	free(release->root);
	memset(release, 0, sizeof(*release));
}

struct aged {
	char digest[DIGEST_TEXT_SIZE];
	struct timespec used;
};

static int newest_first(const void *a, const void *b)
{
	const struct timespec *x = &((const struct aged *)a)->used;
	const struct timespec *y = &((const struct aged *)b)->used;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? 1 : -1;
	return (x->tv_nsec < y->tv_nsec) - (x->tv_nsec > y->tv_nsec);
}

static struct timespec last_used(const char *state, const char *digest)
{
	char *note = note_path(state, digest);
	struct stat info = {0};

	if (stat(note, &info) < 0)
		memset(&info, 0, sizeof(info));
	free(note);
	return info.st_mtim;
}

int releases_prunable(const char *state, const struct strings *keep,
		      struct strings *prunable, struct error *err)
{
	char *folder = releases_folder(state);
	DIR *dir = opendir(folder);
	struct aged *all = NULL;
	struct dirent *each;
	size_t count = 0;
	size_t cap = 0;
	int result = 0;

	if (!dir && errno != ENOENT)
		result = error_set(err, ERROR_IO, "cannot read %s: %s", folder,
				   strerror(errno));
	while (dir && (each = readdir(dir)))
		if (strlen(each->d_name) == DIGEST_TEXT_SIZE - 1) {
			struct aged *one = VECTOR_ADD(all, count, cap);

			memcpy(one->digest, each->d_name, DIGEST_TEXT_SIZE);
			one->used = last_used(state, one->digest);
		}
	if (count > 1)
		qsort(all, count, sizeof(*all), newest_first);
	for (size_t i = RELEASES_KEPT; i < count; i++)
		if (!strings_has(keep, all[i].digest))
			strings_add(prunable, all[i].digest);
	if (dir)
		closedir(dir);
	free(all);
	free(folder);
	return result;
}

int release_remove(const char *state, const char *digest, int64_t before,
		   struct error *err)
{
	char *folder = release_folder(state, digest);
	char *note = note_path(state, digest);
	char *old = xasprintf("%s/releases/.old-%s", state, digest);
	struct workshop shop;
	int result = workshop_open(&shop, state, err);

	if (result == 0 && last_used(state, digest).tv_sec >= before / 1000) {
		result = error_set(err, ERROR_REFUSED,
				   "the release %.12s is in use again", digest);
		workshop_close(&shop);
	} else if (result == 0) {
		/* Gone at once for who looks; what takes time comes after. */
		if (rename(folder, old) < 0 && errno != ENOENT)
			result =
				error_set(err, ERROR_IO, "cannot remove %s: %s",
					  folder, strerror(errno));
		else
			result = folder_remove(old, err);
		if (result == 0)
			unlink(note);
		workshop_close(&shop);
	}
	free(old);
	free(note);
	free(folder);
	return result;
}
