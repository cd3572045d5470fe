/* SPDX-License-Identifier: MIT */
#include "loop/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

#define SLOTS 32

struct slot {
	bool used;    /* under the mutex */
	bool created; /* under the mutex: the pipe is there */
	int read_fd;
	int write_fd;
	atomic_bool given; /* a byte is in the pipe or on its way */
	_Atomic uint64_t wanted;
	_Atomic uint64_t arrived;
};

static struct slot slots[SLOTS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static uint64_t bit(int signal_number)
{
	if (signal_number < 1 || signal_number > 64)
		BUG("signal %d cannot be watched", signal_number);
	return UINT64_C(1) << (signal_number - 1);
}

static void prepare_end(int fd)
{
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		BUG("fcntl on a new pipe: %s", strerror(errno));
}

static void slot_create(struct slot *slot)
{
	int ends[2];

	if (pipe(ends) < 0)
		BUG("no pipe to wake a loop with: %s", strerror(errno));
	prepare_end(ends[0]);
	prepare_end(ends[1]);
	slot->read_fd = ends[0];
	slot->write_fd = ends[1];
	slot->created = true;
}

int wake_claim(void)
{
	int i;

	pthread_mutex_lock(&mutex);
	for (i = 0; i < SLOTS && slots[i].used; i++)
		;
	if (i == SLOTS)
		BUG("more than %d loops", SLOTS);
	if (!slots[i].created)
		slot_create(&slots[i]);
	slots[i].used = true;
	pthread_mutex_unlock(&mutex);
	return i;
}

static uint64_t wanted_by_all(void)
{
	uint64_t all = 0;

	for (int i = 0; i < SLOTS; i++)
		all |= atomic_load(&slots[i].wanted);
	return all;
}

void wake_release(int slot)
{
	uint64_t left;

	pthread_mutex_lock(&mutex);
	left = atomic_exchange(&slots[slot].wanted, 0);
	left &= ~wanted_by_all();
	for (int number = 1; number <= 64; number++)
		if (left & bit(number))
			signal(number, SIG_DFL);
	wake_drain(slot);
	atomic_store(&slots[slot].arrived, 0);
	slots[slot].used = false;
	pthread_mutex_unlock(&mutex);
}

int wake_fd(int slot)
{
	return slots[slot].read_fd;
}

void wake_give(int slot)
{
	int saved = errno;

	if (!atomic_exchange(&slots[slot].given, true))
		while (write(slots[slot].write_fd, "", 1) < 0 && errno == EINTR)
			;
	errno = saved;
}

void wake_drain(int slot)
{
	char bytes[64];

	while (read(slots[slot].read_fd, bytes, sizeof(bytes)) > 0)
		;
	atomic_store(&slots[slot].given, false);
}

static void handle(int signal_number)
{
	uint64_t mask = UINT64_C(1) << (signal_number - 1);

	for (int i = 0; i < SLOTS; i++) {
		if (!(atomic_load(&slots[i].wanted) & mask))
			continue;
		atomic_fetch_or(&slots[i].arrived, mask);
		wake_give(i);
	}
}

void wake_want(int slot, int signal_number)
{
	struct sigaction action = {.sa_handler = handle};
	uint64_t mask = bit(signal_number);

	pthread_mutex_lock(&mutex);
	action.sa_flags = SA_RESTART;
	sigfillset(&action.sa_mask);
	if (!(wanted_by_all() & mask) &&
	    sigaction(signal_number, &action, NULL) < 0)
		BUG("signal %d cannot be caught: %s", signal_number,
		    strerror(errno));
	atomic_fetch_or(&slots[slot].wanted, mask);
	pthread_mutex_unlock(&mutex);
}

uint64_t wake_signals(int slot)
{
	if (atomic_load(&slots[slot].arrived) == 0)
		return 0;
	return atomic_exchange(&slots[slot].arrived, 0);
}
