/* SPDX-License-Identifier: MIT */
/*
 * The run's stream of events: numbered, journaled by the writer helper, and
 * sent to everyone who watches. A decision (and what comes after it) is shown
 * only once it is on disk.
 */
#ifndef SIGNALBOX_ENGINE_STREAM_H
#define SIGNALBOX_ENGINE_STREAM_H

#include <stdint.h>

#include "base/error.h"
#include "event/channel.h"
#include "event/event.h"
#include "event/journal.h"
#include "loop/helper.h"
#include "loop/loop.h"

struct stream;

/* Takes the journal over. */
struct stream *stream_new(struct loop *loop, struct helper *writer,
			  struct journal *journal);
/* Call after the writer has ended. */
void stream_free(struct stream *stream);

/* Numbers the event, queues it for disk and watchers. Takes it over. */
void stream_emit(struct stream *stream, struct event *event);
/* Calls then(argument) on the loop once all emitted so far is on disk. */
void stream_on_disk(struct stream *stream, void (*then)(void *argument),
		    void *argument);
int64_t stream_seq(const struct stream *stream);
/* The newest that watchers were sent: what a direct answer may carry. */
int64_t stream_shown_seq(const struct stream *stream);

/* A watcher gets every event sent from now on. */
void stream_subscribe(struct stream *stream, struct channel *channel);
/* The same for one that reads the journal for what was before: it is told
 * "behind" up to what is written, then gets what was shown without being
 * written yet, and then as above. */
void stream_join(struct stream *stream, struct channel *channel);
bool stream_is_watched_by(const struct stream *stream,
			  const struct channel *channel);
void stream_unsubscribe(struct stream *stream, struct channel *channel);

/* While the journal cannot be written, it is tried again, decisions are
 * neither shown nor told to who waits for the disk, and everything keeps its
 * order. failed() is told once, when that lasts longer than patience_ms. */
void stream_on_failure(struct stream *stream, int64_t patience_ms,
		       void (*failed)(void *data, const char *why), void *data);

#endif
