/* SPDX-License-Identifier: MIT */
#include "ui/search.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "loop/thread.h"
#include "ui/matcher.h"

/* The longest line, and one that is whole, are in it. */
#define WINDOW ((size_t)4 * LOGFILE_BLOCK)
#define WAKE_US 30000

struct search {
	struct matcher matcher;
	void (*woken)(void *data);
	void *data;
	int fd;
	pthread_t thread;
	atomic_bool stop;
	int64_t woke_us;     /* the thread's */
	char window[WINDOW]; /* the thread's */

	pthread_mutex_t mutex; /* holds all below */
	pthread_cond_t changed;
	int64_t size;	  /* to look at */
	int64_t done;	  /* lines that start before it were counted */
	int64_t lines;	  /* that hold it */
	bool last;	  /* the unfinished line at `done` does */
	bool idle;	  /* nothing is left to look at */
	uint64_t epoch;	  /* changes when all begins anew */
	uint32_t *counts; /* such lines that start in each block */
	size_t blocks, cap;
};

bool search_holds(const struct search *search, const char *text, size_t len)
{
	return matcher_holds(&search->matcher, text, len);
}

size_t search_at(const struct search *search, const char *text, size_t len)
{
	return matcher_at(&search->matcher, text, len);
}

static bool is_stopped(struct search *search)
{
	return atomic_load_explicit(&search->stop, memory_order_relaxed);
}

static void wake(struct search *search, bool at_once)
{
	int64_t now = clock_monotonic_us();

	if (!search->woken || is_stopped(search) ||
	    (!at_once && now - search->woke_us < WAKE_US))
		return;
	search->woke_us = now;
	search->woken(search->data);
}

static void count_line(int64_t start, void *data)
{
	struct search *search = data;
	size_t block = (size_t)(start / LOGFILE_BLOCK);

	pthread_mutex_lock(&search->mutex);
	if (block >= search->cap) {
		search->cap = block < 512 ? 1024 : block * 2;
		search->counts = xreallocarray(search->counts, search->cap,
					       sizeof(*search->counts));
	}
	for (; search->blocks <= block; search->blocks++)
		search->counts[search->blocks] = 0;
	search->counts[block]++;
	search->lines++;
	pthread_mutex_unlock(&search->mutex);
}

static size_t read_stretch(struct search *search, int64_t at, int64_t size)
{
	size_t want =
		size - at < (int64_t)WINDOW ? (size_t)(size - at) : WINDOW;
	size_t have = 0;

	while (have < want) {
		ssize_t got = pread(search->fd, search->window + have,
				    want - have, at + (int64_t)have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	return have;
}

/* Looks at one window from `at` on. Returns where the next begins, `at` when
 * only an unfinished line is left. */
static int64_t look(struct search *search, int64_t at, int64_t size, bool *last)
{
	struct stretch stretch = {.data = search->window, .start = at};

	*last = false;
	stretch.size = read_stretch(search, at, size);
	if (!stretch.size)
		return at;
	stretch.coloured = memchr(stretch.data, '\033', stretch.size);
	return at + (int64_t)matcher_scan(&search->matcher, &stretch,
					  count_line, search, last);
}

static void begin_anew(struct search *search)
{
	search->done = search->lines = 0;
	search->blocks = 0;
	search->last = false;
	search->epoch++;
}

/* Sleeps, with the mutex held, until there is something to look at. */
static bool wait_for_work(struct search *search)
{
	while (search->idle && !is_stopped(search))
		pthread_cond_wait(&search->changed, &search->mutex);
	return !is_stopped(search);
}

/* Takes in what one look has shown. */
static void note(struct search *search, int64_t from, int64_t to, int64_t size,
		 bool last)
{
	search->done = to;
	search->last = last;
	/* What is left is a line without an end, or cannot be read. */
	if (size == search->size && (to == from || to == size))
		search->idle = true;
	pthread_cond_broadcast(&search->changed);
}

static void *run(void *data)
{
	struct search *search = data;

	thread_name("search");
	pthread_mutex_lock(&search->mutex);
	while (wait_for_work(search)) {
		int64_t at = search->done;
		int64_t size = search->size;
		uint64_t epoch = search->epoch;
		bool last, idle;
		int64_t next;

		pthread_mutex_unlock(&search->mutex);
		next = look(search, at, size, &last);
		pthread_mutex_lock(&search->mutex);
		if (epoch == search->epoch)
			note(search, at, next, size, last);
		else
			begin_anew(search); /* what was counted meanwhile */
		idle = search->idle;
		pthread_mutex_unlock(&search->mutex);
		wake(search, idle);
		pthread_mutex_lock(&search->mutex);
	}
	pthread_mutex_unlock(&search->mutex);
	return NULL;
}

static void start_thread(struct search *search)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	if (pthread_create(&search->thread, NULL, run, search) != 0)
		BUG("cannot start a thread");
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct search *search_new(const char *path, const char *text,
			  void (*woken)(void *data), void *data)
{
	struct search *search = xcalloc(1, sizeof(*search));

	matcher_init(&search->matcher, text);
	search->woken = woken;
	search->data = data;
	search->fd =
		file_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, NULL);
	search->idle = true;
	pthread_mutex_init(&search->mutex, NULL);
	pthread_cond_init(&search->changed, NULL);
	start_thread(search);
	return search;
}

void search_free(struct search *search)
{
	if (!search)
		return;
	atomic_store(&search->stop, true);
	pthread_mutex_lock(&search->mutex);
	pthread_cond_broadcast(&search->changed);
	pthread_mutex_unlock(&search->mutex);
	pthread_join(search->thread, NULL);
	pthread_cond_destroy(&search->changed);
	pthread_mutex_destroy(&search->mutex);
	if (search->fd >= 0)
		close(search->fd);
	free(search->counts);
	free(search);
}

void search_extend(struct search *search, int64_t size)
{
	pthread_mutex_lock(&search->mutex);
	if (size < search->size)
		begin_anew(search);
	if (size != search->size) {
		search->size = size;
		search->idle = false;
		pthread_cond_broadcast(&search->changed);
	}
	pthread_mutex_unlock(&search->mutex);
}

void search_wait(struct search *search, int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += ms % 1000 * 1000000L;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&search->mutex);
	while (!search->idle &&
	       pthread_cond_timedwait(&search->changed, &search->mutex,
				      &until) == 0)
		;
	pthread_mutex_unlock(&search->mutex);
}

void search_state(struct search *search, struct search_state *state)
{
	pthread_mutex_lock(&search->mutex);
	state->lines = search->lines + (search->last ? 1 : 0);
	state->size = search->size;
	state->over = search->idle;
	state->done = search->idle ? search->size : search->done;
	pthread_mutex_unlock(&search->mutex);
}

/* The next block from `block` on that has such a line; -1 none. */
static int64_t next_block(struct search *search, int64_t block)
{
	int64_t found = -1;

	pthread_mutex_lock(&search->mutex);
	for (; found < 0 && block < (int64_t)search->blocks; block++)
		if (search->counts[block])
			found = block;
	pthread_mutex_unlock(&search->mutex);
	return found;
}

static int64_t block_before(struct search *search, int64_t block)
{
	int64_t found = -1;

	pthread_mutex_lock(&search->mutex);
	if (block > (int64_t)search->blocks)
		block = (int64_t)search->blocks;
	while (found < 0 && --block >= 0)
		if (search->counts[block])
			found = block;
	pthread_mutex_unlock(&search->mutex);
	return found;
}

/* Of the lines that start in [from, to) the first that holds it; -1 none. */
static int64_t first_within(const struct search *search, struct logfile *file,
			    int64_t from, int64_t to)
{
	int64_t at = logfile_line_at(file, from);
	const char *text;
	size_t len;
	int64_t next;

	for (; at < to && logfile_line(file, at, &text, &len, &next); at = next)
		if (matcher_holds(&search->matcher, text, len))
			return at;
	return -1;
}

/* The last: looked for from the end, so that going up line by line costs no
 * more than the lines. */
static int64_t last_within(const struct search *search, struct logfile *file,
			   int64_t from, int64_t to)
{
	int64_t at = to;
	const char *text;
	size_t len;
	int64_t next;

	while (at > from && (at = logfile_before(file, at)) >= from &&
	       logfile_line(file, at, &text, &len, &next))
		if (matcher_holds(&search->matcher, text, len))
			return at;
	return -1;
}

/* Where counting has got to, and whether that is all. */
static int64_t counted(struct search *search, bool *over)
{
	int64_t done;

	pthread_mutex_lock(&search->mutex);
	done = search->done;
	*over = search->idle;
	pthread_mutex_unlock(&search->mutex);
	return done;
}

int64_t search_next(struct search *search, struct logfile *file, int64_t at)
{
	bool over;
	int64_t done = counted(search, &over);
	int64_t block = (at > 0 ? at : 0) / LOGFILE_BLOCK;
	int64_t found = -1;

	for (; found < 0 && (block = next_block(search, block)) >= 0; block++) {
		int64_t start = block * LOGFILE_BLOCK;

		found = first_within(search, file, at > start ? at : start,
				     start + LOGFILE_BLOCK);
	}
	if (found >= 0)
		return found;
	if (!over)
		return SEARCH_UNKNOWN;
	/* The unfinished line is counted apart. */
	found = first_within(search, file, at > done ? at : done,
			     logfile_size(file));
	return found >= 0 ? found : SEARCH_NONE;
}

int64_t search_before(struct search *search, struct logfile *file, int64_t at)
{
	bool over;
	int64_t done = counted(search, &over);
	int64_t block = (at + LOGFILE_BLOCK - 1) / LOGFILE_BLOCK;
	int64_t found = -1;

	if (at > done) {
		if (!over)
			return SEARCH_UNKNOWN;
		found = last_within(search, file, done, at);
	}
	while (found < 0 && (block = block_before(search, block)) >= 0) {
		int64_t start = block * LOGFILE_BLOCK;
		int64_t end = start + LOGFILE_BLOCK;

		found = last_within(search, file, start, at < end ? at : end);
	}
	return found >= 0 ? found : SEARCH_NONE;
}

int64_t search_rank(struct search *search, struct logfile *file, int64_t at)
{
	int64_t whole = at / LOGFILE_BLOCK;
	int64_t rank = 0;
	int64_t start = logfile_line_at(file, whole * LOGFILE_BLOCK);
	const char *text;
	size_t len;

	pthread_mutex_lock(&search->mutex);
	for (int64_t i = 0; i < whole && i < (int64_t)search->blocks; i++)
		rank += search->counts[i];
	pthread_mutex_unlock(&search->mutex);
	while (start < at && logfile_line(file, start, &text, &len, &start))
		rank += matcher_holds(&search->matcher, text, len);
	return rank;
}
