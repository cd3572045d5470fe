/* SPDX-License-Identifier: MIT */
/* The launcher's own process: what the shell knows as the job. For
 * launcher.c, which is the program's side of it. */
#ifndef SIGNALBOX_PROC_FOREGROUND_H
#define SIGNALBOX_PROC_FOREGROUND_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* What goes over the socket between launcher and program. */
enum foreground_word {
	WORD_HELLO,	/* program: value is its pid */
	WORD_SUSPEND,	/* program: the screen was left */
	WORD_LEAVE,	/* program: end with value */
	WORD_CONTINUED, /* launcher: take the terminal again */
};

struct foreground_message {
	int32_t word; /* enum foreground_word */
	int32_t value;
};

/* Serves until the program has ended or has left; signals are blocked, and
 * are set to mask when all is ready. */
_Noreturn void foreground_run(int fd, pid_t guard, bool screen,
			      const sigset_t *mask);

#endif
