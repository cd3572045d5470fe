/* SPDX-License-Identifier: MIT */
#include "step/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/str.h"
#include "step/mask.h"

enum {
	PIPE_BYTES = 1 << 20,
	BLOCK_BYTES = 256 << 10,
	/* May wait for the disk over all logs, and so the most that one turn
	 * of the loop reads. */
	POOL_BYTES = 4 << 20,
	SPARE_BLOCKS = 8,
	INDEX_BYTES = 64 << 10,
};
#define INDEX_MS 100

struct block {
	struct stage_log *log;
	size_t len;
	size_t cap;
	struct str index; /* lines to append to the index */
	char *why;	  /* set by the writer when the disk refused */
	char *data;
};

struct log_pool {
	struct loop *loop;
	struct helper *writer;
	size_t queued;
	char *spare[SPARE_BLOCKS];
	size_t spare_count;
	struct stage_log *paused; /* chain of logs waiting for room */
	void (*failed)(void *data, const char *why);
	void *data;
};

struct stage_log {
	struct log_pool *pool;
	char *path;
	const struct log_handlers *handlers;
	void *data;
	struct mask *mask;
	struct watch *watch;
	int pipe; /* -1 none */
	int fd;	  /* the writer's; -1 until the first block */
	int index_fd;
	int64_t bytes, lines;
	int64_t indexed_bytes, indexed_ms, told_us, told_bytes;
	struct timer *tell; /* tells growth that came within the 100 ms */
	struct stage_log *next_paused;
	size_t pending; /* blocks on the writer */
	bool tapped, is_paused, finished;
	bool is_cut; /* the writer's: nothing more goes into the file */
};

struct log_pool *log_pool_new(struct loop *loop, struct helper *writer,
			      void (*failed)(void *data, const char *why),
			      void *data)
{
	struct log_pool *pool = xcalloc(1, sizeof(*pool));

	pool->loop = loop;
	pool->writer = writer;
	pool->failed = failed;
	pool->data = data;
	return pool;
}

void log_pool_free(struct log_pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < pool->spare_count; i++)
		free(pool->spare[i]);
	free(pool);
}

static void log_free(struct stage_log *log)
{
	if (log->fd >= 0)
		close(log->fd);
	if (log->index_fd >= 0)
		close(log->index_fd);
	mask_free(log->mask);
	timer_free(log->tell);
	free(log->path);
	free(log);
}

static void tell(void *data)
{
	struct stage_log *log = data;

	if (log->bytes == log->told_bytes)
		return;
	log->told_us = clock_monotonic_us();
	log->told_bytes = log->bytes;
	log->handlers->grew(log->data, log->bytes, log->lines);
}

/* Told at once when the last time is long ago, else when it will be. */
static void tell_soon(struct stage_log *log)
{
	int64_t due = log->told_us + INDEX_MS * 1000;

	if (clock_monotonic_us() >= due)
		tell(log);
	else
		timer_set(log->tell, due);
}

/* On the writer's thread. */
static int open_files(struct stage_log *log, struct error *err)
{
	char *index;

	if (log->fd >= 0)
		return 0;
	log->fd =
		file_open(log->path, O_WRONLY | O_CREAT | O_APPEND, 0600, err);
	if (log->fd < 0)
		return -1;
	index = xasprintf("%s.index", log->path);
	log->index_fd =
		file_open(index, O_WRONLY | O_CREAT | O_APPEND, 0600, err);
	free(index);
	return log->index_fd < 0 ? -1 : 0;
}

static void write_block(void *data)
{
	struct block *block = data;
	struct stage_log *log = block->log;
	struct error err = ERROR_INIT;

	if (log->is_cut)
		return;
	if (open_files(log, &err) < 0 ||
	    file_write_all(log->fd, block->data, block->len, log->path, &err) <
		    0 ||
	    file_write_all(log->index_fd, block->index.data, block->index.len,
			   log->path, &err) < 0) {
		/* A gap would put every later line at a wrong place. */
		log->is_cut = true;
		block->why = xstrdup(error_text(&err));
	}
	error_clear(&err);
}

static void read_pipe(int fd, short revents, void *data);

static void watch_pipe(struct stage_log *log)
{
	log->watch =
		loop_watch(log->pool->loop, log->pipe, POLLIN, read_pipe, log);
}

static void resume_paused(struct log_pool *pool)
{
	while (pool->paused && pool->queued <= POOL_BYTES / 2) {
		struct stage_log *log = pool->paused;

		pool->paused = log->next_paused;
		log->is_paused = false;
		watch_pipe(log);
	}
}

static void block_free(struct log_pool *pool, struct block *block)
{
	if (block->cap == BLOCK_BYTES && pool->spare_count < SPARE_BLOCKS)
		pool->spare[pool->spare_count++] = block->data;
	else
		free(block->data);
	str_release(&block->index);
	free(block->why);
	free(block);
}

static void block_written(void *data)
{
	struct block *block = data;
	struct stage_log *log = block->log;
	struct log_pool *pool = log->pool;

	pool->queued -= block->cap;
	log->pending--;
	if (block->why)
		pool->failed(pool->data, block->why);
	block_free(pool, block);
	if (log->finished && !log->pending)
		log_free(log);
	resume_paused(pool);
}

static struct block *block_new(struct stage_log *log, size_t size)
{
	struct log_pool *pool = log->pool;
	struct block *block = xcalloc(1, sizeof(*block));

	block->log = log;
	str_init(&block->index);
	block->cap = size > BLOCK_BYTES ? size : BLOCK_BYTES;
	if (size <= 4096)
		block->cap = 4096;
	if (block->cap == BLOCK_BYTES && pool->spare_count)
		block->data = pool->spare[--pool->spare_count];
	else
		block->data = xmalloc(block->cap);
	return block;
}

typedef unsigned char lanes __attribute__((vector_size(16)));

/* Sixteen bytes at a time; a lane holds at most 255 before it is summed. */
static int64_t count_lines(const char *data, size_t len)
{
	const lanes newline = {'\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n',
			       '\n', '\n', '\n', '\n', '\n', '\n', '\n', '\n'};
	int64_t lines = 0;
	size_t i = 0;

	while (i + sizeof(lanes) <= len) {
		lanes sum = {0};

		for (int n = 0; n < 255 && i + sizeof(lanes) <= len; n++) {
			lanes bytes;

			memcpy(&bytes, data + i, sizeof(bytes));
			sum -= (lanes)(bytes == newline);
			i += sizeof(bytes);
		}
		for (size_t j = 0; j < sizeof(lanes); j++)
			lines += sum[j];
	}
	for (; i < len; i++)
		lines += data[i] == '\n';
	return lines;
}

static void index_block(struct stage_log *log, struct block *block)
{
	int64_t now = clock_wall_ms();

	if (log->bytes && log->bytes - log->indexed_bytes < INDEX_BYTES &&
	    now - log->indexed_ms < INDEX_MS)
		return;
	str_addf(&block->index, "%lld %lld %lld\n", (long long)log->bytes,
		 (long long)log->lines, (long long)now);
	log->indexed_bytes = log->bytes;
	log->indexed_ms = now;
}

/* Hands a filled block on: live readers, counts, the writer. */
static void take_block(struct stage_log *log, struct block *block)
{
	if (!block->len) {
		block_free(log->pool, block);
		return;
	}
	if (log->tapped)
		log->handlers->bytes(log->data, block->data, block->len);
	index_block(log, block);
	log->bytes += (int64_t)block->len;
	log->lines += count_lines(block->data, block->len);
	log->pool->queued += block->cap;
	log->pending++;
	helper_run(log->pool->writer, write_block, block_written, block);
	tell_soon(log);
}

static void take_bytes(struct stage_log *log, const char *data, size_t len)
{
	struct block *block = block_new(log, len);

	memcpy(block->data, data, len);
	block->len = len;
	take_block(log, block);
}

void stage_log_write(struct stage_log *log, const char *data, size_t len)
{
	struct str shown = STR_INIT;

	if (!log->mask) {
		take_bytes(log, data, len);
		return;
	}
	mask_feed(log->mask, data, len, &shown);
	take_bytes(log, shown.data, shown.len);
	str_release(&shown);
}

void stage_log_printf(struct stage_log *log, const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_vaddf(&text, format, args);
	va_end(args);
	stage_log_write(log, text.data, text.len);
	str_release(&text);
}

static void flush_mask(struct stage_log *log)
{
	struct str shown = STR_INIT;

	if (!log->mask)
		return;
	mask_flush(log->mask, &shown);
	take_bytes(log, shown.data, shown.len);
	str_release(&shown);
}

/* Not watched at all: a pipe that was hung up would wake the loop without
 * end. */
static void pause_reading(struct stage_log *log)
{
	watch_remove(log->watch);
	log->watch = NULL;
	log->is_paused = true;
	log->next_paused = log->pool->paused;
	log->pool->paused = log;
}

static void unpause(struct stage_log *log)
{
	struct stage_log **at = &log->pool->paused;

	while (*at && *at != log)
		at = &(*at)->next_paused;
	if (*at)
		*at = log->next_paused;
	log->is_paused = false;
}

static void drop_pipe(struct stage_log *log)
{
	unpause(log);
	watch_remove(log->watch);
	log->watch = NULL;
	close(log->pipe);
	log->pipe = -1;
	flush_mask(log);
}

/* Reads one block. False at the end of the pipe or when it is empty; *ended
 * tells which. */
static bool read_block(struct stage_log *log, bool *ended)
{
	struct block *block = block_new(log, BLOCK_BYTES);
	ssize_t n;

	do {
		n = read(log->pipe, block->data, block->cap);
	} while (n < 0 && errno == EINTR);
	*ended = n == 0 || (n < 0 && errno != EAGAIN);
	if (n > 0 && log->mask) {
		stage_log_write(log, block->data, (size_t)n);
		block_free(log->pool, block);
	} else {
		block->len = n > 0 ? (size_t)n : 0;
		take_block(log, block);
	}
	return n > 0;
}

static void read_pipe(int fd, short revents, void *data)
{
	struct stage_log *log = data;
	bool ended;

	(void)fd;
	(void)revents;
	if (log->pool->queued + BLOCK_BYTES > POOL_BYTES) {
		pause_reading(log);
		return;
	}
	read_block(log, &ended);
	if (!ended)
		return;
	drop_pipe(log);
	log->handlers->ended(log->data);
}

void stage_log_take(struct stage_log *log, int fd)
{
	if (log->pipe >= 0)
		BUG("two pipes into %s", log->path);
	log->pipe = fd;
	watch_pipe(log);
}

int stage_log_pipe(struct stage_log *log, struct error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, ERROR_IO, "cannot make a pipe: %s",
				 strerror(errno));
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
#ifdef F_SETPIPE_SZ
	fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES);
#endif
	stage_log_take(log, ends[0]);
	return ends[1];
}

void stage_log_close_pipe(struct stage_log *log)
{
	int64_t most = log->bytes + PIPE_BYTES;
	bool ended;

	if (log->pipe < 0)
		return;
	while (log->bytes < most && read_block(log, &ended))
		;
	drop_pipe(log);
}

void stage_log_tap(struct stage_log *log, bool on)
{
	log->tapped = on;
}

int64_t stage_log_bytes(const struct stage_log *log)
{
	return log->bytes;
}

int64_t stage_log_lines(const struct stage_log *log)
{
	return log->lines;
}

struct stage_log *stage_log_new(struct log_pool *pool, const char *path,
				const struct strings *secrets,
				const struct log_handlers *handlers, void *data)
{
	struct stage_log *log = xcalloc(1, sizeof(*log));

	log->pool = pool;
	log->path = xstrdup(path);
	log->handlers = handlers;
	log->data = data;
	log->mask = secrets ? mask_new(secrets) : NULL;
	log->pipe = log->fd = log->index_fd = -1;
	log->tell = loop_timer(pool->loop, INT64_MAX, tell, log);
	return log;
}

void stage_log_finish(struct stage_log *log)
{
	if (!log)
		return;
	stage_log_close_pipe(log);
	flush_mask(log);
	tell(log);
	timer_stop(log->tell);
	log->finished = true;
	if (!log->pending)
		log_free(log);
}
