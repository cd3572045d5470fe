/* SPDX-License-Identifier: MIT */
/* `run`: with a screen on a terminal, in lines elsewhere. */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/execution.h"
#include "cli/plan.h"
#include "source/branches.h"

struct run_call {
	const char *words[1];
	const char *branch;
	bool dry_run;
	struct execution it;
};

/* Before any effect. */
static int check_selection(const struct run_call *call, struct error *err)
{
	const struct project *project = &call->it.project;
	char **left_out = selection_make(project->pipeline, &call->it.selection,
					 project->person, err);

	selection_free(left_out, project->pipeline);
	return left_out ? 0 : -1;
}

static int parse(struct run_call *call, int argc, char **argv,
		 struct error *err)
{
	struct execution *it = &call->it;
	const struct cli_option options[] = {
		EXECUTION_OPTIONS(*it),
		SELECTION_OPTIONS(it->selection),
		{"--branch", &call->branch, NULL, NULL, "BRANCH",
		 "the branch of a COMMIT given by its id"},
		{"--worktree", NULL, &it->worktree, NULL, NULL,
		 "run the files as they are; not releasable"},
		{"--dry-run", NULL, &call->dry_run, NULL, NULL,
		 "print the plan, and do nothing"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, call->words, 1, 0};

	if (cli_parse(argc, argv, &arguments, err) < 0)
		return -1;
	return execution_check(it, err);
}

/* Who names the commit by its id may know where it comes from. */
static int take_branch(struct run_call *call, struct error *err)
{
	struct commit *commit = &call->it.project.commit;
	struct strings branches = STRINGS_INIT;
	int result = branches_holding(call->it.project.repository, commit->id,
				      &branches, err);

	if (result == 0 && !strings_has(&branches, call->branch))
		result = error_set(err, ERROR_USAGE,
				   "--branch %s: %s is not on it", call->branch,
				   commit->short_id);
	strings_release(&branches);
	if (result == 0) {
		free(commit->branch);
		commit->branch = xstrdup(call->branch);
	}
	return result;
}

static int go(struct run_call *call, struct error *err)
{
	bool screen = execution_has_screen(&call->it);

	if (project_commit(&call->it.project, call->words[0], call->it.worktree,
			   err) < 0)
		return -1;
	if (call->branch && take_branch(call, err) < 0)
		return -1;
	if (call->dry_run)
		return plan_print(&call->it.project, &call->it.selection, err);
	if (check_selection(call, err) < 0)
		return -1;
	return execution_run(&call->it, screen, err);
}

int cli_run(int argc, char **argv)
{
	struct run_call call = {.words = {NULL}};
	struct error err = ERROR_INIT;
	int status = -1;

	if (parse(&call, argc, argv, &err) == 0 &&
	    project_open(&call.it.project, &err) == 0) {
		status = go(&call, &err);
		project_close(&call.it.project);
	}
	execution_release(&call.it);
	return status < 0 ? cli_fail(&err) : status;
}
