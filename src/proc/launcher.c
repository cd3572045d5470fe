/* SPDX-License-Identifier: MIT */
#include "proc/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "proc/ending.h"
#include "proc/foreground.h"
#include "proc/guard.h"
#include "proc/identity.h"

struct launcher {
	int fd;
	int guard;
	bool suspended;
};

static void make_pair(int ends[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		BUG("no socket to the launcher: %s", strerror(errno));
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
}

static void say(const struct launcher *launcher, enum foreground_word word,
		int value)
{
	struct foreground_message message = {(int32_t)word, value};

	/* It may be dead, which launcher_read() tells. */
	while (send(launcher->fd, &message, sizeof(message), MSG_NOSIGNAL) <
		       0 &&
	       errno == EINTR)
		;
}

/* Whatever the terminal says, a release never stands still: the dashboard
 * answers TSTP in its own way, and nothing else does. */
static void ignore_stops(void)
{
	signal(SIGTSTP, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
}

struct launcher *launcher_start(bool screen)
{
	struct launcher *launcher = xcalloc(1, sizeof(*launcher));
	sigset_t all, old;
	int ends[2];
	pid_t pid;

	/* What a large pipeline file was read with would stay three times. */
	memory_give_back();
	signal(SIGCHLD, SIG_DFL); /* ignored, no status would be left */
	make_pair(ends);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	/* Before the fork: what the guard loses must fall to us from the
	 * first moment. The flag itself is not inherited. */
	process_adopt_orphans();
	pid = fork();
	if (pid < 0)
		BUG("no process for the guard: %s", strerror(errno));
	if (pid > 0)
		foreground_run(ends[0], pid, screen, &old);
	close(ends[0]);
	sigprocmask(SIG_SETMASK, &old, NULL);
	launcher->fd = ends[1];
	launcher->guard = guard_start();
	fcntl(launcher->fd, F_SETFL, O_NONBLOCK);
	ignore_stops();
	say(launcher, WORD_HELLO, (int)getpid());
	return launcher;
}

void launcher_free(struct launcher *launcher)
{
	free(launcher);
}

int launcher_fd(const struct launcher *launcher)
{
	return launcher->fd;
}

/* From now on the descriptor is never ready: a watch that is still there
 * does no harm. */
static void fall_silent(struct launcher *launcher)
{
	int ends[2];

	if (pipe(ends) < 0)
		return;
	dup2(ends[0], launcher->fd);
	fcntl(launcher->fd, F_SETFD, FD_CLOEXEC);
	fcntl(launcher->fd, F_SETFL, O_NONBLOCK);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	close(ends[0]); /* the writing end stays open for good */
}

enum launcher_message launcher_read(struct launcher *launcher)
{
	enum launcher_message last = LAUNCHER_NOTHING;
	struct foreground_message message;
	ssize_t len;

	for (;;) {
		len = read(launcher->fd, &message, sizeof(message));
		if (len < 0 && errno == EINTR)
			continue;
		if (len != sizeof(message))
			break;
		last = LAUNCHER_CONTINUED;
		launcher->suspended = false;
	}
	if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return last;
	fall_silent(launcher);
	return LAUNCHER_GONE;
}

void launcher_suspend(struct launcher *launcher)
{
	if (launcher->suspended)
		return;
	launcher->suspended = true;
	say(launcher, WORD_SUSPEND, 0);
}

/* The launcher last: when the shell prompts again, nobody of us is on its
 * terminal. */
void launcher_leave(struct launcher *launcher, int status)
{
	setsid();
	standard_to_null();
	guard_leave(launcher->guard);
	say(launcher, WORD_LEAVE, status);
	fall_silent(launcher);
}
