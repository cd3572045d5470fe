/* SPDX-License-Identifier: MIT */
/* `run`: a shell command in the stage's folder, its output the stage's log. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/memory.h"
#include "proc/child.h"
#include "step/environ.h"
#include "step/job.h"
#include "step/reports.h"
#include "step/step.h"

struct run_step {
	struct step step;
	struct job job;
	int status;
	bool is_cancelled;
	char *folder;
	struct noting *noting; /* the job comes after it; else NULL */
	enum state ending;     /* STATE_RUNNING until something ends it */
	struct reports *reports;
};

static void finish_with(struct run_step *run, const char *report_why)
{
	char *text = child_status_text(run->status);
	char *reason = NULL;

	if (WIFEXITED(run->status))
		run->step.exit_status = WEXITSTATUS(run->status);
	if (run->ending == STATE_TIMED_OUT)
		reason = xasprintf("ran longer than its timeout, %s", text);
	else if (run->ending == STATE_CANCELLED)
		reason = xstrdup("cancelled");
	else if (run->status != 0)
		reason = report_why ? xasprintf("%s; %s", text, report_why)
				    : xstrdup(text);
	else if (report_why)
		reason = xstrdup(report_why);
	free(text);
	if (run->ending == STATE_RUNNING)
		run->ending = reason ? STATE_FAILED : STATE_PASSED;
	step_done(&run->step, run->ending, reason);
	free(reason);
}

static void reports_are_read(const char *why, void *data)
{
	finish_with(data, why);
}

static bool exit_is_fine(const struct run_step *run)
{
	const struct step_options *options = &run->step.options;
	const struct scan_config *scan = &options->stage->scan;
	int code = WIFEXITED(run->status) ? WEXITSTATUS(run->status) : -1;

	if (!scan->present)
		return code == 0;
	for (size_t i = 0; i < scan->ok_exit_count; i++)
		if (scan->ok_exits[i] == code)
			return true;
	for (size_t i = 0; i < scan->findings_exit_count; i++)
		if (scan->findings_exits[i] == code) {
			options->scan->found_exit = code;
			return true;
		}
	return false;
}

static void job_done(void *data)
{
	struct run_step *run = data;

	run->status = run->job.status;
	if (run->job.is_timed_out && run->ending == STATE_RUNNING)
		run->ending = STATE_TIMED_OUT;
	if (run->ending == STATE_RUNNING && exit_is_fine(run))
		run->status = 0;
	if (run->step.options.stage->report_count &&
	    run->ending == STATE_RUNNING)
		reports_finish(run->reports, reports_are_read, run);
	else
		finish_with(run, NULL);
}

static int start_job(struct run_step *run, struct error *err)
{
	const struct step_options *options = &run->step.options;
	struct strings env = STRINGS_INIT;
	struct job_options job = {
		.loop = options->host->loop,
		.log = options->log,
		.shell = &options->stage->shell,
		.text = options->stage->run,
		.env = &env,
		.folder = run->folder,
		.lock_fd = options->folder_lock_fd,
		.tty = options->stage->tty,
		.timeout_ms = options->stage->timeout_ms,
		.grace_ms = options->stage->grace_ms,
		.done = job_done,
		.data = run,
	};
	int result;

	environ_build(options->host, options->stage, &env);
	environ_put_outcome(&env, options->outcome);
	result = job_start(&run->job, &job, err);
	strings_release(&env);
	return result;
}

/* What a helper finds of reports before the command. */
struct noting {
	struct run_step *run; /* NULL once cancelled */
	const struct stage_config *stage;
	char *folder;
	struct report_files reports, scan;
};

static void note(void *data)
{
	struct noting *noting = data;
	const struct strings *scans = &noting->stage->scan.reports;

	reports_note(noting->stage, noting->folder, &noting->reports);
	report_files_begin(&noting->scan, noting->folder);
	for (size_t i = 0; i < scans->count; i++)
		report_files_note(&noting->scan, scans->items[i]);
}

static void noted(void *data)
{
	struct noting *noting = data;
	struct run_step *run = noting->run;
	struct error err = ERROR_INIT;

	if (run) {
		run->noting = NULL;
		if (run->reports)
			reports_noted(run->reports, &noting->reports);
		if (noting->stage->scan.present)
			report_files_move(&run->step.options.scan->files,
					  &noting->scan);
	}
	report_files_release(&noting->reports);
	report_files_release(&noting->scan);
	free(noting->folder);
	free(noting);
	if (run && start_job(run, &err) < 0) {
		run->step.code = err.code;
		step_done(&run->step, STATE_FAILED, error_text(&err));
	}
	error_clear(&err);
}

static bool names_files(const struct stage_config *stage)
{
	for (size_t i = 0; i < stage->report_count; i++)
		if (strcmp(stage->reports[i].path, "-") != 0)
			return true;
	return stage->scan.present;
}

static void start_noting(struct run_step *run)
{
	const struct step_options *options = &run->step.options;
	struct noting *noting = xcalloc(1, sizeof(*noting));

	noting->run = run;
	noting->stage = options->stage;
	noting->folder = xstrdup(options->folder);
	run->noting = noting;
	helper_run(options->host->helper, note, noted, noting);
}

static int run_start(struct step *step, struct error *err)
{
	struct run_step *run = (struct run_step *)step;
	const struct stage_config *stage = step->options.stage;

	if (environ_check(step->options.host, stage, err) < 0)
		return -1;
	run->folder = step_folder(step, err);
	if (!run->folder)
		return -1;
	run->ending = STATE_RUNNING;
	if (stage->scan.present)
		step->options.scan->found_exit = 0;
	if (stage->report_count) {
		run->reports = reports_new(step);
		stage_log_tap(step->options.log,
			      reports_want_output(run->reports));
	}
	if (!step->options.folder || !names_files(stage))
		return start_job(run, err);
	start_noting(run);
	return 0;
}

static void run_cancel(struct step *step, enum state why)
{
	struct run_step *run = (struct run_step *)step;

	if (run->is_cancelled) {
		job_kill(&run->job);
		return;
	}
	run->is_cancelled = true;
	if (run->noting) {
		run->noting->run = NULL;
		run->noting = NULL;
		step_done(step, why, "cancelled");
		return;
	}
	if (run->ending == STATE_RUNNING && !run->job.is_timed_out)
		run->ending = why;
	job_end(&run->job);
}

static void run_output(struct step *step, const char *bytes, size_t len)
{
	reports_output(((struct run_step *)step)->reports, bytes, len);
}

static void run_output_ended(struct step *step)
{
	job_output_ended(&((struct run_step *)step)->job);
}

static void run_release(struct step *step)
{
	struct run_step *run = (struct run_step *)step;

	if (run->noting)
		run->noting->run = NULL;
	job_release(&run->job);
	reports_free(run->reports);
	free(run->folder);
}

const struct step_ops step_run_ops = {
	.name = "run",
	.size = sizeof(struct run_step),
	.start = run_start,
	.cancel = run_cancel,
	.release = run_release,
	.output = run_output,
	.output_ended = run_output_ended,
};
