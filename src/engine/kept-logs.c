/* SPDX-License-Identifier: MIT */
#include "engine/kept-logs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define LIST_BYTES ((size_t)16 << 20)
#define CHUNK (64 << 10)
/* Of a log; that takes half a second at most. */
#define LOG_BYTES ((int64_t)256 << 20)

static char *list_path(const char *run_folder)
{
	return xasprintf("%s/logs/digests", run_folder);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_logs(const char *folder, struct strings *names)
{
	DIR *dir = opendir(folder);
	struct dirent *each;

	while (dir && (each = readdir(dir)))
		if (ends_with(each->d_name, ".log"))
			strings_add(names, each->d_name);
	if (dir)
		closedir(dir);
	if (names->count)
		qsort(names->items, names->count, sizeof(char *), by_name);
}

/* Of the first `most` bytes; returns how many there were, -1: cannot be
 * read. */
static int64_t digest_part(const char *path, int64_t most,
			   char text[DIGEST_TEXT_SIZE])
{
	int fd = file_open(path, O_RDONLY, 0, NULL);
	struct digest *digest;
	int64_t done = 0;
	ssize_t n = 0;
	char *chunk;

	if (fd < 0)
		return -1;
	digest = digest_new();
	chunk = xmalloc(CHUNK);
	while (done < most) {
		int64_t left = most - done;

		n = read(fd, chunk, left < CHUNK ? (size_t)left : CHUNK);
		if (n <= 0)
			break;
		digest_add(digest, chunk, (size_t)n);
		done += n;
	}
	digest_finish(digest, text);
	free(chunk);
	close(fd);
	return n < 0 ? -1 : done;
}

int kept_logs_write(const char *run_folder, char digest[DIGEST_TEXT_SIZE],
		    struct error *err)
{
	char *folder = path_join(run_folder, "logs");
	char *list = list_path(run_folder);
	struct strings names = STRINGS_INIT;
	struct str text = STR_INIT;
	int result;

	list_logs(folder, &names);
	for (size_t i = 0; i < names.count; i++) {
		char *path = path_join(folder, names.items[i]);
		char one[DIGEST_TEXT_SIZE];
		int64_t bytes = digest_part(path, LOG_BYTES, one);

		if (bytes >= 0)
			str_addf(&text, "%s %lld %s\n", one, (long long)bytes,
				 names.items[i]);
		free(path);
	}
	digest_bytes(text.data, text.len, digest);
	result = folder_make(folder, 0700, err);
	if (result == 0)
		result = file_replace(list, text.data, text.len, 0600, err);
	str_release(&text);
	strings_release(&names);
	free(list);
	free(folder);
	return result;
}

static void check_line(const char *run_folder, const char *line,
		       struct strings *damage)
{
	char digest[DIGEST_TEXT_SIZE], now[DIGEST_TEXT_SIZE];
	long long bytes;
	int name = 0;
	char *path;

	if (sscanf(line, "%64s %lld %n", digest, &bytes, &name) < 2 || !name)
		return;
	path = xasprintf("%s/logs/%s", run_folder, line + name);
	if (digest_part(path, bytes, now) != bytes || strcmp(now, digest) != 0)
		strings_addf(damage, "the log %s was changed since: %s",
			     line + name, path);
	free(path);
}

size_t kept_logs_check(const char *run_folder, const char *digest,
		       struct strings *damage)
{
	char *list = list_path(run_folder);
	struct str text = STR_INIT;
	struct error err = ERROR_INIT;
	char now[DIGEST_TEXT_SIZE];
	size_t logs = 0;
	char *line, *end;

	if (file_read(list, &text, LIST_BYTES, &err) < 0) {
		strings_addf(damage, "the digests of its logs: %s",
			     error_text(&err));
		error_clear(&err);
	}
	digest_bytes(text.data, text.len, now);
	if (text.len && strcmp(now, digest) != 0)
		strings_addf(damage, "the digests of its logs were changed: %s",
			     list);
	for (line = text.data; text.len && (end = strchr(line, '\n'));
	     line = end + 1) {
		*end = '\0';
		check_line(run_folder, line, damage);
		logs++;
	}
	str_release(&text);
	free(list);
	return logs;
}
