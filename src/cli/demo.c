/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

int cli_demo(int argc, char **argv)
{
	struct error err = ERROR_INIT;

	(void)argc;
	error_set(&err, ERROR_USAGE, "%s: not in this build", argv[0]);
	return cli_fail(&err);
}
