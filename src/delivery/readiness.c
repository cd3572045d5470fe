/* SPDX-License-Identifier: MIT */
/* Whether there is a way back, and how warm it is. */
#include "delivery/operation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/memory.h"
#include "delivery/target/kind.h"
#include "delivery/words.h"

const struct release *
environment_way_back(const struct environment_state *state)
{
	if (state->has_candidate)
		return state->has_live ? &state->live : NULL;
	return state->has_previous ? &state->previous : NULL;
}

int environment_instances_up(const struct environment *environment,
			     enum colour colour)
{
	int instances = environment_instances(environment, colour), up = 0;

	for (int i = 0; i < instances; i++) {
		const struct target *target = &environment->targets[colour][i];

		up += target->ops->is_alive(target);
	}
	return up;
}

bool environment_is_up(const struct environment *environment,
		       enum colour colour)
{
	return environment_instances_up(environment, colour) ==
	       environment_instances(environment, colour);
}

char *environment_down_text(const struct environment *environment)
{
	const struct environment_state *state = &environment->state;
	int up, instances;

	if (!state->has_live)
		return NULL;
	up = environment_instances_up(environment, state->live.colour);
	instances = environment_instances(environment, state->live.colour);
	if (up == instances)
		return NULL;
	return up ? xasprintf("%d of %d instances up", up, instances)
		  : xstrdup("it does not run");
}

bool environment_serves(const struct environment *environment,
			enum colour colour)
{
	const struct sampler *sampler = &environment->sampler;

	return environment_is_up(environment, colour) &&
	       (!sampler->has_last || sampler->last.colours[colour].up);
}

void environment_pids(const struct environment *environment, enum colour colour,
		      pid_t pids[INSTANCES_MOST])
{
	int instances = environment_instances(environment, colour);

	memset(pids, 0, INSTANCES_MOST * sizeof(*pids));
	for (int i = 0; i < instances; i++) {
		const struct target *target = &environment->targets[colour][i];

		pids[i] = target->ops->pid(target);
	}
}

bool environment_runs_partly(const struct environment *environment,
			     enum colour colour, const struct release *release)
{
	return release_is(&environment->state.running[colour], release) &&
	       environment_instances_up(environment, colour) > 0;
}

bool environment_runs(const struct environment *environment, enum colour colour,
		      const struct release *release)
{
	return release_is(&environment->state.running[colour], release) &&
	       environment_is_up(environment, colour);
}

int environment_warm_colour(const struct environment *environment,
			    const struct release *release)
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		/* Its own colour first: both may run the same release. */
		enum colour colour =
			i ? colour_other(release->colour) : release->colour;

		if (environment_runs(environment, colour, release) &&
		    !environment->state.unproven[colour])
			return (int)colour;
	}
	return -1;
}

/* What a start of it needs. */
static bool is_kept(const struct environment *environment,
		    const struct release *release)
{
	const struct target *target = &environment->targets[release->colour][0];

	return target->ops->is_kept ? target->ops->is_kept(target, release)
				    : file_exists(release->folder);
}

static void PRINTF_LIKE(2, 3)
	say(struct readiness *readiness, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(readiness->text, sizeof(readiness->text), format, args);
	va_end(args);
}

static void say_ready(struct readiness *readiness)
{
	readiness->ready = true;
	say(readiness, "%s on %s is warm", readiness->version,
	    colour_name((enum colour)readiness->colour));
}

/* Since when no look at the colour has succeeded; 0: the last one has. */
static int64_t unknown_since(const struct environment *environment,
			     enum colour colour)
{
	int instances = environment_instances(environment, colour);
	int64_t since = 0;

	for (int i = 0; i < instances; i++) {
		const struct target *target = &environment->targets[colour][i];
		int64_t its = target->ops->look
				      ? target_unseen_since(target->folder)
				      : 0;

		if (its && (!since || its < since))
			since = its;
	}
	return since;
}

/* Whoever goes back looks once more: it is not off. */
static void say_unknown(struct readiness *readiness)
{
	readiness->ready = false;
	readiness->cold = true;
	say(readiness, "%s on %s was warm when it was last seen",
	    readiness->version, colour_name((enum colour)readiness->colour));
}

/* Why it is not warm. */
static void why_cold(const struct environment *environment,
		     const struct release *release, char *text, size_t size)
{
	const struct environment_state *state = &environment->state;
	const struct release *running = &state->running[release->colour];
	const char *colour = colour_name(release->colour);
	char time[WORDS_SIZE];

	if (running->version && !release_is(running, release))
		snprintf(text, size, "%s runs %s", colour, running->version);
	else if (running->version && state->unproven[release->colour])
		snprintf(text, size, "%s was not healthy", colour);
	else if (environment_instances_up(environment, release->colour) > 0)
		snprintf(text, size, "%d of %d instances up on %s",
			 environment_instances_up(environment, release->colour),
			 environment_instances(environment, release->colour),
			 colour);
	else if (state->stopped[release->colour])
		snprintf(text, size, "%s was stopped %s", colour,
			 words_time(state->stopped[release->colour], time));
	else
		snprintf(text, size, "%s does not run", colour);
}

static void say_cold(struct environment *environment,
		     const struct release *release, struct readiness *readiness)
{
	struct error other = ERROR_INIT;
	char why[160];

	why_cold(environment, release, why, sizeof(why));
	readiness->cold =
		environment_check_kind(environment, release, &other) == 0 &&
		is_kept(environment, release);
	if (other.code)
		say(readiness, "%s", error_text(&other));
	else if (release->adopted)
		say(readiness,
		    "%s, and %s was adopted: only who started it can start it",
		    why, release->version);
	else if (readiness->cold)
		say(readiness, "%s; %s would start first", why,
		    release->version);
	else
		say(readiness, "%s, and the files of %s are gone", why,
		    release->version);
	error_clear(&other);
}

/* What the release that would be left has changed for good. One that was
 * itself come back to has not brought what the other one did. */
static int64_t migrations_left(const struct environment_state *state,
			       const struct release *back)
{
	const struct release *left =
		state->has_candidate ? &state->candidate : &state->live;

	return left->run > back->run ? left->migrations : 0;
}

static void add_migrations(struct readiness *readiness)
{
	size_t len = strlen(readiness->text);

	if (readiness->migrations)
		snprintf(readiness->text + len, sizeof(readiness->text) - len,
			 "; it does not undo the migrations since (%lld file"
			 "%s)",
			 (long long)readiness->migrations,
			 readiness->migrations == 1 ? "" : "s");
}

void environment_readiness(struct environment *environment,
			   struct readiness *readiness)
{
	const struct environment_state *state = &environment->state;
	const struct sampler *sampler = &environment->sampler;
	const struct release *release = environment_way_back(state);
	int warm;

	memset(readiness, 0, sizeof(*readiness));
	readiness->colour = -1;
	readiness->last_ms = state->last_rollback_ms;
	readiness->last_at = state->last_back_at;
	readiness->last_was_drill = state->last_was_drill;
	if (!release) {
		say(readiness, "nothing to go back to");
		return;
	}
	snprintf(readiness->version, sizeof(readiness->version), "%s",
		 release->version);
	readiness->migrations = migrations_left(state, release);
	warm = environment_warm_colour(environment, release);
	readiness->colour = warm < 0 ? (int)release->colour : warm;
	readiness->unknown_since =
		unknown_since(environment, (enum colour)readiness->colour);
	if (warm < 0)
		say_cold(environment, release, readiness);
	else if (readiness->unknown_since)
		say_unknown(readiness);
	else if (sampler->has_last && !sampler->last.colours[warm].up)
		say(readiness, "%s is down", colour_name((enum colour)warm));
	else
		say_ready(readiness);
	add_migrations(readiness);
}

struct event *environment_readiness_event(struct environment *environment)
{
	struct readiness readiness;
	struct event *event =
		environment_event(environment, EVENT_ROLLBACK_READINESS);

	environment_readiness(environment, &readiness);
	event_set_bool(event, "ready", readiness.ready);
	if (readiness.colour >= 0)
		event_set(event, "colour",
			  colour_name((enum colour)readiness.colour));
	if (*readiness.version)
		event_set(event, "version", readiness.version);
	event_set(event, "text", readiness.text);
	if (readiness.last_ms >= 0) {
		event_set_int(event, "last-ms", readiness.last_ms);
		event_set_time(event, "last-time", readiness.last_at);
		event_set_bool(event, "drill", readiness.last_was_drill);
	}
	if (readiness.unknown_since)
		event_set_time(event, "unknown-since", readiness.unknown_since);
	event_set_bool(event, "cold", readiness.cold);
	if (readiness.migrations)
		event_set_int(event, "migrations", readiness.migrations);
	return event;
}
