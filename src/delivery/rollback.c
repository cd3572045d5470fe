/* SPDX-License-Identifier: MIT */
/* The way back: waits for no gate, window, run, disk or text. */
#include "delivery/operation.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/epoch.h"
#include "delivery/lock.h"
#include "delivery/words.h"

/* After the weights are written: what was begun on the colour left, and what
 * failed meanwhile, is known so much later. */
#define MEASURE_MS 300

static const struct release *destination(struct environment *environment,
					 const char *to, struct error *err)
{
	const struct environment_state *state = &environment->state;
	const struct release *release = to ? environment_state_find(state, to)
					   : environment_way_back(state);

	if (!release && to)
		error_set(err, ERROR_NOT_FOUND,
			  "%s was never live in %s; `signalbox history %s` "
			  "lists what was",
			  to, environment->name, environment->name);
	else if (!release)
		error_set(err, ERROR_REFUSED,
			  "%s has nothing to go back to: nothing else was "
			  "ever live there",
			  environment->name);
	else if (!state->has_candidate && state->has_live &&
		 release_is(release, &state->live) &&
		 (to || release->colour == state->live.colour)) {
		error_set(err, ERROR_REFUSED, "%s is live in %s already",
			  release->version, environment->name);
		return NULL;
	}
	if (release && release->adopted &&
	    environment_warm_colour(environment, release) < 0) {
		error_set(err, ERROR_REFUSED,
			  "%s was adopted and does not run any more; who "
			  "started it has to start it again",
			  release->version);
		return NULL;
	}
	if (release && environment_warm_colour(environment, release) < 0 &&
	    environment_check_kind(environment, release, err) < 0)
		return NULL;
	return release;
}

/* Not the one that serves most now, so that nothing fails meanwhile. */
static enum colour cold_colour(const struct environment *environment,
			       const struct release *release)
{
	const double *split = environment->state.split;

	if (environment_runs_partly(environment, release->colour, release))
		return release->colour;
	if (split[COLOUR_BLUE] > split[COLOUR_GREEN])
		return COLOUR_GREEN;
	if (split[COLOUR_GREEN] > split[COLOUR_BLUE])
		return COLOUR_BLUE;
	return release->colour;
}

static void let_go(struct environment *environment)
{
	lock_release(environment->rollback_lock);
	environment->rollback_lock = -1;
}

static void end(struct operation *operation, const struct error *err)
{
	(void)err;
	operation_finish(operation,
			 operation->why.code ? &operation->why : NULL);
}

/* All is done and recorded: who looked at what was left is turned away. */
static void told(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	(void)err;
	let_go(environment);
	if (environment->sampler.watching)
		environment_emit_owned(
			environment, environment_readiness_event(environment));
	/* A slow disk may not have the record yet: it is left all the same. */
	if (operation->why.code)
		end(operation, NULL);
	else
		preview_close(operation, end);
}

static void fail(struct operation *operation, const struct error *err)
{
	if (!operation->why.code)
		error_set(&operation->why, err->code, "%s", error_text(err));
	rollback_append_failed(operation, err);
	operation_record(operation, told);
}

static void cut(struct operation *operation, const struct error *err)
{
	if (err)
		environment_note(operation->environment, true,
				 "the sessions open on %s were not ended: %s",
				 colour_name(colour_other(operation->colour)),
				 error_text(err));
	rollback_append_finished(operation);
	operation_record(operation, told);
}

static void measured(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	(void)err;
	if (environment->sampler.has_last)
		environment->shift_failed +=
			environment->sampler.last.failed -
			environment->failed_before_measuring;
	if (environment->config->sessions == SESSIONS_CUT)
		operation_cut(operation, colour_other(operation->colour), cut);
	else
		cut(operation, NULL);
}

static void time_passed(struct operation *operation, const struct error *err)
{
	(void)err;
	operation_sample(operation, measured);
}

static void settled(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (err)
		environment_note(environment, true,
				 "the weights were not written where a reload "
				 "reads them: %s",
				 error_text(err));
	environment->failed_before_measuring = environment->sampler.last.failed;
	operation_pause(operation, MEASURE_MS, time_passed);
}

static void shift_back(struct operation *operation);

static void proxy_is_back(struct operation *operation, const struct error *err)
{
	if (err)
		fail(operation, err);
	else
		shift_back(operation);
}

/* A proxy that has died is started again, with everything on the colour. */
static void start_proxy(struct operation *operation, const struct error *why,
			operation_step *next)
{
	struct traffic_split initial = {{0}, {0}};

	environment_note(operation->environment, true,
			 "%s; making sure that the proxy runs",
			 error_text(why));
	initial.percent[operation->colour] = 100;
	operation_ensure(operation, initial, next);
}

static void moved_back(struct operation *operation, const struct error *err)
{
	if (err && operation->tried_again) {
		fail(operation, err);
	} else if (err) {
		operation->tried_again = true;
		start_proxy(operation, err, proxy_is_back);
		error_clear(&operation->why); /* err itself, perhaps */
	} else {
		operation_settle(operation, settled);
	}
}

static void shift_back(struct operation *operation)
{
	struct move *move = &operation->move;

	move->reason = operation->reason ? operation->reason : "rollback";
	move->person = operation->person;
	move->asked_us = operation->asked_us;
	/* A person may go back to what the proxy holds for down. */
	move->force = operation->person != NULL;
	move->to[operation->colour] = 100;
	move->to[colour_other(operation->colour)] = 0;
	operation_move(operation, moved_back);
}

static void cold_routed(struct operation *operation, const struct error *err)
{
	if (err)
		fail(operation, err);
	else
		shift_back(operation);
}

static void cold_started(struct operation *operation, const struct error *err)
{
	struct traffic_split initial = {{0}, {0}};

	if (err) {
		fail(operation, err);
		return;
	}
	initial.percent[operation->colour] = 100;
	operation_ensure(operation, initial, cold_routed);
}

static void cold_room_made(struct operation *operation, const struct error *err)
{
	if (err)
		fail(operation, err);
	else
		operation_start(operation, operation->colour,
				&operation->release, cold_started);
}

/* That the traffic stayed there keeps nobody from going back. */
static void stop_old(struct operation *operation, const struct error *err)
{
	char *reason = xasprintf("makes room for %s, rolled back to",
				 operation->release.version);

	(void)err;
	/* What is left of it goes on serving. */
	if (environment_runs_partly(operation->environment, operation->colour,
				    &operation->release))
		cold_room_made(operation, NULL);
	else
		operation_stop(operation, operation->colour, reason,
			       cold_room_made);
	free(reason);
}

/* What still goes to the colour goes to the other one first, which runs. */
static void start_recorded(struct operation *operation, const struct error *err)
{
	const struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	enum colour other = colour_other(operation->colour);

	(void)err;
	if (!(state->split[operation->colour] > 0) || state->unproven[other] ||
	    environment_runs_partly(environment, operation->colour,
				    &operation->release) ||
	    !environment_serves(environment, other)) {
		stop_old(operation, NULL);
		return;
	}
	operation->move.reason = "rollback";
	operation->move.person = operation->person;
	operation->move.to[other] = 100;
	operation->move.to[operation->colour] = 0;
	operation_move(operation, stop_old);
}

/* A disk that refuses even this leaves nothing to stop others with. */
static void raise_fence(struct environment *environment)
{
	if (!epoch_raise(environment->folder))
		environment_note(environment, true,
				 "what stops a deployment under way cannot be "
				 "written; should one move the traffic again, "
				 "end it: signalbox cancel RUN");
}

int environment_check_seen(const struct environment *environment, int64_t seen,
			   struct error *err)
{
	const struct environment_state *state = &environment->state;

	if (!seen || state->seq == seen)
		return 0;
	return error_set(
		err, ERROR_REFUSED,
		"%s has moved: it is at record %lld, not at %lld; the "
		"last that was done there: %s",
		environment->name, (long long)state->seq, (long long)seen,
		*state->last_text ? state->last_text : "nothing is known");
}

/* Under the write lock, or without it when its holder does not let go: the
 * fence is raised either way. */
static void fenced(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (!err && environment_check_seen(environment, operation->seen,
					   &operation->why) < 0) {
		let_go(environment);
		operation_finish(operation, &operation->why);
		return;
	}
	if (err)
		environment_note(environment, true, "%s; rolling back anyway",
				 error_text(err));
	raise_fence(environment);
	environment->moved = true;
	rollback_append_started(operation);
	if (operation->cold)
		operation_record(operation, start_recorded);
	else
		shift_back(operation);
}

static void proxy_started(struct operation *operation, const struct error *err)
{
	if (err)
		fail(operation, err);
	else
		operation_lock(operation, fenced);
}

static void proxy_inspected(struct operation *operation,
			    const struct error *err)
{
	/* A cold one starts the proxy when its colour is healthy. */
	if (err && !operation->cold)
		start_proxy(operation, err, proxy_started);
	else
		operation_lock(operation, fenced);
}

/* The text is for whoever waits for the operation that ends here. */
static void preempt(struct environment *environment,
		    const struct rollback_request *request)
{
	char time[WORDS_SIZE];
	char *why = xasprintf("%s: rolled back by %s at %s", environment->name,
			      words_roller(request->by, request->person),
			      words_time(clock_wall_ms(), time));

	environment_preempt(environment, why);
	free(why);
}

/* Says that a rollback is under way to whoever wants to deploy; that it
 * cannot be had stops nothing. */
static void take_lock(struct environment *environment,
		      const struct rollback_request *request)
{
	char *path = path_join(environment->folder, "rollback.lock");
	char *holder = xasprintf("rolled back by %s",
				 words_roller(request->by, request->person));

	if (environment->rollback_lock < 0)
		environment->rollback_lock = lock_take(path, holder, NULL);
	free(holder);
	free(path);
}

static void begin(struct operation *operation)
{
	struct environment *environment = operation->environment;
	int warm = environment_warm_colour(environment, &operation->release);

	operation->cold = warm < 0;
	operation->colour =
		warm < 0 ? cold_colour(environment, &operation->release)
			 : (enum colour)warm;
	if (environment->traffic_known)
		operation_lock(operation, fenced);
	else
		operation_inspect(operation, proxy_inspected);
}

void environment_rollback(struct environment *environment,
			  const struct rollback_request *request,
			  environment_done *done, void *data)
{
	struct error err = ERROR_INIT;
	const struct release *release;
	struct operation *operation;
	/* What cannot be read any more is rolled back by what is known. */
	int read = ledger_refresh(environment->ledger, NULL);

	release = environment_check_seen(environment, request->seen, &err) == 0
			  ? destination(environment, request->to, &err)
			  : NULL;
	if (!release || environment_open_traffic(environment, &err) < 0) {
		environment_tell_later(environment, done, data, &err);
		error_clear(&err);
		return;
	}
	preempt(environment, request);
	operation = operation_new(environment, done, data);
	if (read < 0)
		environment_note(environment, true,
				 "the journal cannot be read; going by what "
				 "was known");
	take_lock(environment, request);
	operation->urgent = true;
	operation->by = xstrdup(request->by);
	operation->person = xstrdup_null(request->person);
	operation->reason = xstrdup_null(request->reason);
	operation->spares = request->spares;
	operation->run = request->run;
	operation->seen = request->seen;
	operation->asked_us =
		request->asked_us ? request->asked_us : clock_monotonic_us();
	release_copy(&operation->release, release);
	begin(operation);
}
