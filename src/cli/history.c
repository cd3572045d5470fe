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

/* After a rollback it is not the newest that is live. */
static void print_release(const struct environment_state *now,
			  const struct release *release)
{
	char since[32];

	listing_print("%-16s  %-18s  %-10.10s  run %-4lld  %s%s%s\n",
		      listing_time(release->since, since), release->version,
		      listing_commit(release->version, release->commit),
		      (long long)release->run,
		      *release->person ? "let through by " : "",
		      release->person,
		      now->has_live && release->run == now->live.run &&
				      release_is(release, &now->live)
			      ? ", live"
			      : "");
}

/* {rollback, time, from, to, outcome, by, person?, reason?}, oldest first. */
struct rollbacks {
	struct {
		int64_t time_ms;
		json_t *row;
	} * items;
	size_t count, cap;
	char planned[128]; /* the version of the last deployment */
	int64_t planned_ms;
};

static void rollbacks_release(struct rollbacks *rollbacks)
{
	for (size_t i = 0; i < rollbacks->count; i++)
		json_decref(rollbacks->items[i].row);
	free(rollbacks->items);
}

static void add_rollback(struct rollbacks *rollbacks, const struct event *event)
{
	static const char *const fields[] = {"from", "to", "by", "person",
					     "reason"};
	char time[CLOCK_TEXT_SIZE];
	json_t *row = json_pack("{s:b, s:s, s:s}", "rollback", true, "time",
				clock_format_utc(event->time_ms, time),
				"outcome", "interrupted");

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (*event_text(event, fields[i]))
			json_object_set_new(
				row, fields[i],
				json_foreign(event_text(event, fields[i])));
	VECTOR_ADD(rollbacks->items, rollbacks->count, rollbacks->cap)->row =
		row;
	rollbacks->items[rollbacks->count - 1].time_ms = event->time_ms;
}

/* What never became live, and was not rolled back either. */
static void add_failure(struct rollbacks *rollbacks, const struct event *event)
{
	char time[CLOCK_TEXT_SIZE];
	json_t *row =
		json_pack("{s:b, s:s, s:s, s:I, s:o, s:o}", "deployment", true,
			  "time", clock_format_utc(event->time_ms, time),
			  "version", rollbacks->planned, "ms",
			  (json_int_t)(event->time_ms - rollbacks->planned_ms),
			  "outcome", json_foreign(event_text(event, "outcome")),
			  "text", json_foreign(event_text(event, "text")));

	VECTOR_ADD(rollbacks->items, rollbacks->count, rollbacks->cap)->row =
		row;
	rollbacks->items[rollbacks->count - 1].time_ms = event->time_ms;
}

static bool is_failure(const struct event *event)
{
	const char *outcome = event_text(event, "outcome");

	return strcmp(outcome, "passed") != 0 &&
	       strcmp(outcome, "rolled-back") != 0;
}

static void take_planned(struct rollbacks *rollbacks, const struct event *event)
{
	snprintf(rollbacks->planned, sizeof(rollbacks->planned), "%s",
		 json_text(event_json(event, "candidate"), "version"));
	rollbacks->planned_ms = event->time_ms;
}

/* A deployment may have ended since it began. */
static void end_rollback(const struct rollbacks *rollbacks,
			 const struct event *event)
{
	for (size_t i = rollbacks->count; i-- > 0;) {
		json_t *row = rollbacks->items[i].row;

		if (!json_is_true(json_object_get(row, "rollback")))
			continue;
		json_object_set_new(row, "outcome",
				    json_foreign(event_text(event, "outcome")));
		return;
	}
}

static int take_rollback(const struct event *event, void *data)
{
	struct rollbacks *rollbacks = data;

	if (event->type == EVENT_ROLLBACK_STARTED)
		add_rollback(rollbacks, event);
	else if (event->type == EVENT_DEPLOY_PLANNED)
		take_planned(rollbacks, event);
	else if (event->type == EVENT_DEPLOY_FINISHED && is_failure(event))
		add_failure(rollbacks, event);
	else if (event->type == EVENT_ROLLBACK_FINISHED)
		end_rollback(rollbacks, event);
	return 0;
}

static void print_failure(int64_t time_ms, const json_t *row)
{
	char when[32], took[CLOCK_TEXT_SIZE];

	listing_print("%-16s  %-18s  %s after %s: %s\n",
		      listing_time(time_ms, when), json_text(row, "version"),
		      json_text(row, "outcome"),
		      duration_format(json_int(row, "ms", 0), took),
		      json_text(row, "text"));
}

static void print_rollback(int64_t time_ms, const json_t *row)
{
	const char *person = json_text(row, "person");
	const char *reason = json_text(row, "reason");
	const char *outcome = json_text(row, "outcome");
	bool passed = strcmp(outcome, "passed") == 0;
	char when[32];

	listing_print("%-16s  %-18s  rolled back to %s %s%s%s%s%s%s\n",
		      listing_time(time_ms, when), json_text(row, "from"),
		      json_text(row, "to"), *person ? "by " : "by itself, ",
		      *person ? person : json_text(row, "by"),
		      *reason ? ": " : "", reason, passed ? "" : ", ",
		      passed ? "" : outcome);
}

/* Both, the newest first. */
static void list_changes(const struct environment_state *now,
			 const struct rollbacks *rollbacks, json_t *rows)
{
	size_t releases = now->history_count, backs = rollbacks->count;

	while (releases || backs) {
		const struct release *release =
			releases ? &now->history[releases - 1] : NULL;
		int64_t time_ms =
			backs ? rollbacks->items[backs - 1].time_ms : INT64_MIN;
		json_t *row = backs ? rollbacks->items[backs - 1].row : NULL;

		if (release && release->since > time_ms) {
			releases--;
			if (rows)
				json_array_append_new(rows,
						      release_encode(release));
			else
				print_release(now, release);
			continue;
		}
		backs--;
		if (rows)
			json_array_append(rows, row);
		else if (json_is_true(json_object_get(row, "deployment")))
			print_failure(time_ms, row);
		else
			print_rollback(time_ms, row);
	}
}

static int list_environment(struct environment *environment, bool json,
			    struct error *err)
{
	struct rollbacks rollbacks = {.items = NULL};
	json_t *rows = json ? json_array() : NULL;
	int result = ledger_read_all(environment_folder(environment),
				     take_rollback, &rollbacks, err);

	if (result == 0)
		list_changes(environment_state(environment), &rollbacks, rows);
	if (result == 0 && json)
		listing_json(json_incref(rows));
	json_decref(rows);
	rollbacks_release(&rollbacks);
	return result;
}

static int take_dora(const struct event *event, void *data)
{
	dora_apply(data, event);
	return 0;
}

static json_t *median_json(int64_t ms)
{
	return ms < 0 ? json_null() : json_integer(ms);
}

static void dora_json(const char *name, const struct dora_figures *it)
{
	listing_json(json_pack(
		"{s:s, s:i, s:I, s:o, s:I, s:I, s:o, s:I}", "environment", name,
		"days", DORA_DAYS, "promotions", (json_int_t)it->promotions,
		"lead-ms", median_json(it->lead_ms), "changes",
		(json_int_t)it->changes, "failed", (json_int_t)it->failed,
		"restore-ms", median_json(it->restore_ms), "restores",
		(json_int_t)it->restores));
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
	struct dora_figures figures;
	struct dora dora = {0};
	int result = ledger_read_all(environment_folder(environment), take_dora,
				     &dora, err);

	dora_figures(&dora, clock_wall_ms(), &figures);
	if (result == 0 && json)
		dora_json(name, &figures);
	else if (result == 0)
		print_dora(name, &figures);
	dora_release(&dora);
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
	int result = !environment ? -1
		     : dora	  ? list_dora(environment, name, json, err)
				  : list_environment(environment, json, err);

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
