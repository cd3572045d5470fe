/* SPDX-License-Identifier: MIT */
#include "ui/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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
	pid_t group; /* had the terminal before */
};

struct outside *outside_new(struct loop *loop)
{
	struct outside *outside = xcalloc(1, sizeof(*outside));

	outside->loop = loop;
	return outside;
}

static void forget(struct outside *outside, struct running *running)
{
	if (!running->pid)
		return;
	loop_child_forget(outside->loop, running->pid);
	child_signal_group(running->pid, SIGHUP);
}

void outside_free(struct outside *outside)
{
	if (!outside)
		return;
	forget(outside, &outside->program);
	forget(outside, &outside->tmux);
	free(outside);
}

bool outside_has_terminal(const struct outside *outside)
{
	return outside->program.pid > 0;
}

/* Ours is a background group until then, which may not be stopped for it. */
static void take_terminal(pid_t group)
{
	sigset_t set, old;

	sigemptyset(&set);
	sigaddset(&set, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &set, &old);
	tcsetpgrp(STDIN_FILENO, group);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void tell(struct running *running, int status)
{
	outside_ended *ended = running->ended;
	char *why = WIFEXITED(status) && WEXITSTATUS(status) == 0
			    ? NULL
			    : child_status_text(status);

	running->pid = 0;
	ended(running->data, why);
	free(why);
}

static void program_ended(pid_t pid, int status, void *data)
{
	struct outside *outside = data;

	(void)pid;
	take_terminal(outside->group);
	tell(&outside->program, status);
}

static void tmux_ended(pid_t pid, int status, void *data)
{
	struct outside *outside = data;

	(void)pid;
	tell(&outside->tmux, status);
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
	const char *name = kind == OUTSIDE_PAGER ? "PAGER" : "EDITOR";
	const char *command = getenv(name);

	if (!command || !*command)
		command = kind == OUTSIDE_PAGER ? "less -R" : "vi";
	if (line > 0 && takes_line(command))
		return xasprintf("%s +%lld -- \"$1\"", command,
				 (long long)line);
	return xasprintf("%s \"$1\"", command);
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
	outside->group = tcgetpgrp(STDIN_FILENO);
	pid = child_start(&options, err);
	free(words);
	if (pid < 0) {
		take_terminal(outside->group);
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

	forget(outside, &outside->tmux);
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
