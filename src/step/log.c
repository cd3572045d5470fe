/* SPDX-License-Identifier: MIT */
#include "step/log-internal.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"

#define TELL_MS 100

struct log_pool *log_pool_new(struct loop *loop, struct helper *writer,
			      void (*marred)(void *data, const char *why),
			      void *data)
{
	struct log_pool *pool = xcalloc(1, sizeof(*pool));

	pool->loop = loop;
	pool->writer = writer;
	pool->marred = marred;
	pool->follow = follow_pool_new(loop);
	pool->reopen = reopen_pool_new(loop, log_reopened);
	pool->data = data;
	return pool;
}

void log_pool_free(struct log_pool *pool)
{
	if (!pool)
		return;
	for (size_t i = 0; i < pool->spare_count; i++)
		free(pool->spare[i]);
	free(pool->silent);
	follow_pool_free(pool->follow);
	reopen_pool_free(pool->reopen);
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
	str_release(&log->waiting);
	free(log->path);
	free(log);
}

static void tell(void *data)
{
	struct stage_log *log = data;

	if (log->tally.bytes == log->told_bytes)
		return;
	log->told_us = clock_monotonic_us();
	log->told_bytes = log->tally.bytes;
	log->handlers->grew(log->data, log->tally.bytes, log->tally.lines);
}

/* Told at once when the last time is long ago, else when it will be. */
void log_tell_soon(struct stage_log *log)
{
	int64_t due = log->told_us + TELL_MS * 1000;

	if (clock_monotonic_us() >= due)
		tell(log);
	else
		timer_set(log->tell, due);
}

/* On the writer's thread. */
static int open_files(struct stage_log *log, struct error *err)
{
	char *index;

	if (log->fd < 0)
		log->fd = file_open(log->path, O_WRONLY | O_CREAT | O_APPEND,
				    0600, err);
	if (log->fd < 0 || log->index_fd >= 0)
		return log->fd < 0 ? -1 : 0;
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

void log_block_free(struct log_pool *pool, struct block *block)
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
		pool->marred(pool->data, block->why);
	log_block_free(pool, block);
	if (log->finished && !log->pending)
		log_free(log);
	log_resume_paused(pool);
}

struct block *log_block_new(struct stage_log *log, size_t size)
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

static void hand_over(struct stage_log *log, struct block *block)
{
	log->pool->queued += block->cap;
	log->pending++;
	helper_run(log->pool->writer, write_block, block_written, block);
}

void log_take_block(struct stage_log *log, struct block *block)
{
	if (!block->len) {
		log_block_free(log->pool, block);
		return;
	}
	log_tally_take(&log->tally, block->data, block->len, &block->index);
	hand_over(log, block);
	log_tell_soon(log);
}

void log_take_index(struct stage_log *log, const struct str *entries)
{
	struct block *block;

	if (!entries->len)
		return;
	block = log_block_new(log, 0);
	str_add_bytes(&block->index, entries->data, entries->len);
	hand_over(log, block);
}

void log_take_bytes(struct stage_log *log, const char *data, size_t len)
{
	struct block *block = log_block_new(log, len);

	memcpy(block->data, data, len);
	block->len = len;
	log_take_block(log, block);
}

/* Own words are whole: no secret begins in them and ends elsewhere. */
static void take_words(struct stage_log *log, const char *data, size_t len)
{
	struct str shown = STR_INIT;

	mask_report(log->mask, data, len, &shown);
	log_take_bytes(log, shown.data, shown.len);
	str_release(&shown);
}

static void write_words(struct stage_log *log, const char *data, size_t len)
{
	if (log->pipe >= 0 || log->followed)
		str_add_bytes(&log->waiting, data, len);
	else
		take_words(log, data, len);
}

void log_output_over(struct stage_log *log)
{
	if (log->waiting.len)
		take_words(log, log->waiting.data, log->waiting.len);
	str_clear(&log->waiting);
}

void stage_log_printf(struct stage_log *log, const char *format, ...)
{
	struct str text = STR_INIT;
	va_list args;

	va_start(args, format);
	str_vaddf(&text, format, args);
	va_end(args);
	write_words(log, text.data, text.len);
	str_release(&text);
}

void stage_log_tap(struct stage_log *log, bool on)
{
	log->tapped = on;
}

void stage_log_limit(struct stage_log *log, int64_t bytes)
{
	log->limit = bytes;
}

int64_t stage_log_bytes(const struct stage_log *log)
{
	return log->tally.bytes;
}

int64_t stage_log_lines(const struct stage_log *log)
{
	return log->tally.lines;
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
	log->limit = -1;
	str_init(&log->waiting);
	log->tell = loop_timer(pool->loop, INT64_MAX, tell, log);
	return log;
}

static void tell_dropped(struct stage_log *log)
{
	char size[NUMBER_TEXT_SIZE];
	char *why;

	if (!log->dropped)
		return;
	number_bytes(log->limit, size);
	stage_log_printf(log, "signalbox: %lld more bytes were dropped\n",
			 (long long)log->dropped);
	why = xasprintf("%s was cut at %s (log-limit); %lld more bytes were "
			"dropped",
			log->path, size, (long long)log->dropped);
	log->pool->marred(log->pool->data, why);
	free(why);
}

void stage_log_finish(struct stage_log *log)
{
	if (!log)
		return;
	stage_log_drop_output(log);
	tell_dropped(log);
	tell(log);
	timer_stop(log->tell);
	log->finished = true;
	if (log->was_given && !log->tally.bytes && log->fd < 0) {
		free(log->pool->silent);
		log->pool->silent = xstrdup(log->path);
	}
	if (!log->pending)
		log_free(log);
}
