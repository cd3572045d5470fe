/* SPDX-License-Identifier: MIT */
/* The way back, measured: all traffic goes where a rollback would take it, and
 * returns. What is live stays what it was throughout, so that whoever finds a
 * drill cut off knows where the traffic belongs. */
#include "delivery/operation.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "delivery/words.h"

#define LOOK_EVERY_MS 250
/* As after a rollback: what failed meanwhile is known so much later. */
#define MEASURE_MS 300

static int refuse(struct environment *environment, struct error *err)
{
	const struct environment_state *state = &environment->state;
	struct readiness readiness;

	if (!state->has_live)
		return error_set(err, ERROR_REFUSED,
				 "%s: nothing is recorded as live",
				 environment->name);
	if (state->has_candidate)
		return error_set(err, ERROR_REFUSED,
				 "%s: a deployment of %s is under way",
				 environment->name, state->candidate.version);
	if (state->drilling)
		return error_set(err, ERROR_REFUSED,
				 "%s: an earlier drill was cut off and its "
				 "traffic is not back; `signalbox up %s`",
				 environment->name, environment->name);
	environment_readiness(environment, &readiness);
	if (!readiness.ready || readiness.colour == (int)state->live.colour)
		return error_set(err, ERROR_REFUSED,
				 "%s: a drill needs a warm way back: %s",
				 environment->name, readiness.text);
	/* There would be no way to return. */
	if (!environment_runs(environment, state->live.colour, &state->live))
		return error_set(err, ERROR_REFUSED,
				 "%s: %s, which is live on %s, does not run; "
				 "`signalbox rollback %s`",
				 environment->name, state->live.version,
				 colour_name(state->live.colour),
				 environment->name);
	return 0;
}

static void end(struct operation *operation, const struct error *err)
{
	(void)err;
	operation_finish(operation,
			 operation->why.code ? &operation->why : NULL);
}

/* Of two that failed the first is told. */
static void keep_why(struct operation *operation, const struct error *err)
{
	if (err != &operation->why && !operation->why.code)
		error_set(&operation->why, err->code, "%s", error_text(err));
}

static char *sentence(const struct operation *operation)
{
	const struct drill *drill = &operation->drill;
	char all[NUMBER_TEXT_SIZE], failed[NUMBER_TEXT_SIZE];
	struct str text = STR_INIT;

	str_addf(&text,
		 "drill: on %s in %" PRId64 " ms, back on %s in %" PRId64 " ms",
		 colour_name(operation->colour), drill->away_ms,
		 colour_name(colour_other(operation->colour)), drill->back_ms);
	if (!drill->counted) {
		str_add(&text, "; how many requests failed is not known");
		return str_detach(&text);
	}
	str_addf(&text, "; failed by it: %s of %s",
		 number_grouped(drill->failed, failed),
		 number_grouped(drill->requests, all));
	str_addf(&text, "; failed by %s: %s", operation->release.version,
		 number_grouped(drill->errors, failed));
	return str_detach(&text);
}

static void append_finished(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct drill *drill = &operation->drill;
	struct event *event =
		environment_event(environment, EVENT_DRILL_FINISHED);
	bool failed = operation->why.code != ERROR_NONE;
	char *text =
		failed ? xasprintf("the drill failed: %s; the traffic is "
				   "%son %s",
				   error_text(&operation->why),
				   drill->back_ms < 0 ? "" : "back ",
				   colour_name(colour_other(operation->colour)))
		       : sentence(operation);

	event_set(event, "outcome", failed ? "failed" : "passed");
	if (drill->away_ms >= 0)
		event_set_int(event, "ms", drill->away_ms);
	if (drill->back_ms >= 0)
		event_set_int(event, "back-ms", drill->back_ms);
	if (drill->counted) {
		event_set_int(event, "requests", drill->requests);
		event_set_int(event, "failed", drill->failed);
		event_set_int(event, "failed-by-release", drill->errors);
	}
	event_set(event, "text", text);
	environment_append_owned(environment, event);
	free(text);
}

static int64_t total(const struct traffic_sample *sample)
{
	return sample->colours[COLOUR_BLUE].requests +
	       sample->colours[COLOUR_GREEN].requests;
}

static void measured(struct operation *operation, const struct error *err)
{
	const struct traffic_sample *last =
		&operation->environment->sampler.last;
	struct drill *drill = &operation->drill;
	int at = (int)operation->colour;

	drill->requests = total(last) - total(&drill->before);
	drill->failed = last->failed - drill->before.failed;
	drill->errors =
		last->colours[at].errors - drill->before.colours[at].errors;
	/* A proxy that was started again counts anew. */
	drill->counted = !err && drill->requests >= 0 && drill->failed >= 0 &&
			 drill->errors >= 0;
	append_finished(operation);
	operation_record(operation, end);
}

static void time_passed(struct operation *operation, const struct error *err)
{
	(void)err;
	operation_sample(operation, measured);
}

/* "100 % of the traffic of production is still" */
static char *what_is_away(const struct operation *operation)
{
	const struct environment *environment = operation->environment;
	double away = environment->state.split[operation->colour];
	char percent[WORDS_SIZE];

	if (isnan(away))
		return xasprintf("an unknown part of the traffic of %s is",
				 environment->name);
	return xasprintf("%s of the traffic of %s is still",
			 words_percent(away, percent), environment->name);
}

/* Not back: the record stays open, for the recovery and for `up`. */
static void stay(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	char *what = what_is_away(operation);
	struct error why = ERROR_INIT;

	error_set(&why, err->code,
		  "%s on %s, which runs %s: %s; when %s is well: `signalbox up "
		  "%s`",
		  what, colour_name(operation->colour),
		  operation->release.version, error_text(err),
		  colour_name(environment->state.live.colour),
		  environment->name);
	operation_finish(operation, &why);
	error_clear(&why);
	free(what);
}

static void came_back(struct operation *operation, const struct error *err)
{
	const struct environment_state *state = &operation->environment->state;

	if (err && operation->environment->moved) {
		operation_finish(operation, err);
	} else if (err && !(state->split[state->live.colour] >= 100)) {
		stay(operation, err);
	} else {
		if (err) /* it was never away, or is back all the same */
			keep_why(operation, err);
		else
			operation->drill.back_ms = operation->move.ms;
		operation_pause(operation, MEASURE_MS, time_passed);
	}
}

static void set_move(struct operation *operation, enum colour to)
{
	operation->move = (struct move){
		.reason = "drill",
		.person = operation->person,
		.passing = to == operation->colour,
	};
	operation->move.to[to] = 100;
}

static void return_traffic(struct operation *operation)
{
	set_move(operation, operation->environment->state.live.colour);
	operation_move(operation, came_back);
}

static void stay_away(struct operation *operation);

static void looked(struct operation *operation, const struct error *err)
{
	const struct sampler *sampler = &operation->environment->sampler;
	const struct drill *drill = &operation->drill;

	if (err)
		keep_why(operation, err);
	else if (!sampler->last.colours[operation->colour].up)
		error_set(&operation->why, ERROR_FAILED,
			  "%s went down under the traffic",
			  colour_name(operation->colour));
	if (operation->why.code || drill->returns ||
	    clock_monotonic_us() >= drill->until_us)
		return_traffic(operation);
	else
		stay_away(operation);
}

static void look(struct operation *operation, const struct error *err)
{
	(void)err;
	operation_sample(operation, looked);
}

static void stay_away(struct operation *operation)
{
	int64_t left_ms =
		(operation->drill.until_us - clock_monotonic_us() + 999) / 1000;

	operation_pause(operation,
			operation->drill.returns  ? 0
			: left_ms < LOOK_EVERY_MS ? left_ms
						  : LOOK_EVERY_MS,
			look);
}

static void moved_away(struct operation *operation, const struct error *err)
{
	struct drill *drill = &operation->drill;

	if (err && operation->environment->moved) {
		operation_finish(operation, err);
	} else if (err) {
		keep_why(operation, err);
		return_traffic(operation);
	} else {
		drill->away_ms = operation->move.ms;
		drill->until_us = clock_monotonic_us() + drill->hold_ms * 1000;
		stay_away(operation);
	}
}

/* It is on the disk with the change that follows it. */
static void append_started(struct operation *operation)
{
	struct environment *environment = operation->environment;
	struct event *event =
		environment_event(environment, EVENT_DRILL_STARTED);

	environment_set_epoch(environment, event);
	event_set(event, "colour", colour_name(operation->colour));
	event_set(event, "from", environment->state.live.version);
	event_set(event, "to", operation->release.version);
	event_set(event, "person", operation->person);
	environment_append_owned(environment, event);
}

static void sampled(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	struct error why = ERROR_INIT;

	if (err || refuse(environment, &why) < 0) {
		operation_finish(operation, err ? err : &why);
		error_clear(&why);
		return;
	}
	operation->drill.before = environment->sampler.last;
	append_started(operation);
	set_move(operation, operation->colour);
	operation_move(operation, moved_away);
}

void environment_drill(struct environment *environment, const char *person,
		       int64_t hold_ms, environment_done *done, void *data)
{
	struct operation *operation = operation_new(environment, done, data);
	struct error err = ERROR_INIT;

	if (!operation)
		return;
	if (environment_check_epoch(environment, &err) < 0 ||
	    refuse(environment, &err) < 0 ||
	    environment_open_traffic(environment, &err) < 0) {
		operation_finish(operation, &err);
		error_clear(&err);
		return;
	}
	operation->person = xstrdup_null(person);
	operation->colour = colour_other(environment->state.live.colour);
	release_copy(&operation->release,
		     environment_way_back(&environment->state));
	operation->drill.is = true;
	operation->drill.hold_ms = hold_ms;
	operation->drill.away_ms = operation->drill.back_ms = -1;
	operation_sample(operation, sampled);
}

void environment_drill_return(struct environment *environment)
{
	struct operation *operation = environment->operation;

	if (!operation || !operation->drill.is)
		return;
	operation->drill.returns = true;
	if (operation->awaiting == AWAITING_TIMER)
		timer_set_in(operation->timer, 0);
}

void drill_append_cut_off(struct environment *environment)
{
	struct event *event =
		environment_event(environment, EVENT_DRILL_FINISHED);

	event_set(event, "outcome", "failed");
	event_setf(event, "text",
		   "the drill was cut off; the traffic is back on %s",
		   colour_name(environment->state.live.colour));
	environment_append_owned(environment, event);
}

static void recovered(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	if (err) {
		environment_note(environment, true,
				 "a drill was cut off and its traffic is not "
				 "back: %s; `signalbox up %s`",
				 error_text(err), environment->name);
		operation_finish(operation, NULL);
		return;
	}
	drill_append_cut_off(environment);
	operation_record(operation, operation_finish);
}

bool drill_is_cut_off(const struct environment *environment)
{
	char *holder;
	bool is;

	if (!environment->state.drilling)
		return false;
	holder = environment_holder(environment);
	is = holder == NULL;
	free(holder);
	return is;
}

void drill_recover(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	struct error err = ERROR_INIT;

	if (environment->run_lock < 0) {
		if (environment_acquire_to_mend(environment, &err) < 0) {
			error_clear(&err); /* somebody else mends it */
			operation_finish(operation, NULL);
			return;
		}
		operation->gives_back = true;
	}
	if (!state->drilling) {
		operation_finish(operation, NULL);
		return;
	}
	if (!environment_runs(environment, state->live.colour, &state->live)) {
		error_set(&err, ERROR_FAILED, "%s does not run on %s",
			  state->live.version, colour_name(state->live.colour));
		recovered(operation, &err);
		error_clear(&err);
		return;
	}
	operation->move.reason = "a drill was cut off";
	operation->move.to[state->live.colour] = 100;
	operation_move(operation, recovered);
}
