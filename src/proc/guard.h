/* SPDX-License-Identifier: MIT */
/*
 * The guard stands above the program. When the program ends, however it
 * ends, the guard ends every descendant that is no keeper.
 */
#ifndef SIGNALBOX_PROC_GUARD_H
#define SIGNALBOX_PROC_GUARD_H

/*
 * Forks; call before any thread or loop exists. Returns in the child, which
 * is the program, a descriptor to the guard. The parent becomes the guard and
 * never returns: it waits, cleans up, and ends as the program ended (same
 * exit status, same signal). It ignores HUP, INT, QUIT and TSTP, and hands
 * TERM on.
 */
int guard_start(void);

/* Tells the guard to let go of the terminal: a session of its own, /dev/null
 * for its standard descriptors. Waits until it has, a second at most. */
void guard_leave(int guard);

/* Ends (TERM, then KILL after grace_ms) every descendant of this process but
 * keepers and what they started. For a process that has no children of its
 * own to wait for: it reaps them all, and leaves SIGCHLD at its default. */
void guard_sweep(int grace_ms);

#endif
