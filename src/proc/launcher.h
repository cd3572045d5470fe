/* SPDX-License-Identifier: MIT */
/*
 * The launcher is the shell's job: it stays in the foreground, stops for
 * ctrl-z while the program works on, and passes the exit status. In a
 * headless run it is a second guard and hands signals on.
 */
#ifndef SIGNALBOX_PROC_LAUNCHER_H
#define SIGNALBOX_PROC_LAUNCHER_H

#include <stdbool.h>

struct launcher;

/*
 * Forks launcher ─ guard ─ program; call before any thread or loop exists.
 * Returns in the program, which ignores TSTP, TTIN and TTOU from here on. With
 * `screen` the launcher serves job control.
 */
struct launcher *launcher_start(bool screen);
/* Frees the struct. Its descriptors stay open: launcher and guard take their
 * closing for this process's end. */
void launcher_free(struct launcher *launcher);

/* A descriptor the program watches: it becomes readable when the launcher
 * was continued (fg) or has died. */
int launcher_fd(const struct launcher *launcher);
enum launcher_message {
	LAUNCHER_NOTHING,
	LAUNCHER_CONTINUED, /* fg: take the terminal again */
	LAUNCHER_GONE,	    /* the terminal is no longer ours: told once */
};
enum launcher_message launcher_read(struct launcher *launcher);

/* ctrl-z: the launcher stops, so the shell has the terminal back. The caller
 * has already left the screen, and gets LAUNCHER_CONTINUED when it may
 * return to it: at once, where no shell is there to continue us. Others of
 * the process group are sent TSTP, the caller too; a second call before
 * LAUNCHER_CONTINUED does nothing. */
void launcher_suspend(struct launcher *launcher);
/* The person leaves a run going, or the terminal is lost: the launcher ends
 * at once with `status`; this process lets go of the terminal (setsid,
 * /dev/null for standard input, output and errors) and lives on. */
void launcher_leave(struct launcher *launcher, int status);

#endif
