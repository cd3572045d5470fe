/* SPDX-License-Identifier: MIT */
#include "event/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "event/event.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#define READ_BYTES 65536
/* A sender that never lets the loop turn still writes this often. */
#define WRITE_EVERY 65536
/* Rounds of reading what the other end left behind; a full pipe and more. */
#define LAST_ROUNDS 32

struct channel {
	int in, out;
	bool out_is_socket;
	struct watch *in_watch;
	struct watch *out_watch; /* the same where in and out are */
	struct channel_handlers handlers;
	void *data;
	struct str inbox;
	size_t scanned; /* so far without a '\n' */
	struct str outbox;
	size_t sent;	/* of the outbox */
	bool behind;	/* lines were dropped since the outbox was empty */
	int64_t newest; /* seq to tell the reader then */
	bool over;	/* the other end is gone, and that was told */
	int busy;	/* callbacks under way */
	bool freed;	/* by one of them */
};

size_t channel_pending(const struct channel *channel)
{
	return channel->outbox.len - channel->sent;
}

static void stop_watching(struct channel *channel)
{
	if (channel->out_watch != channel->in_watch)
		watch_remove(channel->out_watch);
	watch_remove(channel->in_watch);
	channel->in_watch = NULL;
	channel->out_watch = NULL;
}

static void expect(struct channel *channel)
{
	short events = channel_pending(channel) ? POLLOUT : 0;

	if (channel->out_watch == channel->in_watch)
		events |= POLLIN;
	if (channel->out_watch)
		watch_events(channel->out_watch, events);
}

static void end(struct channel *channel)
{
	if (channel->over)
		return;
	channel->over = true;
	stop_watching(channel);
	if (channel->handlers.closed)
		channel->handlers.closed(channel, channel->data);
}

static ssize_t write_once(struct channel *channel)
{
	const char *data = channel->outbox.data + channel->sent;
	size_t len = channel_pending(channel);

	return channel->out_is_socket
		       ? send(channel->out, data, len, MSG_NOSIGNAL)
		       : write(channel->out, data, len);
}

static void add_behind(struct channel *channel)
{
	struct event *event = event_new(EVENT_BEHIND, NULL);

	event->seq = channel->newest;
	event_encode(event, NULL, &channel->outbox);
	event_free(event);
	channel->behind = false;
}

/* As much as fits. False when the other end is gone. */
static bool write_some(struct channel *channel)
{
	while (channel_pending(channel)) {
		ssize_t n = write_once(channel);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		channel->sent += (size_t)n;
		if (channel_pending(channel))
			continue;
		str_clear(&channel->outbox);
		channel->sent = 0;
		if (channel->behind)
			add_behind(channel);
	}
	return true;
}

/* Hands the whole lines over. False when one is too long. */
static bool deliver(struct channel *channel)
{
	size_t start = 0;

	while (!channel->freed && !channel->over) {
		char *text = channel->inbox.data + start;
		size_t left = channel->inbox.len - start;
		char *newline = memchr(text + channel->scanned, '\n',
				       left - channel->scanned);
		size_t len = newline ? (size_t)(newline - text) : left;

		channel->scanned = newline ? 0 : len;
		if (len > CHANNEL_LINE_BYTES)
			return false;
		if (!newline)
			break;
		*newline = '\0';
		start += len + 1;
		if (channel->handlers.line)
			channel->handlers.line(channel, text, len,
					       channel->data);
	}
	str_drop(&channel->inbox, start);
	return true;
}

/* True while there may be more to read. */
static bool read_some(struct channel *channel, bool *gone)
{
	ssize_t n;

	str_reserve(&channel->inbox, READ_BYTES);
	do {
		n = read(channel->in, channel->inbox.data + channel->inbox.len,
			 READ_BYTES);
	} while (n < 0 && errno == EINTR);
	if (n <= 0) {
		*gone = n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
		return false;
	}
	channel->inbox.len += (size_t)n;
	channel->inbox.data[channel->inbox.len] = '\0';
	*gone = !deliver(channel);
	if (channel->handlers.told && !channel->freed && !channel->over)
		channel->handlers.told(channel, channel->data);
	return !*gone && !channel->freed && !channel->over;
}

/* Who can no longer be written to may have said something before. */
static void read_the_rest(struct channel *channel)
{
	bool gone = false;

	for (int i = 0; i < LAST_ROUNDS && channel->in >= 0; i++)
		if (!read_some(channel, &gone))
			break;
}

static void release(struct channel *channel)
{
	str_release(&channel->inbox);
	str_release(&channel->outbox);
	free(channel);
}

static void out_ready(struct channel *channel, short revents)
{
	if (!(revents & (POLLOUT | POLLERR | POLLHUP | POLLNVAL)))
		return;
	if (!(revents & (POLLERR | POLLNVAL)) && write_some(channel)) {
		expect(channel);
		return;
	}
	read_the_rest(channel);
	if (!channel->freed)
		end(channel);
}

static void in_ready(struct channel *channel, short revents)
{
	bool gone = false;

	if (!(revents & (POLLIN | POLLERR | POLLHUP | POLLNVAL)))
		return;
	read_some(channel, &gone);
	if (gone && !channel->freed)
		end(channel);
}

static void ready(int fd, short revents, void *data)
{
	struct channel *channel = data;

	channel->busy++;
	if (fd == channel->in)
		in_ready(channel, revents);
	if (!channel->freed && !channel->over && fd == channel->out)
		out_ready(channel, revents);
	channel->busy--;
	if (channel->freed)
		release(channel);
}

static void set_non_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

struct channel *channel_new(struct loop *loop, int in, int out,
			    const struct channel_handlers *handlers, void *data)
{
	struct channel *channel = xcalloc(1, sizeof(*channel));
	struct stat st;

	channel->in = in;
	channel->out = out;
	channel->handlers = *handlers;
	channel->data = data;
	str_init(&channel->inbox);
	str_init(&channel->outbox);
	if (in >= 0) {
		set_non_blocking(in);
		channel->in_watch =
			loop_watch(loop, in, POLLIN, ready, channel);
	}
	if (out >= 0) {
		set_non_blocking(out);
		channel->out_is_socket =
			fstat(out, &st) == 0 && S_ISSOCK(st.st_mode);
		channel->out_watch =
			in == out ? channel->in_watch
				  : loop_watch(loop, out, 0, ready, channel);
	}
	return channel;
}

static bool fits(const struct channel *channel, size_t len, bool must)
{
	return must || (!channel->behind &&
			channel_pending(channel) + len <= CHANNEL_OUTBOX_BYTES);
}

/* Else who asks and never reads would cost all memory there is. */
static bool hung_up_on(struct channel *channel)
{
	if (!channel->out_is_socket ||
	    channel_pending(channel) < CHANNEL_MOST_BYTES)
		return false;
	shutdown(channel->out, SHUT_RDWR); /* and the loop tells of it */
	return true;
}

bool channel_send(struct channel *channel, const char *line, size_t len,
		  int64_t seq, bool must)
{
	if (!len || line[len - 1] != '\n')
		BUG("a line without its end was sent");
	if (channel->over || channel->out < 0 || hung_up_on(channel))
		return false;
	if (seq > channel->newest)
		channel->newest = seq;
	if (len - 1 > CHANNEL_LINE_BYTES || !fits(channel, len, must)) {
		channel->behind = true;
		if (!channel_pending(channel))
			add_behind(channel);
		expect(channel);
		return false;
	}
	if (channel->sent > channel->outbox.len / 2) {
		str_drop(&channel->outbox, channel->sent);
		channel->sent = 0;
	}
	str_add_bytes(&channel->outbox, line, len);
	/* A failure here shows again as POLLERR, and is told from the loop. */
	if (channel_pending(channel) >= WRITE_EVERY)
		write_some(channel);
	expect(channel);
	return true;
}

void channel_drain(struct channel *channel, int timeout_ms)
{
	int64_t deadline = clock_monotonic_us() + (int64_t)timeout_ms * 1000;

	while (!channel->over && channel_pending(channel)) {
		struct pollfd entry = {channel->out, POLLOUT, 0};
		int64_t left = deadline - clock_monotonic_us();

		if (!write_some(channel) || !channel_pending(channel))
			break;
		if (left <= 0)
			break;
		poll(&entry, 1, (int)((left + 999) / 1000));
	}
	expect(channel);
}

void channel_free(struct channel *channel)
{
	if (!channel)
		return;
	stop_watching(channel);
	if (channel->in >= 0)
		close(channel->in);
	if (channel->out >= 0 && channel->out != channel->in)
		close(channel->out);
	channel->in = -1;
	channel->out = -1;
	if (channel->busy)
		channel->freed = true;
	else
		release(channel);
}
