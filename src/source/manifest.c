/* SPDX-License-Identifier: MIT */
#include "source/manifest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"

/* File times move in steps of a clock tick (10 ms at most): a change within
 * the step in which a file was noted does not show in them, so such a file's
 * content is noted too. */
#define RECENT_NS 20000000
#define RECENT_BYTES ((off_t)1 << 20)

struct entry {
	char *path;
	mode_t mode; /* of folders only this counts */
	off_t size;
	ino_t inode;
	struct timespec changed, modified;
	char *content; /* a digest, while the times do not tell enough */
};

struct manifest {
	struct entry *entries; /* by path */
	size_t count, cap;
};

enum walk_purpose {
	WALK_MATCH,
	WALK_CLEAN,
	WALK_NOTE,
};

struct walk {
	enum walk_purpose purpose;
	struct manifest *manifest;
	const char *folder;
	struct str path; /* where the walk is, below the folder */
	struct timespec now;
	size_t met;	/* expected entries that were there */
	bool different; /* an expected one changed, or any with WALK_MATCH */
	struct error *err;
};

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path,
		      ((const struct entry *)b)->path);
}

static void add_entry(struct manifest *manifest, const char *path, size_t len,
		      mode_t type)
{
	struct entry *entry =
		VECTOR_ADD(manifest->entries, manifest->count, manifest->cap);

	entry->path = xstrndup(path, len);
	entry->mode = type;
}

/* The folders of path that the path before it did not lie in: paths of one
 * folder stand together, so few are added twice. */
static void add_folders(struct manifest *manifest, const char *path,
			const char *before)
{
	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		size_t len = (size_t)(slash - path) + 1;

		if (strncmp(path, before, len) != 0)
			add_entry(manifest, path, len - 1, S_IFDIR);
	}
}

static void drop_doubles(struct manifest *manifest)
{
	size_t kept = 0;

	for (size_t i = 0; i < manifest->count; i++) {
		struct entry *entry = &manifest->entries[i];

		if (kept > 0 &&
		    strcmp(manifest->entries[kept - 1].path, entry->path) == 0)
			free(entry->path);
		else
			manifest->entries[kept++] = *entry;
	}
	manifest->count = kept;
}

struct manifest *manifest_new(char *const *paths, size_t count)
{
	struct manifest *manifest = xcalloc(1, sizeof(*manifest));

	for (size_t i = 0; i < count; i++) {
		add_folders(manifest, paths[i], i > 0 ? paths[i - 1] : "");
		add_entry(manifest, paths[i], strlen(paths[i]), 0);
	}
	if (manifest->count > 0)
		qsort(manifest->entries, manifest->count, sizeof(struct entry),
		      by_path);
	drop_doubles(manifest);
	return manifest;
}

void manifest_free(struct manifest *manifest)
{
	if (!manifest)
		return;
	for (size_t i = 0; i < manifest->count; i++) {
		free(manifest->entries[i].path);
		free(manifest->entries[i].content);
	}
	free(manifest->entries);
	free(manifest);
}

json_t *manifest_encode(const struct manifest *manifest)
{
	json_t *array = json_array();

	for (size_t i = 0; i < manifest->count; i++) {
		const struct entry *entry = &manifest->entries[i];
		json_t *item = json_pack(
			"[s, I, I, I, I, I, I, I, s?]", entry->path,
			(json_int_t)entry->mode, (json_int_t)entry->size,
			(json_int_t)entry->inode,
			(json_int_t)entry->changed.tv_sec,
			(json_int_t)entry->changed.tv_nsec,
			(json_int_t)entry->modified.tv_sec,
			(json_int_t)entry->modified.tv_nsec, entry->content);

		if (!item || json_array_append_new(array, item) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

static bool decode_entry(json_t *item, struct entry *entry)
{
	json_int_t mode, size, inode, changed[2], modified[2];
	const char *path;
	json_t *content;

	if (json_unpack(item, "[s, I, I, I, I, I, I, I, o]", &path, &mode,
			&size, &inode, &changed[0], &changed[1], &modified[0],
			&modified[1], &content) < 0)
		return false;
	entry->path = xstrdup(path);
	entry->mode = (mode_t)mode;
	entry->size = (off_t)size;
	entry->inode = (ino_t)inode;
	entry->changed = (struct timespec){changed[0], changed[1]};
	entry->modified = (struct timespec){modified[0], modified[1]};
	entry->content = xstrdup_null(json_string_value(content));
	return true;
}

struct manifest *manifest_decode(const json_t *json)
{
	struct manifest *manifest = xcalloc(1, sizeof(*manifest));
	json_t *item;
	size_t i;

	manifest->entries =
		xcalloc(json_array_size(json) + 1, sizeof(*manifest->entries));
	json_array_foreach(json, i, item)
	{
		if (!decode_entry(item, &manifest->entries[i])) {
			manifest_free(manifest);
			return NULL;
		}
		manifest->count++;
	}
	return manifest;
}

size_t manifest_count(const struct manifest *manifest)
{
	return manifest->count;
}

static struct entry *find(const struct walk *walk)
{
	struct entry key = {.path = walk->path.data};

	return bsearch(&key, walk->manifest->entries, walk->manifest->count,
		       sizeof(struct entry), by_path);
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_recent(const struct walk *walk, struct timespec time)
{
	int64_t age = (int64_t)(walk->now.tv_sec - time.tv_sec) * 1000000000 +
		      (walk->now.tv_nsec - time.tv_nsec);

	return age < RECENT_NS;
}

/* The digest of a small file or a link's target; NULL for anything else. */
static char *content_digest(int folder, const char *name,
			    const struct stat *info)
{
	char text[DIGEST_TEXT_SIZE];
	size_t size = (size_t)info->st_size;
	bool link = S_ISLNK(info->st_mode);
	ssize_t len = -1;
	char *data;

	if (info->st_size > RECENT_BYTES)
		return NULL;
	data = xmalloc(size + 1);
	if (link) {
		len = readlinkat(folder, name, data, size + 1);
	} else {
		int fd = openat(folder, name,
				O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

		if (fd >= 0) {
			len = read(fd, data, size + 1);
			close(fd);
		}
	}
	if (len == (ssize_t)size)
		digest_bytes(data, size, text);
	free(data);
	return len == (ssize_t)size ? xstrdup(text) : NULL;
}

static void note(struct walk *walk, struct entry *entry, int folder,
		 const char *name, const struct stat *info)
{
	entry->mode = info->st_mode;
	entry->size = info->st_size;
	entry->inode = info->st_ino;
	entry->changed = info->st_ctim;
	entry->modified = info->st_mtim;
	free(entry->content);
	entry->content = NULL;
	if (!is_recent(walk, info->st_ctim))
		return;
	entry->content = content_digest(folder, name, info);
	if (!entry->content)
		entry->content = xstrdup(""); /* never matches */
}

/* Stat data that does not tell enough is helped by the content, until it is
 * old enough to be told apart from any later change. */
static bool same_content(struct walk *walk, struct entry *entry, int folder,
			 const char *name, const struct stat *info)
{
	char *content;
	bool same;

	if (!entry->content)
		return true;
	content = content_digest(folder, name, info);
	same = content && strcmp(content, entry->content) == 0;
	free(content);
	if (same && !is_recent(walk, info->st_ctim)) {
		free(entry->content);
		entry->content = NULL;
	}
	return same;
}

static bool is_same_file(struct walk *walk, struct entry *entry, int folder,
			 const char *name, const struct stat *info)
{
	return entry->mode == info->st_mode && entry->size == info->st_size &&
	       entry->inode == info->st_ino &&
	       same_time(entry->changed, info->st_ctim) &&
	       same_time(entry->modified, info->st_mtim) &&
	       same_content(walk, entry, folder, name, info);
}

static int remove_here(struct walk *walk)
{
	char *whole = path_join(walk->folder, walk->path.data);
	int result = folder_remove(whole, walk->err);

	free(whole);
	return result;
}

static int walk_folder(struct walk *walk, int parent, const char *name);

/* An expected folder is there: its mode, then what is in it. */
static int enter(struct walk *walk, struct entry *entry, int parent,
		 const char *name, const struct stat *info)
{
	if (walk->purpose == WALK_NOTE)
		entry->mode = info->st_mode;
	if (entry->mode != info->st_mode) {
		walk->different |= walk->purpose == WALK_MATCH;
		if (walk->purpose == WALK_CLEAN &&
		    fchmodat(parent, name, entry->mode & 07777, 0) < 0)
			return error_set(walk->err, ERROR_IO,
					 "cannot give %s its mode back: %s",
					 walk->path.data, strerror(errno));
	}
	walk->met++;
	return walk_folder(walk, parent, name);
}

static int visit_file(struct walk *walk, struct entry *entry, int parent,
		      const char *name, const struct stat *info)
{
	if (walk->purpose == WALK_NOTE) {
		note(walk, entry, parent, name, info);
	} else if (!is_same_file(walk, entry, parent, name, info)) {
		walk->different = true;
		return walk->purpose == WALK_CLEAN ? remove_here(walk) : 0;
	}
	walk->met++;
	return 0;
}

static int visit(struct walk *walk, int parent, const char *name)
{
	struct entry *entry = find(walk);
	struct stat info;

	if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return error_set(walk->err, ERROR_IO, "cannot look at %s: %s",
				 walk->path.data, strerror(errno));
	if (entry && S_ISDIR(entry->mode) && S_ISDIR(info.st_mode))
		return enter(walk, entry, parent, name, &info);
	if (entry && !S_ISDIR(entry->mode) && !S_ISDIR(info.st_mode))
		return visit_file(walk, entry, parent, name, &info);
	if (walk->purpose == WALK_MATCH) {
		walk->different = true;
		return 0;
	}
	walk->different |= entry != NULL;
	return remove_here(walk);
}

static bool is_over(const struct walk *walk)
{
	return walk->purpose == WALK_MATCH && walk->different;
}

static int visit_all(struct walk *walk, DIR *dir)
{
	size_t len = walk->path.len;
	struct dirent *each;
	int result = 0;

	while (result == 0 && !is_over(walk) && (each = readdir(dir))) {
		if (strcmp(each->d_name, ".") == 0 ||
		    strcmp(each->d_name, "..") == 0)
			continue;
		if (len > 0)
			str_add_char(&walk->path, '/');
		str_add(&walk->path, each->d_name);
		result = visit(walk, dirfd(dir), each->d_name);
		str_truncate(&walk->path, len);
	}
	return result;
}

static int walk_folder(struct walk *walk, int parent, const char *name)
{
	int fd = openat(parent, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	int result;

	if (!dir) {
		error_set(walk->err, ERROR_IO, "cannot look into %s: %s",
			  walk->path.len ? walk->path.data : walk->folder,
			  strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	result = visit_all(walk, dir);
	closedir(dir);
	return result;
}

static int walk_all(struct walk *walk, struct manifest *manifest,
		    const char *folder)
{
	int result;

	walk->manifest = manifest;
	walk->folder = folder;
	str_init(&walk->path);
	clock_gettime(CLOCK_REALTIME, &walk->now);
	result = walk_folder(walk, AT_FDCWD, folder);
	if (walk->met < manifest->count)
		walk->different = true;
	str_release(&walk->path);
	return result;
}

static const char *first_missing(const struct manifest *manifest,
				 const char *folder)
{
	for (size_t i = 0; i < manifest->count; i++) {
		char *whole = path_join(folder, manifest->entries[i].path);
		struct stat info;
		bool missing = lstat(whole, &info) < 0;

		free(whole);
		if (missing)
			return manifest->entries[i].path;
	}
	return "a file";
}

int manifest_note(struct manifest *manifest, const char *folder,
		  struct error *err)
{
	struct walk walk = {.purpose = WALK_NOTE, .err = err};

	if (walk_all(&walk, manifest, folder) < 0)
		return -1;
	if (walk.met < manifest->count)
		return error_set(err, ERROR_GIT,
				 "git did not write %s of the commit to %s",
				 first_missing(manifest, folder), folder);
	return 0;
}

bool manifest_matches(struct manifest *manifest, const char *folder)
{
	struct walk walk = {.purpose = WALK_MATCH};

	return walk_all(&walk, manifest, folder) == 0 && !walk.different;
}

int manifest_clean(struct manifest *manifest, const char *folder, bool *intact,
		   struct error *err)
{
	struct walk walk = {.purpose = WALK_CLEAN, .err = err};

	if (walk_all(&walk, manifest, folder) < 0)
		return -1;
	*intact = !walk.different;
	return 0;
}
