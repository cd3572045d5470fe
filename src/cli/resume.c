/* SPDX-License-Identifier: MIT */
/* `resume` and `retry`: an engine for a run that is there. */
#include "cli/resume.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/memory.h"
#include "cli/cli.h"
#include "cli/execution.h"
#include "cli/runs.h"
#include "cli/steer.h"
#include "engine/recovery.h"
#include "engine/runs.h"
#include "event/command.h"

/* The file that the run goes by, and no other. */
static int find_pipeline(struct project *project, const struct recovery *past,
			 struct error *err)
{
	char digest[DIGEST_TEXT_SIZE];

	str_add_bytes(&project->text, past->pipeline_text.data,
		      past->pipeline_text.len);
	digest_bytes(project->text.data, project->text.len, digest);
	if (strcmp(digest, past->file_digest) == 0)
		return 0;
	str_clear(&project->text);
	if (!past->worktree &&
	    repository_read_file(project->repository, past->commit,
				 PIPELINE_FILE, PIPELINE_FILE_LIMIT,
				 &project->text, err) < 0)
		return -1;
	digest_bytes(project->text.data, project->text.len, digest);
	if (strcmp(digest, past->file_digest) == 0)
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "%s/" PIPELINE_FILE " is not what run %lld was "
			 "started with; start a new run with signalbox run",
			 past->folder, (long long)past->run);
}

/* The project as it was when the run was started. */
static int open_past(struct project *project, const struct recovery *past,
		     struct error *err)
{
	struct commit *commit = &project->commit;

	if (repository_commit(project->repository, past->commit, commit, err) <
	    0)
		return error_prefix(err, "run %lld", (long long)past->run);
	free(commit->branch);
	commit->branch = *past->branch ? xstrdup(past->branch) : NULL;
	project->version = xstrdup(past->version);
	if (find_pipeline(project, past, err) < 0)
		return -1;
	project->pipeline = project_parse(project->text.data, project->text.len,
					  PIPELINE_FILE, err);
	return project->pipeline ? 0 : -1;
}

static int check_again(const struct execution *it, struct error *err)
{
	const struct recovery *past = it->past;

	for (size_t i = 0; i < it->again.count; i++)
		if (!recovery_stage(past, it->again.items[i]))
			return error_set(err, ERROR_USAGE,
					 "--again %s: run %lld has no such "
					 "stage",
					 it->again.items[i],
					 (long long)past->run);
	for (size_t i = 0; i < past->stage_count; i++) {
		const char *name = past->stages[i].name;
		const struct stage_config *config =
			pipeline_stage(it->project.pipeline, name);

		if (past->stages[i].state == STATE_RUNNING && config &&
		    !config->resume && !strings_has(&it->again, name))
			return error_set(
				err, ERROR_REFUSED,
				"%s was under way when run %lld was cut off, "
				"and its `resume: false` says that it is not "
				"run again unasked; look what it has done, "
				"then signalbox resume %lld --again %s",
				name, (long long)past->run,
				(long long)past->run, name);
	}
	return 0;
}

static int check_unfinished(const struct recovery *past, struct error *err)
{
	long long run = past->run;

	if (!past->is_finished)
		return 0;
	if (past->outcome == STATE_PASSED)
		return error_set(err, ERROR_REFUSED,
				 "run %lld has passed; there is nothing to go "
				 "on with",
				 run);
	return error_set(err, ERROR_REFUSED,
			 "run %lld has ended: %s; signalbox retry %lld STAGE "
			 "tries a stage once more",
			 run, state_name(past->outcome), run);
}

static int check_retry(const struct recovery *past, const char *name,
		       struct error *err)
{
	const struct stage_recovery *stage = recovery_stage(past, name);

	if (!stage)
		return error_set(err, ERROR_REFUSED,
				 "run %lld has no stage '%s'",
				 (long long)past->run, name);
	return stage_check_retry(name, stage->state, stage->attempt > 0, err);
}

/* The newest run that is not over and that nobody has; 0 none. */
static int64_t find_unfinished(const char *state)
{
	for (int64_t run = run_newest(state); run > 0; run--)
		if (!run_is_live(state, run) && recovery_is_wanted(state, run))
			return run;
	return 0;
}

static struct recovery *open_dead(const char *state, int64_t run,
				  struct error *err)
{
	struct error why = ERROR_INIT;
	struct recovery *past = recovery_open(state, run, &why);
	int64_t pid = runs_pid(state, run);

	if (!past && why.code == ERROR_REFUSED && pid)
		error_set(err, ERROR_REFUSED,
			  "run %lld is alive, pid %lld; signalbox attach %lld "
			  "shows it",
			  (long long)run, (long long)pid, (long long)run);
	else if (!past)
		error_set(err, why.code, "%s", error_text(&why));
	error_clear(&why);
	return past;
}

static int go_on(struct execution *it, int64_t run, struct error *err)
{
	const char *state = repository_state_folder(it->project.repository);

	runs_await_end(state, run ? run : run_newest(state));
	if (!run)
		run = find_unfinished(state);
	if (!run)
		return error_set(err, ERROR_REFUSED,
				 "no run here was cut off or waits at a gate; "
				 "signalbox run starts one");
	it->past = open_dead(state, run, err);
	if (!it->past || open_past(&it->project, it->past, err) < 0)
		return -1;
	if (it->retry ? check_retry(it->past, it->retry, err) < 0
		      : check_unfinished(it->past, err) < 0)
		return -1;
	if (check_again(it, err) < 0)
		return -1;
	return execution_run(it, execution_has_screen(it), err);
}

static int retry_live(struct execution *it, int64_t run, struct error *err)
{
	struct command command = {.kind = COMMAND_RETRY, .id = 1, .run = run};
	int result;

	command.stage = xstrdup(it->retry);
	result = steer_send(&it->project, run, &command, err);
	if (result == 0)
		printf("retry: run %lld, %s\n", (long long)run, it->retry);
	command_release(&command);
	return result;
}

static int with_project(struct execution *it, const char *word,
			struct error *err)
{
	const char *state;
	int64_t run = 0;
	int status;

	if ((word && runs_parse_number(word, &run, err) < 0) ||
	    project_open(&it->project, err) < 0)
		return -1;
	state = repository_state_folder(it->project.repository);
	status = it->retry && run_is_live(state, run) ? retry_live(it, run, err)
						      : go_on(it, run, err);
	project_close(&it->project);
	return status;
}

static int take_up(int argc, char **argv, bool retries)
{
	struct execution it = {.jobs = NULL};
	const char *words[2] = {NULL, NULL};
	const struct cli_option options[] = {
		EXECUTION_OPTIONS(it),
		{"--again", NULL, NULL, &it.again, "STAGE",
		 "run it again though it says `resume: false`"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, retries ? 2 : 1,
						retries ? 2 : 0};
	struct error err = ERROR_INIT;
	int status = -1;

	if (cli_parse(argc, argv, &arguments, &err) == 0 &&
	    execution_check(&it, &err) == 0) {
		it.retry = words[1];
		status = with_project(&it, words[0], &err);
	}
	execution_release(&it);
	return status < 0 ? cli_fail(&err) : status;
}

int cli_resume(int argc, char **argv)
{
	return take_up(argc, argv, false);
}

int cli_retry(int argc, char **argv)
{
	return take_up(argc, argv, true);
}

/* The stage whose gate the vote is for; NULL: none is open. */
static const char *open_gate(const struct recovery *past, const char *name)
{
	for (size_t i = 0; i < past->stage_count; i++) {
		const struct stage_recovery *stage = &past->stages[i];

		if (name && strcmp(name, stage->name) != 0)
			continue;
		if (stage->state == STATE_RUNNING && recovery_gate(stage))
			return stage->name;
	}
	return NULL;
}

static int vote(struct execution *it, struct command *command,
		struct error *err)
{
	const char *stage = open_gate(it->past, command->stage);
	long long run = it->past->run;

	if (it->past->is_finished)
		return error_set(err, ERROR_REFUSED,
				 "run %lld has ended; see signalbox status "
				 "%lld",
				 run, run);
	if (!stage && command->stage)
		return error_set(err, ERROR_REFUSED,
				 "the gate of %s is not open in run %lld",
				 command->stage, run);
	if (!stage)
		return error_set(err, ERROR_REFUSED,
				 "no gate of run %lld is open", run);
	free(command->stage);
	command->stage = xstrdup(stage);
	command->seq = it->past->seq;
	it->vote = command;
	return execution_run(it, false, err);
}

int resume_vote(struct project *project, struct command *command,
		struct error *err)
{
	const char *state = repository_state_folder(project->repository);
	struct execution it = {.project = *project};
	int result = -1;

	it.past = recovery_open(state, command->run, err);
	if (it.past && open_past(&it.project, it.past, err) == 0)
		result = vote(&it, command, err);
	*project = it.project; /* what was read into it is its own */
	execution_release(&it);
	return result;
}
