/* SPDX-License-Identifier: MIT */
/* A change of weights is over when the requests agree with it. */
#include "step/deploy.h"

#include "base/memory.h"

/* The environment answers within 10 s; a plan waits for nobody's bug. */
#define OBSERVE_MS 15000

static void observed(void *data, const struct error *err)
{
	struct deploy_step *deploy = data;

	if (!deploy->observing)
		return;
	deploy->observing = false;
	/* Something else was asked for meanwhile: that goes on. */
	if (deploy->phase != DEPLOY_PAUSED)
		return;
	if (err && err->code == ERROR_FAILED) {
		deploy_warn(deploy,
			    "%s is held: %s; unhold goes on with the plan, "
			    "rollback takes it back",
			    deploy->config->environment, error_text(err));
		if (!deploy->held && deploy_hold(deploy, true, NULL) == 0)
			return;
	}
	deploy->pause_over = true;
	deploy_leave_pause(deploy);
}

void deploy_observe(struct deploy_step *deploy)
{
	deploy->observing = true;
	deploy_pause(deploy, OBSERVE_MS);
	environment_observe(deploy->environment, observed, deploy);
}
