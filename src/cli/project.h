/* SPDX-License-Identifier: MIT */
/* The repository a subcommand was called in, and its pipeline. */
#ifndef SIGNALBOX_CLI_PROJECT_H
#define SIGNALBOX_CLI_PROJECT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"
#include "pipeline/pipeline.h"
#include "source/repository.h"

struct project {
	struct repository *repository;
	struct commit commit; /* id NULL until project_commit() */
	char *version;
	struct str text; /* of the pipeline file */
	struct pipeline *pipeline;
	char *person; /* login of the caller */
};

/* Opens the repository around the current folder. */
int project_open(struct project *project, struct error *err) MUST_CHECK;
/* Resolves the commit (NULL: HEAD) and reads its pipeline file, or the work
 * tree's with worktree. A wrong file prints its problems on standard error. */
int project_commit(struct project *project, const char *revision, bool worktree,
		   struct error *err) MUST_CHECK;
/* git's user.email here, owned by the caller, or NULL. Asks git. */
char *project_email(const struct project *project);
void project_close(struct project *project);
/* Parses; prints every problem on standard error when it is wrong. */
struct pipeline *project_parse(const char *text, size_t len, const char *file,
			       struct error *err) MUST_CHECK;

#endif
