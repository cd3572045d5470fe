/* SPDX-License-Identifier: MIT */
/* `run`: with a screen on a terminal, in lines elsewhere. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/plan.h"
#include "cli/printer.h"
#include "cli/screen.h"
#include "engine/engine.h"
#include "net/http.h"

struct run_call {
	const char *words[1];
	const char *output, *jobs;
	struct screen_look look;
	bool wait, worktree, no_screen, detach, json, dry_run;
	struct selection selection;
	struct project project;
	struct engine_options engine;
	char *email;
	struct launcher *launcher;
	int events, commands; /* the main thread's ends */
	int64_t run;
};

/* Before any effect. */
static int check_selection(const struct run_call *call, struct error *err)
{
	const struct project *project = &call->project;
	char **left_out = selection_make(project->pipeline, &call->selection,
					 project->person, err);

	selection_free(left_out, project->pipeline);
	return left_out ? 0 : -1;
}

static int parse(struct run_call *call, int argc, char **argv,
		 struct error *err)
{
	const struct cli_option options[] = {
		{"--output", &call->output, NULL, NULL},
		{"--jobs", &call->jobs, NULL, NULL},
		SELECTION_OPTIONS(call->selection),
		{"--color", &call->look.color, NULL, NULL},
		{"--glyphs", &call->look.glyphs, NULL, NULL},
		{"--theme", &call->look.theme, NULL, NULL},
		{"--wait", NULL, &call->wait, NULL},
		{"--worktree", NULL, &call->worktree, NULL},
		{"--no-screen", NULL, &call->no_screen, NULL},
		{"--dry-run", NULL, &call->dry_run, NULL},
		{"--detach", NULL, &call->detach, NULL},
		{NULL, NULL, NULL, NULL},
	};
	const struct cli_arguments arguments = {options, call->words, 1, 0};

	if (cli_parse(argc, argv, &arguments, err) < 0 ||
	    cli_is_json(call->output, &call->json, err) < 0)
		return -1;
	if (screen_look_check(&call->look, err) < 0)
		return -1;
	if (call->jobs && atoi(call->jobs) < 1)
		return error_set(err, ERROR_USAGE,
				 "--jobs needs a number from 1 up, not '%s'",
				 call->jobs);
	return 0;
}

static bool has_screen(const struct run_call *call)
{
	const char *why;

	return !call->output && !call->no_screen && !call->detach &&
	       screen_fits(&why);
}

/* Who votes is held against who wrote it; elsewhere git need not be asked. */
static bool asks_people(const struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (pipeline->stages[i].kind == STAGE_KIND_GATE)
			return true;
	return pipeline->environment_count > 0;
}

static void fill_options(struct run_call *call, bool screen)
{
	const struct project *project = &call->project;
	struct repository *repository = project->repository;

	call->engine = (struct engine_options){
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
		.email = call->email,
		.worktree = call->worktree,
		.selection = &call->selection,
		.jobs = call->jobs ? atoi(call->jobs) : 0,
		.wait = call->wait || call->detach || screen,
		.linger = screen,
	};
}

static int open_pipes(struct run_call *call, struct error *err)
{
	int events[2];
	int commands[2];

	if (pipe2(events, O_CLOEXEC) < 0 || pipe2(commands, O_CLOEXEC) < 0)
		return error_set(err, ERROR_IO, "cannot make a pipe: %s",
				 strerror(errno));
	call->events = events[0];
	call->engine.events = events[1];
	call->commands = commands[1];
	call->engine.commands = commands[0];
	return 0;
}

static int show(struct run_call *call, struct engine *engine, struct error *err)
{
	struct screen_options options = {
		.launcher = call->launcher,
		.events = call->events,
		.commands = call->commands,
		.run_folder = engine_run_folder(engine),
		.person = call->project.person,
		.look = &call->look,
	};

	return screen_show(&options, err);
}

/* Whoever called has the number, and the run cannot be lost any more. */
static void detach(void *data)
{
	const struct run_call *call = data;

	if (!call->json)
		printf("%lld\n", (long long)call->run);
	if (isatty(STDERR_FILENO))
		fprintf(stderr,
			"signalbox: run %lld goes on; signalbox attach %lld "
			"shows it\n",
			(long long)call->run, (long long)call->run);
	fflush(stdout);
	launcher_leave(call->launcher, ferror(stdout) ? 7 : 0);
}

static int watch(struct run_call *call, struct engine *engine, bool screen)
{
	struct printer_options printer = {
		.events = call->events,
		.commands = call->commands,
		.run_folder = engine_run_folder(engine),
		.json = call->json,
		.begun = call->detach ? detach : NULL,
		.data = call,
	};
	struct error err = ERROR_INIT;

	call->run = engine_run_number(engine);
	if (!screen)
		return printer_run(&printer);
	return show(call, engine, &err) < 0 ? cli_fail(&err) : 0;
}

static int execute(struct run_call *call, bool screen, struct error *err)
{
	struct engine *engine;
	int signalled;
	int status;

	call->launcher = launcher_start(screen);
	if (net_init(err) < 0)
		return -1;
	if (asks_people(call->project.pipeline))
		call->email = project_email(&call->project);
	fill_options(call, screen);
	if (open_pipes(call, err) < 0)
		return -1;
	engine = engine_start(&call->engine, err);
	if (!engine)
		return -1;
	signalled = watch(call, engine, screen);
	status = engine_join(engine, err);
	net_cleanup();
	return signalled && status >= 0 ? signalled : status;
}

static int go(struct run_call *call, struct error *err)
{
	bool screen = has_screen(call);

	if (project_commit(&call->project, call->words[0], call->worktree,
			   err) < 0)
		return -1;
	if (call->dry_run)
		return plan_print(&call->project, &call->selection, err);
	if (check_selection(call, err) < 0)
		return -1;
	return execute(call, screen, err);
}

int cli_run(int argc, char **argv)
{
	struct run_call call = {.words = {NULL}};
	struct error err = ERROR_INIT;
	int status = -1;

	if (parse(&call, argc, argv, &err) == 0 &&
	    project_open(&call.project, &err) == 0) {
		status = go(&call, &err);
		project_close(&call.project);
	}
	launcher_free(call.launcher);
	strings_release(&call.selection.skip);
	strings_release(&call.selection.only);
	free(call.email);
	return status < 0 ? cli_fail(&err) : status;
}
