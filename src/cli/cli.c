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
#include "delivery/keeper.h"

static const struct subcommand subcommands[] = {
	{"run", "[COMMIT]", "run the pipeline",
	 "  --output text|json   lines for people, or the event stream\n"
	 "  --wait               hold at gates instead of ending with 6\n"
	 "  --jobs N             stages at once (default: processors)\n"
	 "  --skip STAGE         leave a stage out; needs --reason\n"
	 "  --only STAGE         leave all others out\n"
	 "  --from STAGE         leave out what the stage needs\n"
	 "  --until STAGE|gate   end with it, or before the first gates\n"
	 "  --reason TEXT        why\n"
	 "  --dry-run            print the plan, and do nothing\n"
	 "  --branch NAME        the branch of a COMMIT given by its id\n"
	 "  --worktree           run the files as they are; not releasable\n"
	 "  --no-screen          lines, even on a terminal\n"
	 "  --detach             print the run's number and let it go on\n"
	 "  --color auto|never|always   --glyphs auto|unicode|ascii\n"
	 "  --theme NAME|FILE    --mouse\n"
	 "  --notify bell|osc9|none|run:COMMAND\n",
	 cli_run},
	{"resume", "[RUN]", "go on with a run that was cut off",
	 "  --again STAGE        run it again though it says `resume: false`\n"
	 "  --output, --wait, --jobs, --detach, --no-screen, --color,\n"
	 "  --glyphs, --theme, --mouse, --notify   as for run\n",
	 cli_resume},
	{"retry", "RUN STAGE",
	 "run a failed stage once more, and what needs it",
	 "  (the options of resume, where the run has ended)\n", cli_retry},
	{"watch", "BRANCH", "run each new commit of a branch",
	 "  --every TIME         how often to look (default: 30s)\n"
	 "  --remote NAME        where to fetch from (default: origin)\n"
	 "  --local              the branch here; nothing is fetched\n"
	 "  --now                also run the commit that is there\n"
	 "  --supersede          only the newest; leave out those between\n"
	 "  --wait, --jobs N     as of run\n",
	 cli_watch},
	{"attach", "[RUN]", "the dashboard of a run under way",
	 "  --watch              look only\n"
	 "  --color auto|never|always   --glyphs auto|unicode|ascii\n"
	 "  --theme NAME|FILE    --mouse\n"
	 "  --notify bell|osc9|none|run:COMMAND\n",
	 cli_attach},
	{"approve", "RUN [STAGE]", "let a waiting gate pass",
	 "  --reason TEXT\n", cli_steer},
	{"reject", "RUN [STAGE]", "end a waiting gate; needs --reason",
	 "  --reason TEXT\n", cli_steer},
	{"override", "RUN [STAGE]",
	 "pass a gate against its rule; needs --reason", "  --reason TEXT\n",
	 cli_steer},
	{"promote", "RUN", "give the candidate all traffic", NULL, cli_steer},
	{"hold", "RUN", "hold the deployment where it is", NULL, cli_steer},
	{"unhold", "RUN", "let a held deployment go on", NULL, cli_steer},
	{"cancel", "RUN", "end a run, take its candidate back", NULL,
	 cli_steer},
	{"shift", "ENVIRONMENT N%", "give the candidate a share",
	 "  --reason TEXT\n", cli_shift},
	{"rollback", "ENVIRONMENT", "go back, at once, from anywhere",
	 "  --to RELEASE         a version, commit or run of its history\n"
	 "  --reason TEXT\n",
	 cli_rollback},
	{"lock", "ENVIRONMENT", "let no deployment in",
	 "  --reason TEXT\n  --until TIME         4h, or "
	 "2026-11-20T18:00:00Z\n",
	 cli_lock},
	{"unlock", "ENVIRONMENT", "take the lock away", NULL, cli_unlock},
	{"up", "ENVIRONMENT", "bring the recorded live state back", NULL,
	 cli_up},
	{"down", "ENVIRONMENT", "stop what runs there", NULL, cli_down},
	{"ships", "[RUN|ENVIRONMENT]", "what would ship: commits and changes",
	 "  --output text|json\n", cli_ships},
	{"status", "[RUN]", "environments and the newest run",
	 "  --output text|json\n"
	 "  --until done|gate|failed   wait for it; the status tells\n"
	 "  --timeout 10m        how long at most\n",
	 cli_status},
	{"history", "[ENVIRONMENT]", "past runs, or what one place had live",
	 "  --output text|json\n", cli_history},
	{"log", "RUN [STAGE]", "what a stage printed",
	 "  --follow             go on until it has ended\n"
	 "  --since 5m           or 14:02:10, or 2026-11-20T18:00:00Z\n"
	 "  --tail N             the last lines only\n"
	 "  --timestamps         when each line was printed\n",
	 cli_log},
	{"replay", "RUN", "a run as it happened",
	 "  --speed N            times as fast (default: 1), or max\n"
	 "  --at TIME            as of then: 90s, 14:02:10, or UTC\n"
	 "  --output text|json   lines, or the event stream\n"
	 "  --no-screen          lines, even on a terminal\n"
	 "  --color auto|never|always   --glyphs auto|unicode|ascii\n"
	 "  --theme NAME|FILE    --mouse\n"
	 "  --notify bell|osc9|none|run:COMMAND\n",
	 cli_replay},
	{"verify", "[RUN]", "recompute the chain of the journals", NULL,
	 cli_verify},
	{"gc", "", "free what no run, release or way back needs",
	 "  --dry-run            only show it\n"
	 "  --yes                do not ask\n"
	 "  --output text|json\n",
	 cli_gc},
	{"init", "", "write a commented signalbox.yaml",
	 "  --stdout             print it instead\n", cli_init},
	{"validate", "[FILE]", "tell every mistake of the file", NULL,
	 cli_validate},
	{"plan", "[COMMIT]", "show what a run would do",
	 "  --skip STAGE         leave a stage out; needs --reason\n"
	 "  --only STAGE         leave all others out\n"
	 "  --from STAGE         leave out what the stage needs\n"
	 "  --until STAGE|gate   end with it, or before the first gates\n"
	 "  --reason TEXT        why\n",
	 cli_plan},
	{"doctor", "", "what is missing here, and the mend", NULL, cli_doctor},
	{"theme", "[NAME|FILE]", "the dashboard's colours",
	 "  --preview            samples of every role\n"
	 "  --color auto|never|always   --glyphs auto|unicode|ascii\n"
	 "  --output text|json\n",
	 cli_theme},
	{"reset-terminal", "", "mend a terminal that was left broken", NULL,
	 cli_reset_terminal},
	{"demo", "", "play a release on this machine",
	 "  --keep               leave the demo's servers running\n", cli_demo},
};

static const struct subcommand *find_subcommand(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++)
		if (strcmp(subcommands[i].name, name) == 0)
			return &subcommands[i];
	return NULL;
}

static int help(void)
{
	puts("signalbox: runs a pipeline, gates it, and owns its traffic\n\n"
	     "usage: signalbox                          "
	     "the run's dashboard, or the board");
	for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++) {
		char call[64];

		snprintf(call, sizeof(call), "%s %s", subcommands[i].name,
			 subcommands[i].arguments);
		printf("       signalbox %-24s %s\n", call,
		       subcommands[i].summary);
	}
	puts("\nsignalbox COMMAND --help tells a command's options. "
	     "Manual: man signalbox");
	return 0;
}

static int help_of(const struct subcommand *subcommand)
{
	printf("usage: signalbox %s%s%s%s\n%s.\n", subcommand->name,
	       subcommand->options ? " [option ...]" : "",
	       *subcommand->arguments ? " " : "", subcommand->arguments,
	       subcommand->summary);
	if (subcommand->options)
		printf("\n%s", subcommand->options);
	return 0;
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

static int no_such(const char *name)
{
	const char *known[ARRAY_SIZE(subcommands)];
	const char *near;
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(subcommands); i++)
		known[i] = subcommands[i].name;
	near = strings_nearest(name, known, ARRAY_SIZE(known));
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
		return help();
	if (argc < 2 || argv[1][0] == '-')
		return cli_dashboard(argc, argv);
	subcommand = find_subcommand(argv[1]);
	if (!subcommand)
		return no_such(argv[1]);
	if (wants_help(argc - 1, argv + 1))
		return help_of(subcommand);
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
	if (argc > 0 && strcmp(argv[0], KEEPER_NAME) == 0)
		return keeper_main(argc, argv);
	open_standard();
	setlocale(LC_CTYPE, ""); /* numbers stay as files write them */
	signal(SIGPIPE, SIG_IGN);
	return check_output(dispatch(argc, argv));
}
