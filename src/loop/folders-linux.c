/* SPDX-License-Identifier: MIT */
#include "loop/folders.h"

#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/memory.h"

struct folders {
	int fd;
	struct watch *watch;
	void (*changed)(void *data);
	void *data;
};

static void readable(int fd, short revents, void *data)
{
	struct folders *folders = data;
	char bytes[4096];

	(void)revents;
	while (read(fd, bytes, sizeof(bytes)) > 0)
		;
	folders->changed(folders->data);
}

struct folders *folders_new(struct loop *loop, void (*changed)(void *data),
			    void *data)
{
	struct folders *folders = xcalloc(1, sizeof(*folders));

	folders->changed = changed;
	folders->data = data;
	folders->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (folders->fd >= 0)
		folders->watch = loop_watch(loop, folders->fd, POLLIN, readable,
					    folders);
	return folders;
}

void folders_free(struct folders *folders)
{
	if (!folders)
		return;
	watch_remove(folders->watch);
	if (folders->fd >= 0)
		close(folders->fd);
	free(folders);
}

void folders_watch(struct folders *folders, const char *path,
		   enum folders_depth depth)
{
	static const uint32_t masks[] = {
		[FOLDERS_NAMES] = IN_CREATE | IN_DELETE | IN_MOVE | IN_ONLYDIR,
		[FOLDERS_WRITES] = IN_CREATE | IN_DELETE | IN_MOVE | IN_MODIFY |
				   IN_ONLYDIR,
		[FOLDERS_CLOSES] = IN_CREATE | IN_DELETE | IN_MOVE | IN_MODIFY |
				   IN_CLOSE_WRITE | IN_ONLYDIR,
	};

	if (folders->fd >= 0)
		inotify_add_watch(folders->fd, path, masks[depth]);
}
