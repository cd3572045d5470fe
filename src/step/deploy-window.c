/* SPDX-License-Identifier: MIT */
/* A release waits for its window, before it has anything: neither the
 * environment nor a place in its line. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/window.h"
#include "step/deploy.h"

#define LOOK_MS 5000 /* by the clock on the wall, which may leap or sleep */

static void wait_for(struct deploy_step *deploy,
		     const struct window_answer *answer)
{
	char *why =
		xasprintf("%s: %s", deploy->config->environment, answer->text);

	deploy->awaits_window = true;
	deploy_wait(deploy, why);
	timer_set_in(deploy->queue, LOOK_MS);
	free(why);
}

static void fail(struct deploy_step *deploy, const struct window_answer *answer)
{
	struct error err = ERROR_INIT;

	error_set(&err, ERROR_REFUSED, "%s: %s", deploy->config->environment,
		  answer->text);
	deploy_fail_by(deploy, &err);
	error_clear(&err);
}

bool deploy_may_begin_now(struct deploy_step *deploy)
{
	const struct environment_config *config =
		environment_config(deploy->environment);
	const struct stage_past *past = deploy->step.options.past;
	struct window_answer answer;
	struct error err = ERROR_INIT;

	deploy->awaits_window = false;
	if (!window_is_needed(config) || deploy->window_overridden ||
	    (past && past->window_overridden))
		return true;
	if (window_ask(config, clock_wall_ms(), deploy->plan->worst_ms, &answer,
		       &err) < 0) {
		deploy_fail_by(deploy, &err);
		error_clear(&err);
		return false;
	}
	if (answer.open)
		return true;
	if (answer.opens_ms < 0)
		fail(deploy, &answer);
	else
		wait_for(deploy, &answer);
	return false;
}

static void tell_overridden(struct deploy_step *deploy, const char *reason,
			    const char *person)
{
	const char *environment = deploy->config->environment;
	struct event *event =
		step_event(&deploy->step, EVENT_WINDOW_OVERRIDDEN);

	event_set(event, "environment", environment);
	event_set(event, "person", person);
	event_set(event, "reason", reason);
	step_emit(&deploy->step, event);
	stage_log_printf(deploy->step.options.log,
			 "%s: %s overrides its windows: %s\n", environment,
			 person, reason);
}

int deploy_override_window(struct deploy_step *deploy,
			   const struct command *command,
			   const struct sender *sender, struct error *err)
{
	if (!command->reason || !*command->reason)
		return error_set(err, ERROR_REFUSED,
				 "to override a window needs a reason");
	deploy->window_overridden = true;
	tell_overridden(deploy, command->reason, sender->login);
	timer_set_in(deploy->queue, 0);
	return 0;
}
