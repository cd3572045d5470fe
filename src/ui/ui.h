/* SPDX-License-Identifier: MIT */
/*
 * The dashboard's entry, for the main thread. Events come in by one pipe,
 * commands leave by another; nothing else is shared with the engine.
 *
 *	if (!ui_terminal_fits(&why))
 *		... plain lines, and say why ...
 *	int end = ui_run(&options, &err);
 *
 * setlocale(LC_ALL, "") must have run, and SIGPIPE be ignored. The terminal
 * is as it was before when ui_run() returns, and when a signal ends it.
 */
#ifndef SIGNALBOX_UI_UI_H
#define SIGNALBOX_UI_UI_H

#include <stdbool.h>

#include "base/error.h"
#include "event/replay.h"

/* What stands between the shell and this process; all of it may be NULL,
 * then ctrl-z stops this process and nobody is told when it leaves. */
enum ui_message {
	UI_MESSAGE_NONE,
	UI_MESSAGE_CONTINUED, /* the terminal is ours again */
	UI_MESSAGE_GONE,      /* the terminal is no longer ours */
};
struct ui_host {
	void *data;
	int fd; /* readable when message() has one; -1 none */
	enum ui_message (*message)(void *data);
	/* The screen was left; CONTINUED follows when it may come back. */
	void (*suspend)(void *data);
	/* The screen was left for good while the run goes on: called once,
	 * before ui_run() returns UI_LEFT or UI_LOST. */
	void (*leave)(void *data, int status);
	/* Instead of the bell: a person is to hear of this. */
	void (*notify)(void *data, const char *text);
};

/* How a person hears that a gate opened, a run ended or rolls back. */
enum ui_notify { UI_NOTIFY_BELL, UI_NOTIFY_OSC9, UI_NOTIFY_NONE };

struct theme;
struct board_source;
struct screen;

enum ui_choice { UI_AUTO, UI_NEVER, UI_ALWAYS };

struct ui_options {
	int events_fd;		/* NDJSON events; taken over */
	int commands_fd;	/* NDJSON commands; taken over */
	const char *run_folder; /* logs and the journal; may be NULL */
	struct ui_host host;
	const char *copy_file; /* what was copied goes there; may be NULL */
	const char *person;    /* who sits here */
	bool watch_only;       /* nothing can be changed from here */
	bool attached;	       /* another process runs the run */
	int64_t after;	       /* what was before this record is no news */
	enum ui_choice unicode, colour;
	bool mouse;    /* may click and scroll */
	bool no_title; /* the window's stays as it is */
	enum ui_notify notify;
	/* Instead of events_fd: what is played, by this pace, whose since_us
	 * is set here. */
	struct replay *replay;
	struct pace pace;
	/* Instead of a run: where no run is shown, and the runs there were. */
	struct board_source *board;
	bool returns; /* to such a board, when it is left */
	/* Where the screen is kept open from one to the other, for the shell's
	 * not to be seen between them; NULL: it is opened and left. */
	struct screen **kept;
	const struct theme *theme; /* required */
};

#define UI_OPTIONS_INIT                                                 \
	{                                                               \
		.events_fd = -1, .commands_fd = -1, .host = {.fd = -1 } \
	}

enum ui_end {
	UI_FINISHED, /* the run is over, or no run was live; the person quit */
	UI_LEFT,     /* the run goes on without a screen */
	UI_LOST,     /* so it does; the terminal is gone */
	UI_OPEN,     /* what was chosen on the board is to be shown */
};

/* False when only plain lines can be shown here, and why. */
bool ui_terminal_fits(const char **why);
/* Leaves a screen that was kept. NULL is fine. */
void ui_leave(struct screen *kept);
/* An enum ui_end, or -1 when the screen could not be opened. */
int ui_run(const struct ui_options *options, struct error *err) MUST_CHECK;

#endif
