/* SPDX-License-Identifier: MIT */
/*
 * What the person looks at and is about to do: focus, selection, scrolling,
 * an open dialog, the commands that leave. Pure state: it knows the model
 * and no terminal.
 *
 *	view_input(view, model, input);         // a key
 *	... send view->outbox, obey view->wish ...
 *	layout_plan(view, model, rows, cols);
 *	layout_draw(view, model, grid);
 */
#ifndef SIGNALBOX_UI_VIEW_H
#define SIGNALBOX_UI_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strings.h"
#include "event/command.h"
#include "model/model.h"
#include "ui/action.h"
#include "ui/draw.h"
#include "ui/logview.h"

enum panel {
	PANEL_PIPELINE,
	PANEL_LOG,
	PANEL_SECURITY,
	PANEL_TRAFFIC,
	PANEL_GATE,
	PANEL_EVENTS,
	PANEL_COUNT
};

struct view;
struct dialog;
struct ships_view;
struct table_view;

/* A panel: draws itself into its area, the rule in row 0, and may take an
 * action while it has the focus. */
struct view_ops {
	void (*draw)(const struct view *view, const struct model *model,
		     const struct area *area); /* required */
	bool (*act)(struct view *view, const struct model *model,
		    enum action action); /* may be NULL; false: not mine */
};
extern const struct view_ops pipeline_ops, log_ops, security_ops, traffic_ops,
	gate_ops, events_ops;
const struct view_ops *panel_ops(enum panel panel);

enum form {		  /* how much fits */
	    FORM_LINE,	  /* below 20x4 */
	    FORM_SUMMARY, /* below 60x12 */
	    FORM_COMPACT, /* below 80x14, or 24 rows of fewer columns */
	    FORM_STACKED, /* below 80 columns: all panels under each other */
	    FORM_NORMAL,
	    FORM_WIDE, /* from 110x36 on: traffic and security stand right */
};

struct rect {
	int top, left, rows, cols; /* rows 0: not shown */
};

struct plan {
	enum form form;
	int rows, cols;
	struct rect header, footer, panels[PANEL_COUNT];
	struct rect tests; /* left of the log, on the widest screens */
	struct rect tests_hints, log_hints; /* under them, their keys */
};

enum wish {
	WISH_NONE,
	WISH_REDRAW,
	WISH_SUSPEND,
	WISH_LEAVE,
	WISH_QUIT,
	WISH_COPY,  /* copy_file into the clipboard */
	WISH_PAGER, /* the log, in a program of the person's own */
	WISH_EDITOR,
	WISH_OPEN,  /* what is chosen on the board */
	WISH_THEME, /* the one that wish_text names */
};

struct board;
struct board_choice;

struct view {
	/* Set by the owner. */
	const char *person, *run_folder; /* may be NULL */
	const char *copy_file;	     /* where copied lines go; may be NULL */
	bool watch_only;	     /* nothing may be changed from here */
	bool attached;		     /* another process runs the run */
	bool returns;		     /* to the board, when this is left */
	const struct board *board;   /* shown instead of a run; NULL none */
	struct board_choice *choice; /* on it */
	int64_t now_ms;		     /* wall clock of this frame */
	int64_t clock_ms;  /* monotonic, for what a person does twice */
	int64_t silent_ms; /* since the engine was last heard */
	bool gone;	   /* the engine's end of the pipe is closed */
	struct {
		bool on;	   /* nothing here happens now */
		bool over;	   /* all of it was played */
		bool paused, skip; /* skip: on to the next event */
		bool rewind;	   /* to the first one */
		double speed;	   /* 0: without waiting */
	} play;

	enum panel focus;
	bool zoom;
	char *stage; /* selected; "" follows what matters */
	struct logview log;
	size_t scroll[PANEL_COUNT]; /* rows above the first shown */
	struct dialog *dialog;
	struct { /* a finding, to be looked for in past runs; id NULL: none */
		char *id, *path, *package;
		int64_t run;
	} since;
	struct { /* of an exception; stage NULL: none */
		char *stage;
		struct record *record; /* to be written; NULL: where to? */
	} draft;
	struct ships_view *ships; /* what ships, over the panels; NULL: not */
	struct table_view *table; /* likewise, what reports say */
	int64_t tables;		  /* were asked for */
	bool pasting;
	int64_t interrupted_ms; /* the last ctrl-c, clock_ms; 0 never */
	char *toast;		/* shown until the next key; "" none */
	bool toast_warns;

	struct plan plan; /* of the last frame */
	struct command *outbox;
	size_t outbox_count, outbox_cap;
	int64_t next_id;
	enum wish wish;
	char *wish_text;
	struct strings inputs; /* of the palette, the last one last */
	int64_t copied_lines;  /* in copy_file */
	/* A rollback was asked from here: its reason is asked when it ends. */
	char *ask_reason; /* environment, "" none */
	int ask_after;	  /* so many rollbacks had ended there before it */
};

struct view *view_new(void);
void view_free(struct view *view);
/* One key, or one piece of a paste. */
void view_input(struct view *view, const struct model *model, int input);
/* What an action's key does. */
void view_act(struct view *view, const struct model *model, enum action action);
/* What a cell's target says: so many'th stage, from 1. A click on it. */
struct pointer {
	int row, col;
	size_t target;
};
/* INPUT_CLICK focuses a panel and selects the stage, the wheel scrolls what
 * is below it. Nothing else: no click acts, none reaches a dialog. */
void view_pointer(struct view *view, const struct model *model, int input,
		  const struct pointer *at);
/* After events: follows the log, opens and announces what events bring. */
void view_update(struct view *view, const struct model *model);
/* A reply to command `id`: error "" when it was taken. */
void view_replied(struct view *view, int64_t id, const char *error);

/* The finding under the cursor, NULL when there is none. */
const struct finding_model *view_finding(const struct view *view,
					 const struct model *model);
/* Asks for an exception for it, or says why there is none to draft. */
void finding_draft(struct view *view, const struct model *model,
		   const struct finding_model *it);
/* The question, if it is still open, tells the file that it goes into. */
void finding_draft_goes(struct view *view, const char *stage, const char *file);
/* The stage whose log is shown; NULL before there are any. */
const struct stage_model *view_stage(const struct view *view,
				     const struct model *model);
void view_select(struct view *view, const char *stage);
void view_toast(struct view *view, bool warns, const char *text);
bool view_run_live(const struct model *model);
/* Queues a command, which is taken over, with its number, run and person. */
void view_send_owned(struct view *view, const struct model *model,
		     struct command command);

/* Moves the marked row of a panel's list of `count`; false: not its action. */
bool list_act(struct view *view, enum panel panel, size_t count,
	      enum action action);

/* What B is about: on the board what is chosen there, else model_focus(). */
const struct environment_model *view_environment(const struct view *view,
						 const struct model *model);
/* Why an action cannot be done now, in words; NULL when it can. Borrowed
 * until the next call with the same `why`. */
const char *view_off(const struct view *view, const struct model *model,
		     enum action action, struct str *why);
/* Of a rollback or a drill alone; NULL: it can be done. */
const char *view_back_off(const struct view *view,
			  const struct environment_model *it,
			  enum action action);
/* The same as view_off(), and why one that only looks would show nothing now.
 */
const char *view_idle(const struct view *view, const struct model *model,
		      enum action action, struct str *why);

#endif
