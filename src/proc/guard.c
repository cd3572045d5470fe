/* SPDX-License-Identifier: MIT */
#include "proc/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/loop.h"
#include "proc/ending.h"
#include "proc/identity.h"

#define ANSWER_MS 1000

struct guard {
	struct loop *loop;
	struct watch *talk;
	pid_t program;
	int status;
};

static void child_changed(int signal_number, void *data)
{
	struct guard *guard = data;
	int status;
	pid_t pid;

	(void)signal_number;
	while ((pid = ending_reap(&status)) > 0) {
		if (pid != guard->program)
			continue;
		guard->status = status;
		loop_stop(guard->loop);
	}
}

static void hand_on(int signal_number, void *data)
{
	const struct guard *guard = data;

	kill(guard->program, signal_number);
}

/* A byte: the person left the run going, so the terminal goes. The end of
 * the file says nothing that SIGCHLD does not. */
static void hear_program(int fd, short revents, void *data)
{
	struct guard *guard = data;
	char byte;

	(void)revents;
	if (recv(fd, &byte, 1, 0) == 1) {
		setsid();
		standard_to_null();
		send(fd, &byte, 1, MSG_NOSIGNAL);
		return;
	}
	watch_remove(guard->talk);
	guard->talk = NULL;
}

static void ignore_terminal(void)
{
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGTTIN, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
}

static _Noreturn void watch_over(pid_t program, int fd, const sigset_t *mask)
{
	struct guard guard = {.program = program};

	process_adopt_orphans();
	descriptors_close_from(3, &fd, 1);
	ignore_terminal();
	guard.loop = loop_new();
	guard.talk = loop_watch(guard.loop, fd, POLLIN, hear_program, &guard);
	loop_signal(guard.loop, SIGCHLD, child_changed, &guard);
	loop_signal(guard.loop, SIGTERM, hand_on, &guard);
	sigprocmask(SIG_SETMASK, mask, NULL);
	loop_run(guard.loop);
	loop_free(guard.loop);
	guard_sweep(SWEEP_GRACE_MS);
	ending_repeat(guard.status);
}

int guard_start(void)
{
	sigset_t all, old;
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		BUG("no socket to the guard: %s", strerror(errno));
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	/* The guard must not die of a ctrl-c before it ignores it. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid < 0)
		BUG("no process for the program: %s", strerror(errno));
	if (pid > 0)
		watch_over(pid, ends[0], &old);
	close(ends[0]);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return ends[1];
}

/* Not for ever: it may be stopped. When it is dead, the answer is the end. */
void guard_leave(int guard)
{
	struct pollfd answer = {.fd = guard, .events = POLLIN};
	char byte = 'l';

	if (send(guard, &byte, 1, MSG_NOSIGNAL) != 1)
		return;
	if (poll(&answer, 1, ANSWER_MS) == 1)
		(void)!recv(guard, &byte, 1, 0);
}
