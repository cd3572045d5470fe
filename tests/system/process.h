/* SPDX-License-Identifier: MIT */
/* Programs called by system tests, what they print, and how to wait. */
#ifndef SIGNALBOX_TESTS_SYSTEM_PROCESS_H
#define SIGNALBOX_TESTS_SYSTEM_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/str.h"

#define PATIENCE_US (120 * 1000000LL) /* a loaded machine is slow */

/* One call of the program, or of another. */
struct process {
	pid_t pid;
	int fds[2]; /* -1 at its end */
	struct str out, err;
	bool is_reaped;
	int status;	      /* exit status; minus the signal that ended it */
	struct process *next; /* for whoever keeps it */
};

/* The first program's environment is ours. NULL argv ends it. */
struct process *process_start(const char *folder, const char *const *argv);
/* Ends it and all below it that has not left its tree, with KILL. */
void process_free(struct process *process);
/* Until all that it started with its output is gone. Its exit status. */
int process_await(struct process *process);
/* Until it has printed text. */
void process_await_text(struct process *process, const char *text);
bool process_has_ended(struct process *process);
/* The program below launcher and guard, and the guard: waits for them. */
pid_t process_program(const struct process *process);
pid_t process_guard(const struct process *process);

/* Waits until it is true; fails naming what. */
void await(bool (*is_true)(void *data), void *data, const char *what);
void await_file(const char *path);
void await_gone(pid_t pid);
bool is_running(pid_t pid);

#endif
