/* SPDX-License-Identifier: MIT */
#include "step/reopen.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/memory.h"

/* To end a watch keeps the kernel busy for longer than a short stage takes,
 * and a process that ends with one, or soon after, waits 10 ms for it. So the
 * folder is watched, not each file, and not for longer than needed. */
#define IDLE_MS 50

struct reopen_pool {
	int fd;
	int folder; /* inotify's number of the last one; -1 none */
	struct watch *watch;
	struct timer *idle;
	void (*reopened)(void *data);
	struct reopen_watch *all;
};

struct reopen_watch {
	struct reopen_pool *pool;
	int folder;
	char *name;
	int kept; /* so that the last close of the command's own is ours */
	void *data;
	struct reopen_watch *next;
};

static void tell(struct reopen_pool *pool, const struct inotify_event *event)
{
	for (struct reopen_watch *at = pool->all; at; at = at->next) {
		if (!event->len || at->folder != event->wd ||
		    strcmp(at->name, event->name) != 0)
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

			tell(pool, event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
}

static void end_watch(void *data)
{
	struct reopen_pool *pool = data;

	if (pool->folder >= 0)
		inotify_rm_watch(pool->fd, pool->folder);
	pool->folder = -1;
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
	pool->folder = -1;
	pool->reopened = reopened;
	pool->watch = loop_watch(loop, fd, POLLIN, read_events, pool);
	pool->idle = loop_timer(loop, INT64_MAX, end_watch, pool);
	return pool;
}

void reopen_pool_free(struct reopen_pool *pool)
{
	if (!pool)
		return;
	watch_remove(pool->watch);
	timer_free(pool->idle);
	close(pool->fd);
	free(pool);
}

/* The number is the same each time; -1 where there is none. */
static int watch_folder(struct reopen_pool *pool, const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (!len || len >= sizeof(folder))
		return -1;
	memcpy(folder, path, len);
	folder[len] = '\0';
	pool->folder = inotify_add_watch(pool->fd, folder, IN_CLOSE_WRITE);
	return pool->folder;
}

struct reopen_watch *reopen_watch(struct reopen_pool *pool, const char *path,
				  int fd, void *data)
{
	struct reopen_watch *watch;
	int folder = pool ? watch_folder(pool, path) : -1;
	int kept = folder < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (kept < 0)
		return NULL;
	read_events(pool->fd, POLLIN, pool); /* what was closed before */
	watch = xcalloc(1, sizeof(*watch));
	watch->pool = pool;
	watch->folder = folder;
	watch->name = xstrdup(strrchr(path, '/') + 1);
	watch->kept = kept;
	watch->data = data;
	watch->next = pool->all;
	pool->all = watch;
	timer_stop(pool->idle);
	return watch;
}

void reopen_unwatch(struct reopen_watch *watch)
{
	struct reopen_pool *pool;
	struct reopen_watch **at;

	if (!watch)
		return;
	pool = watch->pool;
	read_events(pool->fd, POLLIN, pool);
	at = &pool->all;
	while (*at != watch)
		at = &(*at)->next;
	*at = watch->next;
	close(watch->kept);
	read_events(pool->fd, POLLIN, pool); /* that close, for nobody */
	if (!pool->all)
		timer_set_in(pool->idle, IDLE_MS);
	free(watch->name);
	free(watch);
}
