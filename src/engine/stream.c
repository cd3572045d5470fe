/* SPDX-License-Identifier: MIT */
#include "engine/stream.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"

#define RETRY_MS 250

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
	char *why; /* the disk refused it; set by the writer */
	bool is_written, is_shown;
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
	int64_t shown_seq, written_seq;
	size_t in_flight; /* parcels that the writer has */
	bool is_failing;  /* none is handed to it until the next try */
	int64_t failing_since_us, patience_ms;
	struct timer *retry;
	void (*failed)(void *data, const char *why);
	void *failed_data;
};

static void hand_over(void *data);
static void try_again(void *data);

struct stream *stream_new(struct loop *loop, struct helper *writer,
			  struct journal *journal)
{
	struct stream *stream = xcalloc(1, sizeof(*stream));

	stream->loop = loop;
	stream->writer = writer;
	stream->journal = journal;
	stream->shown_seq = stream->written_seq = journal_last_seq(journal);
	stream->retry = loop_timer(loop, INT64_MAX, try_again, stream);
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
	loop_unpost(stream->loop, hand_over, stream);
	timer_free(stream->retry);
	if (stream->filling)
		parcel_free(stream->filling);
	while (stream->first) {
		struct parcel *parcel = stream->first;

		stream->first = parcel->next;
		parcel_free(parcel);
	}
	journal_free(stream->journal);
	free(stream->watchers);
	free(stream);
}

/* What is acted on, or changes what is true, is synced first. */
static bool is_decision(enum event_type type)
{
	switch (type) {
	case EVENT_RUN_STARTED:
	case EVENT_RUN_RESUMED:
	case EVENT_RUN_FINISHED:
	case EVENT_GATE_OPENED:
	case EVENT_GATE_VOTED:
	case EVENT_GATE_CLOSED:
	case EVENT_WINDOW_OVERRIDDEN:
	case EVENT_DEPLOY_PLANNED:
	case EVENT_DEPLOY_FINISHED:
	case EVENT_COMMAND_RECEIVED:
		return true;
	default:
		return false;
	}
}

static void send_to(struct channel *channel, const struct parcel *parcel)
{
	const char *at = parcel->lines.data;
	const char *end = at + parcel->lines.len;

	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at)) + 1;

		channel_send(channel, at, (size_t)(stop - at), parcel->seq,
			     false);
		at = stop;
	}
}

static void show(struct stream *stream, struct parcel *parcel)
{
	if (parcel->is_shown)
		return;
	for (size_t i = 0; i < stream->watcher_count; i++)
		send_to(stream->watchers[i], parcel);
	parcel->is_shown = true;
	stream->shown_seq = parcel->seq;
}

/* Shows what may be shown: up to the first unwritten decision. */
static void deliver(struct stream *stream)
{
	for (struct parcel *parcel = stream->first;
	     parcel && (parcel->is_written || !parcel->sync);
	     parcel = parcel->next)
		show(stream, parcel);
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

static void parcel_written(void *data);

static void write_next(struct stream *stream, struct parcel *parcel)
{
	free(parcel->why);
	parcel->why = NULL;
	stream->in_flight++;
	helper_run(stream->writer, write_parcel, parcel_written, parcel);
}

static void try_again(void *data)
{
	struct stream *stream = data;

	stream->is_failing = false;
	for (struct parcel *parcel = stream->first; parcel;
	     parcel = parcel->next)
		write_next(stream, parcel);
}

/* The order holds: what came after it was refused with it, or waits. */
static void refused(struct stream *stream, const struct parcel *parcel)
{
	int64_t now = clock_monotonic_us();

	if (!stream->failing_since_us)
		stream->failing_since_us = now;
	stream->is_failing = true;
	if (!stream->in_flight)
		timer_set_in(stream->retry, RETRY_MS);
	if (stream->failed &&
	    now - stream->failing_since_us > stream->patience_ms * 1000) {
		stream->failed(stream->failed_data, parcel->why);
		stream->failed = NULL;
	}
}

static void parcel_written(void *data)
{
	struct parcel *parcel = data;
	struct stream *stream = parcel->stream;

	stream->in_flight--;
	/* One without records is never refused itself, but must not overtake
	 * what was. */
	if (parcel->why || parcel != stream->first) {
		refused(stream, stream->first);
		return;
	}
	stream->failing_since_us = 0;
	parcel->is_written = true;
	stream->written_seq = parcel->seq;
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
	if (!stream->is_failing)
		write_next(stream, parcel);
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

	parcel->sync = parcel->sync || is_decision(event->type);
	if (event_is_transient(event->type)) {
		event->seq = journal_last_seq(stream->journal);
		event_encode(event, NULL, &parcel->lines);
	} else {
		journal_append_shown(stream->journal, event, &parcel->lines);
	}
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

bool stream_is_watched_by(const struct stream *stream,
			  const struct channel *channel)
{
	for (size_t i = 0; i < stream->watcher_count; i++)
		if (stream->watchers[i] == channel)
			return true;
	return false;
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

void stream_join(struct stream *stream, struct channel *channel)
{
	struct event *event = event_new(EVENT_BEHIND, NULL);
	struct str line = STR_INIT;

	stream_unsubscribe(stream, channel);
	event->seq = stream->written_seq;
	event_encode(event, NULL, &line);
	channel_send(channel, line.data, line.len, event->seq, true);
	for (struct parcel *parcel = stream->first; parcel;
	     parcel = parcel->next)
		if (parcel->is_shown)
			send_to(channel, parcel);
	stream_subscribe(stream, channel);
	str_release(&line);
	event_free(event);
}

void stream_on_failure(struct stream *stream, int64_t patience_ms,
		       void (*failed)(void *data, const char *why), void *data)
{
	stream->patience_ms = patience_ms;
	stream->failed = failed;
	stream->failed_data = data;
}
