/* SPDX-License-Identifier: MIT */
/* Artifacts and releases that nothing needs. */
#include <stdlib.h>

#include "base/file.h"
#include "base/memory.h"
#include "engine/garbage.h"
#include "source/artifact.h"
#include "source/release.h"

static int find_artifacts(struct garbage *garbage, struct error *err)
{
	const char *state = garbage->options.state;
	struct strings prunable = STRINGS_INIT;
	struct garbage_item *item;
	int result;

	if (garbage->needs.artifacts_unknown)
		return 0;
	result = artifacts_prunable(state, &garbage->needs.artifacts,
				    garbage->needs.before, &prunable, err);
	if (result < 0 || !prunable.count) {
		strings_release(&prunable);
		return result;
	}
	item = garbage_add_owned(
		garbage, &garbage_artifacts, xstrdup("files"),
		xasprintf("%zu that none of the newest %d runs made, nor one "
			  "that may go on",
			  prunable.count, garbage->options.keep_runs));
	for (size_t i = 0; i < prunable.count; i++) {
		char *path = artifact_object_path(state, prunable.items[i]);

		item->bytes += folder_bytes(path);
		free(path);
	}
	item->texts = prunable;
	return 0;
}

static int free_artifacts(struct garbage *garbage,
			  const struct garbage_item *item, struct error *err)
{
	for (size_t i = 0; i < item->texts.count; i++) {
		struct error why = ERROR_INIT;

		if (artifact_remove(garbage->options.state,
				    item->texts.items[i], garbage->needs.before,
				    &why) == 0)
			continue;
		if (why.code != ERROR_REFUSED)
			return error_move(err, &why);
		error_clear(&why); /* it was made again */
	}
	return 0;
}

static int find_releases(struct garbage *garbage, struct error *err)
{
	struct strings prunable = STRINGS_INIT;
	int result = 0;

	if (!garbage->needs.releases_unknown)
		result = releases_prunable(garbage->options.state,
					   &garbage->needs.releases, &prunable,
					   err);
	for (size_t i = 0; i < prunable.count; i++) {
		struct garbage_item *item = garbage_add_owned(
			garbage, &garbage_releases,
			xasprintf("%.12s", prunable.items[i]),
			xasprintf("not live, not where a rollback goes, not "
				  "among the %d last used",
				  RELEASES_KEPT));
		char *folder =
			xasprintf("%s/releases/%s", garbage->options.state,
				  prunable.items[i]);

		item->bytes = folder_bytes(folder);
		strings_add(&item->texts, prunable.items[i]);
		free(folder);
	}
	strings_release(&prunable);
	return result;
}

static int free_release(struct garbage *garbage,
			const struct garbage_item *item, struct error *err)
{
	return release_remove(garbage->options.state, item->texts.items[0],
			      garbage->needs.before, err);
}

const struct garbage_kind garbage_artifacts = {
	.name = "artifacts",
	.find = find_artifacts,
	.free_item = free_artifacts,
};

const struct garbage_kind garbage_releases = {
	.name = "release",
	.find = find_releases,
	.free_item = free_release,
};
