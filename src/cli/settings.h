/* SPDX-License-Identifier: MIT */
/* What a person wants of every screen: config.yaml in the configuration
 * folder. Options of the command line go before it. */
#ifndef SIGNALBOX_CLI_SETTINGS_H
#define SIGNALBOX_CLI_SETTINGS_H

#include "base/error.h"
#include "ui/ui.h"

struct settings {
	char *theme;	  /* NULL: by the terminal */
	bool other_theme; /* one that is asked for in its place */
	enum ui_choice colour, glyphs;
	bool mouse, no_title, accessible;
	enum ui_notify notify;
	char *notify_command; /* instead; NULL: none */
};

#define SETTINGS_INIT      \
	{                  \
		.theme = 0 \
	}

/* The words of --color and --glyphs, in the order of enum ui_choice. */
extern const char *const colour_words[3], *const glyph_words[3];

/* bell, osc9, none, or run:COMMAND. */
int settings_set_notify(struct settings *settings, const char *word,
			struct error *err) MUST_CHECK;
/* A file that is not there says nothing. What is wrong in one is printed on
 * standard error, all of it, and is an error. */
int settings_load(struct settings *settings, bool other_theme,
		  struct error *err) MUST_CHECK;
/* Whether such a file says so; what is wrong in it is not told here. */
bool settings_accessible(void);
void settings_release(struct settings *settings);

#endif
