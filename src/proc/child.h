/* SPDX-License-Identifier: MIT */
/*
 * proc/ starts, names, ends and guards processes. This file: one child.
 * Own process group (or session), default signals, empty mask, /dev/null as
 * standard input unless told, every other descriptor closed before exec.
 */
#ifndef SIGNALBOX_PROC_CHILD_H
#define SIGNALBOX_PROC_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct child_options {
	const char *const *argv; /* argv[0] is looked up in PATH; required */
	const char *path;	 /* NULL; else this is run, argv[0] a name */
	const char *const *env;	 /* NULL: ours */
	const char *folder;	 /* NULL: ours */
	int input;		 /* -1: /dev/null */
	int output;		 /* -1: /dev/null */
	int errors;		 /* -1: the same as output */
	const int *keep; /* more descriptors the child keeps, by number */
	int keep_count;
	bool session; /* setsid: outlives us (keepers) */
	bool outlive; /* no parent-death signal (keepers) */
	/* `input` is the terminal, and its group gets the foreground there;
	 * ctrl-z does not stop it, since no shell would continue it. Taking
	 * the foreground back at its end is the caller's. */
	bool terminal;
};

#define CHILD_OPTIONS_INIT                              \
	{                                               \
		.input = -1, .output = -1, .errors = -1 \
	}

/*
 * Returns the pid, or -1 with the reason, that of a failed exec included
 * ("cannot run ./shop: No such file or directory"). Uses vfork: everything
 * is prepared before it. The caller reaps, by loop_child() or waitpid(pid).
 */
pid_t child_start(const struct child_options *options,
		  struct error *err) MUST_CHECK;

/* Runs argv to its end, blocking, standard output captured (at most limit
 * bytes) and standard error put into the error's message when the exit
 * status is not 0. For helpers and subcommands, never for the loop. */
struct str;
int child_capture(const struct child_options *options, struct str *output,
		  size_t limit, struct error *err) MUST_CHECK;

/* Once, at a program's start: real-time signals that whoever started it has
 * ignored are default again, and so in each child; they are not looked at
 * before each. */
void child_real_time_signals(void);

/* Sends the signal to the child's process group. */
void child_signal_group(pid_t pid, int signal_number);

/* "exit status 3", "ended by SIGKILL"; owned by the caller. */
char *child_status_text(int status);

#endif
