/* SPDX-License-Identifier: MIT */
/* Connecting without waiting, by Unix path or number and port. */
#ifndef SIGNALBOX_NET_ADDRESS_H
#define SIGNALBOX_NET_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/error.h"

/* A Unix socket's address; a path it cannot hold is refused. */
int address_of_path(const char *path, struct sockaddr_un *address,
		    struct error *err) MUST_CHECK;
/* A non-blocking, close-on-exec socket of the family, or -1. */
int address_socket(int family, struct error *err) MUST_CHECK;
/*
 * Connects to a path (it contains '/') or host:port. With *pending the
 * connection is under way: writable tells its end, SO_ERROR its result.
 */
int address_connect(const char *address, bool *pending,
		    struct error *err) MUST_CHECK;

#endif
