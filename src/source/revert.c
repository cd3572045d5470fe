/* SPDX-License-Identifier: MIT */
#include "source/revert.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "source/command.h"
#include "source/git.h"

#define COMMITS_MOST 1000
#define PREFIX "revert-"

static int check_name(const struct repository *repository, const char *branch,
		      struct error *err)
{
	const char *const valid[] = {"check-ref-format", "--branch", branch,
				     NULL};
	char *ref = xasprintf("refs/heads/%s", branch);
	const char *const known[] = {"rev-parse", "--verify", "--quiet", ref,
				     NULL};
	char *name = command_ask_line(repository, valid, NULL);
	char *tip = command_ask_line(repository, known, NULL);
	int result = 0;

	if (!name || strcmp(name, branch) != 0)
		result = error_set(err, ERROR_USAGE, "'%s' names no branch",
				   branch);
	else if (tip)
		result = error_set(err, ERROR_REFUSED,
				   "there is a branch %s already", branch);
	free(tip);
	free(name);
	free(ref);
	return result;
}

/* What the one has over the other, newest first; of a merge the merge. */
static int list_commits(const struct repository *repository, const char *live,
			const char *bad, struct strings *commits,
			struct error *err)
{
	char *range = xasprintf("%s..%s", live, bad);
	const char *const behind[] = {"merge-base", "--is-ancestor", live, bad,
				      NULL};
	const char *const list[] = {"rev-list", "--first-parent", range, NULL};
	struct str output = STR_INIT;
	char *rest;
	int result;

	result = command_ask(repository, behind, &output, COMMAND_ANSWER_LIMIT,
			     NULL);
	if (result < 0)
		error_set(err, ERROR_REFUSED,
			  "%.7s does not follow from %.7s; nothing is there "
			  "to revert",
			  bad, live);
	else
		result = command_ask(repository, list, &output,
				     COMMAND_ANSWER_LIMIT, err);
	for (char *line = strtok_r(output.data, "\n", &rest);
	     result == 0 && line; line = strtok_r(NULL, "\n", &rest))
		strings_add(commits, line);
	str_release(&output);
	free(range);
	if (result == 0 && !commits->count)
		return error_set(err, ERROR_REFUSED,
				 "%.7s is what serves; nothing is there to "
				 "revert",
				 bad);
	if (result == 0 && commits->count > COMMITS_MOST)
		return error_set(err, ERROR_REFUSED,
				 "%zu commits are more than a branch of "
				 "reverts should have",
				 commits->count);
	return result;
}

static int run_in(const char *folder, const char *const *arguments,
		  struct str *output, struct error *err)
{
	struct strings all = STRINGS_INIT;
	int result;

	strings_add(&all, "-C");
	strings_add(&all, folder);
	/* Hooks are for people's own commits. */
	strings_add(&all, "-c");
	strings_add(&all, "core.hooksPath=/dev/null");
	for (; *arguments; arguments++)
		strings_add(&all, *arguments);
	result = git_run((const char *const *)all.items, output,
			 COMMAND_ANSWER_LIMIT, err);
	strings_release(&all);
	return result;
}

/* In a work tree of its own; the name is taken once all went well. */
static int revert_in(const char *folder, const struct strings *commits,
		     const char *branch, struct error *err)
{
	const char *const name[] = {"branch", "--no-track", branch, "HEAD",
				    NULL};
	struct strings revert = STRINGS_INIT;
	struct str output = STR_INIT;
	struct error why = ERROR_INIT;
	int result;

	strings_add(&revert, "revert");
	strings_add(&revert, "--no-edit");
	strings_add(&revert, "-m1");
	for (size_t i = 0; i < commits->count; i++)
		strings_add(&revert, commits->items[i]);
	result = run_in(folder, (const char *const *)revert.items, &output,
			&why);
	if (result < 0)
		error_set(err, ERROR_GIT,
			  "git revert, which a person has to do: %s",
			  error_text(&why));
	else
		result = run_in(folder, name, &output, err);
	error_clear(&why);
	strings_release(&revert);
	str_release(&output);
	return result;
}

/* Its lock, which its user holds; -1: somebody has it, or it is gone. */
static int lock_folder(const char *folder)
{
	int fd = file_open(folder, O_RDONLY | O_DIRECTORY, 0, NULL);
	struct stat status;

	if (fd >= 0 &&
	    (flock(fd, LOCK_EX | LOCK_NB) < 0 || stat(folder, &status) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int make_folder(const struct repository *repository, char **folder,
		       struct error *err)
{
	int lock;

	/* Whoever collects what was left may take one before it is locked. */
	for (int tries = 0; tries < 3; tries++) {
		free(*folder);
		*folder = xasprintf("%s/" PREFIX "XXXXXX",
				    repository_state_folder(repository));
		if (!mkdtemp(*folder))
			break;
		lock = lock_folder(*folder);
		if (lock >= 0)
			return lock;
	}
	return error_set(err, ERROR_IO, "cannot make a folder for the revert");
}

/* Its lock is ours. */
static int leave(const struct repository *repository, const char *folder,
		 struct error *err)
{
	/* Twice: a `worktree add` that was killed has left it locked. */
	const char *const forget[] = {"worktree", "remove", "--force",
				      "--force",  folder,   NULL};
	const char *const prune[] = {"worktree", "prune", NULL};
	struct str output = STR_INIT;
	int result = 0;

	/* One that is no work tree yet, or is half of one, git refuses. */
	if (command_ask(repository, forget, &output, COMMAND_ANSWER_LIMIT,
			NULL) < 0 ||
	    file_exists(folder))
		result = folder_remove(folder, err);
	if (result == 0)
		result = command_ask(repository, prune, &output,
				     COMMAND_ANSWER_LIMIT, err);
	str_release(&output);
	return result;
}

int revert_left(const char *state, struct strings *folders, struct error *err)
{
	DIR *all = opendir(state);
	const struct dirent *entry;

	if (!all && errno == ENOENT)
		return 0;
	if (!all)
		return error_set(err, ERROR_IO, "cannot read %s: %s", state,
				 strerror(errno));
	while ((entry = readdir(all))) {
		char *folder;
		int lock;

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0)
			continue;
		folder = path_join(state, entry->d_name);
		lock = lock_folder(folder);
		if (lock >= 0) {
			strings_add(folders, folder);
			close(lock);
		}
		free(folder);
	}
	closedir(all);
	return 0;
}

int revert_clear(const struct repository *repository, const char *folder,
		 struct error *err)
{
	int lock = lock_folder(folder), result;

	if (lock < 0)
		return error_set(err, ERROR_REFUSED, "it is used");
	result = leave(repository, folder, err);
	close(lock);
	return result;
}

/* It is no reason to make no branch that something cannot be cleared away:
 * `gc` tells why. */
static void clear_left(const struct repository *repository)
{
	struct strings folders = STRINGS_INIT;
	struct error err = ERROR_INIT;

	if (revert_left(repository_state_folder(repository), &folders, &err) <
	    0)
		error_clear(&err);
	for (size_t i = 0; i < folders.count; i++)
		if (revert_clear(repository, folders.items[i], &err) < 0)
			error_clear(&err);
	strings_release(&folders);
}

static int revert_from(const struct repository *repository, const char *bad,
		       const struct strings *commits, const char *branch,
		       struct error *err)
{
	char *folder = NULL;
	int lock = make_folder(repository, &folder, err), result = -1;
	const char *const add[] = {"worktree", "add", "--quiet", "--detach",
				   folder,     bad,   NULL};
	struct str output = STR_INIT;
	struct error why = ERROR_INIT;

	if (lock >= 0) {
		result = command_ask(repository, add, &output,
				     COMMAND_ANSWER_LIMIT, err);
		if (result == 0)
			result = revert_in(folder, commits, branch, err);
		if (leave(repository, folder, &why) < 0)
			error_clear(&why);
		close(lock);
	}
	str_release(&output);
	free(folder);
	return result;
}

int revert_branch(const struct repository *repository, const char *live,
		  const char *bad, const char *branch, struct error *err)
{
	struct strings commits = STRINGS_INIT;
	int result = -1;

	clear_left(repository);
	if (check_name(repository, branch, err) == 0 &&
	    list_commits(repository, live, bad, &commits, err) == 0)
		result = revert_from(repository, bad, &commits, branch, err);
	strings_release(&commits);
	return result;
}
