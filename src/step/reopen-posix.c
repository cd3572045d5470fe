/* SPDX-License-Identifier: MIT */
#include "step/reopen.h"

#include <stddef.h>

struct reopen_pool *reopen_pool_new(struct loop *loop,
				    void (*reopened)(void *data))
{
	(void)loop;
	(void)reopened;
	return NULL;
}

void reopen_pool_free(struct reopen_pool *pool)
{
	(void)pool;
}

struct reopen_watch *reopen_watch(struct reopen_pool *pool, const char *path,
				  int fd, void *data)
{
	(void)pool;
	(void)path;
	(void)fd;
	(void)data;
	return NULL;
}

void reopen_unwatch(struct reopen_watch *watch)
{
	(void)watch;
}
