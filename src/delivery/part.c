/* SPDX-License-Identifier: MIT */
/* The start and the stop of a colour, as parts of an operation. */
#include "delivery/operation.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

/* How long requests begun on a colour may take to end before it is told to;
 * less when a person waits for a rollback. */
#define DRAIN_MS 10000
#define DRAIN_URGENT_MS 1000
#define DRAIN_LOOK_MS 50
/* So many looks in a row find none: a thread of the proxy may have chosen the
 * colour for a request and not counted it yet. */
#define DRAIN_LOOKS 3

static struct event *target_event(struct operation *operation,
				  enum event_type type)
{
	struct event *event = environment_event(operation->environment, type);

	event_set(event, "colour", colour_name(operation->colour));
	return event;
}

/* The cause stays in operation->why while the failure is recorded. */
static void start_over(struct operation *operation, const struct error *err)
{
	operation_step *next = operation->part_over;

	(void)err;
	next(operation, operation->why.code ? &operation->why : NULL);
}

static void start_failed(struct operation *operation, const struct error *err)
{
	struct event *event = target_event(operation, EVENT_TARGET_FAILED);

	error_set(&operation->why, err->code, "%s", error_text(err));
	event_set(event, "reason", error_text(err));
	environment_append_owned(operation->environment, event);
	operation_record(operation, start_over);
}

static void healthy(int64_t ms, const struct error *err, void *data)
{
	struct operation *operation = data;
	struct event *event;

	operation->awaiting = AWAITING_NOTHING;
	operation->health = NULL;
	if (err) {
		start_failed(operation, err);
		return;
	}
	event = target_event(operation, EVENT_TARGET_HEALTHY);
	event_set_int(event, "ms", ms);
	environment_append_owned(operation->environment, event);
	operation_record(operation, start_over);
}

static void await_health(struct operation *operation, const struct error *err)
{
	const struct target *target =
		&operation->environment->targets[operation->colour];

	if (err) {
		error_set(&operation->why, err->code, "%s", error_text(err));
		start_over(operation, NULL);
		return;
	}
	operation->awaiting = AWAITING_HEALTH;
	operation->health =
		target->ops->await_health(target, healthy, operation);
}

void operation_await_health(struct operation *operation, enum colour colour,
			    operation_step *next)
{
	error_clear(&operation->why);
	operation->part_over = next;
	operation->colour = colour;
	await_health(operation, NULL);
}

void operation_start(struct operation *operation, enum colour colour,
		     const struct release *release, operation_step *next)
{
	struct environment *environment = operation->environment;
	struct target *target = &environment->targets[colour];
	const struct target_release what = {
		.version = release->version,
		.commit = release->commit,
		.digest = release->digest,
		.folder = release->folder,
		.run = release->run,
		.secrets = &environment->secrets,
	};
	struct error err = ERROR_INIT;
	struct event *event;

	error_clear(&operation->why);
	operation->part_over = next;
	operation->colour = colour;
	target->config = environment_config_of(environment, release);
	if (environment_check_secrets(environment, &err) < 0 ||
	    target->ops->start(target, &what, &err) < 0) {
		start_failed(operation, &err);
		error_clear(&err);
		return;
	}
	event = target_event(operation, EVENT_TARGET_STARTED);
	event_set(event, "version", release->version);
	event_set_int(event, "pid", target->ops->pid(target));
	event_set_int(event, "port", target->ops->port(target));
	event_set_json_owned(event, "release", release_encode(release));
	environment_append_owned(environment, event);
	operation_record(operation, await_health);
}

static void stopped(int64_t ms, const struct error *err, void *data)
{
	struct operation *operation = data;
	struct event *event;

	(void)ms;
	if (operation_is_stale(operation))
		return;
	error_clear(&operation->why);
	if (err)
		error_set(&operation->why, err->code, "%s", error_text(err));
	event = target_event(operation,
			     err ? EVENT_TARGET_FAILED : EVENT_TARGET_STOPPED);
	event_set(event, "reason",
		  err ? error_text(err) : operation->stop_reason);
	environment_append_owned(operation->environment, event);
	operation_record(operation, start_over);
}

static void stop_now(struct operation *operation)
{
	const struct target *target =
		&operation->environment->targets[operation->colour];

	operation->awaiting = AWAITING_STOP;
	target->ops->stop(target, STOP_GRACE_MS, stopped, operation);
}

static int64_t drain_limit_ms(const struct operation *operation)
{
	return operation->urgent ? DRAIN_URGENT_MS : DRAIN_MS;
}

static void look(struct operation *operation, const struct error *err);

/* None, several times: one may have been on its way at the first look.
 * A proxy that says nothing is waited for no longer. */
static void looked(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	int64_t past_ms = (clock_monotonic_us() - operation->began_us) / 1000;
	int64_t sessions =
		environment->sampler.last.colours[operation->colour].sessions;

	operation->quiet = err || sessions > 0 ? 0 : operation->quiet + 1;
	if (err || operation->quiet == DRAIN_LOOKS) {
		stop_now(operation);
	} else if (past_ms >= drain_limit_ms(operation)) {
		environment_note(environment, true,
				 "%s is stopped with %" PRId64
				 " sessions open on it",
				 colour_name(operation->colour), sessions);
		stop_now(operation);
	} else {
		operation_pause(operation, DRAIN_LOOK_MS, look);
	}
}

static void look(struct operation *operation, const struct error *err)
{
	(void)err;
	operation_sample(operation, looked);
}

/* No new request goes there; those that were begun may still end. */
static bool may_drain(const struct environment *environment, enum colour colour)
{
	const struct target *target = &environment->targets[colour];

	return environment->traffic && target->ops->is_alive(target) &&
	       !(environment->state.split[colour] > 0);
}

void operation_stop(struct operation *operation, enum colour colour,
		    const char *reason, operation_step *next)
{
	struct environment *environment = operation->environment;
	const struct target *target = &environment->targets[colour];
	bool known = environment->state.running[colour].version != NULL;

	if (!target->ops->is_alive(target) && !known) {
		next(operation, NULL);
		return;
	}
	operation->part_over = next;
	operation->colour = colour;
	free(operation->stop_reason);
	operation->stop_reason = xstrdup(reason);
	if (!may_drain(environment, colour)) {
		stop_now(operation);
		return;
	}
	operation->began_us = clock_monotonic_us();
	operation->quiet = 0;
	look(operation, NULL);
}
