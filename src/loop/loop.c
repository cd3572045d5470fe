/* SPDX-License-Identifier: MIT */
#include "loop/loop.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "loop/timers.h"
#include "loop/wake.h"

/* What waitpid() would have said, where somebody else took the child's
 * status: never mistaken for success. */
#define STATUS_LOST (255 << 8)

struct watch {
	struct loop *loop;
	size_t index; /* in loop->watches and loop->polls */
	bool dead;
	watch_callback *ready;
	void *data;
};

struct post {
	timer_callback *run; /* NULL: forgotten */
	void *data;
};

struct posts {
	struct post *items;
	size_t count;
	size_t cap;
};

struct child {
	pid_t pid;
	child_callback *ended; /* NULL: ended or forgotten */
	void *data;
};

struct listener {
	int signal_number;
	signal_callback *arrived;
	void *data;
};

struct loop {
	int slot;
	bool stopped;
	bool turning;
	/* polls[i] belongs to watches[i]; the wake pipe is polls[0]. */
	struct pollfd *polls;
	size_t poll_count, poll_cap;
	struct watch **watches;
	size_t watch_count, watch_cap;
	size_t dead_watches;
	struct timers timers;
	struct child *children;
	size_t child_count, child_cap;
	bool reap; /* look at the children in the next pass */
	struct listener *listeners;
	size_t listener_count, listener_cap;
	pthread_mutex_t mutex; /* holds `posted` */
	struct posts posted;
	struct posts running; /* taken out of posted, being run */
};

static void add_poll(struct loop *loop, int fd, short events,
		     struct watch *watch)
{
	struct pollfd *entry;

	entry = VECTOR_ADD(loop->polls, loop->poll_count, loop->poll_cap);
	entry->fd = fd;
	entry->events = events;
	*VECTOR_ADD(loop->watches, loop->watch_count, loop->watch_cap) = watch;
}

struct loop *loop_new(void)
{
	struct loop *loop = xcalloc(1, sizeof(*loop));

	loop->slot = wake_claim();
	pthread_mutex_init(&loop->mutex, NULL);
	add_poll(loop, wake_fd(loop->slot), POLLIN, NULL);
	return loop;
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	if (loop->turning)
		BUG("a loop is freed by its own callback");
	wake_release(loop->slot);
	for (size_t i = 0; i < loop->watch_count; i++)
		free(loop->watches[i]);
	timers_release(&loop->timers);
	pthread_mutex_destroy(&loop->mutex);
	free(loop->watches);
	free(loop->polls);
	free(loop->children);
	free(loop->listeners);
	free(loop->posted.items);
	free(loop->running.items);
	free(loop);
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

struct watch *loop_watch(struct loop *loop, int fd, short events,
			 watch_callback *ready, void *data)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->loop = loop;
	watch->index = loop->watch_count;
	watch->ready = ready;
	watch->data = data;
	add_poll(loop, fd, events, watch);
	return watch;
}

void watch_events(struct watch *watch, short events)
{
	watch->loop->polls[watch->index].events = events;
}

void watch_remove(struct watch *watch)
{
	if (!watch || watch->dead)
		return;
	watch->dead = true;
	watch->loop->polls[watch->index].fd = -1; /* poll() passes over it */
	watch->loop->dead_watches++;
}

static void sweep_watches(struct loop *loop)
{
	size_t kept = 1;

	if (loop->dead_watches == 0)
		return;
	for (size_t i = 1; i < loop->watch_count; i++) {
		struct watch *watch = loop->watches[i];

		if (watch->dead) {
			free(watch);
			continue;
		}
		watch->index = kept;
		loop->watches[kept] = watch;
		loop->polls[kept++] = loop->polls[i];
	}
	loop->watch_count = kept;
	loop->poll_count = kept;
	loop->dead_watches = 0;
}

/* What callbacks add has no revents yet and waits for the next pass. */
static void call_watches(struct loop *loop, size_t count, int ready)
{
	for (size_t i = 1; i < count && ready > 0; i++) {
		struct watch *watch = loop->watches[i];
		struct pollfd entry = loop->polls[i];

		if (entry.revents == 0)
			continue;
		ready--;
		if (!watch->dead)
			watch->ready(entry.fd, entry.revents, watch->data);
	}
}

struct timer *loop_timer(struct loop *loop, int64_t deadline_us,
			 timer_callback *fire, void *data)
{
	return timers_add(&loop->timers, deadline_us, fire, data);
}

void loop_post(struct loop *loop, timer_callback *run, void *data)
{
	struct post *post;

	pthread_mutex_lock(&loop->mutex);
	post = VECTOR_ADD(loop->posted.items, loop->posted.count,
			  loop->posted.cap);
	post->run = run;
	post->data = data;
	/* Under the mutex: the loop may be freed once the post has run. */
	wake_give(loop->slot);
	pthread_mutex_unlock(&loop->mutex);
}

static void forget_posts(struct posts *posts, timer_callback *run,
			 const void *data)
{
	for (size_t i = 0; i < posts->count; i++)
		if (posts->items[i].run == run && posts->items[i].data == data)
			posts->items[i].run = NULL;
}

void loop_unpost(struct loop *loop, timer_callback *run, const void *data)
{
	pthread_mutex_lock(&loop->mutex);
	forget_posts(&loop->posted, run, data);
	pthread_mutex_unlock(&loop->mutex);
	forget_posts(&loop->running, run, data);
}

/* The two lists change places, so that neither's memory is given back. */
static void run_posts(struct loop *loop)
{
	struct posts taken;

	pthread_mutex_lock(&loop->mutex);
	taken = loop->posted;
	loop->posted = loop->running;
	loop->running = taken;
	pthread_mutex_unlock(&loop->mutex);
	for (size_t i = 0; i < loop->running.count; i++) {
		struct post *post = &loop->running.items[i];

		if (post->run)
			post->run(post->data);
	}
	loop->running.count = 0;
}

void loop_child(struct loop *loop, pid_t pid, child_callback *ended, void *data)
{
	struct child *child;

	wake_want(loop->slot, SIGCHLD);
	child = VECTOR_ADD(loop->children, loop->child_count, loop->child_cap);
	child->pid = pid;
	child->ended = ended;
	child->data = data;
	/* It may have ended before the handler was there. */
	loop->reap = true;
}

void loop_child_forget(struct loop *loop, pid_t pid)
{
	for (size_t i = 0; i < loop->child_count; i++)
		if (loop->children[i].pid == pid)
			loop->children[i].ended = NULL;
}

static void reap_child(struct loop *loop, size_t index)
{
	struct child child = loop->children[index];
	int status;
	pid_t got;

	if (!child.ended)
		return;
	do
		got = waitpid(child.pid, &status, WNOHANG);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return;
	if (got < 0)
		status = STATUS_LOST;
	loop->children[index].ended = NULL;
	child.ended(child.pid, status, child.data);
}

static void reap_children(struct loop *loop)
{
	size_t count = loop->child_count;
	size_t kept = 0;

	if (!loop->reap)
		return;
	loop->reap = false;
	for (size_t i = 0; i < count; i++)
		reap_child(loop, i);
	for (size_t i = 0; i < loop->child_count; i++)
		if (loop->children[i].ended)
			loop->children[kept++] = loop->children[i];
	loop->child_count = kept;
}

void loop_signal(struct loop *loop, int signal_number, signal_callback *arrived,
		 void *data)
{
	struct listener *listener;

	listener = VECTOR_ADD(loop->listeners, loop->listener_count,
			      loop->listener_cap);
	listener->signal_number = signal_number;
	listener->arrived = arrived;
	listener->data = data;
	wake_want(loop->slot, signal_number);
}

static bool has_signal(uint64_t signals, int signal_number)
{
	return signals >> (signal_number - 1) & 1;
}

static void call_listeners(struct loop *loop)
{
	uint64_t signals = wake_signals(loop->slot);
	size_t count = loop->listener_count;

	if (signals == 0)
		return;
	if (has_signal(signals, SIGCHLD))
		loop->reap = true;
	for (size_t i = 0; i < count; i++) {
		struct listener listener = loop->listeners[i];

		if (has_signal(signals, listener.signal_number))
			listener.arrived(listener.signal_number, listener.data);
	}
}

/* poll()'s timeout: rounded up, so that no deadline is woken for early. */
static int wait_ms(const struct loop *loop, int timeout_ms)
{
	int64_t deadline = timers_next(&loop->timers);
	int64_t left_ms;

	if (loop->reap)
		return 0;
	if (deadline < 0)
		return timeout_ms;
	left_ms = (deadline - clock_monotonic_us() + 999) / 1000;
	if (left_ms < 0)
		left_ms = 0;
	if (timeout_ms >= 0 && timeout_ms < left_ms)
		return timeout_ms;
	return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

static void pass(struct loop *loop, size_t watch_count, int ready)
{
	if (ready > 0 && loop->polls[0].revents) {
		wake_drain(loop->slot);
		ready--;
	}
	call_listeners(loop);
	reap_children(loop);
	timers_fire(&loop->timers, clock_monotonic_us());
	call_watches(loop, watch_count, ready);
	run_posts(loop);
	sweep_watches(loop);
}

bool loop_turn(struct loop *loop, int timeout_ms)
{
	size_t count = loop->poll_count;
	int ready;

	if (loop->turning)
		BUG("a loop is turned by its own callback");
	if (loop->stopped)
		return false;
	loop->turning = true;
	ready = poll(loop->polls, count, wait_ms(loop, timeout_ms));
	if (ready < 0 && errno != EINTR && errno != EAGAIN)
		BUG("poll: %s", strerror(errno));
	pass(loop, count, ready);
	loop->turning = false;
	return !loop->stopped;
}

void loop_run(struct loop *loop)
{
	while (loop_turn(loop, -1))
		;
}
