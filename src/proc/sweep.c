/* SPDX-License-Identifier: MIT */
#include "proc/guard.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/vector.h"
#include "loop/loop.h"
#include "proc/identity.h"

/* After KILL only what hangs in the kernel is left; nobody waits for that
 * for ever. */
#define GIVE_UP_MS 10000
#define FIRST_ROOM 64

struct sweep {
	struct loop *loop;
	pid_t *told; /* have had their TERM */
	size_t told_count;
	size_t told_cap;
	bool kill; /* the grace is over */
	size_t left;
	bool reaped; /* whose children may have become ours since the list */
};

static bool was_told(const struct sweep *sweep, pid_t pid)
{
	for (size_t i = 0; i < sweep->told_count; i++)
		if (sweep->told[i] == pid)
			return true;
	return false;
}

/* A group that the process leads gets the signal whole, so that a shell and
 * what it runs hear of it together. Keepers lead sessions: never in it. */
static void send_signal(pid_t pid, int signal_number)
{
	if (getpgid(pid) == pid)
		kill(-pid, signal_number);
	else
		kill(pid, signal_number);
}

static void tell(struct sweep *sweep, pid_t pid)
{
	if (sweep->kill) {
		send_signal(pid, SIGKILL);
		return;
	}
	if (was_told(sweep, pid))
		return;
	*VECTOR_ADD(sweep->told, sweep->told_count, sweep->told_cap) = pid;
	send_signal(pid, SIGTERM);
	send_signal(pid, SIGCONT); /* what is stopped would never see it */
}

/* True when it has ended, or is none of ours to end. */
static bool is_settled(struct sweep *sweep, pid_t pid)
{
	pid_t got;

	do
		got = waitpid(pid, NULL, WNOHANG);
	while (got < 0 && errno == EINTR);
	sweep->reaped = sweep->reaped || got == pid;
	/* A keeper that was killed leaves what it kept to us: it serves. */
	return got != 0 || process_is_keeper(pid) || process_was_kept(pid);
}

/* All children, zombies included; the list is the caller's. */
static pid_t *list_children(size_t *count)
{
	size_t room = FIRST_ROOM;
	pid_t *pids = NULL;

	for (;;) {
		pids = xreallocarray(pids, room, sizeof(*pids));
		*count = process_children(pids, room);
		if (*count <= room)
			return pids;
		room = *count * 2;
	}
}

/* Children of what ends become ours, and are met in a later pass. */
static void pass(struct sweep *sweep)
{
	size_t count;
	pid_t *pids = list_children(&count);

	sweep->left = 0;
	sweep->reaped = false;
	for (size_t i = 0; i < count; i++) {
		if (is_settled(sweep, pids[i]))
			continue;
		tell(sweep, pids[i]);
		sweep->left++;
	}
	free(pids);
}

static void child_changed(int signal_number, void *data)
{
	(void)signal_number;
	(void)data;
}

static void wait_until(struct sweep *sweep, int64_t end_us)
{
	int64_t left_us;

	for (;;) {
		do
			pass(sweep);
		while (sweep->reaped && clock_monotonic_us() < end_us);
		left_us = end_us - clock_monotonic_us();
		if (sweep->left == 0 || left_us <= 0)
			return;
		loop_turn(sweep->loop, (int)((left_us + 999) / 1000));
	}
}

/* Orphans below us are our children, so none at all means that nothing is
 * left; asking is cheaper than looking through every process. */
static bool has_no_child(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) < 0 &&
	       errno == ECHILD;
}

void guard_sweep(int grace_ms)
{
	struct sweep sweep = {.loop = NULL};
	int64_t now = clock_monotonic_us();

	if (has_no_child())
		return;
	sweep.loop = loop_new();
	loop_signal(sweep.loop, SIGCHLD, child_changed, NULL);
	wait_until(&sweep, now + grace_ms * INT64_C(1000));
	if (sweep.left || sweep.reaped) {
		sweep.kill = true;
		now = clock_monotonic_us();
		wait_until(&sweep, now + GIVE_UP_MS * INT64_C(1000));
	}
	loop_free(sweep.loop);
	free(sweep.told);
}
