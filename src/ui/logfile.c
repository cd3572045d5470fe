/* SPDX-License-Identifier: MIT */
#include "ui/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

/* The window holds two blocks, so that a line of one is whole in it. */
#define WINDOW ((size_t)3 * LOGFILE_BLOCK)

struct logfile {
	int fd;
	int64_t size;
	int64_t start; /* of the window */
	size_t len;    /* bytes of it that were read */
	char window[WINDOW];
};

struct logfile *logfile_open(const char *path, struct error *err)
{
	struct logfile *file;
	int fd = file_open(path, O_RDONLY | O_NOFOLLOW, 0, err);

	if (fd < 0)
		return NULL;
	file = xmalloc(sizeof(*file));
	file->fd = fd;
	file->size = file->start = 0;
	file->len = 0;
	logfile_refresh(file);
	return file;
}

void logfile_free(struct logfile *file)
{
	if (!file)
		return;
	close(file->fd);
	free(file);
}

void logfile_refresh(struct logfile *file)
{
	struct stat status;

	if (fstat(file->fd, &status) < 0)
		return;
	if (status.st_size < file->size)
		file->len = 0;
	file->size = status.st_size;
}

void logfile_limit(struct logfile *file, int64_t size)
{
	if (size < file->size)
		file->size = size;
}

int64_t logfile_size(const struct logfile *file)
{
	return file->size;
}

/* Reads the window anew, so that it begins at a block's start. */
static void load(struct logfile *file, int64_t start)
{
	file->start = start;
	file->len = 0;
	while (file->len < WINDOW) {
		ssize_t got =
			pread(file->fd, file->window + file->len,
			      WINDOW - file->len, start + (int64_t)file->len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return;
		file->len += (size_t)got;
	}
}

static int64_t minimum(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Makes [from, to) readable, at most two blocks from the start of from's
 * block on. Returns the bytes at from, or NULL when the file has them not. */
static const char *bytes(struct logfile *file, int64_t from, int64_t to)
{
	if (from < file->start || to > file->start + (int64_t)file->len)
		load(file, from - from % LOGFILE_BLOCK);
	if (to > file->start + (int64_t)file->len)
		return NULL;
	return file->window + (from - file->start);
}

int64_t logfile_forced_end(int64_t start)
{
	int64_t up = start + LOGFILE_BLOCK - 1;

	return up - up % LOGFILE_BLOCK + LOGFILE_BLOCK;
}

bool logfile_line(struct logfile *file, int64_t start, const char **text,
		  size_t *len, int64_t *next)
{
	int64_t end = minimum(logfile_forced_end(start), file->size);
	const char *found;

	if (start < 0 || start >= end)
		return false;
	*text = bytes(file, start, end);
	if (!*text)
		return false;
	found = memchr(*text, '\n', (size_t)(end - start));
	*len = found ? (size_t)(found - *text) : (size_t)(end - start);
	*next = start + (int64_t)*len + (found ? 1 : 0);
	return true;
}

/* The start after the last newline in [from, to), or -1. */
static int64_t after_newline(struct logfile *file, int64_t from, int64_t to)
{
	const char *text = from < to ? bytes(file, from, to) : NULL;

	if (!text)
		return -1;
	for (int64_t i = to - from; i > 0; i--)
		if (text[i - 1] == '\n')
			return from + i;
	return -1;
}

int64_t logfile_before(struct logfile *file, int64_t start)
{
	/* The newline that ends the line before is not looked at. */
	int64_t end = start - 1;
	int64_t block = end - end % LOGFILE_BLOCK;
	int64_t found;

	if (start <= 1)
		return 0;
	found = after_newline(file, block, end);
	if (found >= 0 || block == 0)
		return found > 0 ? found : 0;
	/* Its start is in an earlier block, or forced at this one's edge. */
	found = after_newline(file, block - LOGFILE_BLOCK, block);
	return found >= 0 ? found : block;
}

int64_t logfile_tail(struct logfile *file, int lines)
{
	int64_t start = file->size;

	for (int i = 0; i < lines && start > 0; i++)
		start = logfile_before(file, start);
	return start;
}

int64_t logfile_line_start(struct logfile *file, int64_t offset)
{
	return logfile_before(file, offset + 1);
}

int64_t logfile_line_at(struct logfile *file, int64_t offset)
{
	const char *text;
	size_t len;
	int64_t start, next;

	if (offset <= 0)
		return 0;
	start = logfile_line_start(file, offset);
	if (start == offset || !logfile_line(file, start, &text, &len, &next))
		return offset;
	return next;
}
