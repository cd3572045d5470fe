/* SPDX-License-Identifier: MIT */
/* `reset-terminal`: for one that a program has left in a bad state. */
#include "cli/arguments.h"
#include "cli/cli.h"
#include "ui/reset.h"

int cli_reset_terminal(int argc, char **argv)
{
	const struct cli_option options[] = {CLI_OPTIONS_END};
	const struct cli_arguments arguments = {options, NULL, 0, 0};
	struct error err = ERROR_INIT;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    terminal_reset(&err) < 0)
		return cli_fail(&err);
	return 0;
}
