/* SPDX-License-Identifier: MIT */
/* `check`: HTTP requests to a URL, or through an environment's traffic. */
#include <stdlib.h>

#include "base/memory.h"
#include "delivery/environment.h"
#include "step/requests.h"
#include "step/step.h"

struct check_step {
	struct step step;
	struct requests_run *run;
};

static void checked(const char *why, void *data)
{
	struct check_step *check = data;

	step_done(&check->step, why ? STATE_FAILED : STATE_PASSED, why);
}

static const char *base_of(const struct step *step, struct error *err)
{
	const struct step_host *host = step->options.host;
	const struct stage_config *stage = step->options.stage;
	struct environment *environment;
	const char *url;

	if (stage->check.url)
		return stage->check.url;
	environment =
		host->environment(host->data, stage->check.environment, err);
	if (!environment)
		return NULL;
	url = environment_url(environment);
	if (!*url) {
		error_set(err, ERROR_CONFIG,
			  "%s has no url to check; write `url:` into it",
			  stage->check.environment);
		return NULL;
	}
	return url;
}

static int check_start(struct step *step, struct error *err)
{
	struct check_step *check = (struct check_step *)step;
	const struct requests_peer peer = {
		.base = base_of(step, err),
		.tls = &step->options.stage->check.tls,
	};

	if (!peer.base)
		return -1;
	stage_log_printf(step->options.log, "checks of %s\n", peer.base);
	check->run =
		requests_send(step, &peer, &step->options.stage->check.requests,
			      checked, check);
	return 0;
}

static void check_cancel(struct step *step, enum state why)
{
	struct check_step *check = (struct check_step *)step;

	requests_free(check->run);
	check->run = NULL;
	step_done(step, why, "cancelled");
}

static void check_release(struct step *step)
{
	requests_free(((struct check_step *)step)->run);
}

const struct step_ops step_check_ops = {
	.name = "check",
	.size = sizeof(struct check_step),
	.start = check_start,
	.cancel = check_cancel,
	.release = check_release,
};
