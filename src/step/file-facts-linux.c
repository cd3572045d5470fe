/* SPDX-License-Identifier: MIT */
#include "step/file-facts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/uio.h>

/* A read lease is granted only where nobody writes. Who opens the file while
 * we have it waits for us, and we are told by a signal that does nothing. */
bool file_has_writers(int fd)
{
	fcntl(fd, F_SETSIG, SIGURG);
	if (fcntl(fd, F_SETLEASE, F_RDLCK) < 0)
		return errno == EAGAIN;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

bool file_is_alone(int fd)
{
	fcntl(fd, F_SETSIG, SIGURG);
	if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0)
		return false;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return true;
}

ssize_t file_read_cached(int fd, char *data, size_t len, int64_t at)
{
	const struct iovec into = {.iov_base = data, .iov_len = len};

	return preadv2(fd, &into, 1, at, RWF_NOWAIT);
}
