/* SPDX-License-Identifier: MIT */
/* Another process takes the candidate back: the deployment ends when it is
 * known what came of that. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "step/deploy.h"

#define LOOK_MS 50
/* A cold way back takes longer, and who has died tells nothing. */
#define PATIENCE_MS 10000

static bool is_still_there(struct deploy_step *deploy)
{
	const struct environment_state *state =
		environment_state(deploy->environment);

	return state->has_candidate &&
	       state->candidate.run == deploy->step.options.host->run->number;
}

static void look(void *data);

static bool is_under_way(struct deploy_step *deploy)
{
	const struct environment_state *state =
		environment_state(deploy->environment);
	int64_t now_us = clock_monotonic_us();

	if (!deploy->gone_us)
		deploy->gone_us = now_us;
	if (environment_refresh(deploy->environment, NULL) < 0 ||
	    !is_still_there(deploy) ||
	    (state->is_left && !state->rolling_back) ||
	    now_us - deploy->gone_us >= (int64_t)PATIENCE_MS * 1000)
		return false;
	if (!deploy->gone_timer)
		deploy->gone_timer = loop_timer(deploy->step.options.host->loop,
						INT64_MAX, look, deploy);
	timer_set_in(deploy->gone_timer, LOOK_MS);
	return true;
}

/* Or NULL; the caller's. */
static char *why_failed(struct deploy_step *deploy)
{
	const struct environment_state *state =
		environment_state(deploy->environment);

	if (!is_still_there(deploy) || !state->is_left || state->rolling_back)
		return NULL;
	return xasprintf("%s; %s has %g %% of the traffic and nobody watches "
			 "it: signalbox rollback %s",
			 state->last_text, state->candidate.version,
			 state->split[state->candidate.colour],
			 deploy->config->environment);
}

static void look(void *data)
{
	struct deploy_step *deploy = data;
	char *failed;

	if (is_under_way(deploy))
		return;
	failed = why_failed(deploy);
	if (failed) {
		deploy->step.code = ERROR_PROVIDER;
		deploy_end_as(deploy, STATE_FAILED, failed);
	} else {
		deploy_end_as(deploy, STATE_ROLLED_BACK, deploy->ending_reason);
	}
	free(failed);
}

void deploy_end_gone(struct deploy_step *deploy, const char *reason)
{
	char *text = xstrdup_null(reason);

	deploy->phase = DEPLOY_ENDING;
	deploy_drop_waits(deploy);
	free(deploy->ending_reason);
	deploy->ending_reason = text;
	look(deploy);
}
