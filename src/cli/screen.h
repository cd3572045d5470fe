/* SPDX-License-Identifier: MIT */
/* The dashboard on this terminal, over the launcher's job control. */
#ifndef SIGNALBOX_CLI_SCREEN_H
#define SIGNALBOX_CLI_SCREEN_H

#include <stdbool.h>

#include "base/error.h"
#include "cli/settings.h"
#include "proc/launcher.h"
#include "ui/theme.h"
#include "ui/ui.h"

/* --color, --glyphs and --theme as they were written; NULL: not. */
struct screen_look {
	const char *color, *glyphs, *theme, *notify;
	bool mouse;
	bool accessible; /* sentences; no terminal is needed */
};

/* Their rows of a table of options. */
#define SCREEN_OPTIONS(look)                                                   \
	{"--color", &(look).color,	 NULL,                                 \
	 NULL,	    "auto|never|always", "the dashboard's colours"},           \
		{"--glyphs", &(look).glyphs,	   NULL,                       \
		 NULL,	     "auto|unicode|ascii", "what it draws with"},      \
		{"--accessible",                                               \
		 NULL,                                                         \
		 &(look).accessible,                                           \
		 NULL,                                                         \
		 NULL,                                                         \
		 "sentences and numbered menus, no screen"},                   \
		{"--theme", &(look).theme, NULL,                               \
		 NULL,	    "THEME|FILE",  "how it looks"},                    \
		{"--notify",                                                   \
		 &(look).notify,                                               \
		 NULL,                                                         \
		 NULL,                                                         \
		 "bell|osc9|none|run:COMMAND",                                 \
		 "how you hear of gates and ends"},                            \
	{                                                                      \
		"--mouse", NULL, &(look).mouse, NULL, NULL, "click and scroll" \
	}

struct screen_options {
	struct launcher *launcher;
	int events, commands; /* taken over; -1 for a replay */
	struct replay *replay;
	struct pace pace;
	const char *run_folder, *person;
	const struct screen_look *look; /* checked */
	bool attached, watch_only;
	int64_t after; /* a run that goes on: the last record it had */
	struct board_source *board; /* instead of a run; NULL: a run */
	bool returns;		    /* to such a board */
	struct screen **kept;	    /* from one to the other */
};

/* After the options were read: on a terminal, and no other output asked for,
 * a person's settings may want sentences too. */
void screen_look_settle(struct screen_look *look);
/* Standard input and output are a terminal that can show it; else why not. */
bool screen_fits(const char **why);
/* The person's settings, where the options say nothing else. What is wrong in
 * the files of these and of a theme is printed on standard error. */
int screen_settings(const struct screen_look *look, struct settings *settings,
		    struct error *err) MUST_CHECK;
int screen_theme(const char *name, struct theme *theme,
		 struct error *err) MUST_CHECK;
/* Without a screen to open only the options: a mistake in a person's files
 * about looks stops no release. */
int screen_look_check(const struct screen_look *look, bool opens,
		      struct error *err) MUST_CHECK;
/* An enum ui_end, or -1. */
int screen_show(const struct screen_options *options,
		struct error *err) MUST_CHECK;

#endif
