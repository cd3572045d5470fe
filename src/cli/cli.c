/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/help.h"
#include "delivery/keeper.h"
#include "proc/child.h"

static const struct subcommand subcommands[] = {
	{"run", "[COMMIT]", "run the pipeline", cli_run},
	{"resume", "[RUN]", "go on with a run that was cut off", cli_resume},
	{"retry", "RUN STAGE",
	 "run a failed stage once more, and what needs it", cli_retry},
	{"watch", "BRANCH", "run each new commit of a branch", cli_watch},
	{"attach", "[RUN]", "the dashboard of a run under way", cli_attach},
	{"approve", "RUN [STAGE]", "let a waiting gate pass", cli_steer},
	{"reject", "RUN [STAGE]", "end a waiting gate; needs --reason",
	 cli_steer},
	{"override", "RUN [STAGE]",
	 "pass a gate against its rule; needs --reason", cli_steer},
	{"promote", "RUN", "give the candidate all traffic, or its next step",
	 cli_steer},
	{"hold", "RUN", "hold the deployment where it is", cli_steer},
	{"unhold", "RUN", "let a held deployment go on", cli_steer},
	{"cancel", "RUN", "end a run, take its candidate back", cli_steer},
	{"shift", "ENVIRONMENT N%", "give the candidate a share", cli_shift},
	{"rollback", "ENVIRONMENT", "go back, at once, from anywhere",
	 cli_rollback},
	{"adopt", "ENVIRONMENT", "take what serves there for what is live",
	 cli_adopt},
	{"drill", "ENVIRONMENT", "measure the way back, and return", cli_drill},
	{"lock", "ENVIRONMENT", "let no deployment in", cli_lock},
	{"unlock", "ENVIRONMENT", "take the lock away", cli_unlock},
	{"up", "ENVIRONMENT", "bring the recorded live state back", cli_up},
	{"down", "ENVIRONMENT", "stop what runs there", cli_down},
	{"ships", "[RUN|ENVIRONMENT]", "what would ship: commits and changes",
	 cli_ships},
	{"status", "[RUN]", "environments and the newest run", cli_status},
	{"history", "[ENVIRONMENT]", "past runs, or what one place had live",
	 cli_history},
	{"log", "RUN [STAGE]", "what a stage printed", cli_log},
	{"replay", "RUN", "a run as it happened", cli_replay},
	{"verify", "[RUN]", "recompute the chain of the journals", cli_verify},
	{"report", "FILE ...", "what test and scan reports say", cli_report},
	{"exceptions", "[RUN]", "what lets findings stand, and what is hidden",
	 cli_exceptions},
	{"export", "RUN", "what a run found, for other programs", cli_export},
	{"gc", "", "free what no run, release or way back needs", cli_gc},
	{"init", "", "write a commented signalbox.yaml", cli_init},
	{"validate", "[FILE]", "tell every mistake of the file", cli_validate},
	{"plan", "[COMMIT]", "show what a run would do", cli_plan},
	{"doctor", "", "what is missing here, and the mend", cli_doctor},
	{"theme", "[THEME|FILE]", "the dashboard's colours", cli_theme},
	{"reset-terminal", "", "mend a terminal that was left broken",
	 cli_reset_terminal},
	{"demo", "", "play a release on this machine", cli_demo},
	{"completion", "bash|zsh|fish", "print what completes words in a shell",
	 cli_completion},
	{"complete", "WORD ...", "", cli_complete},
};

const struct subcommand *cli_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++)
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	return NULL;
}

const struct subcommand *cli_subcommand(size_t i)
{
	return i < ARRAY_SIZE(subcommands) && *subcommands[i].summary
		       ? &subcommands[i]
		       : NULL;
}

static int no_such(const char *name)
{
	const char *known[ARRAY_SIZE(subcommands)];
	const struct subcommand *it;
	const char *near;
	struct error err = ERROR_INIT;
	size_t count;

	for (count = 0; (it = cli_subcommand(count)); count++)
		known[count] = it->name;
	near = strings_nearest(name, known, count);
	error_set(&err, ERROR_USAGE, "no command '%s'; %s%s%s", name,
		  near ? "did you mean '" : "see signalbox --help",
		  near ? near : "", near ? "'?" : "");
	return cli_fail(&err);
}

static int dispatch(int argc, char **argv)
{
	const struct subcommand *subcommand;

	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		puts("signalbox " PACKAGE_VERSION);
		return 0;
	}
	if (argc > 1 &&
	    (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	     strcmp(argv[1], "-h") == 0))
		return help_print_all();
	if (argc < 2 || argv[1][0] == '-')
		return cli_dashboard(argc, argv);
	subcommand = cli_find(argv[1]);
	if (!subcommand)
		return no_such(argv[1]);
	return subcommand->run(argc - 1, argv + 1);
}

/* What is opened next must not be where somebody prints to. */
static void open_standard(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", O_RDWR) < 0)
			_exit(7);
}

/* Whoever has hung up wanted no more of it. */
static int check_output(int status)
{
	struct error err = ERROR_INIT;

	if ((fflush(stdout) == 0 && !ferror(stdout)) || errno == EPIPE)
		return status;
	error_set(&err, ERROR_IO, "cannot write to the standard output: %s",
		  strerror(errno));
	return status ? status : cli_fail(&err);
}

int cli_main(int argc, char **argv)
{
	child_real_time_signals();
	if (argc > 0 && strcmp(argv[0], KEEPER_NAME) == 0)
		return keeper_main(argc, argv);
	open_standard();
	setlocale(LC_CTYPE, ""); /* numbers stay as files write them */
	signal(SIGPIPE, SIG_IGN);
	return check_output(dispatch(argc, argv));
}
