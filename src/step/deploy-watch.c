/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/metric.h"
#include "step/allowances.h"
#include "step/deploy.h"
#include "step/environ.h"

static void count(struct deploy_step *deploy, enum colour colour,
		  struct analysis_counts *counts)
{
	environment_counts(deploy->environment, colour, counts);
	environment_slower(deploy->environment, colour,
			   analysis_slow_ms(deploy->analysis), &counts->timed,
			   &counts->slow);
}

static struct analysis_sight see(struct deploy_step *deploy)
{
	enum colour candidate = deploy->plan->colour;
	const struct environment_state *state =
		environment_state(deploy->environment);
	struct analysis_sight sight = {.alone = state->split[candidate] >= 100};

	count(deploy, candidate, &sight.candidate);
	count(deploy, colour_other(candidate), &sight.stable);
	return sight;
}

static void arm(struct deploy_step *deploy)
{
	timer_set(deploy->look, analysis_next_ms(deploy->analysis) * 1000);
}

static void condemn(struct deploy_step *deploy)
{
	struct rollback_request request = {
		.by = "analysis",
		.reason = deploy->judged.text,
		.run = deploy->step.options.host->run->number,
	};

	deploy_roll_back(deploy, &request);
}

static void judge(struct deploy_step *deploy,
		  const struct metric_reading *readings)
{
	const char *stage = deploy->step.options.stage->name;
	struct analysis_sight sight = see(deploy);

	sight.readings = readings;
	analysis_look(deploy->analysis, clock_monotonic_ms(), &sight,
		      &deploy->judged);
	deploy->has_judged = true;
	step_emit(&deploy->step, analysis_event(&deploy->judged, stage,
						deploy->plan->environment));
	if (deploy->judged.condemned) {
		condemn(deploy);
		return;
	}
	arm(deploy);
	if (deploy->phase == DEPLOY_PAUSED)
		deploy_leave_pause(deploy);
}

static void asked(const struct metric_reading *readings, void *data)
{
	judge(data, readings);
}

static void look(void *data)
{
	struct deploy_step *deploy = data;

	if (deploy->metrics)
		metrics_ask(deploy->metrics, asked, deploy);
	else
		judge(deploy, NULL);
}

static void held_too_long(void *data)
{
	struct deploy_step *deploy = data;

	if (deploy->phase == DEPLOY_MOVING) { /* by hand: ask again soon */
		timer_set_in(deploy->max_hold, 100);
		return;
	}
	deploy_fail(deploy, STATE_ROLLED_BACK,
		    deploy->has_judged ? deploy->judged.text
				       : "no verdict within max-hold");
}

void deploy_watch_hold(struct deploy_step *deploy)
{
	const struct step_host *host = deploy->step.options.host;

	if (host->pipeline->mode != MODE_DEPLOYMENT || deploy->max_hold)
		return;
	deploy->max_hold =
		loop_timer(host->loop, INT64_MAX, held_too_long, deploy);
	timer_set_in(deploy->max_hold, deploy->max_hold_ms);
}

/* What commands and queries are told of the candidate. */
static void put_names(const struct deploy_step *deploy, struct strings *env)
{
	enum colour colour = deploy->plan->colour;
	struct str address = STR_INIT;
	const char *port;

	environment_address(deploy->environment, colour, 0, &address);
	port = strrchr(address.data, ':');
	environ_put(env, "COLOUR", colour_name(colour));
	environ_put(env, "STABLE", colour_name(colour_other(colour)));
	environ_put(env, "VERSION", deploy->step.options.host->run->version);
	environ_put(env, "ENVIRONMENT", deploy->plan->environment);
	environ_put(env, "PORT", port ? port + 1 : "");
	str_release(&address);
}

static bool excuses(const struct exception_config *tls, void *data)
{
	const struct deploy_step *deploy = data;

	return allowance_tls(deploy->step.options.host->allowances, tls);
}

static void take_metrics(struct deploy_step *deploy,
			 const struct analysis_config *config)
{
	const struct step_host *host = deploy->step.options.host;
	struct strings env = STRINGS_INIT;
	struct metric_options options = {
		.loop = host->loop,
		.http = host->http,
		.config = config,
		.env = &env,
		.folder = deploy->folder,
		.excuses = excuses,
		.data = deploy,
	};

	metrics_free(deploy->metrics);
	deploy->metrics = NULL;
	if (!config->metric_count)
		return;
	environ_build(host, deploy->step.options.stage, &env);
	put_names(deploy, &env);
	deploy->metrics = metrics_new(&options);
	strings_release(&env);
}

static void stop_holding(struct deploy_step *deploy)
{
	timer_free(deploy->max_hold);
	deploy->max_hold = NULL;
}

void deploy_watch_begin(struct deploy_step *deploy,
			const struct analysis_config *config)
{
	struct analysis_sight sight;

	if (!deploy->analysis ||
	    analysis_config_of(deploy->analysis) != config) {
		deploy_watch_end(deploy);
		deploy->analysis = analysis_new(config);
	}
	take_metrics(deploy, config);
	stop_holding(deploy);
	environment_mark(deploy->environment);
	sight = see(deploy);
	analysis_begin(deploy->analysis, clock_monotonic_ms(), &sight);
	deploy->has_judged = false;
	if (!deploy->look)
		deploy->look = loop_timer(deploy->step.options.host->loop,
					  INT64_MAX, look, deploy);
	deploy->max_hold_ms = config->max_hold_ms;
	arm(deploy);
}

void deploy_watch_end(struct deploy_step *deploy)
{
	if (deploy->look)
		timer_stop(deploy->look);
	stop_holding(deploy);
	metrics_free(deploy->metrics);
	deploy->metrics = NULL;
	analysis_free(deploy->analysis);
	deploy->analysis = NULL;
}

bool deploy_watch_is_content(const struct deploy_step *deploy)
{
	return !deploy->analysis ||
	       (deploy->has_judged && deploy->judged.verdict == VERDICT_PASS);
}
