/* SPDX-License-Identifier: MIT */
#include "delivery/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/str.h"
#include "base/vector.h"
#include "delivery/veto.h"
#include "delivery/words.h"
#include "pipeline/pipeline.h"

#define COMMIT_PREFIX_LEAST 7

static void set_text(char **field, const char *text)
{
	char *copy = xstrdup(text ? text : "");

	free(*field);
	*field = copy;
}

void release_copy(struct release *to, const struct release *from)
{
	struct release copy = *from;

	copy.version = xstrdup(from->version ? from->version : "");
	copy.commit = xstrdup(from->commit ? from->commit : "");
	copy.digest = xstrdup(from->digest ? from->digest : "");
	copy.folder = xstrdup(from->folder ? from->folder : "");
	copy.pipeline = xstrdup(from->pipeline ? from->pipeline : "");
	copy.person = xstrdup(from->person ? from->person : "");
	release_clear(to);
	*to = copy;
}

void release_clear(struct release *release)
{
	free(release->version);
	free(release->commit);
	free(release->digest);
	free(release->folder);
	free(release->pipeline);
	free(release->person);
	memset(release, 0, sizeof(*release));
}

bool release_is(const struct release *release, const struct release *other)
{
	return release->version && other->version &&
	       str_equal(release->version, other->version) &&
	       str_equal(release->digest, other->digest) &&
	       str_equal(release->folder, other->folder);
}

json_t *release_encode(const struct release *release)
{
	json_t *object = json_object();
	char time[CLOCK_TEXT_SIZE];

	if (release->committed)
		json_object_set_new(object, "committed",
				    json_string(clock_format_utc(
					    release->committed, time)));
	json_object_set_new(object, "colour",
			    json_string(colour_name(release->colour)));
	json_object_set_new(object, "version", json_foreign(release->version));
	json_object_set_new(object, "commit", json_foreign(release->commit));
	json_object_set_new(object, "digest", json_foreign(release->digest));
	json_object_set_new(object, "folder", json_foreign(release->folder));
	json_object_set_new(object, "pipeline",
			    json_foreign(release->pipeline));
	if (release->person && *release->person)
		json_object_set_new(object, "person",
				    json_foreign(release->person));
	json_object_set_new(object, "run", json_integer(release->run));
	if (release->adopted)
		json_object_set_new(object, "adopted", json_true());
	if (release->migrations)
		json_object_set_new(object, "migrations",
				    json_integer(release->migrations));
	if (release->since)
		json_object_set_new(
			object, "since",
			json_string(clock_format_utc(release->since, time)));
	return object;
}

static void release_decode(struct release *release, const json_t *object)
{
	int colour = colour_parse(json_text(object, "colour"));

	set_text(&release->version, json_text(object, "version"));
	set_text(&release->commit, json_text(object, "commit"));
	set_text(&release->digest, json_text(object, "digest"));
	set_text(&release->folder, json_text(object, "folder"));
	set_text(&release->pipeline, json_text(object, "pipeline"));
	set_text(&release->person, json_text(object, "person"));
	release->colour = colour < 0 ? COLOUR_BLUE : (enum colour)colour;
	release->run = json_int(object, "run", 0);
	release->adopted = json_is_true(json_object_get(object, "adopted"));
	release->migrations = json_int(object, "migrations", 0);
	if (clock_parse_utc(json_text(object, "committed"), &release->committed,
			    NULL) < 0)
		release->committed = 0;
	if (clock_parse_utc(json_text(object, "since"), &release->since, NULL) <
	    0)
		release->since = 0;
}

void environment_state_init(struct environment_state *state)
{
	memset(state, 0, sizeof(*state));
	set_text(&state->epoch_text, "");
	set_text(&state->lock_person, "");
	set_text(&state->lock_reason, "");
	set_text(&state->last_text, "");
	set_text(&state->observed, "");
	set_text(&state->preview_where, "");
	state->last_rollback_ms = -1;
	state->preview = -1;
	for (int i = 0; i < COLOUR_COUNT; i++)
		state->split[i] = state->wanted[i] = NAN;
	for (int i = 0; i < COLOUR_COUNT; i++)
		state->units[i] = -1;
}

void environment_state_release(struct environment_state *state)
{
	release_clear(&state->live);
	release_clear(&state->previous);
	release_clear(&state->candidate);
	for (int i = 0; i < COLOUR_COUNT; i++)
		release_clear(&state->running[i]);
	for (size_t i = 0; i < state->history_count; i++)
		release_clear(&state->history[i]);
	free(state->history);
	vetoes_release(state);
	free(state->epoch_text);
	free(state->lock_person);
	free(state->lock_reason);
	free(state->last_text);
	free(state->observed);
	free(state->preview_where);
	memset(state, 0, sizeof(*state));
}

static void take_split(double split[COLOUR_COUNT], const json_t *object)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		split[i] =
			json_number(object, colour_name((enum colour)i), NAN);
}

/* The records of what is live and was before, when the event has them. */
static void take_live(struct environment_state *state,
		      const struct event *event)
{
	const json_t *live = event_json(event, "live");
	const json_t *previous = event_json(event, "previous");

	if (live) {
		release_decode(&state->live, live);
		state->has_live = true;
	}
	if (previous) {
		release_decode(&state->previous, previous);
		state->has_previous = true;
	}
}

static void apply_planned(struct environment_state *state,
			  const struct event *event)
{
	int colour = colour_parse(event_text(event, "colour"));

	release_decode(&state->candidate, event_json(event, "candidate"));
	if (colour >= 0)
		state->candidate.colour = (enum colour)colour;
	state->has_candidate = true;
	state->is_left = false;
	state->in_place = event_bool(event, "in-place");
	state->rolling = str_equal(event_text(event, "strategy"), "rolling");
}

static void leave_candidate(struct environment_state *state,
			    const struct event *event)
{
	if (state->has_candidate) {
		state->left_run = state->candidate.run;
		state->left_ms = event->time_ms;
	}
	state->has_candidate = false;
}

/* What is written is not what is trusted. */
static int instances_of(const struct event *event)
{
	int64_t instances = event_int(event, "instances", 1);

	return instances < 1 || instances > INSTANCES_MOST ? 1 : (int)instances;
}

/* It ran before it was ours. */
static void run_adopted(struct environment_state *state,
			const struct event *event)
{
	enum colour colour = state->live.colour;

	release_copy(&state->running[colour], &state->live);
	state->instances[colour] = instances_of(event);
	state->stopped[colour] = 0;
}

static void apply_deployed(struct environment_state *state,
			   const struct event *event)
{
	set_text(&state->last_text, event_text(event, "text"));
	if (strcmp(event_text(event, "outcome"), "passed") != 0) {
		leave_candidate(state, event);
		return;
	}
	state->has_candidate = false;
	take_live(state, event);
	if (event_bool(event, "adopted"))
		run_adopted(state, event);
	release_copy(VECTOR_ADD(state->history, state->history_count,
				state->history_cap),
		     &state->live);
}

static void apply_target(struct environment_state *state,
			 const struct event *event)
{
	int colour = colour_parse(event_text(event, "colour"));
	struct release *running;

	/* The stop of one of several leaves the others. */
	if (colour < 0 || (event->type == EVENT_TARGET_STOPPED &&
			   event_int(event, "instance", 0)))
		return;
	running = &state->running[colour];
	state->unproven[colour] = event->type == EVENT_TARGET_STARTED;
	if (event->type == EVENT_TARGET_STARTED) {
		release_decode(running, event_json(event, "release"));
		state->instances[colour] = instances_of(event);
		state->stopped[colour] = 0;
	} else if (event->type == EVENT_TARGET_STOPPED) {
		release_clear(running);
		state->stopped[colour] = event->time_ms;
	}
}

static void apply_changed(struct environment_state *state,
			  const struct event *event)
{
	const json_t *units = event_json(
		event, event_has(event, "units") ? "units" : "server-units");

	state->changing = false;
	set_text(&state->observed, "");
	take_split(state->split, event_json(event, "to"));
	for (int i = 0; i < COLOUR_COUNT; i++)
		state->units[i] = number_small(
			json_int(units, colour_name((enum colour)i), -1));
}

static void apply_traffic(struct environment_state *state,
			  const struct event *event)
{
	if (event->type == EVENT_TRAFFIC_CHANGING) {
		state->changing = true;
		take_split(state->wanted, event_json(event, "to"));
	} else if (event->type == EVENT_TRAFFIC_CHANGED) {
		apply_changed(state, event);
	} else {
		set_text(&state->observed, event_text(event, "text"));
	}
}

static void apply_rollback_started(struct environment_state *state,
				   const struct event *event)
{
	char time[WORDS_SIZE];
	char *text = xasprintf("rolled back by %s at %s",
			       words_roller(event_text(event, "by"),
					    event_text(event, "person")),
			       words_time(event->time_ms, time));

	free(state->epoch_text);
	state->epoch_text = text;
	state->rolling_back = true;
	state->drilling = false;
	state->is_left = state->has_candidate;
}

/* A way back was gone and measured. */
static void take_back(struct environment_state *state,
		      const struct event *event)
{
	state->last_rollback_ms = event_int(event, "ms", -1);
	state->last_back_at = event->time_ms;
	state->last_was_drill = event->type == EVENT_DRILL_FINISHED;
}

static void apply_rollback_finished(struct environment_state *state,
				    const struct event *event)
{
	state->rolling_back = false;
	set_text(&state->last_text, event_text(event, "text"));
	if (strcmp(event_text(event, "outcome"), "passed") != 0)
		return;
	take_back(state, event);
	leave_candidate(state, event);
	take_live(state, event);
}

static void apply_drill(struct environment_state *state,
			const struct event *event)
{
	state->drilling = event->type == EVENT_DRILL_STARTED;
	if (!state->drilling &&
	    strcmp(event_text(event, "outcome"), "passed") == 0)
		take_back(state, event);
}

static void apply_preview(struct environment_state *state,
			  const struct event *event)
{
	struct str where = STR_INIT;

	state->preview = -1;
	if (event->type == EVENT_PREVIEW_OPENED) {
		state->preview = colour_parse(event_text(event, "colour"));
		event_preview_where(event, &where);
	}
	free(state->preview_where);
	state->preview_where = str_detach(&where);
}

static void apply_lock(struct environment_state *state,
		       const struct event *event)
{
	state->locked = event->type == EVENT_ENVIRONMENT_LOCKED;
	set_text(&state->lock_person,
		 state->locked ? event_text(event, "person") : "");
	set_text(&state->lock_reason,
		 state->locked ? event_text(event, "reason") : "");
	state->lock_until = state->locked ? event_time(event, "until") : 0;
	state->lock_since = state->locked ? event->time_ms : 0;
}

void environment_state_apply(struct environment_state *state,
			     const struct event *event)
{
	int64_t epoch = event_int(event, "epoch", 0);

	if (event->seq > state->seq)
		state->seq = event->seq;
	if (epoch > state->epoch)
		state->epoch = epoch;
	switch (event->type) {
	case EVENT_DEPLOY_PLANNED:
		apply_planned(state, event);
		break;
	case EVENT_DEPLOY_FINISHED:
		apply_deployed(state, event);
		break;
	case EVENT_TARGET_STARTED:
	case EVENT_TARGET_HEALTHY:
	case EVENT_TARGET_STOPPED:
		apply_target(state, event);
		break;
	case EVENT_TRAFFIC_CHANGING:
	case EVENT_TRAFFIC_CHANGED:
	case EVENT_TRAFFIC_OBSERVED:
		apply_traffic(state, event);
		break;
	case EVENT_PREVIEW_OPENED:
	case EVENT_PREVIEW_CLOSED:
		apply_preview(state, event);
		break;
	case EVENT_ROLLBACK_STARTED:
		apply_rollback_started(state, event);
		break;
	case EVENT_ROLLBACK_FINISHED:
		apply_rollback_finished(state, event);
		break;
	case EVENT_RELEASE_VETOED:
	case EVENT_RELEASE_PARDONED:
		vetoes_apply(state, event);
		break;
	case EVENT_DRILL_STARTED:
	case EVENT_DRILL_FINISHED:
		apply_drill(state, event);
		break;
	case EVENT_ENVIRONMENT_LOCKED:
	case EVENT_ENVIRONMENT_UNLOCKED:
		apply_lock(state, event);
		break;
	default:
		break;
	}
}

static bool is_named(const struct release *release, const char *name)
{
	char run[40];

	snprintf(run, sizeof(run), "run %lld", (long long)release->run);
	return str_equal(release->version, name) || str_equal(run, name) ||
	       (strlen(name) >= COMMIT_PREFIX_LEAST &&
		starts_with(release->commit, name));
}

static const struct release *find_run(const struct environment_state *state,
				      const char *number)
{
	char run[40];

	for (size_t i = state->history_count; i-- > 0;) {
		snprintf(run, sizeof(run), "%lld",
			 (long long)state->history[i].run);
		if (str_equal(run, number))
			return &state->history[i];
	}
	return NULL;
}

const struct release *
environment_state_find(const struct environment_state *state, const char *name)
{
	if (state->has_live && is_named(&state->live, name))
		return &state->live;
	if (state->has_previous && is_named(&state->previous, name))
		return &state->previous;
	for (size_t i = state->history_count; i-- > 0;)
		if (is_named(&state->history[i], name))
			return &state->history[i];
	/* A bare number may be a version: that comes first. */
	if (strspn(name, "0123456789") == strlen(name))
		return find_run(state, name);
	return NULL;
}

const char *environment_state_preview(const struct environment_state *state)
{
	bool is = state->has_candidate &&
		  state->preview == (int)state->candidate.colour;

	return is ? state->preview_where : NULL;
}

bool environment_state_is_held(const struct environment_state *state,
			       int64_t now_ms)
{
	return state->locked &&
	       (!state->lock_until || now_ms < state->lock_until);
}

char *environment_lock_text(const struct environment_state *state,
			    int64_t now_ms)
{
	char since[WORDS_SIZE], until[WORDS_SIZE] = "";

	if (state->lock_until)
		words_day_time(state->lock_until, now_ms, until);
	return xasprintf("locked by %s since %s%s%s%s%s", state->lock_person,
			 words_day_time(state->lock_since, now_ms, since),
			 *until ? " until " : "", until,
			 *state->lock_reason ? ": " : "", state->lock_reason);
}
