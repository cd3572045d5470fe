/* SPDX-License-Identifier: MIT */
/*
 * An engine in this process, with a screen on a terminal and in lines
 * elsewhere: what `run`, `resume` and `retry` have in common.
 *
 *	struct execution it = {.jobs = NULL};
 *	... project_open(), project_commit() on &it.project ...
 *	status = execution_run(&it, execution_has_screen(&it), &err);
 *	... project_close() ...
 *	execution_release(&it);
 */
#ifndef SIGNALBOX_CLI_EXECUTION_H
#define SIGNALBOX_CLI_EXECUTION_H

#include "cli/arguments.h"
#include "cli/project.h"
#include "cli/screen.h"
#include "engine/engine.h"

struct execution {
	/* As they were written; NULL: not. */
	const char *output, *jobs;
	struct screen_look look;
	bool wait, no_screen, detach, json;

	bool worktree;
	struct selection selection; /* its lists are released with it */
	struct project project;
	/* A run that is there: taken over, with what to do with it. */
	struct recovery *past;
	struct strings again;
	const char *retry;
	const struct command *vote; /* that, and nothing else */

	/* its own */
	struct engine_options engine;
	char *email;
	struct launcher *launcher;
	int events, commands; /* the main thread's ends */
	int64_t run;
};

/* Rows of a table of options. */
#define EXECUTION_OPTIONS(it)                                                   \
	{"--output", &(it).output, NULL,                                        \
	 NULL,	     "text|json",  "lines for people, or the event stream"},    \
		{"--jobs", &(it).jobs, NULL,                                    \
		 NULL,	   "N",	       "stages at once (default: processors)"}, \
		SCREEN_OPTIONS((it).look),                                      \
		{"--wait", NULL, &(it).wait,                                    \
		 NULL,	   NULL, "hold at gates instead of ending with 6"},     \
		{"--detach", NULL, &(it).detach,                                \
		 NULL,	     NULL, "print the run's number and let it go on"},  \
	{                                                                       \
		"--no-screen", NULL, &(it).no_screen, NULL, NULL,               \
			"lines, even on a terminal"                             \
	}

/* The values of those options. */
int execution_check(struct execution *execution, struct error *err) MUST_CHECK;
bool execution_has_screen(const struct execution *execution);
/* The exit status, or -1. */
int execution_run(struct execution *execution, bool screen,
		  struct error *err) MUST_CHECK;
/* All but the project. */
void execution_release(struct execution *execution);

#endif
