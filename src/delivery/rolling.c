/* SPDX-License-Identifier: MIT */
/* A batch of a rolling release: some old instances make room for new ones. */
#include "delivery/operation.h"

#include <stdlib.h>

#include "base/memory.h"

static void batch_started(struct operation *operation, const struct error *err)
{
	const struct environment_state *state = &operation->environment->state;
	struct traffic_split split = {{0}, {0}};

	if (err) {
		operation_finish(operation, err);
		return;
	}
	split.percent[state->live.colour] = 100;
	operation_ensure(operation, split, operation_finish);
}

static void room_made(struct operation *operation, const struct error *err)
{
	const struct release *candidate =
		&operation->environment->state.candidate;
	const struct batch *batch = &operation->batch;

	if (err || !batch->count)
		operation_finish(operation, err);
	else
		operation_start_some(operation, candidate->colour, batch->first,
				     batch->count, candidate, batch_started);
}

static void make_room(struct operation *operation)
{
	const struct environment_state *state = &operation->environment->state;
	const struct batch *batch = &operation->batch;
	char *reason = xasprintf("makes room for %s, instance by instance",
				 state->candidate.version);

	if (!batch->count)
		operation_stop(operation, state->live.colour, reason,
			       room_made);
	else if (batch->stop_count)
		operation_stop_some(operation, state->live.colour,
				    batch->stop_first, batch->stop_count,
				    reason, room_made);
	else /* the first: what runs there is an older one */
		operation_stop(operation, state->candidate.colour, reason,
			       room_made);
	free(reason);
}

void environment_roll(struct environment *environment,
		      const struct batch *batch, environment_done *done,
		      void *data)
{
	struct operation *operation =
		environment_deployment_operation(environment, done, data);
	struct error err = ERROR_INIT;

	if (!operation)
		return;
	operation->batch = *batch;
	if (environment_open_traffic(environment, &err) < 0)
		operation_finish(operation, &err);
	else
		make_room(operation);
	error_clear(&err);
}
