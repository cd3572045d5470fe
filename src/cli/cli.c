/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

int cli_main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("signalbox " PACKAGE_VERSION);
		return 0;
	}
	fputs("signalbox: no such command\n", stderr);
	return 2;
}
