/* SPDX-License-Identifier: MIT */
/* A candidate that another process started goes on under this one. */
#include "delivery/operation.h"

#include <math.h>

#include "base/memory.h"

/* What it could be looked at by is opened again where it has closed. */
static void is_routed(struct operation *operation, const struct error *err)
{
	const struct environment_state *state = &operation->environment->state;

	if (err || state->preview != (int)state->candidate.colour)
		operation_finish(operation, err);
	else
		preview_open(operation, operation_finish);
}

/* A proxy that has died is started with the shares that were recorded. */
static void is_healthy(struct operation *operation, const struct error *err)
{
	const struct environment_state *state = &operation->environment->state;
	struct traffic_split split = {{0}, {0}};

	if (err || isnan(state->split[COLOUR_BLUE])) {
		operation_finish(operation, err);
		return;
	}
	for (int i = 0; i < COLOUR_COUNT; i++)
		split.percent[i] = state->split[i];
	operation_ensure(operation, split, is_routed);
}

static int check_runs(const struct environment *environment, int instances,
		      struct error *err)
{
	const struct release *candidate = &environment->state.candidate;
	enum colour colour = candidate->colour;
	bool runs = release_is(&environment->state.running[colour], candidate);

	for (int i = 0; i < instances; i++) {
		const struct target *target = &environment->targets[colour][i];

		if (runs && target->ops->is_alive(target))
			continue;
		return instances > 1
			       ? error_set(err, ERROR_FAILED,
					   "instance %d of %s does not run on "
					   "%s any more",
					   i + 1, candidate->version,
					   colour_name(colour))
			       : error_set(err, ERROR_FAILED,
					   "%s does not run on %s any more",
					   candidate->version,
					   colour_name(colour));
	}
	return 0;
}

void environment_take_up(struct environment *environment, int instances,
			 environment_done *done, void *data)
{
	struct operation *operation =
		environment_deployment_operation(environment, done, data);
	const struct release *candidate = &environment->state.candidate;
	struct error err = ERROR_INIT;

	if (!operation)
		return;
	if (!instances)
		instances =
			environment_instances(environment, candidate->colour);
	if (check_runs(environment, instances, &err) < 0 ||
	    environment_open_traffic(environment, &err) < 0) {
		operation_finish(operation, &err);
		error_clear(&err);
		return;
	}
	environment->shift_failed = 0;
	sampler_begin(environment);
	operation_await_health(operation, candidate->colour, instances,
			       is_healthy);
}
