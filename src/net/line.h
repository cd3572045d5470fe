/* SPDX-License-Identifier: MIT */
/*
 * Questions of one line over a Unix socket (a path) or TCP (host:port, host
 * a number or "localhost": names are never looked up). A question is written
 * at once when the socket takes it, so that what is asked takes effect
 * before line_ask() returns wherever the other end is as quick.
 */
#ifndef SIGNALBOX_NET_LINE_H
#define SIGNALBOX_NET_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "loop/loop.h"

struct line_call;

struct line_question {
	const char *address; /* contains '/': a path; else host:port */
	const char *line;    /* without its '\n', which is added */
	int64_t timeout_ms;  /* until the end of the answer */
	size_t limit;	     /* bytes of the answer; more is an error */
};

/* The answer is all that came until the other end closed, NUL-terminated and
 * valid during the call; NULL with err when it failed (ERROR_TIMEOUT,
 * ERROR_NETWORK). Never called from within line_ask(). */
typedef void line_answered(const char *answer, size_t len,
			   const struct error *err, void *data);

/* NULL when it fails at once (nobody listens); `answered` is then not
 * called. The call is over once it was. */
struct line_call *line_ask(struct loop *loop,
			   const struct line_question *question,
			   line_answered *answered, void *data,
			   struct error *err) MUST_CHECK;
/* NULL is fine. */
void line_cancel(struct line_call *call);

struct line_stream;

struct line_stream_handlers {
	/* One line without its end, NUL-terminated, valid during the call. */
	void (*line)(const char *text, size_t len, void *data);
	/* The other end closed, or err; called once, the stream may be closed
	 * in it and must be some time. */
	void (*ended)(const struct error *err, void *data);
};

/* Writes `line` and then hands on every line that comes, until closed; those
 * of a stream with few lines in batches, some ten a second. A line over 64 KiB
 * ends it. */
struct line_stream *
line_stream_open(struct loop *loop, const char *address, const char *line,
		 const struct line_stream_handlers *handlers, void *data,
		 struct error *err) MUST_CHECK;
/* Hands on at once what has come by now; may call ended(). NULL is fine. Not
 * from within line(). */
void line_stream_catch_up(struct line_stream *stream);
/* NULL is fine. Not from within line(). */
void line_stream_close(struct line_stream *stream);

#endif
