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

	if (fd < 0)
		return 0;
	if (pread(fd, text, EPOCH_DIGITS, 0) < 0)
		text[0] = '\0';
	close(fd);
	return strtoll(text, NULL, 10);
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
int64_t epoch_raise(const char *folder)
{
	int64_t epoch = epoch_read(folder) + 1;
	int fd = open_epoch(folder, O_WRONLY | O_CREAT);
	char text[32];

	if (fd < 0)
		return epoch;
	snprintf(text, sizeof(text), "%0*" PRId64, EPOCH_DIGITS, epoch);
	if (pwrite(fd, text, EPOCH_DIGITS, 0) < 0)
		errno = 0; /* the provider is what matters now */
	close(fd);
	return epoch;
}
