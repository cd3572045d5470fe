/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

/* Columns of an option and its value, before the sentence. */
#define COLUMN 20

int help_print_all(void)
{
	const struct subcommand *it;

	puts("signalbox: runs a pipeline, gates it, and owns its traffic\n\n"
	     "usage: signalbox                          "
	     "the run's dashboard, or the board");
	for (size_t i = 0; (it = cli_subcommand(i)); i++) {
		char call[64];

		snprintf(call, sizeof(call), "%s %s", it->name, it->arguments);
		printf("       signalbox %-24s %s\n", call, it->summary);
	}
	puts("\nsignalbox COMMAND --help tells a command's options. "
	     "Manual: man signalbox");
	return 0;
}

static void print_option(const struct cli_option *option)
{
	char call[80];

	snprintf(call, sizeof(call), "%s%s%s", option->name,
		 option->takes ? " " : "", option->takes ? option->takes : "");
	if (strlen(call) > COLUMN)
		printf("  %s\n  %*s %s\n", call, COLUMN, "", option->help);
	else
		printf("  %-*s %s\n", COLUMN, call, option->help);
}

int help_print(const char *name, const struct cli_option *options)
{
	const struct subcommand *it = cli_find(name);

	printf("usage: signalbox%s%s%s%s%s\n", it ? " " : "",
	       it ? it->name : "", options->name ? " [option ...]" : "",
	       it && *it->arguments ? " " : "", it ? it->arguments : "");
	if (it && *it->summary)
		printf("%s.\n", it->summary);
	if (options->name)
		putchar('\n');
	for (; options->name; options++)
		print_option(options);
	return -1;
}
