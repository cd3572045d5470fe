/* SPDX-License-Identifier: MIT */
/* cli/ is the command line: one file a subcommand, one row in its table. */
#ifndef SIGNALBOX_CLI_CLI_H
#define SIGNALBOX_CLI_CLI_H

/* The program. Returns its exit status. */
int cli_main(int argc, char **argv);

#endif
