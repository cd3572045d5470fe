/* SPDX-License-Identifier: MIT */
#include "evidence/report-files.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

void report_files_begin(struct report_files *files, const char *folder)
{
	report_files_release(files);
	files->folder = xstrdup(folder);
	files->paths = report_pool_new();
	files->nothing.taken_ns = report_clock(folder);
}

/* And has it from now on. */
static bool is_first(struct report_pool *pool, const char *text)
{
	size_t count = report_pool_count(pool);

	report_pool_add(pool, text, strlen(text));
	return report_pool_count(pool) > count;
}

void report_files_note(struct report_files *files, const char *pattern)
{
	struct strings paths = STRINGS_INIT;
	struct error err = ERROR_INIT;

	/* What cannot be looked at now is red if it is so afterwards. */
	if (report_find(files->folder, pattern, &paths, &err) < 0)
		error_clear(&err);
	for (size_t i = 0; i < paths.count; i++) {
		struct report_identity identity;
		struct report_file *file;

		if (report_identity(paths.items[i], &identity, NULL) < 0 ||
		    !is_first(files->paths, paths.items[i]))
			continue;
		file = VECTOR_ADD(files->items, files->count, files->cap);
		file->path = xstrdup(paths.items[i]);
		file->identity = identity;
		file->identity.taken_ns = files->nothing.taken_ns;
	}
	strings_release(&paths);
}

const struct report_identity *
report_files_before(const struct report_files *files, const char *path)
{
	size_t number = files->paths ? report_pool_number(files->paths, path,
							  strlen(path))
				     : files->count;

	return number < files->count ? &files->items[number].identity
				     : &files->nothing;
}

enum report_taken report_files_take(struct report_files *files,
				    const char *path, const char *format)
{
	struct report_identity identity;
	char *key, *with_format;
	bool is_new, is_so;

	if (!files->taken)
		files->taken = report_pool_new();
	key = report_identity(path, &identity, NULL) == 0 && identity.exists
		      ? xasprintf("%ju:%ju", (uintmax_t)identity.device,
				  (uintmax_t)identity.inode)
		      : xstrdup(path);
	with_format = xasprintf("%s %s", format ? format : "", key);
	is_new = is_first(files->taken, key);
	is_so = is_first(files->taken, with_format);
	free(key);
	free(with_format);
	return is_new ? REPORT_NEW : is_so ? REPORT_OTHERWISE : REPORT_AGAIN;
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
	report_pool_free(files->paths);
	report_pool_free(files->taken);
	free(files->folder);
	memset(files, 0, sizeof(*files));
}
