/* SPDX-License-Identifier: MIT */
#include "evidence/freshness.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/search.h"

/* File systems' clocks tick coarsely: 10 ms on Linux, 2 s on FAT. */
#define CLOCK_SLACK_NS INT64_C(2000000000)

static int64_t in_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int report_identity(const char *path, struct report_identity *identity,
		    struct error *err)
{
	struct timespec now;
	struct stat st;

	clock_gettime(CLOCK_REALTIME, &now);
	*identity = (struct report_identity){.taken_ns = in_ns(now)};
	if (stat(path, &st) < 0) {
		if (errno == ENOENT || errno == ENOTDIR)
			return 0;
		return error_set(err, ERROR_IO, "cannot look at %s: %s", path,
				 strerror(errno));
	}
	identity->exists = true;
	identity->device = st.st_dev;
	identity->inode = st.st_ino;
	identity->size = st.st_size;
	identity->modified_ns = in_ns(st.st_mtim);
	return 0;
}

/* A changed ctime alone is a chmod or a link, not a writing. */
static bool is_same(const struct report_identity *a,
		    const struct report_identity *b)
{
	return a->exists && a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->modified_ns == b->modified_ns;
}

bool report_is_fresh(const struct report_identity *before, const char *path,
		     struct error *err)
{
	struct report_identity now;

	if (report_identity(path, &now, err) < 0)
		return false;
	if (!now.exists) {
		error_set(err, ERROR_NOT_FOUND,
			  "there is no report %s: the stage did not write it",
			  path);
		return false;
	}
	if (is_same(before, &now)) {
		error_set(err, ERROR_FAILED,
			  "%s was there before the stage began, which did "
			  "not write it: this is an older run's report",
			  path);
		return false;
	}
	if (now.modified_ns < before->taken_ns - CLOCK_SLACK_NS) {
		error_set(err, ERROR_FAILED,
			  "%s is older than the stage: a copy of an earlier "
			  "report, or the clock was set back",
			  path);
		return false;
	}
	return true;
}

int report_find(const char *folder, const char *pattern, struct strings *paths,
		struct error *err)
{
	struct search_options options = {folder, "report", true};
	struct strings found = STRINGS_INIT;
	int result = search_files(&options, pattern, &found, err);

	for (size_t i = 0; i < found.count; i++)
		strings_add_owned(paths, path_join(folder, found.items[i]));
	strings_release(&found);
	return result;
}
