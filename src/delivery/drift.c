/* SPDX-License-Identifier: MIT */
/*
 * Traffic that is not as it was set. What the proxy has lost (it was started
 * again, without the weights that were settled) or what a server that went
 * down has changed is set again; what other hands did is recorded, and never
 * fought.
 */
#include "delivery/operation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/epoch.h"
#include "delivery/words.h"

/* A share rounded to units is not what was asked for to the last digit. */
#define SHARE_SLACK 1.0
/* A server that comes and goes is not followed at each look. */
#define LOOKS_UNTIL_MENDED 2
#define MEND_AGAIN_MS 10000

static bool differs(const struct environment *environment,
		    const double percent[COLOUR_COUNT])
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		double known = environment->state.split[i];

		if (isnan(known) || fabs(known - percent[i]) > SHARE_SLACK)
			return true;
	}
	return false;
}

bool drift_is(const struct environment *environment,
	      const struct traffic_split *split)
{
	return differs(environment, split->percent);
}

static void append_note(struct environment *environment, char *text)
{
	struct event *event = environment_event(environment, EVENT_NOTE_ADDED);

	event_set(event, "text", text);
	event_set(event, "level", "warning");
	environment_append_owned(environment, event);
	free(text);
}

void drift_append_truth(struct environment *environment,
			const struct traffic_split *split)
{
	struct event *event =
		environment_event(environment, EVENT_TRAFFIC_CHANGED);
	char blue[WORDS_SIZE], green[WORDS_SIZE];

	environment->touched = !environment->state.changing;
	event_set_int(event, "epoch", environment->state.epoch);
	event_set_json_owned(event, "to", split_encode(split->percent));
	event_set_json_owned(event, "units", units_encode(split));
	event_set_bool(event, "recovered", true);
	environment_append_owned(environment, event);
	append_note(
		environment,
		xasprintf("%s: %s; the proxy has blue at %s, green at %s",
			  environment->name,
			  environment->state.changing
				  ? "a change of traffic was interrupted"
				  : "the traffic was changed by other hands",
			  words_percent(split->percent[COLOUR_BLUE], blue),
			  words_percent(split->percent[COLOUR_GREEN], green)));
}

/* The weights are those that were set: their shares are not. */
static bool has_lost_servers(const struct environment *environment, int blue,
			     int green)
{
	const int *units = environment->state.units;

	return blue >= 0 && green >= 0 && units[COLOUR_BLUE] == blue &&
	       units[COLOUR_GREEN] == green;
}

static const char *why_again(const struct operation *operation)
{
	const struct environment *environment = operation->environment;
	const int *units = operation->move.got.units;

	if (environment->state.changing || environment->state.rolling_back)
		return NULL;
	if (traffic_is_lost(environment->traffic))
		return "the proxy was started again and had lost its weights";
	if (has_lost_servers(environment, units[COLOUR_BLUE],
			     units[COLOUR_GREEN]))
		return "servers went down or came back";
	return NULL;
}

static void append_again(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const double *split = environment->state.split;
	char blue[WORDS_SIZE], green[WORDS_SIZE];

	append_note(environment,
		    xasprintf("%s: %s; blue at %s, green at %s is set again",
			      environment->name, operation->move.again,
			      words_percent(split[COLOUR_BLUE], blue),
			      words_percent(split[COLOUR_GREEN], green)));
}

bool drift_reapply(struct operation *operation, operation_step *next)
{
	struct environment *environment = operation->environment;
	struct move *move = &operation->move;

	move->again = why_again(operation);
	if (!move->again)
		return false;
	operation->minor = true;
	operation->mends = true;
	operation->epoch = epoch_read(environment->folder);
	move->reason = move->again;
	memcpy(move->to, environment->state.split, sizeof(move->to));
	append_again(operation);
	operation_move_locked(operation, next);
	return true;
}

static void mended(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;

	environment->sampler.drifted = 0;
	environment->sampler.mend_us = clock_monotonic_us();
	if (err) {
		environment->sampler.mend_us += MEND_AGAIN_MS * 1000;
		environment_note(environment, true,
				 "the traffic could not be set again: %s",
				 error_text(err));
	}
	operation_finish(operation, err);
}

static void truth_settled(struct operation *operation, const struct error *err)
{
	(void)err; /* a reload will be told of as another change */
	mended(operation, NULL);
}

static void truth_recorded(struct operation *operation, const struct error *err)
{
	if (err)
		mended(operation, err);
	else
		operation_settle(operation, truth_settled);
}

/* Whoever moved it under the lock has recorded it by now. */
static bool is_quiet(const struct environment *environment)
{
	const struct environment_state *state = &environment->state;

	return !state->changing && !state->rolling_back &&
	       (state->has_live || state->has_candidate) &&
	       !isnan(state->split[COLOUR_BLUE]) &&
	       !isnan(state->split[COLOUR_GREEN]);
}

static void truth_known(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	const struct traffic_split *split = &operation->move.got;

	if (err || !is_quiet(environment) || !drift_is(environment, split)) {
		mended(operation, err);
		return;
	}
	if (drift_reapply(operation, mended))
		return;
	drift_append_truth(environment, split);
	operation_commit(operation, true, truth_recorded);
}

static void mend_locked(struct operation *operation, const struct error *err)
{
	if (err)
		mended(operation, err);
	else
		operation_inspect(operation, truth_known);
}

/* Who only looks how requests are shared gives way. */
static bool is_busy(const struct environment *environment)
{
	const struct operation *operation = environment->operation;

	return operation && (!operation->minor || operation->mends);
}

void drift_mind(struct environment *environment)
{
	struct sampler *sampler = &environment->sampler;
	const struct traffic_colour_sample *colours = sampler->last.colours;
	double percent[COLOUR_COUNT];
	struct operation *operation;

	for (int i = 0; i < COLOUR_COUNT; i++)
		percent[i] = colours[i].percent;
	if (is_busy(environment) || !is_quiet(environment) ||
	    !differs(environment, percent)) {
		sampler->drifted = 0;
		return;
	}
	sampler->drifted++;
	if (clock_monotonic_us() < sampler->mend_us ||
	    (sampler->drifted < LOOKS_UNTIL_MENDED &&
	     has_lost_servers(environment, colours[COLOUR_BLUE].units,
			      colours[COLOUR_GREEN].units)))
		return;
	operation = operation_new(environment, NULL, NULL);
	if (!operation)
		return;
	operation->minor = true;
	operation->mends = true;
	operation_lock(operation, mend_locked);
}

bool environment_take_touched(struct environment *environment)
{
	bool touched = environment->touched;

	environment->touched = false;
	return touched;
}
