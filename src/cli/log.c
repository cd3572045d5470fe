/* SPDX-License-Identifier: MIT */
/* `log`: what a stage printed, or all of them, also while they do. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/follow.h"
#include "cli/listing.h"
#include "cli/logprint.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "engine/runs.h"

struct log_call {
	const char *words[2]; /* the run, and a stage or NULL */
	const char *since, *tail;
	bool follow;
	struct logprint_options how;
};

/* Goes through the stages in their order, each to its end. */
struct reading {
	const struct log_call *call;
	const char *folder; /* of the run */
	size_t next;	    /* stage, when all are read */
	struct logprint *print;
	char *path;	/* of the log that is printed; "" none yet */
	bool is_titled; /* the stage's title was printed */
	bool is_over;	/* nobody reads us, or err */
	struct error err;
};

static const struct stage_model *stage_of(const struct reading *reading,
					  const struct model *model)
{
	if (reading->call->words[1])
		return model_stage(model, reading->call->words[1]);
	return reading->next < model->stage_count
		       ? &model->stages[reading->next]
		       : NULL;
}

static void print_title(struct reading *reading,
			const struct stage_model *stage)
{
	if (!reading->call->words[1] && !reading->is_titled)
		listing_print("== %s: %s\n", stage->name,
			      state_name(stage->state));
	reading->is_titled = true;
}

static void close_log(struct reading *reading)
{
	logprint_free(reading->print);
	reading->print = NULL;
	free(reading->path);
	reading->path = xstrdup("");
}

/* Not to the standard output: that is what the stage printed. */
static void tell_kept(const struct model *model,
		      const struct stage_model *stage)
{
	const char *kept = runs_kept_folder(model, stage);

	if (kept)
		fprintf(stderr, "signalbox: the folder of %s is kept: %s\n",
			stage->name, kept);
}

/* A stage without a log printed nothing, or gc has freed it. */
static void tell_freed(const char *folder, const struct stage_model *stage)
{
	char *path = path_join(folder, RUN_LOGS_FREED);

	if (*stage->log && file_exists(path))
		fprintf(stderr,
			"signalbox: what %s printed is no longer kept; "
			"signalbox gc has freed it\n",
			stage->name);
	free(path);
}

/* All there is of the stage now; last: all there will be. */
static void read_stage(struct reading *reading, const struct stage_model *stage,
		       bool last)
{
	char *path = xasprintf("%s/%s", reading->folder, stage->log);

	if (reading->print && strcmp(path, reading->path) != 0)
		close_log(reading); /* it has begun anew, with another log */
	if (!reading->print && *stage->log)
		reading->print =
			logprint_open(path, &reading->call->how, &reading->err);
	free(reading->path);
	reading->path = path;
	if (reading->err.code ||
	    (reading->print &&
	     logprint_more(reading->print, last, &reading->err) < 0))
		reading->is_over = true;
}

static int64_t size_read(const struct reading *reading)
{
	return reading->print ? logprint_size(reading->print) : 0;
}

static void end_stage(struct reading *reading, const struct model *model,
		      const struct stage_model *stage)
{
	read_stage(reading, stage, true);
	fflush(stdout);
	if (!reading->print)
		tell_freed(reading->folder, stage);
	close_log(reading);
	tell_kept(model, stage);
	reading->is_titled = false;
	reading->next++;
}

/* A stage is told to have ended before the last of its log is written. */
static enum follow_look look(const struct model *model, void *data)
{
	struct reading *reading = data;
	const struct stage_model *stage;

	while ((stage = stage_of(reading, model)) != NULL) {
		bool final = state_is_final(stage->state);

		if (!final && !stage->started)
			return FOLLOW_ON;
		print_title(reading, stage);
		read_stage(reading, stage, false);
		if (reading->is_over)
			return FOLLOW_ENOUGH;
		if (!final)
			return FOLLOW_ON;
		if (size_read(reading) < stage->log_bytes)
			return FOLLOW_AGAIN;
		end_stage(reading, model, stage);
		if (reading->call->words[1])
			return FOLLOW_ENOUGH;
	}
	return model->stage_count ? FOLLOW_ENOUGH : FOLLOW_ON;
}

/* What is there, whatever became of the stages. */
static void read_all(struct reading *reading, const struct model *model)
{
	const struct stage_model *stage;

	while (!reading->is_over &&
	       (stage = stage_of(reading, model)) != NULL) {
		print_title(reading, stage);
		end_stage(reading, model, stage);
		if (reading->call->words[1])
			return;
	}
}

static int follow_log(const struct project *project, int64_t run,
		      struct reading *reading, struct error *err)
{
	const struct follow follow = {look, reading, 0};
	struct model *model;
	int end = follow_run(project, run, &follow, &model, err);

	if (end == FOLLOW_RUN_ENDED)
		read_all(reading, model);
	model_free(model);
	return end < 0 ? -1 : 0;
}

static int no_stage(const struct model *model, int64_t run, const char *name,
		    struct error *err)
{
	struct str names = STR_INIT;

	for (size_t i = 0; i < model->stage_count; i++)
		str_addf(&names, "%s%s", i ? ", " : "", model->stages[i].name);
	error_set(err, ERROR_NOT_FOUND,
		  "run %lld has no stage '%s', and no service's log of that "
		  "name; its stages are %s",
		  (long long)run, name, names.data);
	str_release(&names);
	return -1;
}

/* What a service printed until now: no stage, but a log like theirs. */
static int print_service(struct reading *reading, const struct model *model,
			 int64_t run, struct error *err)
{
	const char *name = reading->call->words[1];
	char *path = xasprintf("%s/logs/%s.log", reading->folder, name);

	if (starts_with(name, "service-") && !strchr(name, '/'))
		reading->print =
			logprint_open(path, &reading->call->how, &reading->err);
	free(path);
	if (reading->print)
		return logprint_more(reading->print, true, &reading->err);
	if (reading->err.code)
		return -1;
	return no_stage(model, run, name, err);
}

static int print_log(const struct project *project, int64_t run,
		     const struct log_call *call, struct error *err)
{
	const char *state = repository_state_folder(project->repository);
	struct model *model = runs_model(state, run, err);
	char *folder = run_folder(state, run);
	struct reading reading = {
		.call = call, .folder = folder, .path = xstrdup("")};
	int result = 0;

	if (!model)
		result = -1;
	else if (call->words[1] && !model_stage(model, call->words[1]))
		result = print_service(&reading, model, run, err);
	else if (call->follow)
		result = follow_log(project, run, &reading, err);
	else
		read_all(&reading, model);
	if (reading.err.code)
		result = error_move(err, &reading.err);
	close_log(&reading);
	free(reading.path);
	free(folder);
	model_free(model);
	return result;
}

static int check(struct log_call *call, struct error *err)
{
	char *end;

	call->how.tail = -1;
	if (call->since &&
	    clock_parse_moment(call->since, clock_wall_ms(), true,
			       &call->how.since_ms, err) < 0)
		return error_prefix(err, "--since");
	if (!call->tail)
		return 0;
	call->how.tail = strtoll(call->tail, &end, 10);
	if (*end || end == call->tail || call->how.tail < 0)
		return error_set(err, ERROR_USAGE,
				 "--tail needs a number of lines, not '%s'",
				 call->tail);
	return 0;
}

static int log_of(const struct log_call *call, struct error *err)
{
	struct project project;
	int64_t run;
	int result;

	if (runs_parse_number(call->words[0], &run, err) < 0 ||
	    project_open(&project, err) < 0)
		return -1;
	result = print_log(&project, run, call, err);
	project_close(&project);
	return result;
}

int cli_log(int argc, char **argv)
{
	struct log_call call = {.words = {NULL}};
	const struct cli_option options[] = {
		{"--follow", NULL, &call.follow, NULL, NULL,
		 "go on until it has ended"},
		{"--since", &call.since, NULL, NULL, "TIME",
		 "5m, 14:02:10, or 2026-11-20T18:00:00Z"},
		{"--tail", &call.tail, NULL, NULL, "N", "the last lines only"},
		{"--timestamps", NULL, &call.how.timestamps, NULL, NULL,
		 "when each line was printed"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, call.words, 2, 1};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    check(&call, &err) < 0 || log_of(&call, &err) < 0)
		return cli_fail(&err);
	return 0;
}
