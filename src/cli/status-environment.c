/* SPDX-License-Identifier: MIT */
/* What `status` tells of an environment. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/figures.h"
#include "cli/listing.h"
#include "cli/status.h"
#include "delivery/queue.h"
#include "delivery/words.h"

static json_t *lock_json(const struct environment_state *state)
{
	char since[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];

	clock_format_utc(state->lock_since, since);
	if (state->lock_until)
		clock_format_utc(state->lock_until, until);
	return json_pack("{s:s, s:s, s:s, s:s*}", "person", state->lock_person,
			 "reason", state->lock_reason, "since", since, "until",
			 state->lock_until ? until : NULL);
}

static void read_queue(struct environment *environment, struct queue_line *line)
{
	struct error err = ERROR_INIT;

	if (queue_read(environment_folder(environment), line, &err) < 0)
		error_clear(&err);
}

static json_t *queue_json(struct environment *environment)
{
	struct queue_line line = {0};
	json_t *array = json_array();

	read_queue(environment, &line);
	for (size_t i = 0; i < line.count; i++) {
		const struct queue_entry *entry = &line.items[i];
		char since[CLOCK_TEXT_SIZE];

		json_array_append_new(
			array,
			json_pack("{s:I, s:s, s:s, s:s, s:s}", "run",
				  (json_int_t)entry->run, "state",
				  queue_state_name(entry->state), "person",
				  entry->person, "commit", entry->commit,
				  "since",
				  clock_format_utc(entry->since, since)));
	}
	queue_line_release(&line);
	return array;
}

static void print_queue(struct environment *environment)
{
	struct queue_line line = {0};

	read_queue(environment, &line);
	for (size_t i = 0; i < line.count; i++) {
		const struct queue_entry *entry = &line.items[i];
		char since[32];

		if (entry->state == QUEUE_HOLDS)
			continue;
		listing_print("%-14s %s: run %lld by %s since %s\n", "",
			      entry->state == QUEUE_WAITS ? "waits"
							  : "at its gate",
			      (long long)entry->run, entry->person,
			      listing_time(entry->since, since));
	}
	queue_line_release(&line);
}

static json_t *last_back_json(const struct readiness *way_back)
{
	char time[CLOCK_TEXT_SIZE];

	return json_pack("{s:I, s:s, s:b}", "ms", (json_int_t)way_back->last_ms,
			 "time", clock_format_utc(way_back->last_at, time),
			 "drill", way_back->last_was_drill);
}

static json_t *vetoes_json(const struct environment_state *state)
{
	json_t *array = json_array();
	char time[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < state->veto_count; i++) {
		const struct veto *it = &state->vetoes[i];

		json_array_append_new(
			array,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "commit",
				  it->commit, "version", it->version, "by",
				  it->by, "person", it->person, "reason",
				  it->reason, "since",
				  clock_format_utc(it->since, time)));
	}
	return array;
}

/* What cannot be read is left out: what is live is told all the same. */
static void add_figures(struct environment *environment, json_t *object)
{
	struct figures figures = FIGURES_INIT;
	struct error err = ERROR_INIT;

	if (figures_read(environment, &figures, &err) == 0) {
		json_object_set_new(object, "dora", figures_dora(&figures));
		if (figures.observed)
			json_object_set(object, "observed", figures.observed);
	}
	figures_release(&figures);
	error_clear(&err);
}

json_t *status_environment_json(struct environment *environment)
{
	const struct environment_state *state = environment_state(environment);
	struct readiness way_back;
	char *holder = environment_holder(environment);
	char since[CLOCK_TEXT_SIZE];
	json_t *object;

	environment_readiness(environment, &way_back);
	object = json_pack("{s:s, s:I, s:b, s:s, s:s*, s:s*}", "environment",
			   environment_config(environment)->name, "seq",
			   (json_int_t)state->seq, "way-back-ready",
			   way_back.ready, "way-back", way_back.text, "held-by",
			   holder, "preview", environment_state_preview(state));
	if (state->has_live)
		json_object_set_new(object, "live",
				    release_encode(&state->live));
	if (state->has_previous)
		json_object_set_new(object, "previous",
				    release_encode(&state->previous));
	if (state->has_candidate)
		json_object_set_new(object, "candidate",
				    release_encode(&state->candidate));
	if (way_back.unknown_since)
		json_object_set_new(object, "way-back-unknown-since",
				    json_string(clock_format_utc(
					    way_back.unknown_since, since)));
	if (way_back.last_ms >= 0)
		json_object_set_new(object, "last-way-back",
				    last_back_json(&way_back));
	json_object_set_new(object, "vetoes", vetoes_json(state));
	add_figures(environment, object);
	if (environment_state_is_held(state, clock_wall_ms()))
		json_object_set_new(object, "locked", lock_json(state));
	json_object_set_new(object, "queue", queue_json(environment));
	free(holder);
	return object;
}

/* A way back that was never gone is a hope; how to know is said. */
static void print_last_back(const struct readiness *way_back, const char *name,
			    int64_t now)
{
	char age[WORDS_SIZE];

	if (way_back->last_ms >= 0)
		listing_print("%-14s last gone %s ago in %lld ms, by a %s\n",
			      "", words_age(now - way_back->last_at, age),
			      (long long)way_back->last_ms,
			      way_back->last_was_drill ? "drill" : "rollback");
	else if (way_back->ready)
		listing_print("%-14s never gone; signalbox drill %s measures "
			      "it\n",
			      "", name);
}

static void print_vetoes(const struct environment_state *state, int64_t now)
{
	for (size_t i = 0; i < state->veto_count; i++) {
		char *text = environment_veto_text(&state->vetoes[i], now);

		listing_print("%-14s vetoed: %s\n", "", text);
		free(text);
	}
}

static void print_way_back(const struct environment_state *state,
			   const struct readiness *way_back, const char *name,
			   const char *holder)
{
	int64_t now = clock_wall_ms();
	char age[WORDS_SIZE];

	if (way_back->unknown_since)
		listing_print("%-14s way back NOT KNOWN for %s: %s\n", "",
			      words_age(now - way_back->unknown_since, age),
			      way_back->text);
	else
		listing_print("%-14s way back %s: %s\n", "",
			      way_back->ready ? "READY" : "NOT READY",
			      way_back->text);
	print_last_back(way_back, name, now);
	if (state->drilling)
		listing_print("%-14s %s\n", "",
			      holder ? "a drill is under way"
				     : "! a drill was cut off; the next "
				       "command that moves anything ends it");
	print_vetoes(state, now);
}

static void print_live(const struct environment *environment,
		       const struct environment_state *state, const char *name)
{
	char *down = environment_down_text(environment);
	char since[32];

	if (state->has_live)
		listing_print("%-14s %s on %s since %s%s%s\n", name,
			      state->live.version,
			      colour_name(state->live.colour),
			      listing_time(state->live.since, since),
			      *state->live.person ? ", let through by " : "",
			      state->live.person);
	else
		listing_print("%-14s nothing is live\n", name);
	if (down && state->live.adopted)
		listing_print("%-14s ! %s; who started it has to start it "
			      "again\n",
			      "", down);
	else if (down)
		listing_print("%-14s ! %s; signalbox up %s starts it\n", "",
			      down, name);
	free(down);
}

void status_environment_print(struct environment *environment)
{
	const struct environment_state *state = environment_state(environment);
	const char *name = environment_config(environment)->name;
	struct readiness way_back;
	char *holder = environment_holder(environment);
	int64_t now = clock_wall_ms();

	environment_readiness(environment, &way_back);
	print_live(environment, state, name);
	print_way_back(state, &way_back, name, holder);
	if (state->has_candidate)
		listing_print("%-14s under deployment: %s, asked %.3g %% of "
			      "traffic\n",
			      "", state->candidate.version,
			      state->split[state->candidate.colour]);
	if (state->has_candidate && *state->observed)
		listing_print("%-14s %s\n", "", state->observed);
	if (environment_state_preview(state))
		listing_print("%-14s it can be looked at: %s\n", "",
			      environment_state_preview(state));
	if (holder)
		listing_print("%-14s held by %s\n", "", holder);
	else if (state->has_candidate && state->is_left)
		listing_print("%-14s ! a way back was begun and did not get "
			      "there; signalbox rollback %s takes it back\n",
			      "", name);
	else if (state->has_candidate)
		listing_print("%-14s ! nobody holds this deployment; signalbox "
			      "resume %lld goes on with it, signalbox "
			      "rollback %s takes it back\n",
			      "", (long long)state->candidate.run, name);
	if (environment_state_is_held(state, now)) {
		char *lock = environment_lock_text(state, now);

		listing_print("%-14s %s\n", "", lock);
		free(lock);
	}
	print_queue(environment);
	free(holder);
}
