/* SPDX-License-Identifier: MIT */
#include "delivery/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"

/* It may be held for a moment by who merely looks (lock_holder()), and be
 * without a text while it is being taken. */
#define MOMENTS 3
#define MOMENTS_NAMELESS 20

static char *read_text(const char *path)
{
	struct str text = STR_INIT;

	if (file_read(path, &text, 4096, NULL) < 0)
		str_clear(&text);
	return str_detach(&text);
}

static int refuse(const char *path, struct error *err)
{
	char *text = read_text(path);

	error_set(err, ERROR_REFUSED, "%s", *text ? text : "another process");
	free(text);
	return -1;
}

static bool is_nameless(const char *path)
{
	char *text = read_text(path);
	bool nameless = !*text;

	free(text);
	return nameless;
}

/* 0, or an errno. */
static int try_lock(int fd, const char *path)
{
	const struct timespec moment = {.tv_nsec = 1000000};

	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK)
			return errno;
		if (i >= MOMENTS &&
		    (i >= MOMENTS_NAMELESS || !is_nameless(path)))
			return EWOULDBLOCK;
		nanosleep(&moment, NULL);
	}
	return 0;
}

int lock_take(const char *path, const char *holder, struct error *err)
{
	int fd = file_open(path, O_RDWR | O_CREAT, 0644, err);
	int reason;

	if (fd < 0)
		return -1;
	reason = try_lock(fd, path);
	if (reason) {
		close(fd);
		if (reason == EWOULDBLOCK)
			return refuse(path, err);
		return error_set(err, ERROR_IO, "cannot lock %s: %s", path,
				 strerror(reason));
	}
	/* The text is a courtesy: a full disk must not keep the lock from
	 * being taken. */
	if (ftruncate(fd, 0) == 0 && pwrite(fd, holder, strlen(holder), 0) < 0)
		errno = 0;
	return fd;
}

void lock_release(int fd)
{
	if (fd < 0)
		return;
	if (ftruncate(fd, 0) < 0)
		errno = 0;
	close(fd);
}

char *lock_holder(const char *path)
{
	int fd = file_open(path, O_RDONLY, 0, NULL);
	char *text = NULL;

	if (fd < 0)
		return NULL;
	/* Shared and at once let go: a taker may meet it and must retry. */
	if (flock(fd, LOCK_SH | LOCK_NB) < 0)
		text = read_text(path);
	close(fd);
	return text;
}
