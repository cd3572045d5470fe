/* SPDX-License-Identifier: MIT */
/* `history ENVIRONMENT`: what was released there, and what was rolled back. */
#include "cli/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "cli/figures.h"
#include "cli/listing.h"
#include "cli/runs.h"
#include "delivery/ledger.h"
#include "delivery/words.h"
#include "engine/runs.h"

/* A deployment, or a rollback, as an object of the list. */
struct change {
	int64_t time_ms; /* as it is listed: live since, or ended */
	int64_t planned_ms;
	int64_t run;
	bool is_rollback;
	json_t *row;
};

struct changes {
	struct change *items; /* in the order they began */
	size_t count, cap;
	size_t open, live; /* deployments, their number from 1; 0 none */
};

static void changes_release(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		json_decref(changes->items[i].row);
	free(changes->items);
}

static struct change *deployment_at(struct changes *changes, size_t number)
{
	return number ? &changes->items[number - 1] : NULL;
}

static void say(json_t *row, const char *key, const char *text)
{
	if (*text)
		json_object_set_new(row, key, json_foreign(text));
}

static struct change *add(struct changes *changes, const struct event *event)
{
	struct change *it =
		VECTOR_ADD(changes->items, changes->count, changes->cap);

	*it = (struct change){
		.time_ms = event->time_ms,
		.planned_ms = event->time_ms,
		.row = json_object(),
	};
	return it;
}

static void plan(struct changes *changes, const struct event *event)
{
	const json_t *candidate = event_json(event, "candidate");
	struct change *it = add(changes, event);

	it->run = json_int(candidate, "run", 0);
	json_object_set_new(it->row, "deployment", json_true());
	json_object_set_new(it->row, "run", json_integer(it->run));
	say(it->row, "version", json_text(candidate, "version"));
	say(it->row, "commit", json_text(candidate, "commit"));
	say(it->row, "person", json_text(candidate, "person"));
	changes->open = changes->count;
}

static void end(struct change *it, const struct event *event,
		const char *outcome, const char *text)
{
	char time[CLOCK_TEXT_SIZE];

	it->time_ms = event->time_ms;
	clock_format_utc(event->time_ms, time);
	json_object_set_new(it->row, "time", json_string(time));
	json_object_set_new(it->row, "ms",
			    json_integer(event->time_ms - it->planned_ms));
	say(it->row, "outcome", outcome);
	say(it->row, "text", text);
}

/* The deployment of what is live by now; 0: it was not recorded as one. */
static size_t of_run(const struct changes *changes, int64_t run)
{
	for (size_t i = changes->count; run && i-- > 0;)
		if (!changes->items[i].is_rollback &&
		    changes->items[i].run == run)
			return i + 1;
	return 0;
}

/* What was live is so no more. */
static void leave(struct changes *changes, const char *how, const json_t *live)
{
	struct change *before = deployment_at(changes, changes->live);
	char *text = xasprintf("%s %s", how, json_text(live, "version"));

	if (before)
		json_object_set_new(before->row, "ended", json_foreign(text));
	free(text);
}

static void come(struct changes *changes, const json_t *live)
{
	struct change *now;

	changes->live = of_run(changes, json_int(live, "run", 0));
	now = deployment_at(changes, changes->live);
	if (now)
		json_object_set_new(now->row, "ended", json_string("live"));
}

static void finish(struct changes *changes, const struct event *event)
{
	struct change *it = deployment_at(changes, changes->open);
	const char *outcome = event_text(event, "outcome");
	const json_t *live = event_json(event, "live");

	changes->open = 0;
	if (it)
		end(it, event, outcome, event_text(event, "text"));
	if (strcmp(outcome, "passed") != 0)
		return;
	leave(changes, "replaced by", live);
	come(changes, live);
}

static void begin_rollback(struct changes *changes, const struct event *event)
{
	static const char *const fields[] = {"from", "to", "by", "person",
					     "reason"};
	struct change *it = add(changes, event);
	char time[CLOCK_TEXT_SIZE];

	it->is_rollback = true;
	clock_format_utc(event->time_ms, time);
	json_object_set_new(it->row, "rollback", json_true());
	json_object_set_new(it->row, "time", json_string(time));
	json_object_set_new(it->row, "outcome", json_string("interrupted"));
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		say(it->row, fields[i], event_text(event, fields[i]));
}

/* A deployment may have ended since it began. */
static void end_rollback(struct changes *changes, const struct event *event)
{
	const json_t *live = event_json(event, "live");
	struct change *candidate = deployment_at(changes, changes->open);
	size_t i = changes->count;
	json_t *row;

	while (i > 0 && !changes->items[i - 1].is_rollback)
		i--;
	row = i ? changes->items[i - 1].row : NULL;
	if (row)
		say(row, "outcome", event_text(event, "outcome"));
	if (row && event_has(event, "ms"))
		json_object_set(row, "ms", event_json(event, "ms"));
	if (strcmp(event_text(event, "outcome"), "passed") != 0)
		return;
	changes->open = 0;
	if (candidate)
		end(candidate, event, "rolled-back", event_text(event, "text"));
	else
		leave(changes, "rolled back to", live);
	come(changes, live);
}

static int take(const struct event *event, void *data)
{
	struct changes *changes = data;
	struct change *open = deployment_at(changes, changes->open);

	if (event->type == EVENT_ROLLBACK_STARTED)
		begin_rollback(changes, event);
	else if (event->type == EVENT_ROLLBACK_FINISHED)
		end_rollback(changes, event);
	else if (event->type == EVENT_DEPLOY_PLANNED)
		plan(changes, event);
	else if (event->type == EVENT_DEPLOY_FINISHED)
		finish(changes, event);
	else if (event->type == EVENT_TRAFFIC_OBSERVED && open)
		json_object_set_new(open->row, "observed",
				    figures_observed(event));
	return 0;
}

/* What its analysis said last: of the run's own record, while that is kept. */
static void judge(json_t *row, const char *state, const char *name, int64_t run)
{
	struct model *model = run ? runs_model(state, run, NULL) : NULL;
	const struct environment_model *it =
		model ? model_environment(model, name) : NULL;

	if (it)
		say(row, "verdict", it->analysis_verdict);
	model_free(model);
}

/* A release that became live, and the deployment that it was. */
static json_t *release_row(struct changes *changes,
			   const struct release *release)
{
	static const char *const fields[] = {"ms", "ended", "observed"};
	json_t *row = release_encode(release);
	const struct change *it =
		deployment_at(changes, of_run(changes, release->run));

	for (size_t i = 0; it && i < ARRAY_SIZE(fields); i++) {
		json_t *value = json_object_get(it->row, fields[i]);

		if (value)
			json_object_set(row, fields[i], value);
	}
	return row;
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

static void print_deployment(int64_t time_ms, const json_t *row)
{
	const char *version = json_text(row, "version");
	const char *outcome = json_text(row, "outcome");
	const char *ended = json_text(row, "ended");
	const char *open = json_is_true(json_object_get(row, "adopted"))
				   ? "adopted"
				   : "under way";
	char when[32], took[CLOCK_TEXT_SIZE] = "-";

	if (json_int(row, "ms", -1) >= 0)
		duration_format(json_int(row, "ms", 0), took);
	listing_print("%-16s  %-18s  %-10.10s  run %-4lld  %-12s  %8s  %-14s  ",
		      listing_time(time_ms, when), version,
		      listing_commit(version, json_text(row, "commit")),
		      (long long)json_int(row, "run", 0),
		      or_dash(json_text(row, "verdict")), took,
		      or_dash(json_text(row, "person")));
	if (!*outcome || strcmp(outcome, "passed") == 0)
		listing_print("%s\n", *ended ? ended : open);
	else if (strcmp(outcome, json_text(row, "text")) == 0)
		listing_print("%s\n", outcome);
	else
		listing_print("%s: %s\n", outcome, json_text(row, "text"));
}

static void print_rollback(int64_t time_ms, const json_t *row)
{
	const char *reason = json_text(row, "reason");
	const char *outcome = json_text(row, "outcome");
	bool passed = strcmp(outcome, "passed") == 0;
	char when[32], took[WORDS_SIZE] = "-";

	if (json_int(row, "ms", -1) >= 0)
		words_duration(json_int(row, "ms", 0), took);
	listing_print(
		"%-16s  %-18s  %-10s  %-8s  %-12s  %8s  %-14s  rolled "
		"back to %s%s%s%s%s\n",
		listing_time(time_ms, when), json_text(row, "from"), "-", "-",
		"-", took,
		words_roller(json_text(row, "by"), json_text(row, "person")),
		json_text(row, "to"), *reason ? ": " : "", reason,
		passed ? "" : ", ", passed ? "" : outcome);
}

static int by_time(const void *a, const void *b)
{
	const struct change *left = a, *right = b;

	return (left->time_ms > right->time_ms) -
	       (left->time_ms < right->time_ms);
}

/* What became live is listed as the state has it, also what was adopted. */
static void merge(struct changes *changes, const struct environment_state *now)
{
	struct changes merged = {.items = NULL};

	for (size_t i = 0; i < changes->count; i++) {
		struct change *it = &changes->items[i];

		if (strcmp(json_text(it->row, "outcome"), "passed") == 0 &&
		    !it->is_rollback)
			continue;
		*VECTOR_ADD(merged.items, merged.count, merged.cap) = *it;
		json_incref(it->row);
	}
	for (size_t i = 0; i < now->history_count; i++) {
		const struct release *release = &now->history[i];

		*VECTOR_ADD(merged.items, merged.count, merged.cap) =
			(struct change){
				.time_ms = release->since,
				.run = release->run,
				.row = release_row(changes, release),
			};
	}
	changes_release(changes);
	*changes = merged;
	if (changes->count)
		qsort(changes->items, changes->count, sizeof(*changes->items),
		      by_time);
}

static void print(const struct changes *changes)
{
	if (changes->count)
		listing_print("%-16s  %-18s  %-10s  %-8s  %-12s  %8s  %-14s  "
			      "%s\n",
			      "WHEN", "VERSION", "COMMIT", "RUN", "VERDICT",
			      "TOOK", "LET THROUGH BY", "HOW IT ENDED");
	for (size_t i = changes->count; i-- > 0;) {
		const struct change *it = &changes->items[i];

		if (it->is_rollback)
			print_rollback(it->time_ms, it->row);
		else
			print_deployment(it->time_ms, it->row);
	}
}

static int print_json(struct environment *environment,
		      const struct changes *changes, struct error *err)
{
	struct figures figures = FIGURES_INIT;
	json_t *rows = json_array();
	json_t *dora = json_object();
	int result = figures_read(environment, &figures, err);

	for (size_t i = changes->count; i-- > 0;)
		json_array_append(rows, changes->items[i].row);
	json_object_set_new(dora, "dora", figures_dora(&figures));
	json_array_append_new(rows, dora);
	if (result == 0)
		listing_json(rows);
	else
		json_decref(rows);
	figures_release(&figures);
	return result;
}

int history_environment(struct environment *environment, const char *state,
			bool json, struct error *err)
{
	const char *name = environment_config(environment)->name;
	struct changes changes = {.items = NULL};
	int result = ledger_read_all(environment_folder(environment), take,
				     &changes, err);

	if (result == 0)
		merge(&changes, environment_state(environment));
	for (size_t i = 0; result == 0 && i < changes.count; i++)
		judge(changes.items[i].row, state, name, changes.items[i].run);
	if (result == 0 && json)
		result = print_json(environment, &changes, err);
	else if (result == 0)
		print(&changes);
	changes_release(&changes);
	return result;
}
