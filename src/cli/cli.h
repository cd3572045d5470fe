/* SPDX-License-Identifier: MIT */
/*
 * cli/ is the command line: one file a subcommand, one row in the table of
 * cli.c, which also makes --help. Arguments are checked before any effect.
 */
#ifndef SIGNALBOX_CLI_CLI_H
#define SIGNALBOX_CLI_CLI_H

#include <stddef.h>

/* The program. Returns its exit status. */
int cli_main(int argc, char **argv);

struct subcommand {
	const char *name;
	const char *arguments; /* as --help shows them */
	const char *summary;   /* one sentence; "" not for people */
	/* argv[0] is the subcommand's name. Returns the exit status. */
	int (*run)(int argc, char **argv);
};

const struct subcommand *cli_find(const char *name); /* or NULL */
/* Those for people, in their order; NULL past the last. */
const struct subcommand *cli_subcommand(size_t i);

int cli_complete(int argc, char **argv);
int cli_completion(int argc, char **argv);
int cli_run(int argc, char **argv);
int cli_watch(int argc, char **argv);
int cli_attach(int argc, char **argv);
int cli_dashboard(int argc, char **argv);
int cli_resume(int argc, char **argv);
int cli_retry(int argc, char **argv);
int cli_steer(int argc, char **argv);
int cli_shift(int argc, char **argv);
int cli_rollback(int argc, char **argv);
int cli_adopt(int argc, char **argv);
int cli_drill(int argc, char **argv);
int cli_lock(int argc, char **argv);
int cli_unlock(int argc, char **argv);
int cli_up(int argc, char **argv);
int cli_down(int argc, char **argv);
int cli_ships(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_history(int argc, char **argv);
int cli_log(int argc, char **argv);
int cli_replay(int argc, char **argv);
int cli_verify(int argc, char **argv);
int cli_report(int argc, char **argv);
int cli_exceptions(int argc, char **argv);
int cli_export(int argc, char **argv);
int cli_gc(int argc, char **argv);
int cli_init(int argc, char **argv);
int cli_validate(int argc, char **argv);
int cli_plan(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_reset_terminal(int argc, char **argv);
int cli_theme(int argc, char **argv);
int cli_demo(int argc, char **argv);

#endif
