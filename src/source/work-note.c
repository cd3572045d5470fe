/* SPDX-License-Identifier: MIT */
/*
 * What is known of a clean work folder, kept beside it as N.note for the next
 * run: one line of JSON after its own digest. A note that is torn, or of
 * another make, says nothing, and the folder is checked out anew. It is not
 * synced: what it says is compared with the files, to the nanosecond.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "event/event.h"
#include "source/workpool.h"

#define NOTE_VERSION 1
#define NOTE_LIMIT ((size_t)1 << 30)

static char *note_path(const struct work_folder *folder)
{
	return xasprintf("%s.note", folder->path);
}

static json_t *encode(const struct work_folder *folder)
{
	const struct stat *index = &folder->git.index;
	json_t *manifest = manifest_encode(folder->manifest);

	if (!manifest)
		return NULL;
	return json_pack("{s:i, s:s, s:o, s:[I, I, I, I, I, I], s:o}",
			 "version", NOTE_VERSION, "commit", folder->commit,
			 "names", json_strings(&folder->git.names), "index",
			 (json_int_t)index->st_ino, (json_int_t)index->st_size,
			 (json_int_t)index->st_mtim.tv_sec,
			 (json_int_t)index->st_mtim.tv_nsec,
			 (json_int_t)index->st_ctim.tv_sec,
			 (json_int_t)index->st_ctim.tv_nsec, "files", manifest);
}

static int write_note(const char *path, const char *text)
{
	char digest[DIGEST_TEXT_SIZE];
	char *next = xasprintf("%s.new", path);
	int fd = file_open(next, O_WRONLY | O_CREAT | O_TRUNC, 0600, NULL);
	int result = -1;

	digest_bytes(text, strlen(text), digest);
	digest[DIGEST_TEXT_SIZE - 1] = '\n';
	if (fd >= 0 &&
	    file_write_all(fd, digest, sizeof(digest), next, NULL) == 0 &&
	    file_write_all(fd, text, strlen(text), next, NULL) == 0)
		result = rename(next, path);
	if (fd >= 0)
		close(fd);
	if (result < 0)
		unlink(next);
	free(next);
	return result;
}

void folder_remember(const struct work_folder *folder)
{
	json_t *json = encode(folder);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	char *path = note_path(folder);

	if (!text || write_note(path, text) < 0)
		unlink(path);
	free(path);
	free(text);
	json_decref(json);
}

static void decode(struct work_folder *folder, const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	struct stat *index = &folder->git.index;
	json_int_t inode, size, at[4];
	json_t *names, *files, *name;
	const char *commit;
	int version;
	size_t i;

	if (json_unpack(json, "{s:i, s:s, s:o, s:[I, I, I, I, I, I], s:o}",
			"version", &version, "commit", &commit, "names", &names,
			"index", &inode, &size, &at[0], &at[1], &at[2], &at[3],
			"files", &files) == 0 &&
	    version == NOTE_VERSION)
		folder->manifest = manifest_decode(files);
	if (folder->manifest) {
		folder->commit = xstrdup(commit);
		index->st_ino = (ino_t)inode;
		index->st_size = (off_t)size;
		index->st_mtim = (struct timespec){at[0], at[1]};
		index->st_ctim = (struct timespec){at[2], at[3]};
		json_array_foreach(names, i, name) if (json_is_string(name))
			strings_add(&folder->git.names,
				    json_string_value(name));
	}
	json_decref(json);
}

void folder_recall(struct work_folder *folder)
{
	char *path = note_path(folder);
	char digest[DIGEST_TEXT_SIZE];
	struct str note = STR_INIT;
	const char *text;

	if (file_read(path, &note, NOTE_LIMIT, NULL) == 0 &&
	    note.len > DIGEST_TEXT_SIZE) {
		text = note.data + DIGEST_TEXT_SIZE;
		digest_bytes(text, strlen(text), digest);
		if (memcmp(digest, note.data, DIGEST_TEXT_SIZE - 1) == 0)
			decode(folder, text);
	}
	str_release(&note);
	free(path);
}
