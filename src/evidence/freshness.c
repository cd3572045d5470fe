/* SPDX-License-Identifier: MIT */
#include "evidence/freshness.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/search.h"

/* Each has its lines on screen, its record and its file kept. */
#define REPORTS_AT_MOST 10000
#define SECOND_NS INT64_C(1000000000)
/* What archives, docker cp and FAT cut off a time. */
#define CUT_NS (2 * SECOND_NS)

static int64_t in_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

/* Where it cannot be asked, as FAT's root has no time, ours will do. */
int64_t report_clock(const char *folder)
{
	struct timespec now;
	struct stat before, after;
	int64_t ours;

	clock_gettime(CLOCK_REALTIME, &now);
	ours = in_ns(now) - CUT_NS;
	if (stat(folder, &before) < 0 ||
	    utimensat(AT_FDCWD, folder, NULL, 0) < 0 ||
	    stat(folder, &after) < 0)
		return ours;
	if (in_ns(before.st_mtim) == in_ns(after.st_mtim) &&
	    in_ns(after.st_mtim) < ours)
		return ours;
	return in_ns(after.st_mtim);
}

int report_identity(const char *path, struct report_identity *identity,
		    struct error *err)
{
	struct stat st;

	*identity = (struct report_identity){0};
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

static bool is_older(int64_t modified_ns, int64_t since_ns)
{
	return modified_ns < since_ns - (modified_ns % SECOND_NS ? 0 : CUT_NS);
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
			  "not write it: it is of an older run, or "
			  "of the commit",
			  path);
		return false;
	}
	if (is_older(now.modified_ns, before->taken_ns)) {
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

	if (result == 0 && found.count > REPORTS_AT_MOST)
		result = error_set(err, ERROR_FAILED,
				   "%zu files match %s, and at most %d reports "
				   "of one name are read: let the tool write "
				   "fewer, or name some of them",
				   found.count, pattern, REPORTS_AT_MOST);
	for (size_t i = 0; result == 0 && i < found.count; i++)
		strings_add_owned(paths, path_join(folder, found.items[i]));
	strings_release(&found);
	return result;
}
