/* SPDX-License-Identifier: MIT */
/*
 * What a shell asks while somebody types: `signalbox complete WORD ...` prints
 * what the last word may become, a line each, a tab and a sentence behind it.
 * Silent on every error. The options are those of the table that parses them.
 */
#ifndef SIGNALBOX_CLI_COMPLETE_H
#define SIGNALBOX_CLI_COMPLETE_H

#include "cli/arguments.h"

/* Of a subcommand: then the words of its line follow. */
#define COMPLETE_WORD "--complete"

/* -1, for cli_parse(). */
int complete_argument(int argc, char **argv,
		      const struct cli_arguments *arguments);

/* What `completion` prints, from the files in completions/; ends with a NULL
 * shell. */
struct shell_script {
	const char *shell, *text;
};
extern const struct shell_script shell_scripts[];

#endif
