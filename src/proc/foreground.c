/* SPDX-License-Identifier: MIT */
#include "proc/foreground.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/memory.h"
#include "loop/loop.h"
#include "proc/ending.h"
#include "proc/guard.h"
#include "proc/identity.h"

struct foreground {
	struct loop *loop;
	struct watch *talk;
	int fd;
	int tty;     /* -1: none */
	bool adopts; /* orphans below become our children */
	bool screen;
	bool suspended;
	pid_t guard;
	bool guard_ended;
	bool program_ended;
	pid_t program;
	uint64_t program_start;
	int status;
};

/* Written by the handler below: the signals that the program must be handed,
 * a byte each. */
static int hand_pipe[2];
/* A hang-up came; the SIGCONT that follows one gives no terminal back. */
static volatile sig_atomic_t hung_up;

static bool is_session_leader(void)
{
	return getsid(0) == getpid();
}

/*
 * A signal from the terminal reaches the whole group and so the program as
 * well; what a process sent may be for us alone. A hang-up is told to the
 * leader of the session only.
 */
static void note_signal(int signal_number, siginfo_t *info, void *context)
{
	bool sent = info->si_code == SI_USER || info->si_code == SI_QUEUE;
	unsigned char byte = (unsigned char)signal_number;
	int saved = errno;

	(void)context;
	if (signal_number == SIGHUP)
		hung_up = 1;
	if (sent || (signal_number == SIGHUP && is_session_leader()))
		while (write(hand_pipe[1], &byte, 1) < 0 && errno == EINTR)
			;
	errno = saved;
}

static void hand_on(int fd, short revents, void *data)
{
	const struct foreground *foreground = data;
	unsigned char byte;

	(void)revents;
	if (read(fd, &byte, 1) == 1 &&
	    process_is(foreground->program, foreground->program_start))
		kill(foreground->program, byte);
}

static void catch_and_hand_on(struct foreground *foreground)
{
	const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
	struct sigaction action = {.sa_sigaction = note_signal};

	if (pipe(hand_pipe) < 0)
		BUG("no pipe for signals: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		fcntl(hand_pipe[i], F_SETFD, FD_CLOEXEC);
		fcntl(hand_pipe[i], F_SETFL, O_NONBLOCK);
	}
	loop_watch(foreground->loop, hand_pipe[0], POLLIN, hand_on, foreground);
	action.sa_flags = SA_SIGINFO | SA_RESTART;
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		sigaction(numbers[i], &action, NULL);
}

enum terminal { TERMINAL_OURS, TERMINAL_ANOTHERS, TERMINAL_LOST };

/* Where none could be opened, there is none to fight over. */
static enum terminal whose_terminal(const struct foreground *foreground)
{
	pid_t owner;

	if (hung_up)
		return TERMINAL_LOST;
	if (foreground->tty < 0)
		return TERMINAL_OURS;
	owner = tcgetpgrp(foreground->tty);
	if (owner < 0)
		return TERMINAL_LOST;
	return owner == getpgrp() ? TERMINAL_OURS : TERMINAL_ANOTHERS;
}

static void say_continued(struct foreground *foreground)
{
	struct foreground_message message = {WORD_CONTINUED, 0};

	foreground->suspended = false;
	if (foreground->talk)
		send(foreground->fd, &message, sizeof(message), MSG_NOSIGNAL);
}

/*
 * As ctrl-z on a terminal that is not raw: a script around us and others of
 * our pipeline stop too, guard and program ignore it. Returns when we were
 * continued; at once, and false, where no shell could continue us and the
 * system therefore does not stop us.
 */
static bool stop(pid_t whom)
{
	sigset_t continues, pending, old;

	sigemptyset(&continues);
	sigaddset(&continues, SIGCONT);
	sigprocmask(SIG_BLOCK, &continues, &old);
	signal(SIGTSTP, SIG_DFL);
	kill(whom, SIGTSTP);
	signal(SIGTSTP, SIG_IGN);
	sigpending(&pending);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return sigismember(&pending, SIGCONT);
}

static void suspend(struct foreground *foreground, pid_t whom)
{
	foreground->suspended = true;
	if (!stop(whom))
		say_continued(foreground);
}

/* The system continues what is stopped when it takes the terminal away: the
 * hang-up that comes with it is all the program must know. */
static void continued(int signal_number, void *data)
{
	struct foreground *foreground = data;
	enum terminal terminal = whose_terminal(foreground);

	(void)signal_number;
	if (terminal == TERMINAL_OURS)
		say_continued(foreground);
	/* "bg" gives no terminal: stop again, as any screen program does. */
	if (terminal == TERMINAL_ANOTHERS && foreground->suspended)
		suspend(foreground, getpid());
}

static void obey(struct foreground *foreground,
		 const struct foreground_message *message)
{
	switch ((enum foreground_word)message->word) {
	case WORD_SUSPEND:
		suspend(foreground, 0);
		break;
	case WORD_LEAVE:
		_exit(message->value);
	case WORD_HELLO:
	case WORD_CONTINUED:
		break;
	}
}

/* Whether there is an end of the program to wait for. Of several threads the
 * first may be a zombie before the last has ended: only reaping tells. Where a
 * program without its guard is not ours to reap, the end of the socket is the
 * end of it. */
static bool program_remains(const struct foreground *foreground)
{
	if (!foreground->adopts)
		return foreground->talk &&
		       process_is(foreground->program,
				  foreground->program_start);
	return !foreground->program_ended && foreground->program_start &&
	       process_start_time(foreground->program) ==
		       foreground->program_start;
}

static void reap(struct foreground *foreground)
{
	int status;
	pid_t pid;

	while ((pid = ending_reap(&status)) > 0) {
		if (pid == foreground->guard)
			foreground->guard_ended = true;
		if (pid == foreground->program)
			foreground->program_ended = true;
		else if (pid != foreground->guard || foreground->program_ended)
			continue;
		foreground->status = status;
	}
}

/* When only the guard was killed, the program is ours now, and we are its
 * guard: then its own status counts. */
static void child_changed(int signal_number, void *data)
{
	struct foreground *foreground = data;

	(void)signal_number;
	reap(foreground);
	if (foreground->guard_ended && !program_remains(foreground))
		loop_stop(foreground->loop);
}

static void hear_program(int fd, short revents, void *data)
{
	struct foreground *foreground = data;
	struct foreground_message message;

	(void)revents;
	if (recv(fd, &message, sizeof(message), MSG_WAITALL) ==
	    sizeof(message)) {
		obey(foreground, &message);
		return;
	}
	watch_remove(foreground->talk);
	foreground->talk = NULL;
	child_changed(SIGCHLD, foreground);
}

static void hear_hello(struct foreground *foreground)
{
	struct foreground_message message;
	ssize_t len;

	len = recv(foreground->fd, &message, sizeof(message), MSG_WAITALL);
	if (len != sizeof(message) || message.word != WORD_HELLO)
		return; /* it died before: the guard's end tells how */
	foreground->program = message.value;
	foreground->program_start = process_start_time(message.value);
}

/* Without a screen ctrl-z comes as a signal, and stops us alone. */
static void listen_to_job_control(struct foreground *foreground)
{
	signal(SIGQUIT, SIG_IGN);
	if (!foreground->screen)
		return;
	signal(SIGTSTP, SIG_IGN);
	loop_signal(foreground->loop, SIGCONT, continued, foreground);
}

void foreground_run(int fd, pid_t guard, bool screen, const sigset_t *mask)
{
	struct foreground foreground = {
		.fd = fd,
		.adopts = process_adopt_orphans(),
		.screen = screen,
		.guard = guard,
	};
	struct loop *loop;

	descriptors_close_from(3, &fd, 1);
	foreground.tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	hear_hello(&foreground);
	loop = foreground.loop = loop_new();
	foreground.talk =
		loop_watch(loop, fd, POLLIN, hear_program, &foreground);
	catch_and_hand_on(&foreground);
	listen_to_job_control(&foreground);
	loop_signal(loop, SIGCHLD, child_changed, &foreground);
	sigprocmask(SIG_SETMASK, mask, NULL);
	loop_run(loop);
	loop_free(loop);
	guard_sweep(SWEEP_GRACE_MS);
	ending_repeat(foreground.status);
}
