/* SPDX-License-Identifier: MIT */
/* Instances of the candidate take the place of old ones; and, when it has all
 * traffic and is not live yet, one that ends, or that its proxy cannot reach,
 * goes back. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "step/deploy.h"

#define LOOK_MS 250

static void condemn(struct deploy_step *deploy, const char *why)
{
	char *reason = xasprintf("%s %s while it was watched at 100 %%",
				 colour_name(deploy->plan->colour), why);
	const struct rollback_request request = {
		.by = "analysis",
		.reason = reason,
		.run = deploy->step.options.host->run->number,
	};

	deploy_roll_back(deploy, &request);
	free(reason);
}

/* Who keeps it has started it again: it had ended. One whose process was not
 * known, as a container's until it is looked at, is known from now on. */
static bool has_changed(struct deploy_step *deploy)
{
	pid_t now[INSTANCES_MOST];

	environment_pids(deploy->environment, deploy->plan->colour, now);
	for (int i = 0; i < INSTANCES_MOST; i++) {
		if (!deploy->baked_pids[i])
			deploy->baked_pids[i] = now[i];
		if (now[i] != deploy->baked_pids[i])
			return true;
	}
	return false;
}

static void look(void *data)
{
	struct deploy_step *deploy = data;

	if (has_changed(deploy))
		condemn(deploy, "ended");
	else if (!environment_serves(deploy->environment, deploy->plan->colour))
		condemn(deploy, "was down");
	else
		timer_set_in(deploy->bake, LOOK_MS);
}

void deploy_bake_begin(struct deploy_step *deploy)
{
	environment_pids(deploy->environment, deploy->plan->colour,
			 deploy->baked_pids);
	if (deploy->plan->analysis)
		deploy_watch_begin(deploy, deploy->plan->analysis);
	if (!deploy->bake)
		deploy->bake = loop_timer(deploy->step.options.host->loop,
					  INT64_MAX, look, deploy);
	timer_set_in(deploy->bake, LOOK_MS);
}

void deploy_bake_end(struct deploy_step *deploy)
{
	if (deploy->bake)
		timer_stop(deploy->bake);
}

void deploy_roll(struct deploy_step *deploy, const struct plan_step *step)
{
	struct batch batch = {.first = step->first, .count = step->count};

	if (step->first) {
		batch.stop_first = step->first - deploy->config->batch;
		batch.stop_count = deploy->config->batch;
	}
	deploy->phase = DEPLOY_MOVING;
	environment_roll(deploy->environment, &batch, deploy_operated, deploy);
}
