/* SPDX-License-Identifier: MIT */
/* A command of a deployment's plan: runs in the candidate's folder, and its
 * output is the stage's log. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/words.h"
#include "proc/child.h"
#include "step/deploy.h"
#include "step/environ.h"

static void job_done(void *data)
{
	struct deploy_step *deploy = data;
	const struct plan_step *step = &deploy->plan->steps[deploy->at];
	char *text = child_status_text(deploy->job.status);
	char limit[WORDS_SIZE], *why = NULL;

	if (deploy->job.is_timed_out)
		why = xasprintf(
			"%s: ran longer than its %s", step->name,
			words_duration(step->config->timeout_ms, limit));
	else if (deploy->job.status)
		why = xasprintf("%s: %s", step->name, text);
	free(text);
	deploy_drop_command(deploy);
	if (why)
		deploy_step_failed(deploy, STATE_FAILED, why);
	else
		deploy_step_passed(deploy);
	free(why);
}

static void build_env(const struct deploy_step *deploy, struct strings *env)
{
	const struct step_options *options = &deploy->step.options;
	enum colour colour = deploy->plan->colour;
	struct str address = STR_INIT, url = STR_INIT;

	environ_build_beside(options->host, options->stage,
			     deploy->config->environment, env);
	environment_address(deploy->environment, colour, 0, &address);
	str_addf(&url, "http://%s", address.data);
	environ_put(env, "SIGNALBOX_ENVIRONMENT", deploy->config->environment);
	environ_put(env, "SIGNALBOX_COLOUR", colour_name(colour));
	environ_put(env, "SIGNALBOX_URL", url.data);
	environ_put(env, "SIGNALBOX_PORT", strrchr(address.data, ':') + 1);
	str_release(&address);
	str_release(&url);
}

void deploy_run_command(struct deploy_step *deploy,
			const struct plan_step_config *config)
{
	const struct step_options *options = &deploy->step.options;
	struct strings env = STRINGS_INIT;
	struct error err = ERROR_INIT;
	const struct job_options job = {
		.loop = options->host->loop,
		.log = options->log,
		.shell = &options->stage->shell,
		.text = config->run,
		.env = &env,
		.folder = deploy->folder,
		.lock_fd = options->folder_lock_fd,
		.timeout_ms = config->timeout_ms,
		.grace_ms = options->stage->grace_ms,
		.done = job_done,
		.data = deploy,
	};

	deploy->phase = DEPLOY_RUNNING;
	build_env(deploy, &env);
	deploy->has_job = job_start(&deploy->job, &job, &err) == 0;
	strings_release(&env);
	if (!deploy->has_job)
		deploy_step_failed(deploy, STATE_FAILED, error_text(&err));
	error_clear(&err);
}

void deploy_drop_command(struct deploy_step *deploy)
{
	if (deploy->has_job)
		job_release(&deploy->job);
	deploy->has_job = false;
}
