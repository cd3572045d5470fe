/* SPDX-License-Identifier: MIT */
#include "ui/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "proc/child.h"

struct running {
	pid_t pid; /* 0: none */
	outside_ended *ended;
	void *data;
};

struct outside {
	struct loop *loop;
	struct running program, tmux;
	pid_t group;	      /* had the terminal before */
	struct termios modes; /* and the terminal these */
	const char *name;     /* of the variable */
};

/* One that stops by itself is continued: no shell would do it. */
static void child_changed(int number, void *data)
{
	const struct outside *outside = data;
	pid_t pid = outside->program.pid;
	siginfo_t info = {.si_pid = 0};

	(void)number;
	if (pid && waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG) == 0 &&
	    info.si_pid == pid)
		child_signal_group(pid, SIGCONT);
}

struct outside *outside_new(struct loop *loop)
{
	struct outside *outside = xcalloc(1, sizeof(*outside));

	outside->loop = loop;
	loop_signal(loop, SIGCHLD, child_changed, outside);
	return outside;
}

static void forget(struct outside *outside, struct running *running)
{
	if (!running->pid)
		return;
	loop_child_forget(outside->loop, running->pid);
	child_signal_group(running->pid, SIGHUP);
}

/* One that hangs: a copy more is not worth a process more. */
static void end_tmux(struct outside *outside)
{
	pid_t pid = outside->tmux.pid;

	if (!pid)
		return;
	outside->tmux.pid = 0;
	loop_child_forget(outside->loop, pid);
	child_signal_group(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

void outside_free(struct outside *outside)
{
	if (!outside)
		return;
	forget(outside, &outside->program);
	end_tmux(outside);
	free(outside);
}

bool outside_has_terminal(const struct outside *outside)
{
	return outside->program.pid > 0;
}

/* Ours is a background group until then, which may not be stopped for it. */
static void take_terminal(const struct outside *outside)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	tcsetpgrp(STDIN_FILENO, outside->group);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &outside->modes);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* ctrl-z is a key like others meanwhile: nobody would continue what it stops.
 */
static void lend_terminal(struct outside *outside)
{
	struct termios modes;

	outside->group = tcgetpgrp(STDIN_FILENO);
	if (tcgetattr(STDIN_FILENO, &outside->modes) < 0)
		return;
	modes = outside->modes;
	modes.c_cc[VSUSP] = (cc_t)fpathconf(STDIN_FILENO, _PC_VDISABLE);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
}

static void tell(struct running *running, const char *name, int status)
{
	outside_ended *ended = running->ended;
	bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	char *text = child_status_text(status);
	char *why = xasprintf("%s: %s", name, text);

	running->pid = 0;
	ended(running->data, ok ? NULL : why);
	free(why);
	free(text);
}

static void program_ended(pid_t pid, int status, void *data)
{
	struct outside *outside = data;

	(void)pid;
	take_terminal(outside);
	tell(&outside->program, outside->name, status);
}

static void tmux_ended(pid_t pid, int status, void *data)
{
	struct outside *outside = data;

	(void)pid;
	tell(&outside->tmux, "tmux", status);
}

/* The first word's name, without its folder. */
static bool takes_line(const char *command)
{
	static const char *const known[] = {"vi",   "vim",  "nvim", "view",
					    "nano", "less", "more", "emacs",
					    "kak",  "mg",   "joe",  "vis"};
	size_t len = strcspn(command, " \t");
	size_t start = len;

	while (start && command[start - 1] != '/')
		start--;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (strlen(known[i]) == len - start &&
		    strncmp(command + start, known[i], len - start) == 0)
			return true;
	return false;
}

/* As other programs do, what PAGER and EDITOR hold is words for the shell. */
static char *shell_words(enum outside_kind kind, int64_t line)
{
	const char *command =
		getenv(kind == OUTSIDE_PAGER ? "PAGER" : "EDITOR");
	const char *before;

	if (!command || !*command)
		command = kind == OUTSIDE_PAGER ? "less -R" : "vi";
	/* No shell stays, which ctrl-c would end. */
	before = memchr(command, '=', strcspn(command, " \t")) ? "exec env "
							       : "exec ";
	if (line > 0 && takes_line(command))
		return xasprintf("%s%s +%lld -- \"$1\"", before, command,
				 (long long)line);
	return xasprintf("%s%s \"$1\"", before, command);
}

int outside_open(struct outside *outside, enum outside_kind kind,
		 const char *path, int64_t line, outside_ended *ended,
		 void *data, struct error *err)
{
	char *words = shell_words(kind, line);
	const char *argv[] = {"sh", "-c", words, "sh", path, NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	pid_t pid;

	options.argv = argv;
	options.input = STDIN_FILENO;
	options.output = STDOUT_FILENO;
	options.errors = STDERR_FILENO;
	options.terminal = true;
	outside->name = kind == OUTSIDE_PAGER ? "$PAGER" : "$EDITOR";
	lend_terminal(outside);
	pid = child_start(&options, err);
	free(words);
	if (pid < 0) {
		take_terminal(outside);
		return -1;
	}
	outside->program = (struct running){pid, ended, data};
	loop_child(outside->loop, pid, program_ended, outside);
	return 0;
}

bool outside_in_tmux(void)
{
	const char *tmux = getenv("TMUX");

	return tmux && *tmux;
}

int outside_tmux(struct outside *outside, const char *path,
		 outside_ended *ended, void *data, struct error *err)
{
	static const char *const argv[] = {"tmux", "load-buffer", "-w", "-",
					   NULL};
	struct child_options options = CHILD_OPTIONS_INIT;
	pid_t pid;

	end_tmux(outside);
	options.argv = argv;
	options.input = file_open(path, O_RDONLY, 0, err);
	if (options.input < 0)
		return -1;
	pid = child_start(&options, err);
	close(options.input);
	if (pid < 0)
		return -1;
	outside->tmux = (struct running){pid, ended, data};
	loop_child(outside->loop, pid, tmux_ended, outside);
	return 0;
}
