/* SPDX-License-Identifier: MIT */
/* What --help prints, from the tables that parse. */
#ifndef SIGNALBOX_CLI_HELP_H
#define SIGNALBOX_CLI_HELP_H

#include "cli/arguments.h"

int help_print_all(void); /* 0 */
/* Of one subcommand. -1, for cli_parse(). */
int help_print(const char *name, const struct cli_option *options);

#endif
