/* SPDX-License-Identifier: MIT */
/*
 * A program on a pty of 120x40 whose bytes are counted and thrown away: any
 * program, a peer's as well.
 *
 *	struct bench_terminal *terminal = bench_terminal_start(argv);
 *	double ms = bench_terminal_still(terminal);
 *	bench_terminal_free(terminal);          // types q, then ends it
 */
#ifndef SIGNALBOX_BENCH_TERMINAL_H
#define SIGNALBOX_BENCH_TERMINAL_H

#include <stdbool.h>

struct bench_terminal;

struct bench_terminal *bench_terminal_start(const char *const *argv);
void bench_terminal_free(struct bench_terminal *terminal);

/* Waits until nothing was written for 0.2 s. Returns the milliseconds from
 * the start to the last byte before that: the screen stands. Fails where the
 * program ended, or never took the whole screen. */
double bench_terminal_still(struct bench_terminal *terminal);
/* Types a key. Returns the milliseconds until the program, which must be ours,
 * reported the frame that shows what it did. */
double bench_terminal_key(struct bench_terminal *terminal, char key);
/* Types a text to any program. Returns the milliseconds until the last byte
 * before nothing was written for 0.2 s. */
double bench_terminal_type(struct bench_terminal *terminal, const char *text);
/* Types a text to any program. Returns the milliseconds until it has written
 * the answer, which is not to be on the screen before. */
double bench_terminal_ask(struct bench_terminal *terminal, const char *text,
			  const char *answer);
/* Reads for so long. Returns the bytes that came. */
long bench_terminal_watch(struct bench_terminal *terminal, int ms);

#endif
