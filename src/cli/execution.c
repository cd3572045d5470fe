/* SPDX-License-Identifier: MIT */
#include "cli/execution.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "cli/printer.h"
#include "engine/recovery.h"
#include "net/http.h"

int execution_check(struct execution *execution, struct error *err)
{
	const char *jobs = execution->jobs;

	screen_look_settle(&execution->look);
	if (cli_is_json(execution->output, &execution->json, err) < 0 ||
	    screen_look_check(&execution->look, execution_has_screen(execution),
			      err) < 0)
		return -1;
	if (jobs && atoi(jobs) < 1)
		return error_set(err, ERROR_USAGE,
				 "--jobs needs a number from 1 up, not '%s'",
				 jobs);
	return 0;
}

bool execution_has_screen(const struct execution *execution)
{
	const char *why;

	return !execution->output && !execution->no_screen &&
	       !execution->detach &&
	       (execution->look.accessible || screen_fits(&why));
}

/* Who votes is held against who wrote it; elsewhere git need not be asked. */
static bool asks_people(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (pipeline->stages[i].kind == STAGE_KIND_GATE)
			return true;
	return pipeline->environment_count > 0;
}

static void fill_options(struct execution *execution, bool screen)
{
	const struct project *project = &execution->project;
	struct repository *repository = project->repository;

	execution->engine = (struct engine_options){
		.repository_folder =
			repository_work_tree(repository)
				? repository_work_tree(repository)
				: repository_common_folder(repository),
		.common_folder = repository_common_folder(repository),
		.state_folder = repository_state_folder(repository),
		.work_tree = repository_work_tree(repository),
		.commit = &project->commit,
		.version = project->version,
		.pipeline = project->pipeline,
		.pipeline_text = project->text.data,
		.person = project->person,
		.uid = getuid(),
		.by = project->person,
		.by_uid = getuid(),
		.email = execution->email,
		.worktree = execution->worktree,
		.selection = &execution->selection,
		.jobs = execution->jobs ? atoi(execution->jobs) : 0,
		.wait = execution->wait || execution->detach || screen,
		.linger = screen,
	};
}

/* What the run was started with holds; who goes on with it may be another. */
static void fill_past(struct execution *execution)
{
	struct engine_options *engine = &execution->engine;
	struct recovery *past = execution->past;

	if (!past)
		return;
	engine->past = past;
	engine->again = &execution->again;
	engine->retry = execution->retry;
	engine->vote = execution->vote;
	engine->person = past->person;
	engine->uid = past->uid;
	engine->worktree = past->worktree;
	engine->selection = &past->selection;
	if (!execution->jobs)
		engine->jobs = past->jobs;
	if (past->uid != getuid())
		engine->email = NULL;
}

static int open_pipes(struct execution *execution, struct error *err)
{
	int events[2];
	int commands[2];

	if (pipe2(events, O_CLOEXEC) < 0 || pipe2(commands, O_CLOEXEC) < 0)
		return error_set(err, ERROR_IO, "cannot make a pipe: %s",
				 strerror(errno));
	execution->events = events[0];
	execution->engine.events = events[1];
	execution->commands = commands[1];
	execution->engine.commands = commands[0];
	return 0;
}

static int show(struct execution *execution, struct engine *engine,
		struct error *err)
{
	struct screen_options options = {
		.launcher = execution->launcher,
		.events = execution->events,
		.commands = execution->commands,
		.run_folder = engine_run_folder(engine),
		.person = execution->project.person,
		.after = execution->past ? execution->past->seq : 0,
		.look = &execution->look,
	};

	return screen_show(&options, err);
}

/* Whoever called has the number, and the run cannot be lost any more. */
static void detach(void *data)
{
	const struct execution *execution = data;
	long long run = execution->run;

	if (!execution->json)
		printf("%lld\n", run);
	if (isatty(STDERR_FILENO))
		fprintf(stderr,
			"signalbox: run %lld goes on; signalbox attach %lld "
			"shows it\n",
			run, run);
	fflush(stdout);
	launcher_leave(execution->launcher, ferror(stdout) ? 7 : 0);
}

static int watch(struct execution *execution, struct engine *engine,
		 bool screen)
{
	struct printer_options printer = {
		.events = execution->events,
		.commands = execution->commands,
		.run_folder = engine_run_folder(engine),
		.json = execution->json,
		.after = execution->past ? execution->past->seq : 0,
		.begun = execution->detach ? detach : NULL,
		.data = execution,
	};
	struct error err = ERROR_INIT;

	execution->run = engine_run_number(engine);
	if (!screen)
		return printer_run(&printer);
	return show(execution, engine, &err) < 0 ? cli_fail(&err) : 0;
}

/* It says what became of it itself, and takes no time. */
static int cast_vote(struct execution *execution, struct error *err)
{
	struct engine *engine;

	execution->engine.wait = true;
	engine = engine_start(&execution->engine, err);
	return engine ? engine_join(engine, err) : -1;
}

int execution_run(struct execution *execution, bool screen, struct error *err)
{
	struct engine *engine;
	int signalled;
	int status;

	execution->launcher = launcher_start(screen);
	if (net_init(err) < 0)
		return -1;
	if (asks_people(execution->project.pipeline))
		execution->email = project_email(&execution->project);
	fill_options(execution, screen);
	fill_past(execution);
	if (execution->vote)
		return cast_vote(execution, err);
	if (open_pipes(execution, err) < 0)
		return -1;
	engine = engine_start(&execution->engine, err);
	if (!engine)
		return -1;
	signalled = watch(execution, engine, screen);
	status = engine_join(engine, err);
	net_cleanup();
	return signalled && status >= 0 ? signalled : status;
}

void execution_release(struct execution *execution)
{
	launcher_free(execution->launcher);
	recovery_free(execution->past);
	strings_release(&execution->selection.skip);
	strings_release(&execution->selection.only);
	strings_release(&execution->again);
	free(execution->email);
}
