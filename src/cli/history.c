/* SPDX-License-Identifier: MIT */
/* `history`: past runs, or the releases of one environment. */
#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "engine/runs.h"

#define RUNS_LISTED 50

/* A run whose engine is gone is told so: it does not run any more. */
static const char *how_it_is(const char *state, const struct model *model)
{
	if (state_is_final(model->state) || run_is_live(state, model->run))
		return state_name(model->state);
	return model_open_gate(model) || model_decided_gate(model)
		       ? "at its gate"
		       : "cut off";
}

static json_t *run_row(const struct model *model)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "run",
			 (json_int_t)model->run, "version", model->version,
			 "commit", model->commit, "person", model->person,
			 "state", state_name(model->state), "started",
			 (json_int_t)model->started, "finished",
			 (json_int_t)model->finished, "text", model->text);
}

static void print_run(const char *state, const struct model *model)
{
	char started[32];
	char took[CLOCK_TEXT_SIZE] = "-";

	if (model->finished)
		duration_format(model->finished - model->started, took);
	listing_print("%4lld  %-16s  %-18s  %8s  %-11s  %s\n",
		      (long long)model->run,
		      listing_time(model->started, started), model->version,
		      took, how_it_is(state, model), model->subject);
}

static int list_runs(const char *state, bool json)
{
	json_t *rows = json_array();
	int64_t newest = run_newest(state);

	for (int64_t run = newest; run > 0 && run > newest - RUNS_LISTED;
	     run--) {
		struct error err = ERROR_INIT;
		struct model *model = runs_model(state, run, &err);

		if (!model && !json)
			listing_print("%4lld  cannot be read: %s\n",
				      (long long)run, error_text(&err));
		else if (!model)
			json_array_append_new(
				rows,
				json_pack("{s:I, s:o}", "run", (json_int_t)run,
					  "error",
					  json_foreign(error_text(&err))));
		else if (model && json)
			json_array_append_new(rows, run_row(model));
		else if (model)
			print_run(state, model);
		error_clear(&err);
		model_free(model);
	}
	if (json)
		listing_json(json_incref(rows));
	else if (!newest)
		listing_print("no run yet; signalbox run starts one\n");
	json_decref(rows);
	return 0;
}

/* After a rollback it is not the newest that is live. */
static void print_release(const struct environment_state *now,
			  const struct release *release)
{
	char since[32];

	listing_print("%-16s  %-18s  %.10s  run %-4lld  %s%s%s\n",
		      listing_time(release->since, since), release->version,
		      release->commit, (long long)release->run,
		      *release->person ? "let through by " : "",
		      release->person,
		      now->has_live && release->run == now->live.run &&
				      release_is(release, &now->live)
			      ? ", live"
			      : "");
}

static int list_releases(const char *state, const char *name, bool json,
			 struct error *err)
{
	struct loop *loop = loop_new();
	struct environment_options options = {
		.loop = loop,
		.state = state,
		.name = name,
	};
	struct environment *environment = environment_open(&options, err);
	const struct environment_state *now;
	json_t *rows = json_array();

	if (!environment) {
		loop_free(loop);
		json_decref(rows);
		return -1;
	}
	now = environment_state(environment);
	for (size_t i = now->history_count; i-- > 0;) {
		const struct release *release = &now->history[i];

		if (json)
			json_array_append_new(rows, release_encode(release));
		else
			print_release(now, release);
	}
	if (json)
		listing_json(json_incref(rows));
	json_decref(rows);
	environment_close(environment);
	loop_free(loop);
	return 0;
}

static int history(const char *environment, bool json, struct error *err)
{
	struct project project;
	const char *state;
	int result;

	if (project_open(&project, err) < 0)
		return -1;
	state = repository_state_folder(project.repository);
	result = environment ? list_releases(state, environment, json, err)
			     : list_runs(state, json);
	project_close(&project);
	return result;
}

int cli_history(int argc, char **argv)
{
	return cli_listing(argc, argv, history);
}
