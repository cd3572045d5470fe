/* SPDX-License-Identifier: MIT */
/* Ports of this machine for programs that we start. */
#ifndef SIGNALBOX_NET_PORT_H
#define SIGNALBOX_NET_PORT_H

#include <stdbool.h>

/* Below those that the system gives to outgoing connections, which would
 * take one away again before its server starts. */
enum { PORT_FIRST = 20000, PORT_LAST = 32000 };

/* Whether the system may give it to an outgoing connection, of its own range
 * (told in first and last) and without those that are reserved; false where
 * that cannot be known. */
bool port_is_ephemeral(int port, int *first, int *last);
/* Whether "8080,9000-9010" has it. */
bool port_is_in(const char *list, int port);
/* Whether something could listen on 127.0.0.1 there now. */
bool port_is_free(int port);

#endif
