/* SPDX-License-Identifier: MIT */
#include "evidence/report-files.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"

void report_files_begin(struct report_files *files, const char *folder)
{
	/* A name that no file has: only the clock is noted. */
	char *path = xasprintf("%s/", folder);

	report_files_release(files);
	files->folder = xstrdup(folder);
	if (report_identity(path, &files->nothing, NULL) < 0)
		files->nothing.taken_ns = clock_wall_ms() * 1000000;
	files->nothing.exists = false;
	free(path);
}

void report_files_note(struct report_files *files, const char *pattern)
{
	struct strings paths = STRINGS_INIT;

	if (report_find(files->folder, pattern, &paths, NULL) < 0)
		return;
	for (size_t i = 0; i < paths.count; i++) {
		struct report_identity identity;
		struct report_file *file;

		if (report_identity(paths.items[i], &identity, NULL) < 0)
			continue;
		file = VECTOR_ADD(files->items, files->count, files->cap);
		file->path = xstrdup(paths.items[i]);
		file->identity = identity;
	}
	strings_release(&paths);
}

const struct report_identity *
report_files_before(const struct report_files *files, const char *path)
{
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->items[i].path, path) == 0)
			return &files->items[i].identity;
	return &files->nothing;
}

void report_files_move(struct report_files *to, struct report_files *from)
{
	report_files_release(to);
	*to = *from;
	memset(from, 0, sizeof(*from));
}

void report_files_release(struct report_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->items[i].path);
	free(files->items);
	free(files->folder);
	memset(files, 0, sizeof(*files));
}
