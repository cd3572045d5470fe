/* SPDX-License-Identifier: MIT */
/* `attach`, and the dashboard of a run that another process executes. */
#include <stdlib.h>

#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/board.h"
#include "cli/cli.h"
#include "cli/follow.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "cli/screen.h"
#include "engine/runs.h"

struct attach_call {
	const char *word; /* the run's number; NULL: the newest */
	bool watch_only;
	struct screen_look look;
};

static int attach(struct project *project, int64_t run,
		  const struct attach_call *call, struct error *err)
{
	const char *state = repository_state_folder(project->repository);
	struct screen_options options = {
		.person = project->person,
		.attached = true,
		.watch_only = call->watch_only,
		.look = &call->look,
	};
	char *folder = run_folder(state, run);
	int result = -1;

	/* Forks: before the connection, which is the program's alone. */
	options.launcher = launcher_start(true);
	options.events = options.commands =
		follow_connect(project, run, !call->watch_only, err);
	options.run_folder = folder;
	if (options.events >= 0)
		result = screen_show(&options, err);
	launcher_free(options.launcher);
	free(folder);
	return result;
}

static int check(const char *state, int64_t run, bool accessible,
		 struct error *err)
{
	const char *why;

	if (runs_check(state, err) < 0)
		return -1;
	if (run == 0)
		return error_set(err, ERROR_REFUSED,
				 "no run yet; signalbox run starts one");
	if (!run_is_live(state, run))
		return error_set(err, ERROR_REFUSED,
				 "run %lld is not live; see signalbox status "
				 "%lld",
				 (long long)run, (long long)run);
	if (!accessible && !screen_fits(&why))
		return error_set(err, ERROR_USAGE,
				 "%s; signalbox status shows it in lines", why);
	return 0;
}

static int attach_to(const struct attach_call *call, struct error *err)
{
	struct project project;
	const char *state;
	int64_t run = 0;
	int result = -1;

	if ((call->word && runs_parse_number(call->word, &run, err) < 0) ||
	    project_open(&project, err) < 0)
		return -1;
	state = repository_state_folder(project.repository);
	if (!run)
		run = run_newest(state);
	if (check(state, run, call->look.accessible, err) == 0)
		result = attach(&project, run, call, err);
	project_close(&project);
	return result;
}

static int parse(struct attach_call *call, int most, int argc, char **argv,
		 struct error *err)
{
	const struct cli_option options[] = {
		{"--watch", NULL, &call->watch_only, NULL, NULL, "look only"},
		SCREEN_OPTIONS(call->look),
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, &call->word, most, 0};

	if (cli_parse(argc, argv, &arguments, err) < 0)
		return -1;
	screen_look_settle(&call->look);
	return screen_look_check(&call->look, true, err);
}

int cli_attach(int argc, char **argv)
{
	struct attach_call call = {.word = NULL};
	struct error err = ERROR_INIT;

	if (parse(&call, 1, argc, argv, &err) < 0 || attach_to(&call, &err) < 0)
		return cli_fail(&err);
	return 0;
}

static int show_board(const struct attach_call *call, struct error *err)
{
	struct project project;
	int result;

	if (project_open(&project, err) < 0)
		return -1;
	result = runs_check(repository_state_folder(project.repository), err);
	if (result == 0)
		result = board_show(&project, &call->look, call->watch_only,
				    err);
	project_close(&project);
	return result;
}

/* No word at all: the live run's screen; without one the board. Where there
 * is no screen, how things stand. A run never starts unasked. */
int cli_dashboard(int argc, char **argv)
{
	static char name[] = "status";
	char *status[] = {name, NULL};
	struct attach_call call = {.word = NULL};
	struct error err = ERROR_INIT;
	struct project project;
	const char *state;
	const char *why;
	bool live;

	if (parse(&call, 0, argc, argv, &err) < 0 ||
	    project_open(&project, &err) < 0)
		return cli_fail(&err);
	state = repository_state_folder(project.repository);
	live = run_is_live(state, run_newest(state));
	project_close(&project);
	if (!call.look.accessible && !screen_fits(&why))
		return cli_status(1, status);
	return (live ? attach_to(&call, &err) : show_board(&call, &err)) < 0
		       ? cli_fail(&err)
		       : 0;
}
