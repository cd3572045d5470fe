/* SPDX-License-Identifier: MIT */
/*
 * A program under a guard or a launcher, driven by the test: one letter a
 * command, one line a report. What the program and its descendants (but no
 * keeper) live, they hold `life` open.
 */
#ifndef SIGNALBOX_TESTS_PROC_RIG_H
#define SIGNALBOX_TESTS_PROC_RIG_H

#include <stdbool.h>
#include <sys/types.h>

enum rig_kind {
	RIG_GUARD,	    /* a guard alone */
	RIG_LAUNCHER,	    /* headless */
	RIG_SCREEN,	    /* a launcher with a screen but no terminal */
	RIG_SHELL,	    /* on a terminal, below a small shell */
	RIG_SHELL_HEADLESS, /* the same without a screen */
	RIG_SCRIPT,	    /* the same, and a script waits for the launcher */
};

struct rig {
	pid_t job;   /* our child: guard, launcher, or the shell */
	pid_t below; /* with a shell: its job */
	pid_t guard;
	pid_t program;
	int terminal; /* the master's end, or -1 */
	int commands;
	int shell;
	int reports;
	int life;
};

/*
 * Commands: d a daemon below the program, i one that ignores TERM, n a daemon
 * below a daemon, t a stopped one, k a keeper with a server, f a foreign
 * program with a keeper's name, p "alone" or "attached", x exit with 5,
 * u end by SIGUSR1, z launcher_suspend(), q launcher_leave() with 7.
 * Reports of its own: "signal N", "continued", "gone".
 * To the shell: f brings the job to the foreground, b to the background; it
 * reports "stopped", "exited N", "killed N".
 */
void rig_start(struct rig *rig, enum rig_kind kind);
/* A test whose *state is a rig of that kind, started and released. */
#define RIG_TEST(kind, test)                      \
	cmocka_unit_test_prestate_setup_teardown( \
		test, rig_set_up, rig_tear_down, (void *)(intptr_t)(kind))
int rig_set_up(void **state);
int rig_tear_down(void **state);
/* Skips the test where what daemonises cannot be found again. */
void rig_need_adoption(void);
void rig_command(const struct rig *rig, char command);
void rig_shell(const struct rig *rig, char command);
/* The next report must be this one. */
void rig_expect(const struct rig *rig, const char *report);
/* The command, and the report that it brings. */
void rig_ask(const struct rig *rig, char command, const char *report);
/* The program is told to exit with 5, and so does our child. */
void rig_exits(struct rig *rig);
/* The next report is "WORD A [B]". */
void rig_expect_pids(const struct rig *rig, const char *word, pid_t *a,
		     pid_t *b);
/* Waits for the end of our child; its status. */
int rig_end(struct rig *rig);
/* Waits until nothing lives below but keepers. */
void rig_expect_no_life(const struct rig *rig);
bool rig_lives(pid_t pid);
/* Ends and reaps whatever has come to us; closes all. */
void rig_release(struct rig *rig);
/* True when this process was started as a keeper; then it has played one. */
bool rig_plays_keeper(int argc, char **argv);

#endif
