/* SPDX-License-Identifier: MIT */
/*
 * The guard stands above the program. When the program ends, however it
 * ends, the guard ends every descendant that is no keeper.
 */
#ifndef SIGNALBOX_PROC_GUARD_H
#define SIGNALBOX_PROC_GUARD_H

/*
 * Forks; call before any thread exists. Returns in the child, which is the
 * program. The parent becomes the guard and never returns: it waits, cleans
 * up, and ends as the program ended (same exit status, same signal). It
 * ignores HUP, INT, QUIT and TSTP, and hands TERM on.
 */
void guard_start(void);

/* Ends (TERM, then KILL after grace_ms) every descendant of this process but
 * keepers and what they started. */
void guard_sweep(int grace_ms);

#endif
