/* SPDX-License-Identifier: MIT */
/* What is done to an environment between deployments: recover, up, down,
 * retire. */
#include "delivery/operation.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/lock.h"
#include "delivery/words.h"

static bool rollback_is_under_way(const struct environment *environment)
{
	char *path = path_join(environment->folder, "rollback.lock");
	char *holder = lock_holder(path);
	bool is = holder != NULL;

	free(path);
	free(holder);
	return is;
}

/* One of a rolling release, which has changed the shares. */
static bool is_in_a_batch(const struct environment *environment)
{
	const struct environment_state *state = &environment->state;

	return state->has_candidate && state->rolling && state->has_live &&
	       !environment_is_up(environment, state->live.colour);
}

static bool needs_mending(const struct environment *environment,
			  const struct traffic_split *split)
{
	const struct environment_state *state = &environment->state;

	return state->changing ||
	       (state->rolling_back && !rollback_is_under_way(environment)) ||
	       (state->has_live && drift_is(environment, split) &&
		!is_in_a_batch(environment));
}

static void append_rollback_end(struct environment *environment)
{
	struct event *event =
		environment_event(environment, EVENT_ROLLBACK_FINISHED);

	event_set(event, "outcome", "failed");
	event_set(event, "text",
		  "the rollback was interrupted; roll back again");
	environment_append_owned(environment, event);
}

/* What is true is known; a drill that was cut off goes back, and a preview
 * that was left open is closed. */
static void mended(struct operation *operation, const struct error *err)
{
	if (!err && drill_is_cut_off(operation->environment))
		drill_recover(operation);
	else if (!err && preview_is_stale(operation->environment))
		preview_close(operation, operation_finish);
	else
		operation_finish(operation, err);
}

static void truth_known(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	const struct traffic_split *split = &operation->move.got;

	if (err || !needs_mending(environment, split)) {
		mended(operation, err);
		return;
	}
	/* What a drill had set is not what is to be had again. */
	if (environment->options.minds_proxy &&
	    !drill_is_cut_off(environment) && drift_reapply(operation, mended))
		return;
	drift_append_truth(environment, split);
	if (environment->state.rolling_back &&
	    !rollback_is_under_way(environment))
		append_rollback_end(environment);
	operation_commit(operation, true, mended);
}

/* Under the lock: who was only in the midst of it has ended by now. */
static void recovery_locked(struct operation *operation,
			    const struct error *err)
{
	if (err)
		operation_finish(operation, err);
	else
		operation_inspect(operation, truth_known);
}

static void first_look(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (err && err->code == ERROR_NOT_FOUND) {
		if (environment->state.has_live &&
		    environment->options.minds_proxy)
			environment_note(environment, true,
					 "its proxy does not run; `signalbox "
					 "up %s`",
					 environment->name);
		operation_finish(operation, NULL);
	} else if (err || !needs_mending(environment, &operation->move.got)) {
		mended(operation, err);
	} else {
		operation_lock(operation, recovery_locked);
	}
}

static void targets_known(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	struct error why = ERROR_INIT;

	(void)err;
	if (environment_open_traffic(environment, &why) < 0)
		operation_finish(operation, &why);
	else
		operation_inspect(operation, first_look);
	error_clear(&why);
}

void environment_recover(struct environment *environment,
			 environment_done *done, void *data)
{
	struct operation *operation = operation_new(environment, done, data);

	if (!operation)
		return;
	/* Nothing was ever there: there is nothing to ask anybody. */
	if (!environment->state.seq)
		operation_finish(operation, NULL);
	else
		operation_look(operation, targets_known);
}

static struct traffic_split all_to(enum colour colour)
{
	struct traffic_split split = {{0}, {0}};

	split.percent[colour] = 100;
	return split;
}

static struct operation *upkeep_operation(struct environment *environment,
					  const char *person,
					  environment_done *done, void *data)
{
	struct operation *operation = operation_new(environment, done, data);
	struct error err = ERROR_INIT;

	if (!operation)
		return NULL;
	operation->person = xstrdup_null(person);
	if (environment_check_epoch(environment, &err) == 0 &&
	    environment_open_traffic(environment, &err) == 0)
		return operation;
	operation_finish(operation, &err);
	error_clear(&err);
	return NULL;
}

/* What is live has the traffic: a drill that was cut off is over, too. */
static void is_up(struct operation *operation, const struct error *err)
{
	if (err || !operation->environment->state.drilling) {
		operation_finish(operation, err);
		return;
	}
	drill_append_cut_off(operation->environment);
	operation_record(operation, operation_finish);
}

static void up_shifted(struct operation *operation, const struct error *err)
{
	if (err)
		operation_finish(operation, err);
	else
		operation_settle(operation, is_up);
}

static void up_inspected(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	enum colour live = environment->state.live.colour;

	if (err) {
		operation_finish(operation, err);
		return;
	}
	if (operation->move.got.percent[live] >= 100 &&
	    environment->state.split[live] >= 100) {
		is_up(operation, NULL);
		return;
	}
	operation->move.reason = "up";
	operation->move.person = operation->person;
	operation->move.to[live] = 100;
	operation_move(operation, up_shifted);
}

static void up_routed(struct operation *operation, const struct error *err)
{
	if (err)
		operation_finish(operation, err);
	else
		operation_inspect(operation, up_inspected);
}

static void up_started(struct operation *operation, const struct error *err)
{
	if (err)
		operation_finish(operation, err);
	else
		operation_ensure(
			operation,
			all_to(operation->environment->state.live.colour),
			up_routed);
}

static void up_room(struct operation *operation, const struct error *err)
{
	const struct release *live = &operation->environment->state.live;

	if (err)
		operation_finish(operation, err);
	else
		operation_start(operation, live->colour, live, up_started);
}

/* Something else runs where the live release is to be started: it may go,
 * unless people are served by it. */
static int check_room(const struct environment *environment, struct error *err)
{
	const struct environment_state *state = &environment->state;
	enum colour colour = state->live.colour;
	const char *running = state->running[colour].version;
	char percent[WORDS_SIZE];

	if (!environment->traffic_known || !(state->split[colour] > 0) ||
	    !environment_instances_up(environment, colour))
		return 0;
	return error_set(
		err, ERROR_REFUSED,
		"%s: %s has %s of the traffic and runs %s, and %s is recorded "
		"as live there: what has traffic is not stopped; %s%s%s",
		environment->name, colour_name(colour),
		words_percent(state->split[colour], percent),
		running ? running : "what is not known", state->live.version,
		state->has_candidate ? "`signalbox resume` moves it first"
				     : "`signalbox down ",
		state->has_candidate ? "" : environment->name,
		state->has_candidate ? "" : "` does that, and then up");
}

static void bring_up(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct release *live = &environment->state.live;
	struct error err = ERROR_INIT;

	if (environment_runs(environment, live->colour, live))
		up_started(operation, NULL);
	else if (live->adopted)
		error_set(&err, ERROR_REFUSED,
			  "%s was adopted: who started it has to start it "
			  "again",
			  live->version);
	else if (environment_runs_partly(environment, live->colour, live))
		up_room(operation, NULL); /* what is left of it serves */
	else if (check_room(environment, &err) == 0)
		operation_stop(operation, live->colour,
			       "the recorded release is started again",
			       up_room);
	if (err.code)
		operation_finish(operation, &err);
	error_clear(&err);
}

void environment_up(struct environment *environment, const char *person,
		    environment_done *done, void *data)
{
	struct operation *operation =
		upkeep_operation(environment, person, done, data);
	const struct environment_state *state = &environment->state;
	struct error err = ERROR_INIT;

	if (!operation)
		return;
	if (!state->has_live) {
		error_set(&err, ERROR_REFUSED,
			  "%s: nothing is recorded as live; release something "
			  "there first",
			  environment->name);
		operation_finish(operation, &err);
		error_clear(&err);
		return;
	}
	bring_up(operation);
}

static void green_stopped(struct operation *operation, const struct error *err)
{
	if (err && !operation->first.code)
		error_set(&operation->first, err->code, "%s", error_text(err));
	operation_finish(operation,
			 operation->first.code ? &operation->first : NULL);
}

static void blue_stopped(struct operation *operation, const struct error *err)
{
	if (err && !operation->first.code)
		error_set(&operation->first, err->code, "%s", error_text(err));
	operation_stop(operation, COLOUR_GREEN, operation->reason,
		       green_stopped);
}

/* What could be stopped is: one that cannot be must not keep the others. */
static void proxy_stopped(struct operation *operation, const struct error *err)
{
	if (err)
		error_set(&operation->first, err->code, "%s", error_text(err));
	operation->environment->traffic_known = false;
	operation_stop(operation, COLOUR_BLUE, operation->reason, blue_stopped);
}

void environment_down(struct environment *environment, const char *person,
		      environment_done *done, void *data)
{
	struct operation *operation =
		upkeep_operation(environment, person, done, data);

	if (!operation)
		return;
	operation->reason = xasprintf("taken down by %s", person);
	operation_stop_traffic(operation, proxy_stopped);
}

/* The colour that may be stopped, or an error that says why not. */
static int may_retire(const struct environment *environment, bool force,
		      enum colour *colour, struct error *err)
{
	const struct environment_state *state = &environment->state;
	int64_t kept = clock_wall_ms() - state->live.since;
	char text[WORDS_SIZE];

	if (!state->has_live || state->has_candidate)
		return error_set(err, ERROR_REFUSED,
				 "%s: no old colour is kept there",
				 environment->name);
	*colour = colour_other(state->live.colour);
	if (state->split[*colour] > 0)
		return error_set(err, ERROR_REFUSED, "%s has traffic",
				 colour_name(*colour));
	if (!force && kept < environment->config->keep_ms)
		return error_set(
			err, ERROR_REFUSED, "%s is kept for %s more",
			colour_name(*colour),
			words_duration((environment->config->keep_ms - kept) /
					       1000 * 1000,
				       text));
	return 0;
}

void environment_retire(struct environment *environment, bool force,
			const char *reason, environment_done *done, void *data)
{
	struct operation *operation =
		upkeep_operation(environment, NULL, done, data);
	struct error err = ERROR_INIT;
	enum colour colour = COLOUR_BLUE;

	if (!operation)
		return;
	if (may_retire(environment, force, &colour, &err) < 0) {
		operation_finish(operation, &err);
		error_clear(&err);
		return;
	}
	operation_stop(operation, colour, reason, operation_finish);
}
