/* SPDX-License-Identifier: MIT */
/*
 * One end of a line protocol on a loop: whole lines in, lines out, never
 * blocking. What does not fit waits in a bounded outbox; past the bound
 * lines are dropped and, when the outbox has been read empty, one line of
 * type behind tells the reader to read the journal from the sequence it has
 * up to the line's seq. Used for the pipes between the threads and for the
 * control socket. A process that writes to pipes ignores SIGPIPE; sockets
 * raise none.
 */
#ifndef SIGNALBOX_EVENT_CHANNEL_H
#define SIGNALBOX_EVENT_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"

struct channel;

struct channel_handlers {
	/* One line without its '\n'; NUL-terminated, valid during the call. */
	void (*line)(struct channel *channel, const char *text, size_t len,
		     void *data);
	/* The other end is gone, or sent a line over 1 MiB. The channel may
	 * be freed in it. Called once. */
	void (*closed)(struct channel *channel, void *data);
	/* Optional: all that came at once was told. */
	void (*told)(struct channel *channel, void *data);
};

#define CHANNEL_OUTBOX_BYTES (4u << 20)
/* Who lets this much wait at the other end of a socket is hung up on. */
#define CHANNEL_MOST_BYTES (16u << 20)
#define CHANNEL_LINE_BYTES (1u << 20) /* the longest line, without '\n' */

/* Takes the descriptors over (in and out may be the same, -1 for none) and
 * makes them non-blocking. */
struct channel *channel_new(struct loop *loop, int in, int out,
			    const struct channel_handlers *handlers,
			    void *data);
/* line ends with '\n'. seq: the newest journaled event so far, for "behind".
 * False when it was dropped. must: never dropped (replies, refusals) while
 * the other end is there and the line is one that it would take; a socket's
 * that does not read them is hung up on. Writes from the loop; never calls a
 * handler. */
bool channel_send(struct channel *channel, const char *line, size_t len,
		  int64_t seq, bool must);
/* Bytes waiting to be written. */
size_t channel_pending(const struct channel *channel);
/* Blocking: writes what waits, for at most timeout_ms. Calls no handler. */
void channel_drain(struct channel *channel, int timeout_ms);
void channel_free(struct channel *channel); /* closes both */

#endif
