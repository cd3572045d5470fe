/* SPDX-License-Identifier: MIT */
/* What a change of weights waits for: a proxy that does not answer, and
 * requests that agree with it. */
#include "base/clock.h"
#include "step/deploy.h"

/* The environment answers within 10 s; a plan waits for nobody's bug. */
#define OBSERVE_MS 15000
#define TRY_AGAIN_MS 500

static void observed(void *data, const struct error *err)
{
	struct deploy_step *deploy = data;

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

static bool is_silence(const struct error *err)
{
	return err->code == ERROR_TIMEOUT || err->code == ERROR_NETWORK ||
	       err->code == ERROR_NOT_FOUND;
}

/* A proxy is restarted by its keeper, or by those whose it is. */
bool deploy_await_proxy(struct deploy_step *deploy, const struct error *err)
{
	int64_t now = clock_monotonic_us();

	if (!is_silence(err) || deploy->ending ||
	    deploy->phase != DEPLOY_MOVING)
		return false;
	if (!deploy->silent_us) {
		deploy->silent_us = now;
		deploy_warn(deploy, "%s waits for its proxy, %d s at most: %s",
			    deploy->config->environment, PLAN_SILENT_MS / 1000,
			    error_text(err));
	}
	if (now - deploy->silent_us > PLAN_SILENT_MS * 1000)
		return false;
	deploy_pause(deploy, TRY_AGAIN_MS);
	return true;
}

void deploy_observe(struct deploy_step *deploy)
{
	deploy->observing = true;
	deploy_pause(deploy, OBSERVE_MS);
	environment_observe(deploy->environment, observed, deploy);
}

void deploy_unobserve(struct deploy_step *deploy)
{
	if (deploy->observing)
		environment_unobserve(deploy->environment, deploy);
	deploy->observing = false;
}
