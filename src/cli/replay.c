/* SPDX-License-Identifier: MIT */
/* `replay`: a run as it happened, on the dashboard or in lines. */
#include "event/replay.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/printer.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "cli/screen.h"
#include "engine/runs.h"

struct replay_call {
	const char *word; /* the run */
	const char *output, *speed, *at;
	struct screen_look look;
	bool no_screen, json;
	struct replay *replay;
	struct pace pace;
	char *folder;
};

/* What is asked for by its time alone stands still there. */
static int set_pace(struct replay_call *call, struct error *err)
{
	int64_t began = replay_began(call->replay);

	call->pace = (struct pace){.at_ms = began, .speed = 1};
	if (call->speed &&
	    pace_parse_speed(call->speed, &call->pace.speed, err) < 0)
		return -1;
	if (!call->at)
		return 0;
	if (clock_parse_moment(call->at, began, false, &call->pace.at_ms, err) <
	    0)
		return error_prefix(err, "--at");
	call->pace.paused = !call->speed;
	return 0;
}

static int show(struct replay_call *call, struct error *err)
{
	struct screen_options options = {
		.events = -1,
		.commands = -1,
		.replay = call->replay,
		.pace = call->pace,
		.run_folder = call->folder,
		.look = &call->look,
	};
	int result;

	options.launcher = launcher_start(true);
	result = screen_show(&options, err);
	launcher_free(options.launcher);
	return result;
}

static void print_state(const struct model *model, int64_t ms)
{
	char clock[CLOCK_TEXT_SIZE];

	if (model->run)
		listing_print("as of %s: run %lld %s\n",
			      clock_format_local(ms, clock),
			      (long long)model->run, state_name(model->state));
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];

		listing_print("  %-20s %s%s%s\n", stage->name,
			      state_name(stage->state),
			      *stage->reason ? ": " : "", stage->reason);
	}
}

static void print(struct replay_call *call)
{
	const struct printer_options options = {
		.events = -1,
		.commands = -1,
		.run_folder = call->folder,
		.json = call->json,
	};
	bool stops = call->pace.paused;
	struct model *model;

	call->pace.since_us = clock_monotonic_us();
	if (stops)
		call->pace.speed = 0;
	model = printer_replay(&options, call->replay, &call->pace,
			       stops ? call->pace.at_ms : INT64_MAX);
	if (stops && !call->json)
		print_state(model, call->pace.at_ms);
	model_free(model);
}

static bool has_screen(const struct replay_call *call)
{
	const char *why;

	return !call->output && !call->no_screen &&
	       (call->look.accessible || screen_fits(&why));
}

/* The journal is read in the end by nobody but the replay: no run, or a
 * damaged one, is told as `status` tells it. */
static int open_replay(struct replay_call *call, const struct project *project,
		       struct error *err)
{
	const char *state = repository_state_folder(project->repository);
	struct model *model;
	int64_t run;

	if (runs_parse_number(call->word, &run, err) < 0)
		return -1;
	model = runs_model(state, run, err);
	if (!model)
		return -1;
	model_free(model);
	call->folder = run_folder(state, run);
	call->replay = replay_open(call->folder, err);
	return call->replay ? set_pace(call, err) : -1;
}

static int replay_of(struct replay_call *call, struct error *err)
{
	struct project project;
	int result;

	if (project_open(&project, err) < 0)
		return -1;
	result = open_replay(call, &project, err);
	if (result == 0 && has_screen(call))
		result = show(call, err);
	else if (result == 0)
		print(call);
	replay_free(call->replay);
	free(call->folder);
	project_close(&project);
	return result;
}

int cli_replay(int argc, char **argv)
{
	struct replay_call call = {.word = NULL};
	const struct cli_option options[] = {
		{"--speed", &call.speed, NULL, NULL, "N",
		 "times as fast (default: 1), or max"},
		{"--at", &call.at, NULL, NULL, "TIME",
		 "as of then: 90s, 14:02:10, or UTC"},
		{"--output", &call.output, NULL, NULL, "text|json",
		 "lines, or the event stream"},
		{"--no-screen", NULL, &call.no_screen, NULL, NULL,
		 "lines, even on a terminal"},
		SCREEN_OPTIONS(call.look),
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, &call.word, 1, 1};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    cli_is_json(call.output, &call.json, &err) < 0)
		return cli_fail(&err);
	screen_look_settle(&call.look);
	if (screen_look_check(&call.look, has_screen(&call), &err) < 0 ||
	    replay_of(&call, &err) < 0)
		return cli_fail(&err);
	return 0;
}
