/* SPDX-License-Identifier: MIT */
#include "cli/project.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/output.h"
#include "proc/child.h"

static char *own_login(void)
{
	struct passwd *entry = getpwuid(getuid());

	return entry ? xstrdup(entry->pw_name)
		     : xasprintf("uid %u", (unsigned)getuid());
}

int project_open(struct project *project, struct error *err)
{
	memset(project, 0, sizeof(*project));
	str_init(&project->text);
	project->repository = repository_open(".", err);
	if (!project->repository)
		return -1;
	if (repository_make_state(project->repository, err) < 0) {
		project_close(project);
		return -1;
	}
	project->person = own_login();
	return 0;
}

char *project_email(const struct project *project)
{
	static const char *const argv[] = {"git", "config", "user.email", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct str output = STR_INIT;

	options.argv = argv;
	options.folder = repository_common_folder(project->repository);
	if (child_capture(&options, &output, 4096, NULL) < 0 ||
	    output.len < 2) {
		str_release(&output);
		return NULL;
	}
	str_truncate(&output, output.len - 1); /* the newline */
	return str_detach(&output);
}

struct pipeline *project_parse(const char *text, size_t len, const char *file,
			       struct error *err)
{
	struct problems problems = PROBLEMS_INIT;
	struct pipeline *pipeline = pipeline_parse(text, len, file, &problems);
	struct str out = STR_INIT;

	if (!pipeline) {
		problems_print(&problems, &out);
		output_text(stderr, out.data);
		error_set(err, ERROR_CONFIG, "%s has %zu mistake%s", file,
			  problems.count, problems.count == 1 ? "" : "s");
	}
	str_release(&out);
	problems_release(&problems);
	return pipeline;
}

static int no_pipeline(struct project *project, bool worktree,
		       struct error *err)
{
	if (worktree)
		return error_set(err, ERROR_CONFIG,
				 "the working tree has no " PIPELINE_FILE
				 "; signalbox init writes one");
	if (repository_read_file(project->repository, NULL, PIPELINE_FILE,
				 PIPELINE_FILE_LIMIT, &project->text,
				 NULL) == 0)
		return error_set(err, ERROR_CONFIG,
				 "%s has no " PIPELINE_FILE
				 ", the working tree has; commit it: git "
				 "add " PIPELINE_FILE " && git commit",
				 project->commit.short_id);
	return error_set(err, ERROR_CONFIG,
			 "%s has no " PIPELINE_FILE
			 "; write one with signalbox init, and commit it",
			 project->commit.short_id);
}

int project_commit(struct project *project, const char *revision, bool worktree,
		   struct error *err)
{
	struct error why = ERROR_INIT;

	if (repository_commit(project->repository, revision, &project->commit,
			      err) < 0)
		return -1;
	project->version = repository_version(project->repository,
					      project->commit.id, err);
	if (!project->version)
		return -1;
	if (repository_read_file(project->repository,
				 worktree ? NULL : project->commit.id,
				 PIPELINE_FILE, PIPELINE_FILE_LIMIT,
				 &project->text, &why) < 0) {
		if (why.code != ERROR_NOT_FOUND)
			return error_move(err, &why);
		error_clear(&why);
		return no_pipeline(project, worktree, err);
	}
	project->pipeline = project_parse(project->text.data, project->text.len,
					  PIPELINE_FILE, err);
	return project->pipeline ? 0 : -1;
}

void project_close(struct project *project)
{
	pipeline_free(project->pipeline);
	commit_release(&project->commit);
	repository_free(project->repository);
	str_release(&project->text);
	free(project->version);
	free(project->person);
	memset(project, 0, sizeof(*project));
}
