/* SPDX-License-Identifier: MIT */
#include "step/reopen.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/memory.h"

struct reopen_pool {
	int fd;
	struct watch *watch;
	void (*reopened)(void *data);
	struct reopen_watch *all;
};

struct reopen_watch {
	struct reopen_pool *pool;
	int number;
	int kept; /* so that the last close of the command's own is ours */
	void *data;
	struct reopen_watch *next;
};

static void tell(struct reopen_pool *pool, int number)
{
	for (struct reopen_watch *at = pool->all; at; at = at->next) {
		if (at->number != number)
			continue;
		pool->reopened(at->data);
		return;
	}
}

static void read_events(int fd, short revents, void *data)
{
	struct reopen_pool *pool = data;
	union {
		struct inotify_event first; /* for its alignment */
		char bytes[4096];
	} buffer;
	ssize_t len;

	(void)revents;
	while ((len = read(fd, buffer.bytes, sizeof(buffer.bytes))) > 0)
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *event =
				(const void *)(buffer.bytes + at);

			if (event->mask & IN_CLOSE_WRITE)
				tell(pool, event->wd);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
}

struct reopen_pool *reopen_pool_new(struct loop *loop,
				    void (*reopened)(void *data))
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	struct reopen_pool *pool;

	if (fd < 0)
		return NULL;
	pool = xcalloc(1, sizeof(*pool));
	pool->fd = fd;
	pool->reopened = reopened;
	pool->watch = loop_watch(loop, fd, POLLIN, read_events, pool);
	return pool;
}

void reopen_pool_free(struct reopen_pool *pool)
{
	if (!pool)
		return;
	watch_remove(pool->watch);
	close(pool->fd);
	free(pool);
}

struct reopen_watch *reopen_watch(struct reopen_pool *pool, const char *path,
				  int fd, void *data)
{
	int kept = pool ? fcntl(fd, F_DUPFD_CLOEXEC, 3) : -1;
	int number =
		kept < 0 ? -1
			 : inotify_add_watch(pool->fd, path, IN_CLOSE_WRITE);
	struct reopen_watch *watch;

	if (number < 0) {
		if (kept >= 0)
			close(kept);
		return NULL;
	}
	watch = xcalloc(1, sizeof(*watch));
	watch->pool = pool;
	watch->number = number;
	watch->kept = kept;
	watch->data = data;
	watch->next = pool->all;
	pool->all = watch;
	return watch;
}

void reopen_unwatch(struct reopen_watch *watch)
{
	struct reopen_watch **at;

	if (!watch)
		return;
	read_events(watch->pool->fd, POLLIN, watch->pool);
	at = &watch->pool->all;
	while (*at != watch)
		at = &(*at)->next;
	*at = watch->next;
	inotify_rm_watch(watch->pool->fd, watch->number);
	close(watch->kept);
	free(watch);
}
