/* SPDX-License-Identifier: MIT */
/* The gate of an environment, before a deployment there begins. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "step/deploy.h"

static const char *live_digest(const struct deploy_step *deploy)
{
	const struct environment_state *state =
		environment_state(deploy->environment);

	return state->has_live ? state->live.digest : "";
}

/* What says that this commit is not to come here again, or NULL. */
static const struct veto *veto_of(const struct deploy_step *deploy)
{
	return environment_state_veto(
		environment_state(deploy->environment),
		deploy->step.options.host->run->commit->id);
}

bool deploy_is_as_compared(const struct deploy_step *deploy)
{
	return strcmp(live_digest(deploy), deploy->compared_with) == 0 &&
	       !veto_of(deploy);
}

static void gate_closed(enum gate_outcome outcome, const char *text,
			const char *person, void *data)
{
	struct deploy_step *deploy = data;
	enum state state = gate_state(outcome);
	struct error err = ERROR_INIT;

	free(deploy->person);
	deploy->person = xstrdup_null(person);
	deploy_leave_line(deploy); /* its turn counts from here */
	if (state != STATE_PASSED)
		deploy_fail(deploy, state, text);
	else if (outcome == GATE_OVERRIDDEN && deploy->is_vetoed &&
		 environment_pardon(deploy->environment,
				    deploy->step.options.host->run->commit->id,
				    person, text, &err) < 0)
		deploy_fail_by(deploy, &err);
	else
		deploy_take(deploy);
	error_clear(&err);
}

/* A live release whose file has a gate holds what wants to replace it. */
static int add_live_rule(struct deploy_step *deploy,
			 struct gatekeeper_options *options, struct error *err)
{
	const struct pipeline *pipeline;
	const struct environment_config *config;

	if (environment_live_pipeline(deploy->environment, &pipeline, err) < 0)
		return -1;
	config = pipeline ? pipeline_environment(pipeline, options->environment)
			  : NULL;
	if (!config || !config->gate.present)
		return 0;
	options->live_rule = &config->gate;
	options->live_pipeline = pipeline;
	return 0;
}

/* Of an environment that asks nobody: one person, whoever it is. */
static const struct gate_rule veto_rule = {
	.present = true,
	.required = 1,
	.expires_ms = 24 * 60 * 60 * 1000,
};

void deploy_open_gate(struct deploy_step *deploy)
{
	const struct environment_state *state =
		environment_state(deploy->environment);
	const struct environment_config *config =
		environment_config(deploy->environment);
	struct gatekeeper_options options = {
		.step = &deploy->step,
		.rule = &config->gate,
		.environment = config->name,
		.artifacts = deploy->digest,
		.live = state->has_live ? &state->live : NULL,
		.closed = gate_closed,
		.data = deploy,
	};
	const struct veto *veto = veto_of(deploy);
	struct error err = ERROR_INIT;
	char *text;

	free(deploy->compared_with);
	deploy->compared_with = xstrdup(live_digest(deploy));
	gatekeeper_free(deploy->keeper);
	deploy->keeper = NULL;
	if (add_live_rule(deploy, &options, &err) < 0) {
		deploy_fail_by(deploy, &err);
		error_clear(&err);
		return;
	}
	if (!config->gate.present && !options.live_rule && !veto) {
		deploy_take(deploy);
		return;
	}
	if (veto && !config->gate.present && !options.live_rule)
		options.rule = &veto_rule;
	text = veto ? environment_veto_text(veto, clock_wall_ms()) : NULL;
	options.veto = text;
	deploy->is_vetoed = veto != NULL;
	deploy->phase = DEPLOY_AT_GATE;
	deploy->keeper = gatekeeper_open(&options);
	free(text);
	deploy_stand_at_gate(deploy);
}
