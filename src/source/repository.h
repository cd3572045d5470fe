/* SPDX-License-Identifier: MIT */
/*
 * source/ knows commits, work folders, artifacts and what ships. This file:
 * one handle on the git repository that contains a folder.
 *
 *	struct repository *repository = repository_open(".", &err);
 *	struct commit commit = COMMIT_INIT;
 *	if (repository_commit(repository, "HEAD", &commit, &err) < 0)
 *		...
 *	commit_release(&commit);
 *	repository_free(repository);
 *
 * Answers come from libgit2, set up when the first is asked for; where that
 * cannot read the repository (SHA-256, shallow, partial clones) the git command
 * answers, with the same words. The common and the state folder are known
 * without either.
 * Everything here blocks on the disk. A handle serves one thread at a time;
 * a helper opens its own.
 */
#ifndef SIGNALBOX_SOURCE_REPOSITORY_H
#define SIGNALBOX_SOURCE_REPOSITORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strings.h"

struct repository;

/* folder may lie anywhere below the work tree, or be the git folder. */
struct repository *repository_open(const char *folder,
				   struct error *err) MUST_CHECK;
void repository_free(struct repository *repository);

/* Absolute, no '/' at the end, borrowed. Linked work trees share one. */
const char *repository_common_folder(const struct repository *repository);
/* COMMON/signalbox; only named here. */
const char *repository_state_folder(const struct repository *repository);
/* Makes it, 0700. */
int repository_make_state(const struct repository *repository,
			  struct error *err) MUST_CHECK;
/* NULL for a bare repository. Asks. */
const char *repository_work_tree(struct repository *repository);

/* All text is valid UTF-8. */
struct commit {
	char *id;	/* 40 or 64 hexadecimal digits */
	char *short_id; /* as short as git prints it here */
	char *subject;
	char *author_name, *author_email;
	char *committer_name, *committer_email;
	int64_t time_ms; /* the committer's */
	/* The branch the revision names or HEAD stands on when it is HEAD's
	 * commit; else NULL. */
	char *branch;
	struct strings co_authors;	 /* "Ana <ana@example.org>" */
	struct strings co_author_emails; /* "ana@example.org" */
};

#define COMMIT_INIT \
	{           \
		0   \
	}

/* Any revision git understands; NULL is HEAD. An annotated tag gives its
 * commit. ERROR_NOT_FOUND when there is none. */
int repository_commit(struct repository *repository, const char *revision,
		      struct commit *commit, struct error *err) MUST_CHECK;
void commit_release(struct commit *commit);

/* What `git describe --tags --always` prints: "v1.2.0", "v1.2.0-3-gabc1234",
 * or the short id. Owned by the caller. */
char *repository_version(struct repository *repository, const char *commit,
			 struct error *err) MUST_CHECK;

/* Appends the file as it is in the commit (path relative to the root) or,
 * with commit NULL, in the work tree. ERROR_NOT_FOUND when it is not there;
 * over limit bytes it is refused. */
int repository_read_file(struct repository *repository, const char *commit,
			 const char *path, size_t limit, struct str *text,
			 struct error *err) MUST_CHECK;
/* The pipeline file of a commit, or with NULL of the work tree; NULL where it
 * is not there or has mistakes. */
struct pipeline *repository_pipeline(struct repository *repository,
				     const char *commit);

#endif
