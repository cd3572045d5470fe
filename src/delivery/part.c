/* SPDX-License-Identifier: MIT */
/* The start and the stop of a colour, as parts of an operation. */
#include "delivery/operation.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

/* How long requests begun on a colour may take to end before it is told to;
 * less when a person waits for a rollback. */
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

static const struct target *target_at(const struct operation *operation,
				      int instance)
{
	return &operation->environment->targets[operation->colour][instance];
}

static void set_part(struct operation *operation, enum colour colour, int first,
		     int count, operation_step *next)
{
	operation->part_over = next;
	operation->colour = colour;
	operation->instance = first;
	operation->count = count;
	operation->pending = 0;
	operation->ms = 0;
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

void operation_cancel_health(struct operation *operation)
{
	for (int i = 0; i < INSTANCES_MOST; i++) {
		struct part *part = &operation->parts[i];

		if (part->health)
			target_at(operation, i)->ops->cancel(part->health);
		part->health = NULL;
	}
	operation->pending = 0;
}

/* One that fails condemns all. */
static void healthy(int64_t ms, const struct error *err, void *data)
{
	struct part *part = data;
	struct operation *operation = part->operation;
	struct event *event;

	part->health = NULL;
	if (err) {
		operation->awaiting = AWAITING_NOTHING;
		operation_cancel_health(operation);
		start_failed(operation, err);
		return;
	}
	if (ms > operation->ms)
		operation->ms = ms;
	if (--operation->pending > 0)
		return;
	operation->awaiting = AWAITING_NOTHING;
	event = target_event(operation, EVENT_TARGET_HEALTHY);
	event_set_int(event, "ms", operation->ms);
	environment_append_owned(operation->environment, event);
	operation_record(operation, start_over);
}

static void await_health(struct operation *operation, const struct error *err)
{
	if (err) {
		error_set(&operation->why, err->code, "%s", error_text(err));
		start_over(operation, NULL);
		return;
	}
	operation->awaiting = AWAITING_HEALTH;
	operation->ms = 0;
	operation->pending = operation->count;
	for (int i = 0; i < operation->count; i++) {
		int instance = operation->instance + i;
		const struct target *target = target_at(operation, instance);
		struct part *part = &operation->parts[instance];

		part->operation = operation;
		part->health = target->ops->await_health(target, healthy, part);
	}
}

void operation_await_health(struct operation *operation, enum colour colour,
			    int count, operation_step *next)
{
	error_clear(&operation->why);
	set_part(operation, colour, 0, count, next);
	await_health(operation, NULL);
}

static void record_started(struct operation *operation)
{
	const struct target *target = target_at(operation, operation->instance);
	const struct release *release = &operation->started;
	int instances = target->config->target.instances;
	struct event *event = target_event(operation, EVENT_TARGET_STARTED);

	event_set(event, "version", release->version);
	event_set_int(event, "pid", target->ops->pid(target));
	event_set_int(event, "port", target->ops->port(target));
	event_set_json_owned(event, "release", release_encode(release));
	if (instances > 1)
		event_set_int(event, "instances", instances);
	environment_append_owned(operation->environment, event);
	operation_record(operation, await_health);
}

static void start_next(struct operation *operation);

static void started(int64_t ms, const struct error *err, void *data)
{
	struct operation *operation = data;

	(void)ms;
	if (operation_is_stale(operation))
		return;
	operation->at++;
	if (err)
		start_failed(operation, err);
	else
		start_next(operation);
}

static void noted(const char *text, void *data)
{
	const struct operation *operation = data;

	if (operation->environment && !operation->given_up)
		environment_note(operation->environment, false, "%s: %s",
				 colour_name(operation->colour), text);
}

/* The instances that it runs on already go on. */
static void start_next(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct release *release = &operation->started;
	const struct target_release what = {
		.version = release->version,
		.commit = release->commit,
		.digest = release->digest,
		.folder = release->folder,
		.run = release->run,
		.secrets = &environment->secrets,
		.note = noted,
	};
	bool runs = release_is(&environment->state.running[operation->colour],
			       release);
	int end = operation->instance + operation->count;
	const struct target *target;

	for (; operation->at < end; operation->at++) {
		target = target_at(operation, operation->at);
		if (runs && target->ops->is_alive(target))
			continue;
		operation->awaiting = AWAITING_START;
		target->ops->start(target, &what, started, operation);
		return;
	}
	record_started(operation);
}

void operation_start_some(struct operation *operation, enum colour colour,
			  int first, int count, const struct release *release,
			  operation_step *next)
{
	struct environment *environment = operation->environment;
	const struct environment_config *config =
		environment_config_of(environment, release);
	struct error err = ERROR_INIT;

	error_clear(&operation->why);
	if (!count)
		count = config->target.instances;
	set_part(operation, colour, first, count, next);
	operation->at = operation->instance;
	release_copy(&operation->started, release);
	for (int i = 0; i < INSTANCES_MOST; i++)
		environment->targets[colour][i].config = config;
	if (release->adopted && !environment_runs(environment, colour, release))
		error_set(&err, ERROR_REFUSED,
			  "%s was adopted: who started it has to start it "
			  "again",
			  release->version);
	if (err.code ||
	    environment_check_kind(environment, release, &err) < 0 ||
	    environment_check_secrets(environment, &err) < 0)
		start_failed(operation, &err);
	else
		start_next(operation);
	error_clear(&err);
}

void operation_start(struct operation *operation, enum colour colour,
		     const struct release *release, operation_step *next)
{
	operation_start_some(operation, colour, 0, 0, release, next);
}

static void drain(struct operation *operation, bool out, operation_step *next)
{
	const struct traffic_drain what = {
		.colour = operation->colour,
		.first = operation->instance,
		.count = operation->count,
		.out = out,
		.wait_ms = PLAN_DRAIN_MS,
	};

	operation_drain(operation, &what, next);
}

/* What is not let in again would be missed by the next release there. */
static void let_in(struct operation *operation, const struct error *err)
{
	if (err && !operation->why.code)
		error_set(&operation->why, err->code, "%s", error_text(err));
	start_over(operation, NULL);
}

static void some_stopped(struct operation *operation, const struct error *err)
{
	(void)err;
	drain(operation, false, let_in);
}

/* One that does not stop is told of; the others did. */
static void stopped(int64_t ms, const struct error *err, void *data)
{
	struct operation *operation = data;
	const struct error *why = &operation->why;
	struct event *event;

	(void)ms;
	if (err && !why->code)
		error_set(&operation->why, err->code, "%s", error_text(err));
	if (--operation->pending > 0 || operation_is_stale(operation))
		return;
	event = target_event(operation, why->code ? EVENT_TARGET_FAILED
						  : EVENT_TARGET_STOPPED);
	event_set(event, "reason",
		  why->code ? error_text(why) : operation->stop_reason);
	if (operation->partly)
		event_set_int(event, "instance", operation->instance + 1);
	if (operation->partly && operation->count > 1)
		event_set_int(event, "instances", operation->count);
	environment_append_owned(operation->environment, event);
	operation_record(operation,
			 operation->partly ? some_stopped : start_over);
}

static void stop_now(struct operation *operation)
{
	error_clear(&operation->why);
	operation->awaiting = AWAITING_STOP;
	operation->pending = operation->count;
	for (int i = 0; i < operation->count; i++) {
		const struct target *target =
			target_at(operation, operation->instance + i);

		target->ops->stop(target, PLAN_STOP_MS, stopped, operation);
	}
}

static int64_t drain_limit_ms(const struct operation *operation)
{
	return operation->urgent ? DRAIN_URGENT_MS : PLAN_DRAIN_MS;
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

static bool any_runs(const struct operation *operation)
{
	for (int i = 0; i < operation->count; i++) {
		const struct target *target =
			target_at(operation, operation->instance + i);

		if (target->ops->is_alive(target))
			return true;
	}
	return false;
}

/* No new request goes there; those that were begun may still end. */
static bool may_drain(const struct operation *operation)
{
	const struct environment *environment = operation->environment;

	return environment->traffic && any_runs(operation) &&
	       !(environment->state.split[operation->colour] > 0);
}

static void unveiled(struct operation *operation, const struct error *err)
{
	const struct environment_state *state = &operation->environment->state;

	(void)err;
	if (!any_runs(operation) &&
	    !state->running[operation->colour].version) {
		operation->part_over(operation, NULL);
		return;
	}
	if (!may_drain(operation)) {
		stop_now(operation);
		return;
	}
	operation->began_us = clock_monotonic_us();
	operation->quiet = 0;
	look(operation, NULL);
}

/* Who looks at it is told first; a rollback comes before them. */
void operation_stop(struct operation *operation, enum colour colour,
		    const char *reason, operation_step *next)
{
	struct environment *environment = operation->environment;
	char *why = xstrdup(reason);

	operation->partly = false;
	set_part(operation, colour, 0,
		 environment_instances(environment, colour), next);
	free(operation->stop_reason);
	operation->stop_reason = why;
	if (environment->state.preview == (int)colour && !operation->urgent)
		preview_close(operation, unveiled);
	else
		unveiled(operation, NULL);
}

static void taken_out(struct operation *operation, const struct error *err)
{
	if (err) {
		operation->part_over(operation, err);
		return;
	}
	stop_now(operation);
}

void operation_stop_some(struct operation *operation, enum colour colour,
			 int first, int count, const char *reason,
			 operation_step *next)
{
	operation->partly = true;
	set_part(operation, colour, first, count, next);
	free(operation->stop_reason);
	operation->stop_reason = xstrdup(reason);
	drain(operation, true, taken_out);
}
