/* SPDX-License-Identifier: MIT */
/*
 * A power cut, preloaded into the real program (LD_PRELOAD): it is killed
 * right behind the n-th record that reaches a journal, whichever of its
 * journals and processes that is. What is tested is what is shipped.
 *
 *	DEATH_FILE	struct death, shared by all processes of one test
 *
 * Only a program named "signalbox" dies; keepers, stages and servers live.
 */
#include "support/death.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct death *death; /* NULL: takes no part */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void attach(void)
{
	const char *path = getenv("DEATH_FILE");
	int fd;

	if (!path || strcmp(program_invocation_short_name, "signalbox") != 0)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	death = mmap(NULL, sizeof(*death), PROT_READ | PROT_WRITE, MAP_SHARED,
		     fd, 0);
	close(fd);
	if (death == MAP_FAILED)
		death = NULL;
}

static bool is_journal(int fd)
{
	static const char name[] = "/journal.ndjson";
	char link[64], path[4096];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path));
	return len > (ssize_t)sizeof(name) &&
	       memcmp(path + len - (sizeof(name) - 1), name,
		      sizeof(name) - 1) == 0;
}

/* How much of it is written before the cut; all of it when there is none. */
static size_t until_death(const char *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t torn = (size_t)atomic_load(&death->torn);

		if (data[i] != '\n')
			continue;
		atomic_fetch_add(&death->met, 1);
		if (atomic_load(&death->left) > 0 &&
		    atomic_fetch_sub(&death->left, 1) == 1)
			return i + 1 + torn < len ? i + 1 + torn : i + 1;
	}
	return len + 1;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t offset)
{
	ssize_t n;
	size_t most;

	if (!death || !is_journal(fd))
		return syscall(SYS_pwrite64, fd, data, len, offset);
	pthread_mutex_lock(&turn);
	most = until_death(data, len);
	n = syscall(SYS_pwrite64, fd, data, most < len ? most : len, offset);
	if (most <= len)
		kill(getpid(), SIGKILL);
	pthread_mutex_unlock(&turn);
	return n;
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t offset)
{
	return pwrite(fd, data, len, offset);
}
