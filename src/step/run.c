/* SPDX-License-Identifier: MIT */
/* `run`: a shell command in the stage's folder, its output the stage's log. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "proc/child.h"
#include "step/environ.h"
#include "step/reports.h"
#include "step/step.h"

/* How long a pipe may stay open after the command has ended, because
 * something it started still holds it. */
#define STRAGGLER_MS 2000

struct run_step {
	struct step step;
	pid_t pid; /* 0 once reaped */
	pid_t group;
	int status;
	bool output_over;
	struct timer *deadline; /* timeout, then the kill after grace */
	enum state ending;	/* STATE_RUNNING until something ends it */
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
	const struct scan_config *scan = &run->step.options.stage->scan;
	int code = WIFEXITED(run->status) ? WEXITSTATUS(run->status) : -1;

	if (!scan->present)
		return code == 0;
	for (size_t i = 0; i < scan->ok_exit_count; i++)
		if (scan->ok_exits[i] == code)
			return true;
	for (size_t i = 0; i < scan->findings_exit_count; i++)
		if (scan->findings_exits[i] == code)
			return true;
	return false;
}

static void check_end(struct run_step *run)
{
	if (run->pid || !run->output_over)
		return;
	timer_stop(run->deadline);
	child_signal_group(run->group, SIGKILL);
	if (run->ending == STATE_RUNNING && exit_is_fine(run))
		run->status = 0;
	if (run->step.options.stage->report_count &&
	    run->ending == STATE_RUNNING)
		reports_finish(run->reports, reports_are_read, run);
	else
		finish_with(run, NULL);
}

/* What still holds the pipe is a straggler: its group is ended, and what has
 * left the group is the guard's. */
static void end_stragglers(struct run_step *run)
{
	child_signal_group(run->group, SIGKILL);
	stage_log_printf(run->step.options.log,
			 "signalbox: ended what the command left running\n");
	stage_log_close_pipe(run->step.options.log);
	run->output_over = true;
	check_end(run);
}

static void on_deadline(void *data)
{
	struct run_step *run = data;
	const struct stage_config *stage = run->step.options.stage;

	if (!run->pid) {
		end_stragglers(run);
		return;
	}
	if (run->ending == STATE_RUNNING) {
		run->ending = STATE_TIMED_OUT;
		child_signal_group(run->group, SIGTERM);
		timer_set_in(run->deadline, stage->grace_ms);
		return;
	}
	child_signal_group(run->group, SIGKILL);
}

static void on_exit_of_child(pid_t pid, int status, void *data)
{
	struct run_step *run = data;

	(void)pid;
	run->pid = 0;
	run->status = status;
	if (!run->output_over)
		timer_set_in(run->deadline, STRAGGLER_MS);
	check_end(run);
}

static int start_child(struct run_step *run, int output, struct error *err)
{
	const struct step_options *options = &run->step.options;
	const char *argv[] = {"/bin/sh", "-e", "-c", options->stage->run, NULL};
	struct child_options child = CHILD_OPTIONS_INIT;
	struct strings env = STRINGS_INIT;

	environ_build(options->host, options->stage, &env);
	child.argv = argv;
	child.env = (const char *const *)env.items;
	child.folder = options->folder;
	child.output = output;
	if (options->folder_lock_fd >= 0) {
		child.keep = &options->folder_lock_fd;
		child.keep_count = 1;
	}
	run->pid = child_start(&child, err);
	strings_release(&env);
	return run->pid < 0 ? -1 : 0;
}

static int note_scan_report(const struct step_options *options,
			    struct error *err)
{
	char *path;
	int result;

	if (!options->stage->scan.present || !options->folder)
		return 0;
	path = xasprintf("%s/%s", options->folder, options->stage->scan.report);
	result = report_identity(path, options->scan_before, err);
	free(path);
	return result;
}

static int run_start(struct step *step, struct error *err)
{
	struct run_step *run = (struct run_step *)step;
	const struct stage_config *stage = step->options.stage;
	struct loop *loop = step->options.host->loop;
	int output;
	int result;

	if (environ_check(step->options.host, stage, err) < 0 ||
	    note_scan_report(&step->options, err) < 0)
		return -1;
	output = stage_log_pipe(step->options.log, err);
	if (output < 0)
		return -1;
	run->ending = STATE_RUNNING;
	if (stage->report_count) {
		run->reports = reports_new(step);
		stage_log_tap(step->options.log,
			      reports_want_output(run->reports));
	}
	result = start_child(run, output, err);
	close(output);
	if (result < 0) {
		run->pid = 0;
		stage_log_close_pipe(step->options.log);
		return -1;
	}
	run->group = run->pid;
	loop_child(loop, run->pid, on_exit_of_child, run);
	run->deadline = loop_timer(loop, INT64_MAX, on_deadline, run);
	if (stage->timeout_ms >= 0)
		timer_set_in(run->deadline, stage->timeout_ms);
	return 0;
}

static void run_cancel(struct step *step, enum state why)
{
	struct run_step *run = (struct run_step *)step;

	bool is_over = !run->pid && run->output_over;
	bool asked_before = run->ending != STATE_RUNNING;

	if (!asked_before)
		run->ending = why;
	if (is_over) /* its reports are being read; the group may be another's
		      */
		return;
	child_signal_group(run->group, asked_before ? SIGKILL : SIGTERM);
	if (!asked_before)
		timer_set_in(run->deadline, step->options.stage->grace_ms);
}

static void run_output(struct step *step, const char *bytes, size_t len)
{
	reports_output(((struct run_step *)step)->reports, bytes, len);
}

static void run_output_ended(struct step *step)
{
	struct run_step *run = (struct run_step *)step;

	run->output_over = true;
	check_end(run);
}

static void run_release(struct step *step)
{
	struct run_step *run = (struct run_step *)step;

	if (run->pid) { /* the engine is cut off */
		child_signal_group(run->group, SIGKILL);
		loop_child_forget(step->options.host->loop, run->pid);
	}
	timer_free(run->deadline);
	reports_free(run->reports);
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
