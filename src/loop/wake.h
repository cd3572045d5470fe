/* SPDX-License-Identifier: MIT */
/*
 * What ends a loop's wait from elsewhere: a pipe a loop, written by threads
 * and by the one signal handler. For loop.c only. The slots are process-wide
 * because handlers are; a slot's pipe is never closed, only handed to the
 * next loop, so that a handler on another thread cannot write into a
 * descriptor that meanwhile means something else.
 */
#ifndef SIGNALBOX_LOOP_WAKE_H
#define SIGNALBOX_LOOP_WAKE_H

#include <stdint.h>

/* Returns a slot; more than 32 loops at once are our mistake. */
int wake_claim(void);
/* Signals that no other loop wants go back to their default. */
void wake_release(int slot);
/* The end to poll. */
int wake_fd(int slot);
/* Async-signal-safe. Wakes that were not drained yet cost no system call. */
void wake_give(int slot);
/* Empties the pipe. Call before looking at what the wakes were for. */
void wake_drain(int slot);
/* Installs the handler; the slot is woken when the signal comes. */
void wake_want(int slot, int signal_number);
/* Takes the signals that came since the last call: bit N-1 for signal N. */
uint64_t wake_signals(int slot);

#endif
