/* SPDX-License-Identifier: MIT */
/* Keeps what a passed stage's `artifacts:` names, by digest. */
#include <stdlib.h>

#include "base/memory.h"
#include "step/step.h"

struct store_job { /* the helper's */
	const char *state_folder;
	char *folder;
	const struct strings *globs;
	struct artifacts found;
	struct error err;
	struct artifacts_step *step; /* NULL once cancelled */
};

struct artifacts_step {
	struct step step;
	struct store_job *job;
};

static void store(void *data)
{
	struct store_job *job = data;

	if (artifacts_store(job->state_folder, job->folder, job->globs,
			    &job->found, &job->err) < 0)
		error_prefix(&job->err, "cannot keep the artifacts");
}

static void tell_stored(struct step *step, const struct artifact *artifact)
{
	struct event *event = step_event(step, EVENT_ARTIFACT_STORED);

	event_set(event, "path", artifact->path);
	event_set(event, "digest", artifact->digest);
	event_set_int(event, "bytes", artifact->bytes);
	event_setf(event, "mode", "%o", (unsigned)artifact->mode);
	step_emit(step, event);
	artifacts_put(step->options.host->artifacts, artifact->path,
		      artifact->digest, artifact->bytes, artifact->mode);
}

static void stored(void *data)
{
	struct store_job *job = data;
	struct artifacts_step *keeper = job->step;

	if (keeper)
		keeper->job = NULL;
	for (size_t i = 0; keeper && i < job->found.count; i++)
		tell_stored(&keeper->step, &job->found.items[i]);
	if (keeper) {
		keeper->step.code = job->err.code;
		step_done(&keeper->step,
			  job->err.code ? STATE_FAILED : STATE_PASSED,
			  job->err.message);
	}
	artifacts_release(&job->found);
	error_clear(&job->err);
	free(job->folder);
	free(job);
}

static int artifacts_start(struct step *step, struct error *err)
{
	const struct step_options *options = &step->options;
	struct store_job *job;

	if (!options->folder)
		return error_set(err, ERROR_CONFIG,
				 "%s has no work folder to keep artifacts "
				 "from; take `source: none` away",
				 options->stage->name);
	job = xcalloc(1, sizeof(*job));
	job->state_folder = options->host->run->state_folder;
	job->folder = xstrdup(options->folder);
	job->globs = &options->stage->artifacts;
	job->step = (struct artifacts_step *)step;
	job->step->job = job;
	helper_run(options->host->helper, store, stored, job);
	return 0;
}

static void artifacts_drop(struct step *step)
{
	struct artifacts_step *keeper = (struct artifacts_step *)step;

	if (keeper->job)
		keeper->job->step = NULL;
	keeper->job = NULL;
}

static void artifacts_cancel(struct step *step, enum state why)
{
	artifacts_drop(step);
	step_done(step, why, "cancelled");
}

const struct step_ops step_artifacts_ops = {
	.name = "artifacts",
	.size = sizeof(struct artifacts_step),
	.start = artifacts_start,
	.cancel = artifacts_cancel,
	.release = artifacts_drop,
};
