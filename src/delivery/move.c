/* SPDX-License-Identifier: MIT */
/* One change of traffic, written down before and after. */
#include "delivery/operation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/epoch.h"

/* How long the proxy may need to see that a colour is up. */
#define UP_WAIT_MS 10000
/* The same on the way back to a colour that has just become healthy; who has
 * the traffic meanwhile goes on serving. */
#define COLD_WAIT_MS 3000

json_t *split_encode(const double percent[COLOUR_COUNT])
{
	json_t *object = json_object();

	for (int i = 0; i < COLOUR_COUNT; i++) {
		double value = percent[i];

		if (isnan(value))
			continue;
		json_object_set_new(object, colour_name((enum colour)i),
				    value == floor(value)
					    ? json_integer((json_int_t)value)
					    : json_real(value));
	}
	return object;
}

json_t *units_encode(const struct traffic_split *split)
{
	json_t *object = json_object();

	for (int i = 0; i < COLOUR_COUNT; i++)
		json_object_set_new(object, colour_name((enum colour)i),
				    json_integer(split->units[i]));
	return object;
}

static void move_over(struct operation *operation, const struct error *err)
{
	operation_step *then = operation->part_over;

	ledger_unlock(operation->environment->ledger);
	then(operation, err);
}

/* The cause is in operation->why; what is true was recorded, or could not. */
static void move_failed(struct operation *operation, const struct error *err)
{
	(void)err;
	move_over(operation, &operation->why);
}

static int64_t total(const struct traffic_sample *sample)
{
	return sample->colours[COLOUR_BLUE].requests +
	       sample->colours[COLOUR_GREEN].requests;
}

static json_t *colour_encode(const struct traffic_colour_sample *before,
			     const struct traffic_colour_sample *now)
{
	json_t *object = json_object();

	json_object_set_new(object, "in-flight", json_integer(now->in_flight));
	json_object_set_new(object, "completed",
			    json_integer(now->completed - before->completed));
	json_object_set_new(object, "failed",
			    json_integer(now->errors - before->errors));
	json_object_set_new(object, "retried",
			    json_integer(now->retries - before->retries));
	json_object_set_new(object, "sessions", json_integer(now->sessions));
	return object;
}

/* Where each request of the change went. */
static void set_colours(struct operation *operation, struct event *event)
{
	const struct sampler *sampler = &operation->environment->sampler;
	json_t *object;

	if (!sampler->has_last || !operation->move.has_before)
		return;
	object = json_object();
	for (int i = 0; i < COLOUR_COUNT; i++)
		json_object_set_new(
			object, colour_name((enum colour)i),
			colour_encode(&operation->move.before.colours[i],
				      &sampler->last.colours[i]));
	event_set_json_owned(event, "colours", object);
}

/* Of one server each: of several, or some that are down, they tell no share. */
static bool units_are_shares(const struct traffic_split *split)
{
	double sum = split->units[COLOUR_BLUE] + split->units[COLOUR_GREEN];

	return sum > 0 && fabs(100 * split->units[COLOUR_GREEN] / sum -
			       split->percent[COLOUR_GREEN]) < 0.5;
}

static void append_changed(struct operation *operation,
			   const double to[COLOUR_COUNT],
			   const struct traffic_split *units)
{
	struct environment *environment = operation->environment;
	const struct sampler *sampler = &environment->sampler;
	struct event *event =
		environment_event(environment, EVENT_TRAFFIC_CHANGED);
	int64_t failed = 0;

	if (sampler->has_last)
		failed = sampler->last.failed -
			 (operation->move.has_before
				  ? operation->move.before.failed
				  : 0);
	environment->shift_failed += failed;
	event_set_int(event, "epoch", environment->state.epoch);
	event_set_json_owned(event, "to", split_encode(to));
	if (units)
		event_set_json_owned(event,
				     units_are_shares(units) ? "units"
							     : "server-units",
				     units_encode(units));
	event_set_int(event, "ms", operation->move.ms);
	if (sampler->has_last)
		event_set_int(event, "requests",
			      total(&sampler->last) - total(&sampler->base));
	event_set_int(event, "failed", failed);
	set_colours(operation, event);
	if (operation->move.again)
		event_set_bool(event, "reapplied", true);
	environment_append_owned(environment, event);
}

static void failure_known(struct operation *operation, const struct error *err)
{
	if (err) {
		/* Nobody knows: the change stays open for the recovery. */
		move_over(operation, &operation->why);
		return;
	}
	append_changed(operation, operation->move.got.percent,
		       &operation->move.got);
	operation_commit(operation, true, move_failed);
}

/* What is true now, so that the record does not end in a question. */
static void fail_move(struct operation *operation, const struct error *err)
{
	error_clear(&operation->why);
	error_set(&operation->why, err->code, "%s", error_text(err));
	operation_inspect(operation, failure_known);
}

static void settled_again(struct operation *operation, const struct error *err)
{
	(void)err;
	operation->settled(operation, &operation->why);
}

/* No rollback has come since. Nothing stops one itself. */
static int check_fence(struct operation *operation, struct error *err)
{
	struct environment *environment = operation->environment;

	if (operation->urgent)
		return 0;
	if (!operation->minor)
		return environment_check_epoch(environment, err);
	if (epoch_read(environment->folder) == operation->epoch)
		return 0;
	return error_set(err, ERROR_REFUSED, "%s was rolled back meanwhile",
			 environment->name);
}

static void settled_once(struct operation *operation, const struct error *err)
{
	struct error moved = ERROR_INIT;

	if (check_fence(operation, &moved) == 0) {
		operation->settled(operation, err);
		return;
	}
	error_clear(&operation->why);
	operation->why = moved;
	operation_settle(operation, settled_again);
}

void operation_settle_ours(struct operation *operation, operation_step *next)
{
	operation->settled = next;
	operation_settle(operation, settled_once);
}

/* The proxy serves by it: a file that was not written ends no release. */
static void move_settled(struct operation *operation, const struct error *err)
{
	if (err && err->code == ERROR_REFUSED) {
		move_over(operation, err);
		return;
	}
	if (err)
		environment_note(operation->environment, true,
				 "the weights were not written where a reload "
				 "reads them: %s",
				 error_text(err));
	move_over(operation, NULL);
}

static void changed_recorded(struct operation *operation,
			     const struct error *err)
{
	/* It has happened: that the disk did not take it ends no rollback. */
	if (err && operation->urgent) {
		operation->move.unsynced = true;
		err = NULL;
	}
	if (err || operation->urgent || operation->move.passing)
		move_over(operation, err);
	else
		operation_settle_ours(operation, move_settled);
}

static void move_sampled(struct operation *operation, const struct error *err)
{
	(void)err;
	if (!operation->move.again)
		operation->environment->touched = false;
	append_changed(operation, operation->move.to, &operation->move.got);
	operation_commit(operation, true, changed_recorded);
}

/* A rollback that did not wait for our lock came between: it wins. */
static void undo(struct operation *operation, const struct error *why)
{
	const struct environment_state *state = &operation->environment->state;
	struct traffic_change change = {.force = true};

	error_clear(&operation->why);
	error_set(&operation->why, why->code, "%s", error_text(why));
	if (!state->has_live) {
		operation_inspect(operation, failure_known);
		return;
	}
	change.split.percent[state->live.colour] = 100;
	operation_set(operation, &change, failure_known);
}

static void move_set(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	struct move *move = &operation->move;
	struct error moved = ERROR_INIT;

	if (err) {
		fail_move(operation, err);
		return;
	}
	if (check_fence(operation, &moved) < 0) {
		undo(operation, &moved);
		error_clear(&moved);
		return;
	}
	move->ms = (clock_monotonic_us() - move->asked_us + 999) / 1000;
	sampler_moved(environment);
	operation_sample(operation, move_sampled);
}

static int64_t wait_for_up_ms(const struct operation *operation)
{
	if (operation->gives_back) /* a rollback may wait for it */
		return 0;
	if (!operation->urgent)
		return UP_WAIT_MS;
	return operation->cold ? COLD_WAIT_MS : 0;
}

static void write_provider(struct operation *operation)
{
	struct traffic_change change = {
		.wait_ms = wait_for_up_ms(operation),
		.force = operation->move.force,
	};

	memcpy(change.split.percent, operation->move.to,
	       sizeof(change.split.percent));
	operation_set(operation, &change, move_set);
}

static void changing_recorded(struct operation *operation,
			      const struct error *err)
{
	struct error moved = ERROR_INIT;

	if (err && operation->urgent) {
		operation->move.unsynced = true;
	} else if (err) {
		move_over(operation, err);
		return;
	}
	if (check_fence(operation, &moved) < 0) {
		fail_move(operation, &moved);
		error_clear(&moved);
		return;
	}
	write_provider(operation);
}

static void append_changing(struct operation *operation)
{
	struct environment *environment = operation->environment;
	struct move *move = &operation->move;
	struct event *event =
		environment_event(environment, EVENT_TRAFFIC_CHANGING);

	environment_set_epoch(environment, event);
	event_set_json_owned(event, "from", split_encode(move->from));
	event_set_json_owned(event, "to", split_encode(move->to));
	event_set(event, "reason", move->reason);
	event_set(event, "person", move->person);
	environment_append_owned(environment, event);
}

static void move_locked(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	struct move *move = &operation->move;
	struct error moved = ERROR_INIT;

	if (err && !operation->urgent) {
		move_over(operation, err);
		return;
	}
	if (check_fence(operation, &moved) < 0) {
		move_over(operation, &moved);
		error_clear(&moved);
		return;
	}
	memcpy(move->from,
	       move->again ? move->got.percent : environment->state.split,
	       sizeof(move->from));
	move->has_before = environment->sampler.has_last;
	move->before = environment->sampler.last;
	append_changing(operation);
	operation_commit(operation, operation->urgent, changing_recorded);
}

void operation_move_locked(struct operation *operation, operation_step *next)
{
	operation->part_over = next;
	operation->move.asked_us = clock_monotonic_us();
	move_locked(operation, NULL);
}

void operation_move(struct operation *operation, operation_step *next)
{
	operation->part_over = next;
	if (!operation->move.asked_us)
		operation->move.asked_us = clock_monotonic_us();
	operation_lock(operation, move_locked);
}
