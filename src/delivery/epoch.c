/* SPDX-License-Identifier: MIT */
#include "delivery/epoch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"

#define EPOCH_DIGITS 20

static int open_epoch(const char *folder, int flags)
{
	char *path = path_join(folder, "epoch");
	int fd = file_open(path, flags, 0644, NULL);

	free(path);
	return fd;
}

int64_t epoch_read(const char *folder)
{
	char text[EPOCH_DIGITS + 1] = "";
	int fd = open_epoch(folder, O_RDONLY);
	ssize_t got;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	got = pread(fd, text, EPOCH_DIGITS, 0);
	close(fd);
	return got < 0 ? -1 : strtoll(text, NULL, 10);
}

/* Linked once it is whole: another may be raising it. */
void epoch_prepare(const char *folder)
{
	char *path = path_join(folder, "epoch");
	char *whole = xasprintf("%s.%ld", path, (long)getpid());
	char text[32];

	snprintf(text, sizeof(text), "%0*d", EPOCH_DIGITS, 0);
	if (!file_exists(path) &&
	    file_replace(whole, text, EPOCH_DIGITS, 0644, NULL) == 0) {
		if (link(whole, path) < 0)
			errno = 0; /* it is there by now */
		unlink(whole);
	}
	free(whole);
	free(path);
}

/* In place: the file has its size from the first time on. */
bool epoch_raise(const char *folder)
{
	int64_t epoch = epoch_read(folder);
	int fd = epoch < 0 ? -1 : open_epoch(folder, O_WRONLY | O_CREAT);
	char text[32];
	bool is;

	if (fd < 0)
		return false;
	snprintf(text, sizeof(text), "%0*" PRId64, EPOCH_DIGITS, epoch + 1);
	is = pwrite(fd, text, EPOCH_DIGITS, 0) == EPOCH_DIGITS;
	close(fd);
	return is;
}
