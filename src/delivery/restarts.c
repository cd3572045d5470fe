/* SPDX-License-Identifier: MIT */
/* Who watches hears of instances that were started again. */
#include "delivery/operation.h"

static void tell(struct environment *environment, const struct target *target,
		 const struct target_status *status)
{
	struct event *event =
		environment_event(environment, EVENT_TARGET_RESTARTED);

	event_set(event, "colour", colour_name(target->colour));
	if (environment_instances(environment, target->colour) > 1)
		event_set_int(event, "instance", target->instance + 1);
	event_set_int(event, "restarts", status->restarts);
	event_set(event, "ended", status->ended);
	environment_emit_owned(environment, event);
}

/* What was before the watching began was told by others, or is long ago. */
void restarts_tell(struct environment *environment)
{
	struct sampler *sampler = &environment->sampler;

	for (int i = 0; i < COLOUR_COUNT; i++)
		for (int j = 0;
		     j < environment_instances(environment, (enum colour)i);
		     j++) {
			const struct target *target =
				&environment->targets[i][j];
			struct target_status status = {0};

			if (!target->ops->recall)
				continue;
			target->ops->recall(target, &status);
			if (sampler->has_restarts &&
			    status.restarts > sampler->restarts[i][j]) {
				tell(environment, target, &status);
				outage_notice(environment, (enum colour)i);
			}
			sampler->restarts[i][j] = status.restarts;
		}
	sampler->has_restarts = true;
}
