/* SPDX-License-Identifier: MIT */
/* `history`: past runs, or the releases and rollbacks of one environment. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/figures.h"
#include "cli/history.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "delivery/ledger.h"
#include "engine/runs.h"
#include "model/dora.h"

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

static json_t *run_row(const char *state, const struct model *model)
{
	return json_pack("{s:I, s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "run",
			 (json_int_t)model->run, "version", model->version,
			 "commit", model->commit, "person", model->person,
			 "state", how_it_is(state, model), "started",
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
		else if (json)
			json_array_append_new(rows, run_row(state, model));
		else
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

static void print_median(const char *name, int64_t ms, int64_t count)
{
	char text[CLOCK_TEXT_SIZE];

	if (ms < 0)
		listing_print("%-22s  no data\n", name);
	else
		listing_print("%-22s  %s, the median of %lld\n", name,
			      duration_format(ms, text), (long long)count);
}

static void print_dora(const char *name, const struct dora_figures *it)
{
	listing_print("%s, the last %d days\n", name, DORA_DAYS);
	listing_print("%-22s  %lld promotion%s\n", "deployment frequency",
		      (long long)it->promotions,
		      it->promotions == 1 ? "" : "s");
	print_median("lead time", it->lead_ms, it->leads);
	if (it->changes)
		listing_print("%-22s  %.0f %%, %lld of %lld that had traffic\n",
			      "change failure rate",
			      100.0 * (double)it->failed / (double)it->changes,
			      (long long)it->failed, (long long)it->changes);
	else
		listing_print("%-22s  no data\n", "change failure rate");
	print_median("time to restore", it->restore_ms, it->restores);
}

static int list_dora(struct environment *environment, const char *name,
		     bool json, struct error *err)
{
	struct figures figures = FIGURES_INIT;
	struct dora_figures four;
	json_t *row;
	int result = figures_read(environment, &figures, err);

	dora_figures(&figures.dora, clock_wall_ms(), &four);
	if (result == 0 && json) {
		row = figures_dora(&figures);
		json_object_set_new(row, "environment", json_string(name));
		listing_json(row);
	} else if (result == 0) {
		print_dora(name, &four);
	}
	figures_release(&figures);
	return result;
}

static int list_releases(const char *state, const char *name, bool json,
			 bool dora, struct error *err)
{
	struct loop *loop = loop_new();
	struct environment_options options = {
		.loop = loop,
		.state = state,
		.name = name,
	};
	struct environment *environment = environment_open(&options, err);
	int result =
		!environment ? -1
		: dora	     ? list_dora(environment, name, json, err)
		       : history_environment(environment, state, json, err);

	if (environment)
		environment_close(environment);
	loop_free(loop);
	return result;
}

static int history(const char *environment, bool json, bool dora,
		   struct error *err)
{
	struct project project;
	const char *state;
	int result;

	if (dora && !environment)
		return error_set(err, ERROR_USAGE,
				 "--dora needs an environment: signalbox "
				 "history ENVIRONMENT --dora");
	if (project_open(&project, err) < 0)
		return -1;
	state = repository_state_folder(project.repository);
	result = environment
			 ? list_releases(state, environment, json, dora, err)
			 : list_runs(state, json);
	project_close(&project);
	return result;
}

int cli_history(int argc, char **argv)
{
	const char *words[1] = {NULL}, *output = NULL;
	bool dora = false, json = false;
	const struct cli_option options[] = {
		{"--output", &output, NULL, NULL, "text|json",
		 "lines for people, or JSON"},
		{"--dora", NULL, &dora, NULL, NULL,
		 "the four figures of the last 30 days"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, 1, 0};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    cli_is_json(output, &json, &err) < 0 ||
	    history(words[0], json, dora, &err) < 0)
		return cli_fail(&err);
	return 0;
}
