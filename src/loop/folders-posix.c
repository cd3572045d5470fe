/* SPDX-License-Identifier: MIT */
#include "loop/folders.h"

#include <stdlib.h>

#include "base/memory.h"

#define LOOK_MS 2000

struct folders {
	struct timer *look;
	void (*changed)(void *data);
	void *data;
};

static void look(void *data)
{
	struct folders *folders = data;

	timer_set_in(folders->look, LOOK_MS);
	folders->changed(folders->data);
}

struct folders *folders_new(struct loop *loop, void (*changed)(void *data),
			    void *data)
{
	struct folders *folders = xcalloc(1, sizeof(*folders));

	folders->changed = changed;
	folders->data = data;
	folders->look = loop_timer(loop, INT64_MAX, look, folders);
	timer_set_in(folders->look, LOOK_MS);
	return folders;
}

void folders_free(struct folders *folders)
{
	if (!folders)
		return;
	timer_free(folders->look);
	free(folders);
}

void folders_watch(struct folders *folders, const char *path,
		   enum folders_depth depth)
{
	(void)folders;
	(void)path;
	(void)depth;
}
