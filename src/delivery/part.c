/* SPDX-License-Identifier: MIT */
/* The start and the stop of a colour, as parts of an operation. */
#include "delivery/operation.h"

#include <stdlib.h>

#include "base/memory.h"

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
	operation->awaiting = AWAITING_STOP;
	target->ops->stop(target, STOP_GRACE_MS, stopped, operation);
}
