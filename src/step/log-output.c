/* SPDX-License-Identifier: MIT */
/* What children print: a pipe that is read, or the file itself, followed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "step/file-facts.h"
#include "step/log-internal.h"

#define PIPE_BYTES (1 << 20)

static void read_pipe(int fd, short revents, void *data);

static void watch_pipe(struct stage_log *log)
{
	log->watch =
		loop_watch(log->pool->loop, log->pipe, POLLIN, read_pipe, log);
}

void log_resume_paused(struct log_pool *pool)
{
	while (pool->paused && pool->queued <= POOL_BYTES / 2) {
		struct stage_log *log = pool->paused;

		pool->paused = log->next_paused;
		log->is_paused = false;
		watch_pipe(log);
	}
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

static void say_cut(struct stage_log *log, bool is_line_open)
{
	char size[NUMBER_TEXT_SIZE];
	char *text = xasprintf("%ssignalbox: the log is cut here, at %s "
			       "(log-limit)\n",
			       is_line_open ? "\n" : "",
			       number_bytes(log->limit, size));

	log_take_bytes(log, text, strlen(text));
	free(text);
}

/* Takes a block of output over; what is over the limit is only tapped. */
static void take_output(struct stage_log *log, struct block *block)
{
	int64_t left = log->limit - log->let_in;
	size_t len = block->len;
	bool is_first = !log->dropped;

	if (log->tapped && len)
		log->handlers->bytes(log->data, block->data, len);
	if (log->limit >= 0 && (int64_t)len > left)
		block->len = (size_t)left;
	log->let_in += (int64_t)block->len;
	log->dropped += (int64_t)(len - block->len);
	is_first = is_first && log->dropped;
	if (block->len)
		log->is_line_open = block->data[block->len - 1] != '\n';
	log_take_block(log, block);
	if (is_first)
		say_cut(log, log->is_line_open);
}

static void take_shown(struct stage_log *log, const struct str *shown)
{
	struct block *block = log_block_new(log, shown->len);

	memcpy(block->data, shown->data, shown->len);
	block->len = shown->len;
	take_output(log, block);
}

static void take_masked(struct stage_log *log, const char *data, size_t len)
{
	struct str shown = STR_INIT;

	mask_feed(log->mask, data, len, &shown);
	take_shown(log, &shown);
	str_release(&shown);
}

static void drop_pipe(struct stage_log *log)
{
	struct str shown = STR_INIT;

	unpause(log);
	watch_remove(log->watch);
	log->watch = NULL;
	close(log->pipe);
	log->pipe = -1;
	if (log->mask)
		mask_flush(log->mask, &shown);
	take_shown(log, &shown);
	str_release(&shown);
	log_output_over(log);
}

/* Reads one block. False at the end of the pipe or when it is empty; *ended
 * tells which. */
static bool read_block(struct stage_log *log, bool *ended)
{
	struct block *block = log_block_new(log, BLOCK_BYTES);
	ssize_t n;

	do {
		n = read(log->pipe, block->data, block->cap);
	} while (n < 0 && errno == EINTR);
	*ended = n == 0 || (n < 0 && errno != EAGAIN);
	if (n > 0 && log->mask) {
		take_masked(log, block->data, (size_t)n);
		log_block_free(log->pool, block);
	} else {
		block->len = n > 0 ? (size_t)n : 0;
		take_output(log, block);
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
	if (log->pipe >= 0 || log->followed)
		BUG("two outputs into %s", log->path);
	log->pipe = fd;
	watch_pipe(log);
}

static int open_pipe(struct stage_log *log, struct error *err)
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

/* Reads what is in the pipe now, without waiting for its end: for a child
 * that left others behind holding it. */
static void empty_pipe(struct stage_log *log)
{
	int64_t most = log->let_in + log->dropped + PIPE_BYTES;
	bool ended;

	while (log->let_in + log->dropped < most && read_block(log, &ended))
		;
	drop_pipe(log);
}

/* What was counted gives away by itself that it is not there any more; and
 * who has the file when the child is gone may close it. */
static void stop_noticing(struct stage_log *log)
{
	reopen_unwatch(log->reopen);
	log->reopen = NULL;
}

static void file_grew(void *data)
{
	struct stage_log *log = data;

	log->tally = *follow_tally(log->followed);
	stop_noticing(log);
	log_tell_soon(log);
}

static void take_back(struct stage_log *log)
{
	stop_noticing(log);
	log->tally = *follow_tally(log->followed);
	follow_free(log->followed);
	log->followed = NULL;
	log_output_over(log);
}

static void file_over(void *data)
{
	struct stage_log *log = data;

	log_take_index(log, follow_index(log->followed));
	take_back(log);
	log->handlers->ended(log->data);
}

static void file_marred(void *data, const char *why)
{
	struct stage_log *log = data;

	stage_log_printf(log, "signalbox: %s\n", why);
	log->pool->marred(log->pool->data, why);
}

void log_reopened(void *data)
{
	struct stage_log *log = data;
	char *why;

	if (!follow_expect_loss(log->followed))
		return;
	why = xasprintf("the command opened %s anew, as /dev/stdout or "
			"/dev/stderr, which empties a file, so what was "
			"printed before may be lost; let it print to >&2",
			log->path);
	file_marred(log, why);
	free(why);
}

static const struct follow_handlers follow_handlers = {
	.grew = file_grew,
	.over = file_over,
	.marred = file_marred,
};

/* Most stages print nothing, and ext4 makes each new file by looking past all
 * that were removed in the last minutes, which takes up to 0.3 ms: the file of
 * one that ended without a byte becomes the next one's. Not while somebody has
 * it open, who would read the next one's output as its own. */
static int take_silent(struct stage_log *log)
{
	char *from = log->pool->silent;
	struct stat st;
	int fd = -1;

	log->pool->silent = NULL;
	if (from && !file_exists(log->path) && rename(from, log->path) == 0) {
		fd = file_open(log->path, O_WRONLY | O_APPEND | O_NOFOLLOW, 0,
			       NULL);
		if (fd >= 0 && (!file_is_alone(fd) || fstat(fd, &st) < 0 ||
				st.st_size > 0)) {
			close(fd);
			fd = -1;
		}
		if (fd < 0)
			(void)!rename(log->path, from);
	}
	free(from);
	return fd;
}

/* What the child opens is its own: nothing that it does to it (it may clear
 * O_APPEND) changes how we write. -1 where there can be no file: the pipe is
 * read, and the writer says why nothing is kept of it. */
static int open_file(struct stage_log *log)
{
	int fd = take_silent(log);

	if (fd < 0)
		fd = file_open(log->path,
			       O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600,
			       NULL);
	if (fd < 0)
		return -1;
	log->followed = follow_start(log->pool->follow, log->path, &log->tally,
				     &follow_handlers, log, NULL);
	if (!log->followed) {
		close(fd);
		return -1;
	}
	if (log->fd >= 0) /* or we would be one who writes */
		close(log->fd);
	log->fd = -1;
	log->was_given = true;
	log->reopen = reopen_watch(log->pool->reopen, log->path, fd, log);
	return fd;
}

/* What the writer has not written yet would come after what a child writes
 * into the file itself. */
static bool needs_pipe(const struct stage_log *log)
{
	return log->mask || log->limit >= 0 || log->tapped || log->pending ||
	       log->is_cut;
}

int stage_log_output(struct stage_log *log, bool piped, struct error *err)
{
	int fd = -1;

	if (log->pipe >= 0 || log->followed)
		BUG("two outputs into %s", log->path);
	if (!piped && !needs_pipe(log))
		fd = open_file(log);
	return fd >= 0 ? fd : open_pipe(log, err);
}

bool stage_log_end_output(struct stage_log *log, bool at_once)
{
	if (log->followed) {
		stop_noticing(log);
		if (!at_once && follow_is_written(log->followed))
			return false;
		follow_end(log->followed);
		return true;
	}
	if (log->pipe >= 0 && !at_once)
		return false;
	if (log->pipe >= 0) {
		empty_pipe(log);
		log->handlers->ended(log->data);
	}
	return true;
}

void stage_log_drop_output(struct stage_log *log)
{
	if (log->pipe >= 0)
		empty_pipe(log);
	if (log->followed)
		take_back(log);
}
