/* SPDX-License-Identifier: MIT */
/*
 * What ships: the commits and changes between what is live and a candidate.
 * Blocks, for seconds in a large history: call it on a helper, with a handle
 * of that helper's own.
 *
 *	struct ships ships = SHIPS_INIT;
 *	if (ships_find(repository, live, candidate, &ships, &err) < 0)
 *		...
 *	event_set_json_owned(event, "ships", ships_json(&ships));
 *	ships_release(&ships);
 */
#ifndef SIGNALBOX_SOURCE_SHIPS_H
#define SIGNALBOX_SOURCE_SHIPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "source/repository.h"
#include "source/risk.h"

#define SHIPS_LIST_MAX 20

/* All text is valid UTF-8. */
struct shipped_commit {
	char *id;
	char *author;
	char *email;
	char *subject;
	int64_t time_ms; /* the committer's */
};

struct shipped_file {
	char *path;
	char *raw; /* its bytes, where they are no valid UTF-8; else NULL */
	size_t insertions, deletions;
	enum risk risk;
};

struct ships {
	/* Set by the caller; all may be left out. */
	struct {
		const struct pipeline *pipeline; /* says what is risky */
		/* Told of each commit, newest first, then of each file, by
		 * path; borrowed. False: it may end here, incomplete. */
		bool (*commit)(const struct shipped_commit *commit, void *data);
		bool (*file)(const struct shipped_file *file, void *data);
		void *data;
	} ask;
	bool is_stopped; /* one of them said so */
	/* The newest SHIPS_LIST_MAX, newest first; `commits` counts all. */
	struct shipped_commit *list;
	size_t list_count, list_cap;
	size_t commits;
	/* Commits of the live one that the candidate lacks: not 0 means that
	 * something live would be taken away. */
	size_t lost;
	struct strings authors; /* names, one an e-mail, newest first */
	/* Authors, committers and co-authors of every commit in the range,
	 * lower case, each once: who may not approve as "author". */
	struct strings emails;
	size_t files, insertions, deletions; /* as git diff --shortstat */
	/* Lines of some files were left uncounted, for time. */
	bool lines_partial;
	/* The SHIPS_LIST_MAX files with the most lines changed, largest
	 * first. */
	struct shipped_file *changed;
	size_t changed_count, changed_cap;
	/* Changed paths of a kind that has hurt before (migrations, pipeline
	 * files, Dockerfiles, lock files): the first SHIPS_LIST_MAX. */
	struct strings risky;
	size_t risky_count; /* all of them */
	size_t migrations;  /* files among them */
};

#define SHIPS_INIT \
	{          \
		0  \
	}

/* live NULL: nothing is live yet, so all commits up to the candidate ship
 * and the diff is against the empty tree. */
int ships_find(struct repository *repository, const char *live,
	       const char *candidate, struct ships *ships,
	       struct error *err) MUST_CHECK;
void ships_release(struct ships *ships);
struct shipped_commit shipped_commit_copy(const struct shipped_commit *commit);
void shipped_commit_release(struct shipped_commit *commit);
void shipped_file_release(struct shipped_file *file);

/* What gate.opened carries: {commits, files, insertions, deletions, authors
 * (how many), list, risky}, with lost, changed and partial. A new object. */
json_t *ships_json(const struct ships *ships);
json_t *shipped_commit_json(const struct shipped_commit *commit);

/* How many files of migrations differ, by what the pipeline file calls so:
 * soon known, for nothing but names is compared. */
int ships_migrations(struct repository *repository, const char *live,
		     const char *candidate, const struct pipeline *pipeline,
		     size_t *count, struct error *err) MUST_CHECK;
/* Appends the file's changes as a unified diff, live NULL as above, raw its
 * bytes; what is over limit bytes is cut and said. */
int ships_diff(struct repository *repository, const char *live,
	       const char *candidate, const char *raw, size_t limit,
	       struct str *text, struct error *err) MUST_CHECK;
/* Appends a commit's people, message and changes to its first parent. */
int ships_show(struct repository *repository, const char *commit, size_t limit,
	       struct str *text, struct error *err) MUST_CHECK;

#endif
