/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/nginx-tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define LINE_MOST 65536
#define READ_MOST (64 * 1024 * 1024)

typedef void take_line(const char *line, void *data);

static void file_begin(struct nginx_tail_file *file, int fd, off_t at)
{
	*file = (struct nginx_tail_file){.fd = fd, .at = at};
	str_init(&file->part);
}

static void file_end(struct nginx_tail_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	str_release(&file->part);
}

void nginx_tail_init(struct nginx_tail *tail, const char *path)
{
	int fd = file_open(path, O_RDONLY, 0, NULL);
	struct stat st = {.st_size = 0};

	*tail = (struct nginx_tail){.path = xstrdup(path)};
	if (fd >= 0 && fstat(fd, &st) < 0)
		st.st_size = 0;
	file_begin(&tail->now, fd, st.st_size);
	file_begin(&tail->before, -1, 0);
}

void nginx_tail_release(struct nginx_tail *tail)
{
	if (!tail->path)
		return;
	file_end(&tail->now);
	file_end(&tail->before);
	free(tail->path);
}

/* What a keeper took back from the disk is read as NULs. */
static void add(struct nginx_tail_file *file, const char *bytes, size_t len)
{
	while (len > 0 && !*bytes) {
		bytes++;
		len--;
	}
	file->skips = file->skips || file->part.len + len > LINE_MOST;
	if (!file->skips)
		str_add_bytes(&file->part, bytes, len);
}

static void cut(struct nginx_tail_file *file, char *bytes, size_t len,
		take_line *take, void *data)
{
	char *end;

	while ((end = memchr(bytes, '\n', len))) {
		size_t line = (size_t)(end - bytes);

		*end = '\0';
		add(file, bytes, line);
		if (!file->skips)
			take(file->part.data, data);
		str_clear(&file->part);
		file->skips = false;
		bytes = end + 1;
		len -= line + 1;
	}
	add(file, bytes, len);
}

static int read_rest(struct nginx_tail_file *file, const char *path,
		     take_line *take, void *data, struct error *err)
{
	off_t most = file->at + READ_MOST;
	char bytes[65536];
	ssize_t len;

	while (file->fd >= 0 && file->at < most) {
		len = pread(file->fd, bytes, sizeof(bytes), file->at);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return error_set(err, ERROR_IO, "cannot read %s: %s",
					 path, strerror(errno));
		if (len == 0)
			break;
		file->at += len;
		cut(file, bytes, (size_t)len, take, data);
	}
	return 0;
}

/* Another file has the name, or it was emptied: it begins anew. */
static void follow(struct nginx_tail *tail)
{
	struct stat ours = {.st_size = 0}, there;
	bool is_new = tail->now.fd < 0;
	int fd;

	if (!is_new &&
	    (fstat(tail->now.fd, &ours) < 0 || stat(tail->path, &there) < 0))
		return;
	is_new = is_new || ours.st_ino != there.st_ino ||
		 ours.st_dev != there.st_dev;
	if (!is_new && there.st_size >= tail->now.at)
		return;
	fd = file_open(tail->path, O_RDONLY, 0, NULL);
	if (fd < 0)
		return;
	if (is_new) {
		file_end(&tail->before);
		tail->before = tail->now;
	} else {
		file_end(&tail->now);
	}
	file_begin(&tail->now, fd, 0);
}

int nginx_tail_read(struct nginx_tail *tail, take_line *take, void *data,
		    struct error *err)
{
	if (read_rest(&tail->before, tail->path, take, data, err) < 0 ||
	    read_rest(&tail->now, tail->path, take, data, err) < 0)
		return -1;
	follow(tail);
	return read_rest(&tail->now, tail->path, take, data, err);
}
