/* SPDX-License-Identifier: MIT */
#include "source/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static int write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, data, len);

		if (written < 0 && errno != EINTR)
			return -1;
		if (written > 0) {
			data += written;
			len -= (size_t)written;
		}
	}
	return 0;
}

int copy_by_hand(int from, int to)
{
	char buffer[65536];

	for (;;) {
		ssize_t len = read(from, buffer, sizeof(buffer));

		if (len == 0)
			return 0;
		if (len < 0 && errno != EINTR)
			return -1;
		if (len > 0 && write_all(to, buffer, (size_t)len) < 0)
			return -1;
	}
}

int copy_sync_entry(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, (size_t)(slash - path) + 1)
			     : xstrdup(".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 ? -1 : fsync(fd);
	int why = errno;

	if (fd >= 0)
		close(fd);
	free(folder);
	errno = why;
	return result;
}
