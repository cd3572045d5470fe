/* SPDX-License-Identifier: MIT */
#include "net/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "net/wire.h"

#define LINE_LIMIT (64 * 1024)
/* A stream that had no more than REST_BYTES is not looked at for a while:
 * reading each line when it comes costs many times what the line does. All
 * streams rest until the same moment, so that one turn reads them. */
#define REST_BYTES (16 * 1024)
#define REST_US (INT64_C(100) * 1000)

struct line_call {
	struct wire wire; /* first */
	struct timer *deadline;
	int64_t timeout_ms;
	size_t limit;
	line_answered *answered;
	void *data;
};

struct line_stream {
	struct wire wire; /* first */
	struct timer *rest;
	struct line_stream_handlers handlers;
	void *data;
};

static void answer(struct line_call *call, const struct error *err)
{
	if (err)
		call->answered(NULL, 0, err, call->data);
	else
		call->answered(call->wire.in.data, call->wire.in.len, NULL,
			       call->data);
	line_cancel(call);
}

static void call_came(struct wire *wire, bool closed, const struct error *err)
{
	struct line_call *call = (struct line_call *)wire;
	struct error too_long = ERROR_INIT;

	if (err || (closed && wire->in.len <= call->limit)) {
		answer(call, err);
	} else if (wire->in.len > call->limit) {
		error_set(&too_long, ERROR_NETWORK,
			  "%s answered more than %zu bytes", wire->address,
			  call->limit);
		answer(call, &too_long);
		error_clear(&too_long);
	}
}

static void call_too_late(void *data)
{
	struct line_call *call = data;
	struct error err = ERROR_INIT;

	error_set(&err, ERROR_TIMEOUT, "%s did not answer within %lld ms",
		  call->wire.address, (long long)call->timeout_ms);
	answer(call, &err);
	error_clear(&err);
}

struct line_call *line_ask(struct loop *loop,
			   const struct line_question *question,
			   line_answered *answered, void *data,
			   struct error *err)
{
	struct line_call *call = xcalloc(1, sizeof(*call));

	call->wire.came = call_came;
	call->timeout_ms = question->timeout_ms;
	call->limit = question->limit;
	call->answered = answered;
	call->data = data;
	if (wire_open(&call->wire, loop, question->address, question->line,
		      err) < 0) {
		free(call);
		return NULL;
	}
	call->deadline = loop_timer(
		loop, clock_monotonic_us() + question->timeout_ms * 1000,
		call_too_late, call);
	return call;
}

void line_cancel(struct line_call *call)
{
	if (!call)
		return;
	timer_free(call->deadline);
	wire_release(&call->wire);
	free(call);
}

/* Hands on the whole lines, up to one that is too long. Returns the bytes
 * they took. */
static size_t hand_on(struct line_stream *stream)
{
	struct str *in = &stream->wire.in;
	char *at = in->data;
	char *end;

	while ((end = memchr(at, '\n', in->len - (size_t)(at - in->data))) &&
	       end - at <= LINE_LIMIT) {
		*end = '\0';
		stream->handlers.line(at, (size_t)(end - at), stream->data);
		at = end + 1;
	}
	return (size_t)(at - in->data);
}

static void rest(struct line_stream *stream)
{
	int64_t now_us = clock_monotonic_us();

	watch_events(stream->wire.watch, 0); /* its end still shows */
	timer_set(stream->rest, now_us - now_us % REST_US + REST_US);
}

static void rested(void *data)
{
	struct line_stream *stream = data;

	if (stream->wire.watch)
		watch_events(stream->wire.watch, POLLIN);
}

static void stream_came(struct wire *wire, bool closed, const struct error *err)
{
	struct line_stream *stream = (struct line_stream *)wire;
	struct error too_long = ERROR_INIT;
	size_t came = wire->in.len;

	str_drop(&wire->in, hand_on(stream));
	if (err || (closed && wire->in.len <= LINE_LIMIT)) {
		stream->handlers.ended(err, stream->data);
	} else if (wire->in.len > LINE_LIMIT) {
		watch_remove(wire->watch);
		wire->watch = NULL;
		error_set(&too_long, ERROR_NETWORK,
			  "%s sent a line of more than %d bytes", wire->address,
			  LINE_LIMIT);
		stream->handlers.ended(&too_long, stream->data);
		error_clear(&too_long);
	} else if (came <= REST_BYTES && !wire->out.len) {
		rest(stream);
	}
}

struct line_stream *
line_stream_open(struct loop *loop, const char *address, const char *line,
		 const struct line_stream_handlers *handlers, void *data,
		 struct error *err)
{
	struct line_stream *stream = xcalloc(1, sizeof(*stream));

	stream->wire.came = stream_came;
	stream->handlers = *handlers;
	stream->data = data;
	if (wire_open(&stream->wire, loop, address, line, err) < 0) {
		free(stream);
		return NULL;
	}
	stream->rest = loop_timer(loop, INT64_MAX, rested, stream);
	return stream;
}

void line_stream_catch_up(struct line_stream *stream)
{
	if (stream)
		wire_read(&stream->wire);
}

void line_stream_close(struct line_stream *stream)
{
	if (!stream)
		return;
	timer_free(stream->rest);
	wire_release(&stream->wire);
	free(stream);
}
