/* SPDX-License-Identifier: MIT */
/* One connection: writes a text at once, reads until its end. For line.c. */
#ifndef SIGNALBOX_NET_WIRE_H
#define SIGNALBOX_NET_WIRE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/str.h"
#include "loop/loop.h"

struct wire {
	struct watch *watch;
	char *address;
	int fd;
	bool connecting;
	struct str out; /* what is still to be written */
	struct str in;	/* what came and was not yet taken */
	/* More stands in `in`, or the other end has closed, or err says what
	 * broke. The wire may be released in it after `closed`. */
	void (*came)(struct wire *wire, bool closed, const struct error *err);
};

/* Connects and writes line and '\n' as far as the socket takes it now. */
int wire_open(struct wire *wire, struct loop *loop, const char *address,
	      const char *line, struct error *err) MUST_CHECK;
/* Takes what is there by now, as if the loop had said so. */
void wire_read(struct wire *wire);
void wire_release(struct wire *wire);

#endif
