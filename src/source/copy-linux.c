/* SPDX-License-Identifier: MIT */
#include "source/copy.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PIECE ((size_t)1 << 30)

int copy_all(int from, int to)
{
	ssize_t len;

	do {
		len = copy_file_range(from, NULL, to, NULL, PIECE, 0);
	} while (len > 0 || (len < 0 && errno == EINTR));
	/* Across file systems, or on one that cannot: by hand from where it
	 * stopped. Some say 0 for a file that is not empty, so look. */
	return copy_by_hand(from, to);
}

int copy_sync(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 ? -1 : syncfs(fd);
	int why = errno;

	if (fd >= 0)
		close(fd);
	errno = why;
	return result;
}
