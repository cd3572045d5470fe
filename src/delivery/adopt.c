/* SPDX-License-Identifier: MIT */
/* What serves behind a proxy that is there is taken for what is live. Nothing
 * is started, stopped or moved. */
#include "delivery/operation.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

static int refuse(const struct environment *environment, struct error *err)
{
	const struct environment_state *state = &environment->state;

	if (state->has_live || state->has_candidate)
		return error_set(err, ERROR_REFUSED,
				 "%s: %s is %s already; there is nothing to "
				 "adopt",
				 environment->name,
				 state->has_live ? state->live.version
						 : state->candidate.version,
				 state->has_live ? "live" : "under deployment");
	if (traffic_listen(&environment->config->traffic))
		return error_set(err, ERROR_REFUSED,
				 "%s: its proxy is signalbox's own, so that "
				 "nothing can serve behind it yet; release "
				 "something: signalbox run",
				 environment->name);
	return 0;
}

static int find_colour(const struct traffic_split *split, enum colour *colour)
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		if (split->percent[i] < 100)
			continue;
		*colour = (enum colour)i;
		return 0;
	}
	return -1;
}

static bool answers(struct environment *environment, enum colour colour)
{
	int instances = environment->config->target.instances;

	for (int i = 0; i < instances; i++)
		if (!target_adopted.is_alive(&environment->targets[colour][i]))
			return false;
	return true;
}

static void append_adopted(struct operation *operation)
{
	struct environment *environment = operation->environment;
	struct event *traffic =
		environment_event(environment, EVENT_TRAFFIC_CHANGED);
	struct event *event =
		environment_event(environment, EVENT_DEPLOY_FINISHED);
	struct release *live = &operation->release;

	event_set_int(traffic, "epoch", environment->state.epoch);
	event_set_json_owned(traffic, "to",
			     split_encode(operation->move.got.percent));
	event_set_bool(traffic, "recovered", true);
	environment_append_owned(environment, traffic);
	event_set(event, "outcome", "passed");
	event_setf(event, "text", "%s on %s was adopted by %s", live->version,
		   colour_name(live->colour), operation->person);
	event_set_bool(event, "adopted", true);
	event_set_int(event, "instances",
		      environment->config->target.instances);
	event_set_json_owned(event, "live", release_encode(live));
	environment_append_owned(environment, event);
}

static void locked(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	struct error why = ERROR_INIT;

	if (err || refuse(environment, &why) < 0 ||
	    environment_store_pipeline(environment, &why) < 0) {
		operation_finish(operation, err ? err : &why);
		error_clear(&why);
		return;
	}
	append_adopted(operation);
	operation_commit(operation, true, operation_finish);
}

/* As what it is to be: what would start it knows nothing of it. */
static void take_for(struct operation *operation, const struct target_ops *ops)
{
	struct environment *environment = operation->environment;

	for (int i = 0; i < environment->config->target.instances; i++)
		environment->targets[operation->release.colour][i].ops = ops;
}

static void looked(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	enum colour colour = operation->release.colour;
	struct error why = ERROR_INIT;
	bool is_there = answers(environment, colour);

	(void)err;
	take_for(operation, environment->target_ops);
	if (is_there) {
		operation_lock(operation, locked);
		return;
	}
	error_set(&why, ERROR_REFUSED,
		  "%s: %s has all the traffic, but nothing answers on its port "
		  "%d; the ports of the pipeline file must be those of the "
		  "proxy's servers",
		  environment->name, colour_name(colour),
		  environment->config->target.ports[colour]);
	operation_finish(operation, &why);
	error_clear(&why);
}

static void inspected(struct operation *operation, const struct error *err)
{
	struct environment *environment = operation->environment;
	const struct traffic_split *split = &operation->move.got;
	struct error why = ERROR_INIT;

	if (err) {
		operation_finish(operation, err);
	} else if (find_colour(split, &operation->release.colour) < 0) {
		error_set(&why, ERROR_REFUSED,
			  "%s: no colour has all the traffic (blue %g %%, "
			  "green %g %%); give it to the one that serves, for "
			  "example by weight 0 on the servers of the other",
			  environment->name, split->percent[COLOUR_BLUE],
			  split->percent[COLOUR_GREEN]);
		operation_finish(operation, &why);
		error_clear(&why);
	} else {
		take_for(operation, &target_adopted);
		operation_look(operation, looked);
	}
}

void environment_adopt(struct environment *environment, const char *version,
		       const char *commit, const char *person,
		       environment_done *done, void *data)
{
	struct operation *operation = operation_new(environment, done, data);
	const struct release live = {
		.version = (char *)version,
		.commit = (char *)commit,
		.pipeline = environment->pipeline_digest,
		.person = (char *)person,
		.since = clock_wall_ms(),
		.adopted = true,
	};
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
	operation->person = xstrdup(person);
	release_copy(&operation->release, &live);
	operation_inspect(operation, inspected);
}
