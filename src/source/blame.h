/* SPDX-License-Identifier: MIT */
/*
 * Who wrote each line of a file, by `git blame`.
 *
 *	struct blame blame;
 *	if (blame_read(repository, commit, ".trivyignore", &blame, &err) < 0)
 *		... nothing is known of any line
 *	blame_line(&blame, 12)->committer
 *	blame_release(&blame);
 *
 * Names are those of the commits: neither .mailmap nor what a person's
 * configuration passes by changes them.
 */
#ifndef SIGNALBOX_SOURCE_BLAME_H
#define SIGNALBOX_SOURCE_BLAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct repository;

struct blame_line {
	char *commit, *path; /* where it came in, and its file there */
	/* Addresses, "" where they are unknown. */
	char *author, *committer;
	/* Not committed, or as old as a shallow clone reaches: whoever the
	 * commit names may not have written it. */
	bool unknown;
};

struct blame {
	struct blame_line *lines;
	size_t count, cap;
};

/* Blocks. Of the work tree with commit NULL. On failure it is empty. */
int blame_read(struct repository *repository, const char *commit,
	       const char *path, struct blame *blame,
	       struct error *err) MUST_CHECK;
/* The output of `git blame --line-porcelain`: the commits, without people. On
 * failure it is empty. */
int blame_parse(const char *text, bool shallow, struct blame *blame,
		struct error *err) MUST_CHECK;
void blame_release(struct blame *blame);
/* From 1 on; of others an unknown one. Never NULL. */
const struct blame_line *blame_line(const struct blame *blame, int line);

#endif
