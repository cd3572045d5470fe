/* SPDX-License-Identifier: MIT */
#include "net/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "net/address.h"

/* Bytes a turn reads of one connection, so that others have theirs. */
#define TURN_BYTES (1u << 20)
#define READ_BYTES 65536u

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

static bool is_for_later(int reason)
{
	return reason == EAGAIN || reason == EWOULDBLOCK || reason == EINTR;
}

static int write_some(struct wire *wire, struct error *err)
{
	while (wire->out.len) {
		ssize_t n = send(wire->fd, wire->out.data, wire->out.len,
				 MSG_NOSIGNAL);

		if (n < 0 && is_for_later(errno))
			return 0;
		if (n < 0)
			return error_set(err, ERROR_NETWORK,
					 "cannot write to %s: %s",
					 wire->address, strerror(errno));
		str_drop(&wire->out, (size_t)n);
	}
	return 0;
}

static short wanted_events(const struct wire *wire)
{
	if (wire->connecting)
		return POLLOUT;
	return wire->out.len ? POLLIN | POLLOUT : POLLIN;
}

static int finish_connecting(struct wire *wire, struct error *err)
{
	socklen_t len = sizeof(int);
	int reason = 0;

	getsockopt(wire->fd, SOL_SOCKET, SO_ERROR, &reason, &len);
	if (reason)
		return error_set(err,
				 reason == ECONNREFUSED ? ERROR_NOT_FOUND
							: ERROR_NETWORK,
				 "cannot connect to %s: %s", wire->address,
				 strerror(reason));
	wire->connecting = false;
	return 0;
}

/* Appends what has come. Sets *closed at the other end's close. */
static int read_some(struct wire *wire, bool *closed, struct error *err)
{
	size_t budget = TURN_BYTES;

	while (budget >= READ_BYTES) {
		ssize_t n;

		str_reserve(&wire->in, READ_BYTES);
		n = read(wire->fd, wire->in.data + wire->in.len, READ_BYTES);
		if (n < 0 && is_for_later(errno))
			return 0;
		if (n < 0)
			return error_set(err, ERROR_NETWORK,
					 "cannot read from %s: %s",
					 wire->address, strerror(errno));
		*closed = n == 0;
		if (n == 0)
			return 0;
		wire->in.len += (size_t)n;
		wire->in.data[wire->in.len] = '\0';
		budget -= READ_BYTES;
	}
	return 0;
}

static void exchange(struct wire *wire, short revents)
{
	struct error err = ERROR_INIT;
	bool closed = false;
	int result = 0;

	if (wire->connecting)
		result = finish_connecting(wire, &err);
	if (result == 0 && (revents & POLLOUT))
		result = write_some(wire, &err);
	if (result == 0 && (revents & ~POLLOUT))
		result = read_some(wire, &closed, &err);
	if (result < 0 || closed) {
		watch_remove(wire->watch);
		wire->watch = NULL;
	} else {
		watch_events(wire->watch, wanted_events(wire));
	}
	if (result < 0 || closed || wire->in.len)
		wire->came(wire, closed || result < 0, result < 0 ? &err : 0);
	error_clear(&err);
}

static void wire_ready(int fd, short revents, void *data)
{
	(void)fd;
	exchange(data, revents);
}

void wire_read(struct wire *wire)
{
	if (wire->watch && !wire->connecting)
		exchange(wire, POLLIN);
}

int wire_open(struct wire *wire, struct loop *loop, const char *address,
	      const char *line, struct error *err)
{
	wire->watch = NULL;
	str_init(&wire->in);
	str_init(&wire->out);
	wire->address = xstrdup(address);
	wire->fd = address_connect(address, &wire->connecting, err);
	str_addf(&wire->out, "%s\n", line);
	if (wire->fd < 0 || (!wire->connecting && write_some(wire, err) < 0)) {
		wire_release(wire);
		return -1;
	}
	wire->watch = loop_watch(loop, wire->fd, wanted_events(wire),
				 wire_ready, wire);
	return 0;
}

void wire_release(struct wire *wire)
{
	watch_remove(wire->watch);
	wire->watch = NULL;
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
	free(wire->address);
	wire->address = NULL;
	str_release(&wire->in);
	str_release(&wire->out);
}
