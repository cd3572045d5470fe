/* SPDX-License-Identifier: MIT */
/* How guard and launcher reap what falls to them, and end as another did.
 * For guard.c and foreground.c. */
#ifndef SIGNALBOX_PROC_ENDING_H
#define SIGNALBOX_PROC_ENDING_H

#include <sys/types.h>

/* What the descendants have between TERM and KILL. */
#define SWEEP_GRACE_MS 2000

/* The next child that has ended, or 0. These two processes are what init is
 * to others: orphans they never heard of end below them, so here, and here
 * alone, any child is waited for. */
pid_t ending_reap(int *status);

/* Ends this process with the exit status or by the signal of waitpid()'s
 * status; never leaves a core of its own. */
_Noreturn void ending_repeat(int status);

/* /dev/null over standard input, output and errors. */
void standard_to_null(void);

#endif
