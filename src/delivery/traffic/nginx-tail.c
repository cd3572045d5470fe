/* SPDX-License-Identifier: MIT */
#include "delivery/traffic/nginx-tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define LINE_MOST 65536

typedef void take_line(const char *line, void *data);

void nginx_tail_init(struct nginx_tail *tail, const char *path)
{
	struct stat st;

	*tail = (struct nginx_tail){.path = xstrdup(path)};
	str_init(&tail->part);
	tail->fd = file_open(path, O_RDONLY, 0, NULL);
	if (tail->fd >= 0 && fstat(tail->fd, &st) == 0)
		tail->at = st.st_size;
}

void nginx_tail_release(struct nginx_tail *tail)
{
	if (!tail->path)
		return;
	if (tail->fd >= 0)
		close(tail->fd);
	str_release(&tail->part);
	free(tail->path);
}

/* What a keeper took back from the disk is read as NULs. */
static void add(struct nginx_tail *tail, const char *bytes, size_t len)
{
	while (len > 0 && !*bytes) {
		bytes++;
		len--;
	}
	if (tail->part.len + len > LINE_MOST)
		str_clear(&tail->part);
	str_add_bytes(&tail->part, bytes, len);
}

static void cut(struct nginx_tail *tail, char *bytes, size_t len,
		take_line *take, void *data)
{
	char *end;

	while ((end = memchr(bytes, '\n', len))) {
		size_t line = (size_t)(end - bytes);

		*end = '\0';
		add(tail, bytes, line);
		take(tail->part.data, data);
		str_clear(&tail->part);
		bytes = end + 1;
		len -= line + 1;
	}
	add(tail, bytes, len);
}

static int read_rest(struct nginx_tail *tail, take_line *take, void *data,
		     struct error *err)
{
	char bytes[65536];
	ssize_t len;

	for (;;) {
		len = pread(tail->fd, bytes, sizeof(bytes), tail->at);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return error_set(err, ERROR_IO, "cannot read %s: %s",
					 tail->path, strerror(errno));
		if (len == 0)
			return 0;
		tail->at += len;
		cut(tail, bytes, (size_t)len, take, data);
	}
}

/* Another file has the name, or it was emptied: it begins anew. */
static bool is_another(const struct nginx_tail *tail)
{
	struct stat ours, there;

	if (tail->fd < 0)
		return true;
	if (fstat(tail->fd, &ours) < 0 || stat(tail->path, &there) < 0)
		return false;
	return ours.st_ino != there.st_ino || ours.st_dev != there.st_dev ||
	       there.st_size < tail->at;
}

static void begin_anew(struct nginx_tail *tail)
{
	int fd = file_open(tail->path, O_RDONLY, 0, NULL);

	if (fd < 0)
		return;
	if (tail->fd >= 0)
		close(tail->fd);
	tail->fd = fd;
	tail->at = 0;
	str_clear(&tail->part);
}

int nginx_tail_read(struct nginx_tail *tail, take_line *take, void *data,
		    struct error *err)
{
	if (tail->fd >= 0 && read_rest(tail, take, data, err) < 0)
		return -1;
	if (!is_another(tail))
		return 0;
	begin_anew(tail);
	return tail->fd >= 0 ? read_rest(tail, take, data, err) : 0;
}
