/* SPDX-License-Identifier: MIT */
#include "source/artifact.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/search.h"
#include "base/vector.h"
#include "source/copy.h"

void artifacts_release(struct artifacts *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->items[i].path);
	free(set->items);
	memset(set, 0, sizeof(*set));
}

void artifacts_put(struct artifacts *set, const char *path, const char *digest,
		   int64_t bytes, mode_t mode)
{
	struct artifact item = {.bytes = bytes, .mode = mode & 0777};
	size_t place = 0;

	snprintf(item.digest, sizeof(item.digest), "%s", digest);
	while (place < set->count && strcmp(set->items[place].path, path) < 0)
		place++;
	if (place < set->count && strcmp(set->items[place].path, path) == 0) {
		item.path = set->items[place].path;
		set->items[place] = item;
		return;
	}
	item.path = xstrdup(path);
	VECTOR_ADD(set->items, set->count, set->cap);
	memmove(&set->items[place + 1], &set->items[place],
		(set->count - 1 - place) * sizeof(item));
	set->items[place] = item;
}

void artifacts_digest(const struct artifacts *set, char text[DIGEST_TEXT_SIZE])
{
	struct digest *digest = digest_new();

	for (size_t i = 0; i < set->count; i++) {
		const struct artifact *item = &set->items[i];

		/* Neither holds NUL, so no two sets read the same. */
		digest_add(digest, item->path, strlen(item->path) + 1);
		digest_add(digest, item->digest, strlen(item->digest) + 1);
	}
	digest_finish(digest, text);
}

static char *store_path(const char *state)
{
	return xasprintf("%s/artifacts/sha256", state);
}

char *artifact_object_path(const char *state, const char *digest)
{
	return xasprintf("%s/artifacts/sha256/%.2s/%s", state, digest, digest);
}

/* Copies the open file to a new file of the store; its name is put into
 * temporary, which ends in XXXXXX. */
static int copy_in(int from, char *temporary, struct error *err)
{
	int to = mkostemp(temporary, O_CLOEXEC);
	int result = -1;

	if (to < 0)
		return error_set(err, ERROR_IO, "cannot make %s: %s", temporary,
				 strerror(errno));
	if (copy_all(from, to) == 0 && fchmod(to, 0444) == 0 && fsync(to) == 0)
		result = 0;
	else
		error_set(err, ERROR_IO, "cannot write %s: %s", temporary,
			  strerror(errno));
	close(to);
	if (result < 0)
		unlink(temporary);
	return result;
}

/* Shared by who puts a file in, exclusive for who takes one out. */
static int lock_store(const char *state, int how, struct error *err)
{
	char *path = xasprintf("%s/artifacts.lock", state);
	int fd = file_open(path, O_RDWR | O_CREAT, 0600, err);

	while (fd >= 0 && flock(fd, how) < 0) {
		if (errno == EINTR)
			continue;
		error_set(err, ERROR_IO, "cannot lock %s: %s", path,
			  strerror(errno));
		close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

/* What was kept under the digest before is replaced, so that one which was
 * damaged on the disk is whole again. */
static int move_in(const char *state, const char *temporary, const char *digest,
		   struct error *err)
{
	char *folder = xasprintf("%s/artifacts/sha256/%.2s", state, digest);
	char *path = artifact_object_path(state, digest);
	int result = folder_make(folder, 0700, err);
	int lock = result < 0 ? -1 : lock_store(state, LOCK_SH, err);

	if (lock < 0)
		result = -1;
	if (result == 0 && rename(temporary, path) < 0)
		result = error_set(err, ERROR_IO, "cannot rename %s: %s",
				   temporary, strerror(errno));
	if (result == 0 && file_sync_entry(path) < 0)
		result = error_set(err, ERROR_IO, "cannot sync %s: %s", folder,
				   strerror(errno));
	if (lock >= 0)
		close(lock);
	if (result < 0)
		unlink(temporary);
	free(path);
	free(folder);
	return result;
}

/* The digest is that of the copy: the file may still be written to. Where
 * there is one that it must have, nothing else is kept. */
static int keep(const char *state, int from, const char *wanted,
		char digest[DIGEST_TEXT_SIZE], struct error *err)
{
	char *temporary = xasprintf("%s/artifacts/sha256/.new-XXXXXX", state);
	int result = copy_in(from, temporary, err);

	if (result == 0) {
		result = digest_file(temporary, digest, err);
		if (result == 0 && wanted && strcmp(digest, wanted) != 0)
			result = error_set(err, ERROR_CORRUPT,
					   "it is not as it was read");
		if (result < 0)
			unlink(temporary);
	}
	if (result == 0)
		result = move_in(state, temporary, digest, err);
	free(temporary);
	return result;
}

static int store_file(const char *state, const char *path, const char *wanted,
		      struct artifact *artifact, struct error *err)
{
	int fd = file_open(path, O_RDONLY, 0, err);
	struct stat info;
	int result;

	if (fd < 0)
		return -1;
	result = keep(state, fd, wanted, artifact->digest, err);
	if (result == 0 && fstat(fd, &info) < 0)
		result = error_set(err, ERROR_IO, "cannot look at %s: %s", path,
				   strerror(errno));
	if (result == 0) {
		artifact->bytes = info.st_size;
		artifact->mode = info.st_mode;
	}
	close(fd);
	return result;
}

static int store_below(const char *state, const char *folder, const char *path,
		       struct artifacts *set, struct error *err)
{
	char *whole = path_join(folder, path);
	struct artifact it;
	int result = store_file(state, whole, NULL, &it, err);

	if (result == 0)
		artifacts_put(set, path, it.digest, it.bytes, it.mode);
	free(whole);
	return result;
}

static int find(const char *folder, const char *glob, struct strings *paths,
		struct error *err)
{
	struct search_options options = {.folder = folder, .what = "artifact"};
	size_t before = paths->count;

	if (search_files(&options, glob, paths, err) < 0)
		return -1;
	if (paths->count == before)
		return error_set(err, ERROR_FAILED,
				 "artifacts: no file matches %s; the stage "
				 "did not make it, or made it elsewhere",
				 glob);
	return 0;
}

int artifacts_store(const char *state, const char *folder,
		    const struct strings *globs, struct artifacts *set,
		    struct error *err)
{
	struct strings paths = STRINGS_INIT;
	char *store = store_path(state);
	int result = folder_make(store, 0700, err);

	for (size_t i = 0; result == 0 && i < globs->count; i++)
		result = find(folder, globs->items[i], &paths, err);
	for (size_t i = 0; result == 0 && i < paths.count; i++)
		result = store_below(state, folder, paths.items[i], set, err);
	strings_release(&paths);
	free(store);
	return result;
}

int artifact_store(const char *state, const char *path, const char *digest,
		   int64_t *bytes, struct error *err)
{
	char *store = store_path(state);
	struct artifact it;
	int result = folder_make(store, 0700, err);

	if (result == 0)
		result = store_file(state, path, digest, &it, err);
	if (result == 0)
		*bytes = it.bytes;
	else
		error_prefix(err, "%s", path);
	free(store);
	return result;
}

/* The folder that path lies in, below `folder`, made where it is not; what
 * is there but is no folder goes, links too. A descriptor, or -1. */
static int open_parent(const char *folder, const char *path, const char **name,
		       struct error *err)
{
	int fd = file_open(folder, O_RDONLY | O_DIRECTORY, 0, err);
	const char *slash;

	for (*name = path; fd >= 0 && (slash = strchr(*name, '/'));
	     *name = slash + 1) {
		char *part = xstrndup(*name, (size_t)(slash - *name));
		struct stat info;
		int next;

		if (fstatat(fd, part, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
		    !S_ISDIR(info.st_mode))
			unlinkat(fd, part, 0);
		mkdirat(fd, part, 0755);
		next = openat(fd, part,
			      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			error_set(err, ERROR_IO, "cannot make %s for %s: %s",
				  part, path, strerror(errno));
		close(fd);
		fd = next;
		free(part);
	}
	return fd;
}

static int create(const char *folder, const char *path, struct error *err)
{
	const char *name;
	int parent = open_parent(folder, path, &name, err);
	struct stat info;
	int fd;

	if (parent < 0)
		return -1;
	if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISDIR(info.st_mode)) {
		char *whole = path_join(folder, path);

		/* A failure shows when the file is made. */
		(void)!folder_remove(whole, NULL);
		free(whole);
	} else {
		unlinkat(parent, name, 0);
	}
	fd = openat(parent, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		error_set(err, ERROR_IO, "cannot make %s: %s", path,
			  strerror(errno));
	close(parent);
	return fd;
}

int artifact_check(const struct artifact *artifact, const char *copy,
		   struct error *err)
{
	char digest[DIGEST_TEXT_SIZE];

	if (digest_file(copy, digest, err) < 0)
		return -1;
	if (strcmp(digest, artifact->digest) == 0)
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "the kept artifact %s (%.12s) was changed on the "
			 "disk; run the stage that makes it again",
			 artifact->path, artifact->digest);
}

static int check_copy(const char *folder, const struct artifact *artifact,
		      struct error *err)
{
	char *whole = path_join(folder, artifact->path);
	int result = artifact_check(artifact, whole, err);

	if (result < 0)
		unlink(whole);
	free(whole);
	return result;
}

static int open_object(const char *state, const struct artifact *artifact,
		       struct error *err)
{
	char *object = artifact_object_path(state, artifact->digest);
	struct error why = ERROR_INIT;
	int fd = file_open(object, O_RDONLY, 0, &why);

	if (fd < 0 && why.code == ERROR_NOT_FOUND)
		error_set(err, ERROR_NOT_FOUND,
			  "the artifact %s (%.12s) is no longer kept; run the "
			  "stage that makes it again",
			  artifact->path, artifact->digest);
	else if (fd < 0)
		error_move(err, &why);
	error_clear(&why);
	free(object);
	return fd;
}

static int place(const char *state, const struct artifact *artifact,
		 const char *folder, struct error *err)
{
	int from = open_object(state, artifact, err);
	int to = from < 0 ? -1 : create(folder, artifact->path, err);
	int result = -1;

	if (to >= 0 &&
	    (copy_all(from, to) < 0 || fchmod(to, artifact->mode) < 0))
		error_set(err, ERROR_IO, "cannot write %s: %s", artifact->path,
			  strerror(errno));
	else if (to >= 0)
		result = check_copy(folder, artifact, err);
	if (from >= 0)
		close(from);
	if (to >= 0)
		close(to);
	return result;
}

int artifacts_place(const char *state, const struct artifacts *set,
		    const char *folder, struct error *err)
{
	for (size_t i = 0; i < set->count; i++)
		if (place(state, &set->items[i], folder, err) < 0)
			return -1;
	return 0;
}

static bool is_older(DIR *dir, const char *name, int64_t before)
{
	struct stat info;

	return fstatat(dirfd(dir), name, &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	       info.st_mtim.tv_sec < before / 1000;
}

static void list_prunable(const char *folder, const struct strings *keep_them,
			  int64_t before, struct strings *prunable)
{
	DIR *dir = opendir(folder);
	struct dirent *each;

	while (dir && (each = readdir(dir)))
		if (strlen(each->d_name) == DIGEST_TEXT_SIZE - 1 &&
		    !strings_has(keep_them, each->d_name) &&
		    is_older(dir, each->d_name, before))
			strings_add(prunable, each->d_name);
	if (dir)
		closedir(dir);
}

int artifacts_prunable(const char *state, const struct strings *keep_them,
		       int64_t before, struct strings *prunable,
		       struct error *err)
{
	char *store = store_path(state);
	DIR *dir = opendir(store);
	struct dirent *each;
	int result = 0;

	if (!dir && errno != ENOENT)
		result = error_set(err, ERROR_IO, "cannot read %s: %s", store,
				   strerror(errno));
	while (dir && (each = readdir(dir)))
		if (strlen(each->d_name) == 2 && each->d_name[0] != '.') {
			char *folder = path_join(store, each->d_name);

			list_prunable(folder, keep_them, before, prunable);
			free(folder);
		}
	if (dir)
		closedir(dir);
	free(store);
	return result;
}

int artifact_remove(const char *state, const char *digest, int64_t before,
		    struct error *err)
{
	char *path = artifact_object_path(state, digest);
	int lock = lock_store(state, LOCK_EX, err);
	struct stat info;
	int result = lock < 0 ? -1 : 0;

	if (lock >= 0 && stat(path, &info) == 0 &&
	    info.st_mtim.tv_sec >= before / 1000)
		result = error_set(err, ERROR_REFUSED, "%.12s is in use again",
				   digest);
	else if (lock >= 0 && unlink(path) < 0 && errno != ENOENT)
		result = error_set(err, ERROR_IO, "cannot remove %s: %s", path,
				   strerror(errno));
	if (lock >= 0)
		close(lock);
	free(path);
	return result;
}
