/* SPDX-License-Identifier: MIT */
/* The way back: waits for no gate, window, run, disk or text. */
#include "delivery/operation.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/epoch.h"
#include "base/number.h"
#include "delivery/lock.h"
#include "delivery/words.h"

/* After the weights are written: what was begun on the colour left, and what
 * failed meanwhile, is known so much later. */
#define MEASURE_MS 300

const struct release *
environment_way_back(const struct environment_state *state)
{
	if (state->has_candidate)
		return state->has_live ? &state->live : NULL;
	return state->has_previous ? &state->previous : NULL;
}

static const struct release *destination(const struct environment *environment,
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
		 release_is(release, &state->live)) {
		error_set(err, ERROR_REFUSED, "%s is live in %s already",
			  release->version, environment->name);
		return NULL;
	}
	return release;
}

bool environment_runs(const struct environment *environment, enum colour colour,
		      const struct release *release)
{
	const struct target *target = &environment->targets[colour];

	return release_is(&environment->state.running[colour], release) &&
	       target->ops->is_alive(target);
}

int environment_warm_colour(const struct environment *environment,
			    const struct release *release)
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		/* Its own colour first: both may run the same release. */
		enum colour colour =
			i ? colour_other(release->colour) : release->colour;

		if (environment_runs(environment, colour, release))
			return (int)colour;
	}
	return -1;
}

/* Not the one that serves most now, so that nothing fails meanwhile. */
static enum colour cold_colour(const struct environment *environment,
			       const struct release *release)
{
	const double *split = environment->state.split;

	if (split[COLOUR_BLUE] > split[COLOUR_GREEN])
		return COLOUR_GREEN;
	if (split[COLOUR_GREEN] > split[COLOUR_BLUE])
		return COLOUR_BLUE;
	return release->colour;
}

static int64_t requests_of(const struct sampler *sampler, enum colour colour)
{
	return sampler->last.colours[colour].requests -
	       sampler->base.colours[colour].requests;
}

static int64_t errors_of(const struct sampler *sampler, enum colour colour)
{
	return sampler->last.colours[colour].errors -
	       sampler->base.colours[colour].errors;
}

/* The proxy's clock is this host's, whatever ours was fixed to for a test. */
static int64_t true_wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t left_ms(const struct operation *operation)
{
	const struct environment *environment = operation->environment;
	int64_t asked_wall_us =
		true_wall_us() - (clock_monotonic_us() - operation->asked_us);
	int64_t begun_us = traffic_last_begun_us(
		environment->traffic, colour_other(operation->colour));

	if (!begun_us || begun_us < asked_wall_us)
		return 0;
	return (begun_us - asked_wall_us + 999) / 1000;
}

static char *sentence(const struct operation *operation, int64_t requests,
		      int64_t failed_by_candidate)
{
	const struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	char all[NUMBER_TEXT_SIZE], failed[NUMBER_TEXT_SIZE];
	struct str text = STR_INIT;

	str_addf(&text, "back on %s in %" PRId64 " ms",
		 colour_name(operation->colour), operation->move.ms);
	if (environment->sampler.has_last)
		str_addf(&text, "; failed by the shift: %s of %s",
			 number_grouped(environment->shift_failed, failed),
			 number_grouped(requests, all));
	if (environment->sampler.has_last && state->has_candidate)
		str_addf(&text, "; failed by %s: %s", state->candidate.version,
			 number_grouped(failed_by_candidate, failed));
	return str_detach(&text);
}

/* What is live afterwards. Leaving a candidate changes nothing but, when it
 * had to be started elsewhere, the colour. */
static void set_records(struct operation *operation, struct event *event)
{
	const struct environment_state *state = &operation->environment->state;
	const struct release *live = state->has_live ? &state->live : NULL;
	struct release now = {0};
	bool same = live && release_is(live, &operation->release);

	release_copy(&now, &operation->release);
	now.colour = operation->colour;
	if (!same)
		now.since = clock_wall_ms();
	event_set_json_owned(event, "live", release_encode(&now));
	if (live && !same)
		event_set_json_owned(event, "previous", release_encode(live));
	release_clear(&now);
}

static struct event *finished_event(struct operation *operation,
				    const char *outcome)
{
	struct event *event = environment_event(operation->environment,
						EVENT_ROLLBACK_FINISHED);

	event_set(event, "outcome", outcome);
	event_set(event, "colour", colour_name(operation->colour));
	event_set_bool(event, "unsynced", operation->move.unsynced);
	return event;
}

static void append_finished(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	const struct sampler *sampler = &environment->sampler;
	enum colour left = colour_other(operation->colour);
	struct event *event = finished_event(operation, "passed");
	int64_t requests = requests_of(sampler, COLOUR_BLUE) +
			   requests_of(sampler, COLOUR_GREEN);
	int64_t by_candidate =
		state->has_candidate ? errors_of(sampler, left) : 0;
	char *text = sentence(operation, requests, by_candidate);

	event_set_int(event, "ms", operation->move.ms);
	if (sampler->has_last)
		event_set_int(event, "left-ms", left_ms(operation));
	event_set_int(event, "requests", requests);
	event_set_int(event, "failed-by-shift", environment->shift_failed);
	event_set_int(event, "failed-by-candidate", by_candidate);
	if (state->has_candidate)
		event_set(event, "candidate", state->candidate.version);
	event_set_int(event, "sessions",
		      sampler->has_last ? sampler->last.colours[left].sessions
					: 0);
	event_set(event, "text", text);
	set_records(operation, event);
	environment_append_owned(environment, event);
	free(text);
}

static void let_go(struct environment *environment)
{
	lock_release(environment->rollback_lock);
	environment->rollback_lock = -1;
}

static void told(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	(void)err;
	let_go(environment);
	if (environment->sampler.watching)
		environment_emit_owned(
			environment, environment_readiness_event(environment));
	operation_finish(operation,
			 operation->why.code ? &operation->why : NULL);
}

static void fail(struct operation *operation, const struct error *err)
{
	struct event *event = finished_event(operation, "failed");
	char *text = xasprintf("rollback failed: %s", error_text(err));

	if (!operation->why.code)
		error_set(&operation->why, err->code, "%s", error_text(err));
	event_set_int(event, "ms",
		      (clock_monotonic_us() - operation->asked_us) / 1000);
	event_set(event, "text", text);
	free(text);
	environment_append_owned(operation->environment, event);
	operation_record(operation, told);
}

static void cut(struct operation *operation, const struct error *err)
{
	if (err)
		environment_note(operation->environment, true,
				 "the sessions open on %s were not ended: %s",
				 colour_name(colour_other(operation->colour)),
				 error_text(err));
	append_finished(operation);
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

static void append_started(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	struct event *event =
		environment_event(environment, EVENT_ROLLBACK_STARTED);

	event_set_int(event, "epoch", epoch_read(environment->folder));
	event_set(event, "colour", colour_name(operation->colour));
	event_set(event, "from",
		  state->has_candidate ? state->candidate.version
		  : state->has_live    ? state->live.version
				       : "");
	event_set(event, "to", operation->release.version);
	event_set(event, "kind", operation->cold ? "cold" : "warm");
	event_set(event, "by", operation->by);
	event_set(event, "person", operation->person);
	event_set(event, "reason", operation->reason);
	if (operation->run)
		event_set_int(event, "run", operation->run);
	environment_append_owned(environment, event);
}

static void start_recorded(struct operation *operation, const struct error *err)
{
	char *reason = xasprintf("makes room for %s, rolled back to",
				 operation->release.version);

	(void)err;
	operation_stop(operation, operation->colour, reason, cold_room_made);
	free(reason);
}

/* A disk that refuses even this leaves nothing to stop others with. */
static void raise_fence(struct environment *environment)
{
	if (epoch_raise(environment->folder) > epoch_read(environment->folder))
		environment_note(environment, true,
				 "what stops a deployment under way cannot be "
				 "written; should one move the traffic again, "
				 "end it: signalbox cancel RUN");
}

/* Under the write lock, or without it when its holder does not let go: the
 * fence is raised either way. */
static void fenced(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (err)
		environment_note(environment, true, "%s; rolling back anyway",
				 error_text(err));
	raise_fence(environment);
	environment->moved = true;
	append_started(operation);
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
	char *why =
		xasprintf("%s: rolled back by %s at %s", environment->name,
			  request->person ? request->person : "the analysis",
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
	char *holder =
		xasprintf("rolled back by %s",
			  request->person ? request->person : "the analysis");

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

	release = destination(environment, request->to, &err);
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
	operation->run = request->run;
	operation->asked_us =
		request->asked_us ? request->asked_us : clock_monotonic_us();
	release_copy(&operation->release, release);
	begin(operation);
}
