/* SPDX-License-Identifier: MIT */
/* The dead man's handle: a deployment that waits for a person, and the
 * terminal it was steered from is gone. */
#include <stdarg.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/words.h"
#include "step/deploy.h"

static bool waits_for_person(const struct deploy_step *deploy)
{
	return deploy->begun && deploy->phase == DEPLOY_PAUSED &&
	       (deploy->held ||
		(deploy->pause_left_ms < 0 && !deploy->promoting));
}

void deploy_warn(struct deploy_step *deploy, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	step_warn(&deploy->step, "%s", text);
	stage_log_printf(deploy->step.options.log, "%s\n", text);
	free(text);
}

static void go_back(struct deploy_step *deploy, const char *after)
{
	char *reason = xasprintf("nobody steered it any more for %s", after);
	const struct rollback_request request = {
		.by = "operator-timeout",
		.reason = reason,
		.run = deploy->step.options.host->run->number,
	};

	deploy_roll_back(deploy, &request);
	free(reason);
}

static void go_on(struct deploy_step *deploy, const char *after)
{
	deploy_warn(deploy,
		    "%s: nobody steered it any more for %s; its plan goes on",
		    deploy->config->environment, after);
	deploy->pause_over = true;
	if (deploy->held && deploy->pause_left_ms >= 0) {
		struct error err = ERROR_INIT;

		if (deploy_hold(deploy, false, &err) < 0)
			error_clear(&err);
		return;
	}
	deploy->held = false;
	deploy_leave_pause(deploy);
}

static void nobody_came(void *data)
{
	struct deploy_step *deploy = data;
	char after[WORDS_SIZE];

	words_duration(deploy->config->operator_timeout_ms, after);
	if (deploy->config->on_operator_lost == OPERATOR_LOST_ROLLBACK)
		go_back(deploy, after);
	else
		go_on(deploy, after);
}

static void say_alone(struct deploy_step *deploy)
{
	static const char *const then[] = {
		[OPERATOR_LOST_HOLD] = "it holds where it is until somebody "
				       "promotes it or takes it back",
		[OPERATOR_LOST_CONTINUE] = "its plan goes on in ",
		[OPERATOR_LOST_ROLLBACK] = "it goes back in ",
	};
	enum operator_lost policy = deploy->config->on_operator_lost;
	const struct run_facts *run = deploy->step.options.host->run;
	char after[WORDS_SIZE] = "";

	if (policy != OPERATOR_LOST_HOLD)
		words_duration(deploy->config->operator_timeout_ms, after);
	deploy_warn(deploy,
		    "%s waits for a person, and the terminal that steered run "
		    "%lld is gone: %s%s%s; signalbox attach %lld steers it "
		    "again",
		    deploy->config->environment, (long long)run->number,
		    then[policy], after, *after ? " unless somebody comes" : "",
		    (long long)run->number);
}

void deploy_mind_operator(struct deploy_step *deploy, bool acted)
{
	const struct step_host *host = deploy->step.options.host;
	bool alone =
		waits_for_person(deploy) && host->is_operator_lost(host->data);
	bool is_news = alone && !deploy->is_alone;

	if (!deploy->operator_timer)
		deploy->operator_timer =
			loop_timer(host->loop, INT64_MAX, nobody_came, deploy);
	deploy->is_alone = alone;
	if (is_news)
		say_alone(deploy);
	if (!alone)
		timer_stop(deploy->operator_timer);
	else if ((is_news || acted) &&
		 deploy->config->on_operator_lost != OPERATOR_LOST_HOLD)
		timer_set_in(deploy->operator_timer,
			     deploy->config->operator_timeout_ms);
}
