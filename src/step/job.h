/* SPDX-License-Identifier: MIT */
/*
 * One child of a stage with all that it starts: its output is the log's, it
 * has its time, and it is ended as a group, TERM and after a while KILL.
 *
 *	if (job_start(&job, &options, &err) < 0) ...    // no done() then
 *	job_output_ended(&job);         // when the log says so
 *	job_end(&job); job_kill(&job);  // done() follows
 *	job_release(&job);
 */
#ifndef SIGNALBOX_STEP_JOB_H
#define SIGNALBOX_STEP_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strings.h"
#include "loop/loop.h"
#include "step/log.h"

struct job_options {
	struct loop *loop;
	struct stage_log *log;
	const struct strings *shell; /* the program that takes the text last;
				      * empty: /bin/sh -e -c */
	const char *text;
	const struct strings *env;
	const char *folder;
	int lock_fd;	    /* the child keeps it; -1: none */
	bool tty;	    /* output through a terminal */
	int64_t timeout_ms; /* -1: none */
	int64_t grace_ms;
	/* It has ended and nothing holds its output any more. */
	void (*done)(void *data);
	void *data;
};

struct job {
	struct job_options options;
	pid_t pid; /* 0 once reaped */
	pid_t group;
	int status; /* waitpid's */
	bool output_over, is_ending, is_timed_out;
	bool is_alone;		/* nothing it started has its output any more */
	int64_t patience_us;	/* with what still has it */
	bool is_sweeping;	/* only what has left the group may run yet */
	char *mark;		/* in the environment of all that it started */
	struct timer *deadline; /* timeout, then the kill after grace */
};

int job_start(struct job *job, const struct job_options *options,
	      struct error *err) MUST_CHECK;
/* TERM, and KILL after grace. Once more changes nothing. */
void job_end(struct job *job);
void job_kill(struct job *job);
/* True once nothing of it runs that could be ended. */
bool job_is_over(const struct job *job);
void job_output_ended(struct job *job);
/* What still runs is killed. A zeroed job is fine. */
void job_release(struct job *job);

#endif
