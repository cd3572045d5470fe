/* SPDX-License-Identifier: MIT */
#include "source/revert.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "source/command.h"
#include "source/git.h"

#define COMMITS_MOST 1000

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

static void leave(const struct repository *repository, const char *folder)
{
	const char *const prune[] = {"worktree", "prune", NULL};
	struct str output = STR_INIT;
	struct error err = ERROR_INIT;

	if (folder_remove(folder, &err) < 0 ||
	    command_ask(repository, prune, &output, COMMAND_ANSWER_LIMIT,
			&err) < 0)
		error_clear(&err);
	str_release(&output);
}

int revert_branch(const struct repository *repository, const char *live,
		  const char *bad, const char *branch, struct error *err)
{
	char *folder = xasprintf("%s/revert-XXXXXX",
				 repository_state_folder(repository));
	const char *const add[] = {"worktree", "add", "--quiet", "--detach",
				   folder,     bad,   NULL};
	struct strings commits = STRINGS_INIT;
	struct str output = STR_INIT;
	int result = -1;

	if (check_name(repository, branch, err) < 0 ||
	    list_commits(repository, live, bad, &commits, err) < 0)
		goto out;
	if (!mkdtemp(folder)) {
		error_set(err, ERROR_IO, "cannot make a folder for the revert");
		goto out;
	}
	if (command_ask(repository, add, &output, COMMAND_ANSWER_LIMIT, err) ==
	    0)
		result = revert_in(folder, &commits, branch, err);
	leave(repository, folder);
out:
	str_release(&output);
	strings_release(&commits);
	free(folder);
	return result;
}
