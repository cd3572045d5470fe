/* SPDX-License-Identifier: MIT */
/* A deployment's own operations: start, promote, abandon. */
#include "delivery/operation.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/words.h"

/* An operation of the holder of the run lock; NULL when done was told why
 * not. */
static struct operation *holders_operation(struct environment *environment,
					   environment_done *done, void *data)
{
	struct operation *operation = operation_new(environment, done, data);
	struct error err = ERROR_INIT;

	if (operation && environment_check_epoch(environment, &err) < 0) {
		operation_finish(operation, &err);
		operation = NULL;
	}
	error_clear(&err);
	return operation;
}

struct operation *
environment_deployment_operation(struct environment *environment,
				 environment_done *done, void *data)
{
	struct operation *operation =
		holders_operation(environment, done, data);
	struct error err = ERROR_INIT;

	if (operation && !environment->state.has_candidate) {
		error_set(&err, ERROR_REFUSED, "%s has no deployment under way",
			  environment->name);
		operation_finish(operation, &err);
		operation = NULL;
	}
	error_clear(&err);
	return operation;
}

/* Where the traffic is when the proxy has to be started first. */
static struct traffic_split initial_split(const struct environment_state *state)
{
	struct traffic_split split = {{0}, {0}};
	enum colour colour =
		state->has_live ? state->live.colour : state->candidate.colour;

	split.percent[colour] = 100;
	return split;
}

static void candidate_routed(struct operation *operation,
			     const struct error *err)
{
	if (err)
		operation_finish(operation, err);
	else
		preview_open(operation, operation_finish);
}

static void candidate_started(struct operation *operation,
			      const struct error *err)
{
	struct environment *environment = operation->environment;

	if (err) {
		operation_finish(operation, err);
		return;
	}
	operation_ensure(operation, initial_split(&environment->state),
			 candidate_routed);
}

static void room_made(struct operation *operation, const struct error *err)
{
	const struct environment_state *state = &operation->environment->state;

	if (err) {
		operation_finish(operation, err);
		return;
	}
	operation_start(operation, state->candidate.colour, &state->candidate,
			candidate_started);
}

static void set_split(struct operation *operation, enum colour colour,
		      double percent)
{
	operation->move.to[colour] = percent;
	operation->move.to[colour_other(colour)] = 100 - percent;
}

/* A candidate takes the colour of the release that was live before. */
static void say_what_ends(struct environment *environment)
{
	const struct environment_state *state = &environment->state;
	const struct release *previous = &state->previous;
	int64_t kept_ms = clock_wall_ms() - state->live.since;
	char keep[WORDS_SIZE], kept[WORDS_SIZE];

	if (!state->has_live || !state->has_previous || state->in_place ||
	    !environment_runs(environment, state->candidate.colour, previous))
		return;
	if (kept_ms >= environment->config->keep_ms)
		return;
	environment_note(
		environment, true,
		"%s takes %s, which ends the warm way back to %s "
		"after %s; it was to be kept for %s",
		state->candidate.version, colour_name(state->candidate.colour),
		previous->version, words_duration(kept_ms / 1000 * 1000, kept),
		words_duration(environment->config->keep_ms, keep));
}

static void make_room(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	const struct release *candidate = &environment->state.candidate;
	char *reason;

	if (err) {
		operation_finish(operation, err);
		return;
	}
	say_what_ends(environment);
	reason = xasprintf("makes room for %s", candidate->version);
	operation_stop(operation, candidate->colour, reason, room_made);
	free(reason);
}

void environment_start_candidate(struct environment *environment,
				 environment_done *done, void *data)
{
	struct operation *operation =
		environment_deployment_operation(environment, done, data);
	const struct environment_state *state = &environment->state;
	struct error err = ERROR_INIT;

	if (!operation)
		return;
	if (environment_open_traffic(environment, &err) < 0) {
		operation_finish(operation, &err);
		error_clear(&err);
		return;
	}
	if (!state->has_live || state->in_place ||
	    !(state->split[state->candidate.colour] > 0)) {
		make_room(operation, NULL);
		return;
	}
	/* A deployment that died left traffic there. */
	operation->move.reason = "an interrupted deployment is ended";
	set_split(operation, state->live.colour, 100);
	operation_move(operation, make_room);
}

static struct event *finished_event(struct environment *environment,
				    const char *outcome, const char *text)
{
	struct event *event =
		environment_event(environment, EVENT_DEPLOY_FINISHED);

	event_set(event, "outcome", outcome);
	event_set(event, "text", text);
	return event;
}

static void promoted(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (!err && environment->sampler.watching)
		environment_emit_owned(
			environment, environment_readiness_event(environment));
	operation_finish(operation, err);
}

static void append_promotion(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	struct release live = {0};
	char *text = xasprintf("%s is live on %s", state->candidate.version,
			       colour_name(state->candidate.colour));
	struct event *event = finished_event(environment, "passed", text);

	release_copy(&live, &state->candidate);
	live.since = clock_wall_ms();
	if (operation->person) {
		free(live.person);
		live.person = xstrdup(operation->person);
	}
	event_set_json_owned(event, "live", release_encode(&live));
	if (state->has_live)
		event_set_json_owned(event, "previous",
				     release_encode(&state->live));
	environment_append_owned(environment, event);
	release_clear(&live);
	free(text);
}

static void promotion_locked(struct operation *operation,
			     const struct error *err)
{
	struct error moved = ERROR_INIT;

	if (err) {
		operation_finish(operation, err);
		return;
	}
	if (environment_check_epoch(operation->environment, &moved) < 0) {
		operation_finish(operation, &moved);
		error_clear(&moved);
		return;
	}
	append_promotion(operation);
	operation_commit(operation, false, promoted);
}

static void promotion_settled(struct operation *operation,
			      const struct error *err)
{
	if (err) {
		operation_finish(operation, err);
		return;
	}
	operation_lock(operation, promotion_locked);
}

static void promotion_unveiled(struct operation *operation,
			       const struct error *err)
{
	(void)err;
	operation_settle_ours(operation, promotion_settled);
}

void environment_promote(struct environment *environment, const char *person,
			 environment_done *done, void *data)
{
	struct operation *operation =
		environment_deployment_operation(environment, done, data);
	const struct environment_state *state = &environment->state;
	struct error err = ERROR_INIT;

	if (!operation)
		return;
	operation->person = xstrdup_null(person);
	if (!state->in_place && state->split[state->candidate.colour] < 100)
		error_set(&err, ERROR_REFUSED,
			  "%s has not all of the traffic yet",
			  state->candidate.version);
	else if (state->unproven[state->candidate.colour] ||
		 !release_is(&state->running[state->candidate.colour],
			     &state->candidate))
		error_set(&err, ERROR_REFUSED,
			  "%s was not healthy on %s since it was started",
			  state->candidate.version,
			  colour_name(state->candidate.colour));
	if (err.code) {
		operation_finish(operation, &err);
		error_clear(&err);
		return;
	}
	preview_close(operation, promotion_unveiled);
}

static void abandoned(struct operation *operation, const struct error *err)
{
	operation_finish(operation,
			 operation->why.code ? &operation->why : err);
}

static void abandon_locked(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (err) {
		operation_finish(operation, err);
		return;
	}
	environment_append_owned(environment,
				 finished_event(environment,
						state_name(operation->outcome),
						operation->reason));
	operation_commit(operation, true, abandoned);
}

/* The old release is back, or could not be; either way it is over. */
static void old_one_back(struct operation *operation, const struct error *err)
{
	if (err && !operation->why.code)
		error_set(&operation->why, err->code, "%s", error_text(err));
	operation_lock(operation, abandon_locked);
}

static void candidate_gone(struct operation *operation, const struct error *err)
{
	const struct environment_state *state = &operation->environment->state;

	if (!err && state->in_place && state->has_live &&
	    !state->running[state->live.colour].version)
		operation_start(operation, state->live.colour, &state->live,
				old_one_back);
	else
		old_one_back(operation, err);
}

static void stop_candidate(struct operation *operation, const struct error *err)
{
	const struct environment_state *state = &operation->environment->state;
	enum colour colour = state->candidate.colour;

	if (err) {
		operation_finish(operation, err);
		return;
	}
	/* In place and not yet begun: what runs there is the live one. What
	 * was adopted did not make room, and was told of by then. */
	if (state->running[colour].adopted ||
	    (state->in_place && state->has_live &&
	     environment_runs(operation->environment, colour, &state->live)))
		old_one_back(operation, NULL);
	else
		operation_stop(operation, colour, operation->reason,
			       candidate_gone);
}

static void take_back(struct operation *operation, const struct error *err);

/* A proxy that has died is started again, with everything on the live one. */
static void taken_back(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (!err || err->code == ERROR_REFUSED || operation->tried_again) {
		stop_candidate(operation, err);
		return;
	}
	environment_note(environment, true,
			 "%s; making sure that the proxy runs",
			 error_text(err));
	operation->tried_again = true;
	error_clear(&operation->why); /* err itself, perhaps */
	operation_ensure(operation, initial_split(&environment->state),
			 take_back);
}

static void take_back(struct operation *operation, const struct error *err)
{
	if (err) {
		operation_finish(operation, err);
		return;
	}
	operation->move.reason = operation->reason;
	set_split(operation, operation->environment->state.live.colour, 100);
	operation_move(operation, taken_back);
}

static void live_is_whole(struct operation *operation, const struct error *err)
{
	if (err)
		environment_note(operation->environment, true,
				 "what was live goes on with what runs of it: "
				 "%s",
				 error_text(err));
	take_back(operation, NULL);
}

void environment_abandon(struct environment *environment, enum state outcome,
			 const char *reason, environment_done *done, void *data)
{
	struct operation *operation =
		environment_deployment_operation(environment, done, data);
	const struct environment_state *state = &environment->state;
	enum colour colour = state->candidate.colour;

	if (!operation)
		return;
	operation->outcome = outcome;
	operation->reason = xstrdup(reason);
	if (state->in_place || !state->has_live ||
	    !(state->split[colour] > 0)) {
		stop_candidate(operation, NULL);
		return;
	}
	/* Some of it made room for the candidate. */
	if (!environment_is_up(environment, state->live.colour) &&
	    environment_runs_partly(environment, state->live.colour,
				    &state->live))
		operation_start(operation, state->live.colour, &state->live,
				live_is_whole);
	else
		take_back(operation, NULL);
}
