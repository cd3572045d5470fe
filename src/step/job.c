/* SPDX-License-Identifier: MIT */
#include "step/job.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "proc/child.h"
#include "proc/identity.h"
#include "proc/terminal.h"
#include "step/scripts.h"

/* How long the output may stay open after the child has ended, because
 * something it started still holds it; and how often that is looked at. */
#define STRAGGLER_MS 2000
#define LOOK_MS 20
#define STRAYS 64

/* Daemons: they left the group, and nobody but the guard is above them. */
static bool end_strays(const struct job *job)
{
	pid_t pids[STRAYS];
	size_t count = processes_stray(job->mark, pids, STRAYS);

	for (size_t i = 0; i < count; i++)
		kill(getpgid(pids[i]) == pids[i] ? -pids[i] : pids[i], SIGKILL);
	return count > 0;
}

static void check_end(struct job *job)
{
	if (job->pid || !job->output_over)
		return;
	timer_stop(job->deadline);
	child_signal_group(job->group, SIGKILL);
	/* What was below them is met in the next look. */
	job->is_sweeping =
		end_strays(job) && clock_monotonic_us() < job->patience_us;
	if (job->is_sweeping)
		timer_set_in(job->deadline, LOOK_MS);
	else
		job->options.done(job->options.data);
}

/* What still holds the output is a straggler: its group is ended, and what has
 * left the group is the guard's. */
static void end_stragglers(struct job *job)
{
	child_signal_group(job->group, SIGKILL);
	stage_log_printf(job->options.log,
			 "signalbox: ended what the command left running\n");
	stage_log_end_output(job->options.log, true);
}

/* After the child: over once nothing has its output open, and all of it is
 * in the log. */
static void await_output(struct job *job)
{
	timer_stop(job->deadline);
	job->is_alone = true;
	if (stage_log_end_output(job->options.log, false))
		return; /* by now the job may be over, and another's */
	job->is_alone = false;
	timer_set_in(job->deadline, LOOK_MS);
}

static void on_deadline(void *data)
{
	struct job *job = data;

	if (job->is_sweeping) {
		check_end(job);
	} else if (!job->pid && clock_monotonic_us() < job->patience_us) {
		await_output(job);
	} else if (!job->pid) {
		end_stragglers(job);
	} else if (!job->is_ending) {
		job->is_timed_out = true;
		job_end(job);
	} else {
		child_signal_group(job->group, SIGKILL);
	}
}

static void on_exit_of_child(pid_t pid, int status, void *data)
{
	struct job *job = data;

	(void)pid;
	job->pid = 0;
	job->status = status;
	job->patience_us = clock_monotonic_us() + STRAGGLER_MS * 1000;
	if (job->output_over)
		check_end(job);
	else
		await_output(job);
}

static void add_words(const struct job_options *options, struct strings *argv)
{
	static const char *const usual[] = {"/bin/sh", "-e", "-c"};

	if (options->shell && options->shell->count)
		strings_copy(argv, options->shell);
	else
		for (size_t i = 0; i < 3; i++)
			strings_add(argv, usual[i]);
	strings_add(argv, options->text);
}

/* The list is the caller's, what it names is not. */
static const char **with_mark(const struct strings *env, const char *mark)
{
	const char **all = xcalloc(env->count + 2, sizeof(*all));

	for (size_t i = 0; i < env->count; i++)
		all[i] = env->items[i];
	all[env->count] = mark;
	return all;
}

static int start_child(struct job *job, int output, struct error *err)
{
	const struct job_options *options = &job->options;
	struct child_options child = CHILD_OPTIONS_INIT;
	struct strings argv = STRINGS_INIT;
	const char **env;

	add_words(options, &argv);
	/* No two that run at once have one descriptor. */
	job->mark = xasprintf("SIGNALBOX_JOB=%lld.%d",
			      (long long)clock_monotonic_us(), output);
	env = with_mark(options->env, job->mark);
	child.argv = (const char *const *)argv.items;
	child.env = env;
	child.folder = options->folder;
	child.output = output;
	if (options->lock_fd >= 0) {
		child.keep = &options->lock_fd;
		child.keep_count = 1;
	}
	job->pid = child_start(&child, err);
	strings_release(&argv);
	free(env);
	if (job->pid > 0)
		return 0;
	job->pid = 0;
	return -1;
}

static int open_output(const struct job_options *options, struct error *err)
{
	int reader;
	int output;

	if (!options->tty) /* to open it anew is nothing to a pipe */
		return stage_log_output(options->log,
					scripts_open_output_anew(
						options->text, options->folder),
					err);
	output = terminal_open(&reader, err);
	if (output >= 0)
		stage_log_take(options->log, reader);
	return output;
}

int job_start(struct job *job, const struct job_options *options,
	      struct error *err)
{
	int output;
	int result;

	memset(job, 0, sizeof(*job));
	job->options = *options;
	output = open_output(options, err);
	if (output < 0)
		return -1;
	result = start_child(job, output, err);
	close(output);
	if (result < 0) {
		free(job->mark);
		job->mark = NULL;
		stage_log_drop_output(options->log);
		return -1;
	}
	job->options.env = NULL; /* the caller's, and used */
	job->group = job->pid;
	loop_child(options->loop, job->pid, on_exit_of_child, job);
	job->deadline = loop_timer(options->loop, INT64_MAX, on_deadline, job);
	if (options->timeout_ms >= 0)
		timer_set_in(job->deadline, options->timeout_ms);
	return 0;
}

bool job_is_over(const struct job *job)
{
	return !job->pid && (job->output_over || job->is_alone || !job->group);
}

void job_end(struct job *job)
{
	if (job->is_ending || job_is_over(job))
		return;
	job->is_ending = true;
	child_signal_group(job->group, SIGTERM);
	if (job->pid)
		timer_set_in(job->deadline, job->options.grace_ms);
}

void job_kill(struct job *job)
{
	if (job_is_over(job)) /* the group may be another's by now */
		return;
	job->is_ending = true;
	child_signal_group(job->group, SIGKILL);
}

void job_output_ended(struct job *job)
{
	job->output_over = true;
	check_end(job);
}

void job_release(struct job *job)
{
	if (job->pid) { /* the engine is cut off */
		child_signal_group(job->group, SIGKILL);
		loop_child_forget(job->options.loop, job->pid);
		job->pid = 0;
	}
	timer_free(job->deadline);
	job->deadline = NULL;
	free(job->mark);
	job->mark = NULL;
}
