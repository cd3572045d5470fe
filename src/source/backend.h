/* SPDX-License-Identifier: MIT */
/*
 * Who answers for a repository: libgit2 (native.c), or the git command
 * (command.c) where libgit2 cannot read it. Inside source/ only.
 */
#ifndef SIGNALBOX_SOURCE_BACKEND_H
#define SIGNALBOX_SOURCE_BACKEND_H

#include "source/repository.h"
#include "source/ships.h"

struct git_repository;

/* All members are required; what they promise is said at the function of
 * the same name in repository.h and ships.h. Revisions are never NULL. */
struct backend_ops {
	void (*close)(struct repository *repository);
	int (*commit)(struct repository *repository, const char *revision,
		      struct commit *commit, struct error *err);
	char *(*version)(struct repository *repository, const char *commit,
			 struct error *err);
	int (*read_file)(struct repository *repository, const char *commit,
			 const char *path, size_t limit, struct str *text,
			 struct error *err);
	/* The branch HEAD stands on, the caller's; NULL when it is detached. */
	char *(*head_branch)(struct repository *repository);
	int (*ships)(struct repository *repository, const char *live,
		     const char *candidate, struct ships *ships,
		     struct error *err);
	int (*paths)(struct repository *repository, const char *live,
		     const char *candidate,
		     void (*take)(const char *raw, void *data), void *data,
		     struct error *err);
	int (*diff)(struct repository *repository, const char *live,
		    const char *candidate, const char *raw, size_t limit,
		    struct str *text, struct error *err);
	int (*show)(struct repository *repository, const char *commit,
		    size_t limit, struct str *text, struct error *err);
};

extern const struct backend_ops native_backend;
extern const struct backend_ops command_backend;

struct repository {
	char *folder;	  /* somewhere in it */
	char *git_folder; /* a linked work tree has its own */
	char *common;
	char *state;
	/* What follows is known once repository_backend() was asked. */
	const struct backend_ops *ops;
	struct git_repository *native; /* NULL with the git command */
	char *work_tree;	       /* or NULL */
};

/* Who answers for it, found at the first call; NULL when nobody can. */
const struct backend_ops *repository_backend(struct repository *repository,
					     struct error *err) MUST_CHECK;

enum native_result {
	NATIVE_OPENED,
	NATIVE_NONE,	   /* there is no repository */
	NATIVE_UNREADABLE, /* there is one; libgit2 cannot serve it */
};

/* Fills `native`, and the paths that are not known. */
enum native_result native_open(struct repository *repository);
/* Fills the paths that are not known. */
int command_open(struct repository *repository, struct error *err) MUST_CHECK;
/* The full id of the revision's commit, as the git command understands it;
 * NULL with ERROR_NOT_FOUND. Owned by the caller. */
char *command_resolve(struct repository *repository, const char *revision,
		      struct error *err) MUST_CHECK;
/* "Ana <ana@example.org>" to the struct commit. */
void commit_add_co_author(const char *person, void *commit);
/* ERROR_NOT_FOUND: "there is no commit 'x'; ...". */
int repository_no_commit(const char *revision, struct error *err);

#endif
