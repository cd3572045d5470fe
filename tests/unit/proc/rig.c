/* SPDX-License-Identifier: MIT */
#include "support/cmocka.h"

#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/loop.h"
#include "proc/child.h"
#include "proc/guard.h"
#include "proc/identity.h"
#include "proc/launcher.h"

#define REPORT_MS 20000 /* a test that waits longer has failed */

/* The program's side. */
struct player {
	struct loop *loop;
	struct launcher *launcher; /* NULL below a guard alone */
	int commands;
	int reports;
	int life;
};

static void report(int fd, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	if (write(fd, text, strlen(text)) < 0)
		_exit(99);
	free(text);
}

/* The alarm ends what a failed test leaves behind. */
static _Noreturn void sleep_for_good(void)
{
	alarm(60);
	for (;;)
		pause();
}

/* Stays stopped until it is continued; the TERM that waits is reported. */
static void stop_until_term(const struct player *player)
{
	sigset_t term, old;
	int number;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, &old);
	raise(SIGSTOP);
	sigwait(&term, &number);
	report(player->reports, "woken\n");
	_exit(0);
}

/* Forked twice and in a session of its own: its parent is gone. */
static void make_daemon(const struct player *player, char kind)
{
	pid_t pid = fork();

	if (pid > 0) {
		waitpid(pid, NULL, 0);
		return;
	}
	setsid();
	pid = fork();
	if (pid > 0) {
		/* What comes before it has stopped would end it. */
		if (kind == 't')
			waitpid(pid, NULL, WUNTRACED);
		_exit(0);
	}
	signal(SIGTERM, kind == 'i' ? SIG_IGN : SIG_DFL);
	if (kind == 'n')
		make_daemon(player, 'd');
	report(player->reports, "daemon %d 0\n", (int)getpid());
	if (kind == 't')
		stop_until_term(player);
	sleep_for_good();
}

static void start_keeper(const struct player *player, const char *path)
{
	const char *const argv[] = {KEEPER_NAME, "-c",
				    "echo keeper $$ 0; sleep 60; :", NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	struct error err = ERROR_INIT;

	options.argv = argv;
	options.path = path;
	options.output = player->reports;
	options.errors = 2;
	options.session = true;
	options.outlive = true;
	if (child_start(&options, &err) < 0)
		report(player->reports, "%s\n", err.message);
}

static void start_own_keeper(const struct player *player)
{
	char *path = process_own_path();

	start_keeper(player, path);
	free(path);
}

static void report_place(const struct player *player)
{
	bool alone = getsid(0) == getpid() && !isatty(0);

	report(player->reports, alone ? "alone\n" : "attached\n");
}

static void obey(struct player *player, char command)
{
	switch (command) {
	case 'k':
		start_own_keeper(player);
		break;
	case 'f':
		start_keeper(player, "sh");
		break;
	case 'p':
		report_place(player);
		break;
	case 'x':
		_exit(5);
	case 'u':
		signal(SIGUSR1, SIG_DFL);
		raise(SIGUSR1);
		break;
	case 'z':
		launcher_suspend(player->launcher);
		break;
	case 'q':
		launcher_leave(player->launcher, 7);
		break;
	default:
		make_daemon(player, command);
	}
}

static void hear_command(int fd, short revents, void *data)
{
	char command;

	(void)revents;
	if (read(fd, &command, 1) != 1)
		_exit(98); /* the test is gone */
	obey(data, command);
}

static void hear_launcher(int fd, short revents, void *data)
{
	const struct player *player = data;

	(void)fd;
	(void)revents;
	switch (launcher_read(player->launcher)) {
	case LAUNCHER_CONTINUED:
		report(player->reports, "continued\n");
		break;
	case LAUNCHER_GONE:
		report(player->reports, "gone\n");
		break;
	case LAUNCHER_NOTHING:
		break;
	}
}

static void hear_signal(int signal_number, void *data)
{
	const struct player *player = data;

	report(player->reports, "signal %d\n", signal_number);
}

static _Noreturn void play(struct player *player, enum rig_kind kind)
{
	const int numbers[] = {SIGHUP, SIGINT, SIGTERM};

	if (kind == RIG_GUARD)
		guard_start();
	else
		player->launcher = launcher_start(kind != RIG_LAUNCHER &&
						  kind != RIG_SHELL_HEADLESS);
	player->loop = loop_new();
	loop_watch(player->loop, player->commands, POLLIN, hear_command,
		   player);
	if (player->launcher)
		loop_watch(player->loop, launcher_fd(player->launcher), POLLIN,
			   hear_launcher, player);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		loop_signal(player->loop, numbers[i], hear_signal, player);
	report(player->reports, "program %d %d\n", (int)getpid(),
	       (int)getppid());
	loop_run(player->loop);
	_exit(97);
}

/* Waits for the launcher below it, as "sh -c signalbox" would. */
static void play_script(const struct player *player, enum rig_kind kind)
{
	pid_t pid;
	int status;

	if (kind != RIG_SCRIPT || (pid = fork()) == 0)
		return;
	close(player->life);
	while (waitpid(pid, &status, 0) < 0)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 96);
}

static bool report_change(const struct player *player, int status)
{
	if (WIFSTOPPED(status))
		report(player->reports, "stopped\n");
	else if (WIFEXITED(status))
		report(player->reports, "exited %d\n", WEXITSTATUS(status));
	else
		report(player->reports, "killed %d\n", WTERMSIG(status));
	return WIFSTOPPED(status);
}

/* Job control, as little of it as there can be. */
static _Noreturn void play_shell(struct player *player, enum rig_kind kind,
				 int commands)
{
	char command = 'f';
	pid_t job = fork();
	int status;

	signal(SIGTTOU, SIG_IGN);
	if (job == 0) {
		setpgid(0, 0);
		tcsetpgrp(0, getpid());
		signal(SIGTTOU, SIG_DFL);
		play_script(player, kind);
		play(player, kind);
	}
	setpgid(job, job);
	close(player->life);
	report(player->reports, "job %d 0\n", (int)job);
	while (waitpid(job, &status, WUNTRACED) == job &&
	       report_change(player, status)) {
		tcsetpgrp(0, getpgrp());
		if (read(commands, &command, 1) != 1)
			_exit(0);
		if (command == 'f')
			tcsetpgrp(0, job);
		kill(-job, SIGCONT);
	}
	sleep_for_good(); /* keeps the terminal until the test ends it */
}

static void make_pipe(int ends[2])
{
	assert_int_equal(pipe(ends), 0);
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

static bool has_shell(enum rig_kind kind)
{
	return kind == RIG_SHELL || kind == RIG_SHELL_HEADLESS ||
	       kind == RIG_SCRIPT;
}

static pid_t fork_job(struct rig *rig, enum rig_kind kind)
{
	if (has_shell(kind))
		return forkpty(&rig->terminal, NULL, NULL, NULL);
	return fork();
}

void rig_start(struct rig *rig, enum rig_kind kind)
{
	struct player player = {0};
	int commands[2], reports[2], life[2], shell[2];

	memset(rig, 0, sizeof(*rig));
	rig->terminal = -1;
	process_adopt_orphans();
	make_pipe(commands);
	make_pipe(reports);
	make_pipe(life);
	make_pipe(shell);
	rig->job = fork_job(rig, kind);
	if (rig->job == 0) {
		close(commands[1]);
		close(shell[1]);
		close(life[0]);
		player.commands = commands[0];
		player.reports = reports[1];
		player.life = life[1];
		if (has_shell(kind))
			play_shell(&player, kind, shell[0]);
		if (kind == RIG_SCREEN)
			setsid();
		play(&player, kind);
	}
	close(commands[0]);
	close(reports[1]);
	close(life[1]);
	close(shell[0]);
	rig->commands = commands[1];
	rig->reports = reports[0];
	rig->life = life[0];
	rig->shell = shell[1];
	if (rig->terminal >= 0)
		rig_expect_pids(rig, "job", &rig->below, NULL);
	rig_expect_pids(rig, "program", &rig->program, &rig->guard);
}

void rig_command(const struct rig *rig, char command)
{
	assert_int_equal(write(rig->commands, &command, 1), 1);
}

void rig_shell(const struct rig *rig, char command)
{
	assert_int_equal(write(rig->shell, &command, 1), 1);
}

int rig_set_up(void **state)
{
	enum rig_kind kind = (enum rig_kind)(intptr_t)*state;

	*state = xcalloc(1, sizeof(struct rig));
	rig_start(*state, kind);
	return 0;
}

int rig_tear_down(void **state)
{
	rig_release(*state);
	free(*state);
	return 0;
}

void rig_need_adoption(void)
{
	if (!process_adopt_orphans())
		skip();
}

static void wait_for(int fd, const char *what)
{
	struct pollfd one = {.fd = fd, .events = POLLIN};

	while (poll(&one, 1, REPORT_MS) < 0)
		assert_int_equal(errno, EINTR);
	if (one.revents == 0)
		fail_msg("waited in vain for: %s", what);
}

static void read_report(const struct rig *rig, char *line, size_t size,
			const char *what)
{
	size_t len = 0;

	for (;;) {
		wait_for(rig->reports, what);
		if (read(rig->reports, line + len, 1) != 1)
			fail_msg("no report any more, not: %s", what);
		if (line[len] == '\n' || len == size - 1)
			break;
		len++;
	}
	line[len] = '\0';
}

void rig_expect(const struct rig *rig, const char *expected)
{
	char line[128];

	read_report(rig, line, sizeof(line), expected);
	assert_string_equal(line, expected);
}

void rig_expect_pids(const struct rig *rig, const char *word, pid_t *a,
		     pid_t *b)
{
	char line[128], found[64];
	int first, second;

	read_report(rig, line, sizeof(line), word);
	if (sscanf(line, "%63s %d %d", found, &first, &second) != 3 ||
	    strcmp(found, word) != 0)
		fail_msg("%s is not %s", line, word);
	*a = first;
	if (b)
		*b = second;
}

void rig_ask(const struct rig *rig, char command, const char *report)
{
	rig_command(rig, command);
	rig_expect(rig, report);
}

void rig_exits(struct rig *rig)
{
	rig_command(rig, 'x');
	assert_int_equal(WEXITSTATUS(rig_end(rig)), 5);
}

int rig_end(struct rig *rig)
{
	int status;

	assert_int_equal(waitpid(rig->job, &status, 0), rig->job);
	rig->job = 0;
	return status;
}

void rig_expect_no_life(const struct rig *rig)
{
	char byte;

	wait_for(rig->life, "the end of all life below");
	assert_int_equal(read(rig->life, &byte, 1), 0);
}

bool rig_lives(pid_t pid)
{
	return process_is(pid, process_start_time(pid));
}

void rig_release(struct rig *rig)
{
	pid_t left[64];
	size_t count;

	if (rig->terminal >= 0)
		close(rig->terminal);
	close(rig->commands);
	close(rig->shell);
	while ((count = process_children(left, ARRAY_SIZE(left))) > 0)
		for (size_t i = 0; i < count && i < ARRAY_SIZE(left); i++) {
			kill(left[i], SIGKILL);
			waitpid(left[i], NULL, 0);
		}
	close(rig->reports);
	close(rig->life);
}

/* With a server below it, as a keeper has. */
bool rig_plays_keeper(int argc, char **argv)
{
	pid_t server;

	if (argc < 2 || strcmp(argv[0], KEEPER_NAME) != 0)
		return false;
	server = fork();
	if (server == 0) {
		setpgid(0, 0);
		sleep_for_good();
	}
	printf("keeper %d %d\n", (int)getpid(), (int)server);
	fflush(stdout);
	sleep_for_good();
}
