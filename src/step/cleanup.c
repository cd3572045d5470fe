/* SPDX-License-Identifier: MIT */
/* What a stage cleans up: its commands one after the other, each with its
 * time, whatever became of the ones before. None of them changes the stage's
 * outcome; one that fails is told. Cancelling kills and leaves out the rest. */
#include <stdlib.h>

#include "base/memory.h"
#include "proc/child.h"
#include "step/environ.h"
#include "step/job.h"
#include "step/step.h"

#define MOST_MS (60 * 1000)

struct cleanup_step {
	struct step step;
	struct job job;
	size_t at; /* commands begun */
	bool is_cancelled;
};

static void start_next(struct cleanup_step *cleanup);

static void warn(const struct cleanup_step *cleanup, const char *why)
{
	const struct stage_config *stage = cleanup->step.options.stage;

	step_warn(&cleanup->step, "clean-up of %s: '%s': %s", stage->name,
		  stage->cleanup.items[cleanup->at - 1], why);
	stage_log_printf(cleanup->step.options.log, "signalbox: clean-up: %s\n",
			 why);
}

static void job_done(void *data)
{
	struct cleanup_step *cleanup = data;
	char *text = child_status_text(cleanup->job.status);

	if (cleanup->is_cancelled)
		warn(cleanup, "cancelled");
	else if (cleanup->job.is_timed_out)
		warn(cleanup, "took longer than 60 s");
	else if (cleanup->job.status)
		warn(cleanup, text);
	free(text);
	start_next(cleanup);
}

static int start_job(struct cleanup_step *cleanup, const char *text,
		     const char *folder, struct error *err)
{
	const struct step_options *options = &cleanup->step.options;
	struct strings env = STRINGS_INIT;
	struct job_options job = {
		.loop = options->host->loop,
		.log = options->log,
		.shell = &options->stage->shell,
		.text = text,
		.env = &env,
		.folder = folder,
		.lock_fd = options->folder_lock_fd,
		.tty = options->stage->tty,
		.timeout_ms = MOST_MS,
		.grace_ms = options->stage->grace_ms,
		.done = job_done,
		.data = cleanup,
	};
	int result;

	environ_build(options->host, options->stage, &env);
	environ_put_outcome(&env, options->outcome);
	job_release(&cleanup->job);
	result = job_start(&cleanup->job, &job, err);
	strings_release(&env);
	return result;
}

/* True when one runs, and tells its end. */
static bool start_one(struct cleanup_step *cleanup, const char *text)
{
	struct error err = ERROR_INIT;
	char *folder = step_folder(&cleanup->step, &err);
	bool runs = folder && start_job(cleanup, text, folder, &err) == 0;

	if (!runs)
		warn(cleanup, error_text(&err));
	error_clear(&err);
	free(folder);
	return runs;
}

static void start_next(struct cleanup_step *cleanup)
{
	const struct strings *commands = &cleanup->step.options.stage->cleanup;

	while (cleanup->at < commands->count && !cleanup->is_cancelled)
		if (start_one(cleanup, commands->items[cleanup->at++]))
			return;
	step_done(&cleanup->step, STATE_PASSED, NULL);
}

static void start_first(void *data)
{
	start_next(data);
}

/* Later, for a step does not end within its start. */
static int cleanup_start(struct step *step, struct error *err)
{
	(void)err;
	stage_log_printf(step->options.log, "signalbox: clean-up\n");
	loop_post(step->options.host->loop, start_first, step);
	return 0;
}

static void cleanup_cancel(struct step *step, enum state why)
{
	struct cleanup_step *cleanup = (struct cleanup_step *)step;

	(void)why;
	cleanup->is_cancelled = true;
	job_kill(&cleanup->job);
}

static void cleanup_output_ended(struct step *step)
{
	job_output_ended(&((struct cleanup_step *)step)->job);
}

static void cleanup_release(struct step *step)
{
	struct cleanup_step *cleanup = (struct cleanup_step *)step;

	loop_unpost(step->options.host->loop, start_first, step);
	job_release(&cleanup->job);
}

const struct step_ops step_cleanup_ops = {
	.name = "cleanup",
	.size = sizeof(struct cleanup_step),
	.start = cleanup_start,
	.cancel = cleanup_cancel,
	.release = cleanup_release,
	.output_ended = cleanup_output_ended,
};
