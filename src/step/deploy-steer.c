/* SPDX-License-Identifier: MIT */
/* What a person does to a deployment under way: hold, promote, shift. */
#include "base/clock.h"
#include "step/deploy.h"

static int refuse(const struct deploy_step *deploy, const char *what,
		  struct error *err)
{
	return error_set(err, ERROR_REFUSED, "%s %s",
			 deploy->config->environment, what);
}

int deploy_hold(struct deploy_step *deploy, bool hold, struct error *err)
{
	int64_t left;

	if (!deploy->begun)
		return refuse(deploy, "has no deployment of this run under way",
			      err);
	if (deploy->held == hold)
		return refuse(deploy, hold ? "is held already" : "is not held",
			      err);
	deploy->held = hold;
	if (deploy->phase != DEPLOY_PAUSED)
		return 0; /* it takes effect at the next pause */
	left = (deploy->pause_until_us - clock_monotonic_us()) / 1000;
	if (hold && deploy->pause_left_ms >= 0) {
		timer_stop(deploy->pause);
		deploy->pause_left_ms = left > 0 ? left : 0;
	} else if (!hold) {
		deploy_pause(deploy, deploy->pause_left_ms);
	}
	deploy_mind_operator(deploy, false);
	return 0;
}

int deploy_promote(struct deploy_step *deploy, bool next, struct error *err)
{
	if (!deploy->begun)
		return refuse(deploy, "has no deployment under way", err);
	if (deploy->promoting)
		return refuse(deploy, "is being promoted already", err);
	if (next && (deploy->phase != DEPLOY_PAUSED ||
		     !deploy_step_waits(deploy_current(deploy))))
		return refuse(deploy,
			      "does not wait at a pause or an analysis of its "
			      "plan: there is nothing to leave",
			      err);
	if (next)
		deploy->leaving = true;
	else
		deploy->promoting = true;
	deploy->held = false;
	if (deploy->phase == DEPLOY_PAUSED)
		deploy_leave_pause(deploy);
	return 0;
}

/* It was held for the shift; by now somebody may have let it go on. */
static void wait_on(struct deploy_step *deploy)
{
	if (deploy_limits(deploy) && deploy_asked(deploy) < 100)
		deploy_watch_begin(deploy, deploy_limits(deploy));
	if (deploy->promoting)
		deploy_leave_pause(deploy);
	else if (!deploy->held)
		deploy_pause(deploy, deploy->pause_left_ms);
}

static void shifted_by_hand(void *data, const struct error *err)
{
	struct deploy_step *deploy = data;

	if (deploy->phase == DEPLOY_ENDING)
		return;
	deploy->phase = DEPLOY_PAUSED;
	if (deploy->ending)
		deploy_fail(deploy, deploy->ending, deploy->ending_reason);
	else if (err)
		deploy_fail_by(deploy, err);
	else
		wait_on(deploy);
	deploy_mind_operator(deploy, false);
}

int deploy_shift(struct deploy_step *deploy, const struct command *command,
		 const struct sender *sender, struct error *err)
{
	if (!(command->value >= 0 && command->value <= 100))
		return refuse(deploy, "takes a share of 0 to 100 %", err);
	if (deploy->phase != DEPLOY_PAUSED)
		return refuse(deploy,
			      "is not at a pause of its plan; shift again "
			      "when it is",
			      err);
	if (!deploy->held && deploy_hold(deploy, true, err) < 0)
		return -1;
	deploy->phase = DEPLOY_MOVING;
	deploy->traffic_moved = true;
	environment_shift(deploy->environment, command->value,
			  command->reason ? command->reason : "by hand",
			  sender->login, shifted_by_hand, deploy);
	return 0;
}
