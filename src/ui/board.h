/* SPDX-License-Identifier: MIT */
/*
 * The screen where no run is shown: what is live where, and below it the runs
 * there were. What it says is the source's, which looks by itself; here it is
 * drawn, and a row chosen.
 */
#ifndef SIGNALBOX_UI_BOARD_H
#define SIGNALBOX_UI_BOARD_H

#include "event/command.h"
#include "loop/loop.h"
#include "model/history.h"
#include "ui/action.h"

struct area;
struct grid;
struct pen;
struct view;

struct board_environment { /* beside what the model has of it */
	char *name;
	char *problem;	      /* why it cannot be told of; "" it can */
	char *version;	      /* live; "" none */
	char *person;	      /* who let it through, "" nobody had to */
	int64_t run;	      /* that released it */
	int64_t seq;	      /* of the newest record of it */
	int64_t ahead;	      /* commits of the branch it lacks, -1 unknown */
	int64_t lost;	      /* its own that the branch lacks, likewise */
	struct strings notes; /* locks, who holds it: a line each */
};

struct board {
	bool is_read; /* false: nothing is known yet */
	char *name;   /* of the newest run's pipeline, else the folder's */
	char *branch, *commit, *subject; /* that releases come from; "" none */
	struct model *model; /* the environments, as a run has them */
	struct board_environment *environments;
	size_t count, cap;
	struct history runs;
};

struct board *board_new(void);
void board_free(struct board *board);

/* What the person looks at; it outlives a run that was opened from it. */
struct board_choice {
	bool in_environments; /* else among the runs */
	char *environment;    /* NULL: the first */
	int64_t run;	      /* 0: the newest */
	int64_t opened;	      /* by Enter */
};

struct board_source {
	void *data;
	struct board_choice choice;
	/* Looks from now on, on this loop, and shows what it sees; told: a
	 * sentence to show, or NULL. */
	void (*start)(void *data, struct loop *loop,
		      void (*show)(void *to, const struct board *board,
				   const char *told, bool warns),
		      void *to);
	void (*stop)(void *data);
	/* A rollback, or the note on it. */
	void (*command)(void *data, const struct command *command);
};

/* The row that is chosen; NULL: there is none. */
const struct board_environment *board_environment(const struct view *view);
/* Whether the chosen one could not be read; of no board it is false. */
bool board_problem(const struct view *view);
const struct history_run *board_run(const struct view *view);
/* "running", "passed", "at its gate", "cut off". */
const char *board_run_state(const struct history_run *run, enum state *state);
bool board_act(struct view *view, enum action action); /* false: not mine */
/* What it does there, in a sentence; NULL: nothing. */
const char *board_help(enum action action);
/* What a cell's target says: so many'th environment, from 1, or from
 * BOARD_RUNS run. A click chooses it. */
#define BOARD_RUNS 10000
void board_click(struct view *view, size_t target);
void board_draw(const struct view *view, struct grid *grid);
/* Its parts: the list of runs, what the chosen one took, and the mark of a
 * chosen row; a name follows. */
void board_runs_draw(const struct view *view, const struct area *area);
void board_run_draw(const struct view *view, const struct area *area);
void board_mark(struct pen *pen, bool chosen, bool focused);

#endif
