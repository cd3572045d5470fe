/* SPDX-License-Identifier: MIT */
#include "engine/stream.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"

struct waiter {
	void (*then)(void *argument);
	void *argument;
};

/* Events of one turn of the loop, on their way to disk. */
struct parcel {
	struct stream *stream;
	struct journal_batch *batch;
	bool sync;
	struct str lines; /* for watchers; one event a line */
	int64_t seq;
	struct waiter *waiters;
	size_t waiter_count, waiter_cap;
	char *why;
	bool is_written;
	struct parcel *next;
};

struct stream {
	struct loop *loop;
	struct helper *writer;
	struct journal *journal;
	struct parcel *filling;	     /* NULL: nothing since the last turn */
	struct parcel *first, *last; /* handed to the writer, in order */
	struct channel **watchers;
	size_t watcher_count, watcher_cap;
	int64_t shown_seq;
	char *failure;
};

struct stream *stream_new(struct loop *loop, struct helper *writer,
			  struct journal *journal)
{
	struct stream *stream = xcalloc(1, sizeof(*stream));

	stream->loop = loop;
	stream->writer = writer;
	stream->journal = journal;
	return stream;
}

static void parcel_free(struct parcel *parcel)
{
	journal_batch_free(parcel->batch);
	str_release(&parcel->lines);
	free(parcel->waiters);
	free(parcel->why);
	free(parcel);
}

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	if (stream->filling)
		parcel_free(stream->filling);
	journal_free(stream->journal);
	free(stream->watchers);
	free(stream->failure);
	free(stream);
}

/* What is acted on, or changes what is true, is synced first. */
static bool is_decision(enum event_type type)
{
	switch (type) {
	case EVENT_RUN_STARTED:
	case EVENT_RUN_FINISHED:
	case EVENT_GATE_OPENED:
	case EVENT_GATE_VOTED:
	case EVENT_GATE_CLOSED:
	case EVENT_DEPLOY_PLANNED:
	case EVENT_DEPLOY_FINISHED:
	case EVENT_COMMAND_RECEIVED:
		return true;
	default:
		return false;
	}
}

static void send_lines(struct stream *stream, struct parcel *parcel)
{
	const char *at = parcel->lines.data;
	const char *end = at + parcel->lines.len;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at)) + 1;

		for (size_t i = 0; i < stream->watcher_count; i++)
			channel_send(stream->watchers[i], at,
				     (size_t)(stop - at), parcel->seq, false);
		at = stop;
	}
	stream->shown_seq = parcel->seq;
	str_release(&parcel->lines);
}

/* Shows what may be shown: up to the first unwritten decision. */
static void deliver(struct stream *stream)
{
	for (struct parcel *parcel = stream->first;
	     parcel && (parcel->is_written || !parcel->sync);
	     parcel = parcel->next)
		send_lines(stream, parcel);
}

static void write_parcel(void *data)
{
	struct parcel *parcel = data;
	struct error err = ERROR_INIT;

	if (parcel->batch &&
	    journal_write(parcel->batch, parcel->sync, &err) < 0)
		parcel->why = xstrdup(error_text(&err));
	error_clear(&err);
}

static void parcel_written(void *data)
{
	struct parcel *parcel = data;
	struct stream *stream = parcel->stream;

	parcel->is_written = true;
	if (parcel->why && !stream->failure)
		stream->failure = xstrdup(parcel->why);
	deliver(stream);
	stream->first = parcel->next; /* the writer keeps the order */
	if (!stream->first)
		stream->last = NULL;
	for (size_t i = 0; i < parcel->waiter_count; i++)
		parcel->waiters[i].then(parcel->waiters[i].argument);
	parcel_free(parcel);
}

/* At the end of the turn: all its events leave as one write. */
static void hand_over(void *data)
{
	struct stream *stream = data;
	struct parcel *parcel = stream->filling;

	if (!parcel)
		return;
	stream->filling = NULL;
	parcel->batch = journal_take(stream->journal);
	parcel->seq = journal_last_seq(stream->journal);
	if (stream->last)
		stream->last->next = parcel;
	else
		stream->first = parcel;
	stream->last = parcel;
	deliver(stream);
	helper_run(stream->writer, write_parcel, parcel_written, parcel);
}

static struct parcel *filling(struct stream *stream)
{
	struct parcel *parcel = stream->filling;

	if (parcel)
		return parcel;
	parcel = xcalloc(1, sizeof(*parcel));
	parcel->stream = stream;
	str_init(&parcel->lines);
	stream->filling = parcel;
	loop_post(stream->loop, hand_over, stream);
	return parcel;
}

void stream_emit(struct stream *stream, struct event *event)
{
	struct parcel *parcel = filling(stream);

	if (event_is_transient(event->type))
		event->seq = journal_last_seq(stream->journal);
	else
		journal_append(stream->journal, event);
	parcel->sync = parcel->sync || is_decision(event->type);
	event_encode(event, NULL, &parcel->lines);
	event_free(event);
}

void stream_on_disk(struct stream *stream, void (*then)(void *argument),
		    void *argument)
{
	struct parcel *parcel = filling(stream);

	parcel->sync = true;
	*VECTOR_ADD(parcel->waiters, parcel->waiter_count, parcel->waiter_cap) =
		(struct waiter){then, argument};
}

int64_t stream_shown_seq(const struct stream *stream)
{
	return stream->shown_seq;
}

int64_t stream_seq(const struct stream *stream)
{
	return journal_last_seq(stream->journal);
}

void stream_subscribe(struct stream *stream, struct channel *channel)
{
	*VECTOR_ADD(stream->watchers, stream->watcher_count,
		    stream->watcher_cap) = channel;
}

void stream_unsubscribe(struct stream *stream, struct channel *channel)
{
	for (size_t i = 0; i < stream->watcher_count; i++) {
		if (stream->watchers[i] != channel)
			continue;
		stream->watchers[i] = stream->watchers[--stream->watcher_count];
		return;
	}
}

const char *stream_failure(const struct stream *stream)
{
	return stream->failure;
}
