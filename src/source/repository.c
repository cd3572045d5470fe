/* SPDX-License-Identifier: MIT */
#include "source/repository.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "pipeline/pipeline.h"
#include "source/backend.h"
#include "source/dotgit.h"
#include "source/text.h"

const struct backend_ops *repository_backend(struct repository *repository,
					     struct error *err)
{
	if (repository->ops)
		return repository->ops;
	switch (native_open(repository)) {
	case NATIVE_OPENED:
		repository->ops = &native_backend;
		break;
	case NATIVE_NONE:
		error_set(err, ERROR_NOT_FOUND,
			  "no git repository in %s or above it; change to one, "
			  "or make one with 'git init' and a first commit",
			  repository->folder);
		break;
	case NATIVE_UNREADABLE:
		if (command_open(repository, err) == 0)
			repository->ops = &command_backend;
		break;
	}
	return repository->ops;
}

struct repository *repository_open(const char *folder, struct error *err)
{
	struct repository *repository = xcalloc(1, sizeof(*repository));

	repository->folder = dotgit_find(folder);
	if (repository->folder) {
		repository->common = path_join(repository->folder, ".git");
		repository->git_folder = xstrdup(repository->common);
	} else {
		repository->folder = xstrdup(folder);
		if (!repository_backend(repository, err)) {
			repository_free(repository);
			return NULL;
		}
	}
	repository->state = path_join(repository->common, "signalbox");
	return repository;
}

void repository_free(struct repository *repository)
{
	if (!repository)
		return;
	if (repository->ops)
		repository->ops->close(repository);
	free(repository->folder);
	free(repository->git_folder);
	free(repository->common);
	free(repository->state);
	free(repository->work_tree);
	free(repository);
}

const char *repository_common_folder(const struct repository *repository)
{
	return repository->common;
}

const char *repository_state_folder(const struct repository *repository)
{
	return repository->state;
}

int repository_make_state(const struct repository *repository,
			  struct error *err)
{
	return folder_make(repository->state, 0700, err);
}

const char *repository_work_tree(struct repository *repository)
{
	return repository_backend(repository, NULL) ? repository->work_tree
						    : repository->folder;
}

int repository_no_commit(const char *revision, struct error *err)
{
	if (strcmp(revision, "HEAD") == 0)
		return error_set(err, ERROR_NOT_FOUND,
				 "the repository has no commit yet; make one "
				 "with 'git commit'");
	return error_set(err, ERROR_NOT_FOUND,
			 "there is no commit '%s' in this repository; 'git "
			 "log' lists those there are, 'git fetch' gets more",
			 revision);
}

/* HEAD's branch names the commit when the revision did not. */
static void name_branch(struct repository *repository, struct commit *commit)
{
	struct commit head = COMMIT_INIT;
	char *branch;

	if (commit->branch)
		return;
	branch = repository->ops->head_branch(repository);
	if (branch &&
	    repository->ops->commit(repository, "HEAD", &head, NULL) == 0 &&
	    strcmp(head.id, commit->id) == 0) {
		commit->branch = branch;
		branch = NULL;
	}
	free(branch);
	commit_release(&head);
}

void commit_add_co_author(const char *person, void *commit)
{
	struct commit *of = commit;

	strings_add(&of->co_authors, person);
	strings_add_owned(&of->co_author_emails, text_address(person));
}

int repository_commit(struct repository *repository, const char *revision,
		      struct commit *commit, struct error *err)
{
	const struct backend_ops *ops = repository_backend(repository, err);
	const char *name = revision ? revision : "HEAD";

	if (!ops || ops->commit(repository, name, commit, err) < 0)
		return -1;
	name_branch(repository, commit);
	return 0;
}

void commit_release(struct commit *commit)
{
	free(commit->id);
	free(commit->short_id);
	free(commit->subject);
	free(commit->author_name);
	free(commit->author_email);
	free(commit->committer_name);
	free(commit->committer_email);
	free(commit->branch);
	strings_release(&commit->co_authors);
	strings_release(&commit->co_author_emails);
	memset(commit, 0, sizeof(*commit));
}

char *repository_version(struct repository *repository, const char *commit,
			 struct error *err)
{
	const struct backend_ops *ops = repository_backend(repository, err);

	return ops ? ops->version(repository, commit, err) : NULL;
}

static int read_from_work_tree(struct repository *repository, const char *path,
			       size_t limit, struct str *text,
			       struct error *err)
{
	const char *tree = repository_work_tree(repository);
	char *whole;
	int result;

	if (!tree)
		return error_set(err, ERROR_NOT_FOUND,
				 "a bare repository has no work tree to read "
				 "%s from; name a commit",
				 path);
	whole = path_join(tree, path);
	if (!file_exists(whole))
		result = error_set(err, ERROR_NOT_FOUND, "there is no %s in %s",
				   path, tree);
	else
		result = file_read(whole, text, limit, err);
	free(whole);
	return result;
}

int repository_read_file(struct repository *repository, const char *commit,
			 const char *path, size_t limit, struct str *text,
			 struct error *err)
{
	const struct backend_ops *ops;

	if (!commit)
		return read_from_work_tree(repository, path, limit, text, err);
	ops = repository_backend(repository, err);
	return ops ? ops->read_file(repository, commit, path, limit, text, err)
		   : -1;
}

struct pipeline *repository_pipeline(struct repository *repository,
				     const char *commit)
{
	struct problems problems = PROBLEMS_INIT;
	struct pipeline *pipeline = NULL;
	struct str text = STR_INIT;

	if (repository_read_file(repository, commit, PIPELINE_FILE,
				 PIPELINE_FILE_LIMIT, &text, NULL) == 0)
		pipeline = pipeline_parse(text.data, text.len, PIPELINE_FILE,
					  &problems);
	problems_release(&problems);
	str_release(&text);
	return pipeline;
}
