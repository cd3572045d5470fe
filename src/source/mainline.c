/* SPDX-License-Identifier: MIT */
#include "source/mainline.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "source/command.h"

#define ORIGIN "refs/remotes/origin/"

static bool is_branch(struct repository *repository, const char *folder,
		      const char *name, struct commit *tip)
{
	char *reference = xasprintf("%s%s", folder, name);
	struct error err = ERROR_INIT;
	bool is = repository_commit(repository, reference, tip, &err) == 0;

	error_clear(&err);
	free(reference);
	return is;
}

/* As git writes it: a file, even where the branches are packed. */
static char *origin_head(const struct repository *repository)
{
	static const char begins[] = "ref: " ORIGIN;
	char *path =
		path_join(repository_common_folder(repository), ORIGIN "HEAD");
	struct str text = STR_INIT;
	char *name = NULL;

	if (file_exists(path) && file_read(path, &text, 4096, NULL) == 0 &&
	    starts_with(text.data, begins))
		name = xstrndup(text.data + strlen(begins),
				strcspn(text.data + strlen(begins), "\n"));
	str_release(&text);
	free(path);
	return name;
}

char *mainline_find(struct repository *repository, struct commit *tip,
		    struct error *err)
{
	char *origin = origin_head(repository);
	const char *const names[] = {origin, "main", "master"};
	char *found = NULL;

	for (size_t i = 0; !found && i < ARRAY_SIZE(names); i++)
		if (names[i] &&
		    (is_branch(repository, "refs/heads/", names[i], tip) ||
		     is_branch(repository, ORIGIN, names[i], tip)))
			found = xstrdup(names[i]);
	free(origin);
	if (!found && repository_commit(repository, NULL, tip, err) == 0)
		found = xstrdup(tip->branch ? tip->branch : "HEAD");
	return found;
}

int mainline_count(struct repository *repository, const char *from,
		   const char *to, int64_t *count, struct error *err)
{
	char *range = xasprintf("%s..%s", from, to);
	size_t commits = 0;
	int result = command_count(repository, range, &commits, err);

	free(range);
	*count = (int64_t)commits;
	return result;
}
