/* SPDX-License-Identifier: MIT */
/*
 * The dashboard with a played engine, for the screen tests and for looking
 * at it:
 *
 *	driver [OPTION...] EVENTS
 *
 * EVENTS is an NDJSON file, or a descriptor's number: then the test writes
 * the events itself. --commands FILE|FD takes the commands; --run FOLDER has
 * the logs; --replay OFFSET plays the journal there instead, standing still
 * so many milliseconds after its beginning; --person NAME; --copy FILE;
 * --watch; --attached; --accessible; --theme NAME; --ascii; --mouse; --osc9;
 *--no-title. Exit status: 0 finished, 10 left, 11 lost the terminal, 2 could
 *not run.
 */
#include <ctype.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ui/plain.h"
#include "ui/theme.h"
#include "ui/ui.h"

struct setting {
	struct ui_options options;
	const char *events, *commands, *replay, *theme;
	bool accessible;
	pid_t feeder;
};

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static int descriptor_of(const char *text)
{
	return text && isdigit((unsigned char)*text) ? atoi(text) : -1;
}

static void copy(int from, int to)
{
	char buffer[65536];
	ssize_t got;

	while ((got = read(from, buffer, sizeof(buffer))) > 0)
		if (write(to, buffer, (size_t)got) != got)
			die("write");
}

/* Plays the file into the one pipe, keeps what comes by the other. */
static void feed(const struct setting *setting, int events, int commands)
{
	int file = open(setting->events, O_RDONLY | O_CLOEXEC);
	int out = -1;

	if (file < 0)
		die(setting->events);
	if (setting->commands)
		out = open(setting->commands,
			   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	copy(file, events);
	copy(commands, out >= 0 ? out : STDERR_FILENO);
	_exit(0);
}

static void start_feeder(struct setting *setting)
{
	int events[2];
	int commands[2];

	if (pipe(events) < 0 || pipe(commands) < 0)
		die("pipe");
	setting->feeder = fork();
	if (setting->feeder < 0)
		die("fork");
	if (setting->feeder == 0) {
		close(events[0]);
		close(commands[1]);
		feed(setting, events[1], commands[0]);
	}
	close(events[1]);
	close(commands[0]);
	setting->options.events_fd = events[0];
	setting->options.commands_fd = commands[1];
}

static void read_options(struct setting *setting, int argc, char **argv)
{
	static const struct option known[] = {
		{"commands", required_argument, NULL, 'c'},
		{"run", required_argument, NULL, 'r'},
		{"replay", required_argument, NULL, 'R'},
		{"person", required_argument, NULL, 'p'},
		{"copy", required_argument, NULL, 'y'},
		{"theme", required_argument, NULL, 't'},
		{"watch", no_argument, NULL, 'w'},
		{"attached", no_argument, NULL, 'a'},
		{"accessible", no_argument, NULL, 's'},
		{"ascii", no_argument, NULL, 'A'},
		{"mouse", no_argument, NULL, 'm'},
		{"osc9", no_argument, NULL, '9'},
		{"no-title", no_argument, NULL, 'T'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) >= 0) {
		if (c == 'c')
			setting->commands = optarg;
		else if (c == 'r')
			setting->options.run_folder = optarg;
		else if (c == 'R')
			setting->replay = optarg;
		else if (c == 'p')
			setting->options.person = optarg;
		else if (c == 'y')
			setting->options.copy_file = optarg;
		else if (c == 't')
			setting->theme = optarg;
		else if (c == 'w')
			setting->options.watch_only = true;
		else if (c == 'a')
			setting->options.attached = true;
		else if (c == 's')
			setting->accessible = true;
		else if (c == '9')
			setting->options.notify = UI_NOTIFY_OSC9;
		else if (c == 'T')
			setting->options.no_title = true;
		else if (c == 'm')
			setting->options.mouse = true;
		else if (c == 'A')
			setting->options.unicode = UI_NEVER;
		else
			exit(2);
	}
	if (optind + 1 != argc)
		exit(2);
	setting->events = argv[optind];
}

static void load_theme(struct setting *setting, struct theme *theme)
{
	struct problems problems = PROBLEMS_INIT;

	if (theme_load(theme, setting->theme, &problems, NULL) < 0)
		die(setting->theme);
	setting->options.theme = theme;
}

static void open_replay(struct setting *setting)
{
	struct ui_options *options = &setting->options;

	options->replay = replay_open(options->run_folder, NULL);
	if (!options->replay)
		die(options->run_folder);
	options->pace.at_ms =
		replay_began(options->replay) + atoll(setting->replay);
	options->pace.speed = 1;
	options->pace.paused = true;
}

int main(int argc, char **argv)
{
	struct setting setting = {.options = UI_OPTIONS_INIT, .feeder = -1};
	struct error err = ERROR_INIT;
	struct theme theme;
	const char *why = NULL;
	int end;

	setlocale(LC_ALL, "");
	signal(SIGPIPE, SIG_IGN);
	read_options(&setting, argc, argv);
	load_theme(&setting, &theme);
	if (!setting.accessible && !ui_terminal_fits(&why)) {
		fprintf(stderr, "driver: plain lines: %s\n", why);
		return 2;
	}
	if (setting.replay) {
		open_replay(&setting);
	} else if (descriptor_of(setting.events) >= 0) {
		setting.options.events_fd = descriptor_of(setting.events);
		setting.options.commands_fd = descriptor_of(setting.commands);
	} else {
		start_feeder(&setting);
	}
	end = setting.accessible ? plain_run(&setting.options)
				 : ui_run(&setting.options, &err);
	replay_free(setting.options.replay);
	theme_release(&theme);
	if (setting.feeder > 0)
		waitpid(setting.feeder, NULL, 0);
	if (end < 0) {
		fprintf(stderr, "driver: %s\n", error_text(&err));
		return 2;
	}
	return end == UI_FINISHED ? 0 : end == UI_LEFT ? 10 : 11;
}
