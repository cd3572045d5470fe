/* SPDX-License-Identifier: MIT */
/* Work trees of a `rollback --revert-branch` that was killed. */
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/garbage.h"
#include "source/revert.h"

static int find_reverts(struct garbage *garbage, struct error *err)
{
	struct strings folders = STRINGS_INIT;
	int result = revert_left(garbage->options.state, &folders, err);

	for (size_t i = 0; i < folders.count; i++) {
		struct garbage_item *item = garbage_add_owned(
			garbage, &garbage_reverts,
			xstrdup(strrchr(folders.items[i], '/') + 1),
			xstrdup("a rollback --revert-branch was ended before "
				"it could remove it"));

		item->bytes = folder_bytes(folders.items[i]);
		strings_add(&item->texts, folders.items[i]);
	}
	strings_release(&folders);
	return result;
}

static int free_revert(struct garbage *garbage, const struct garbage_item *item,
		       struct error *err)
{
	struct repository *repository =
		repository_open(garbage->options.common, err);
	int result =
		repository ? revert_clear(repository, item->texts.items[0], err)
			   : -1;

	repository_free(repository);
	return result;
}

const struct garbage_kind garbage_reverts = {
	.name = "revert",
	.find = find_reverts,
	.free_item = free_revert,
};
