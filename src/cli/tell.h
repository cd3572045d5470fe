/* SPDX-License-Identifier: MIT */
/* Notices of what a command did to an environment without a run: kept until
 * it is done, so that none is in its way, then sent. */
#ifndef SIGNALBOX_CLI_TELL_H
#define SIGNALBOX_CLI_TELL_H

#include "delivery/environment.h"
#include "loop/loop.h"
#include "source/repository.h"

struct tell {
	struct event **events;
	size_t count, cap;
};

/* An event that came to the environment's sink; takes it over. */
void tell_keep_owned(struct tell *tell, const struct environment *environment,
		     struct event *event);
/* Sends what the environment's pipeline file wants sent, and waits for it a
 * short while. Empties it. */
void tell_send(struct tell *tell, struct loop *loop,
	       const struct environment *environment,
	       struct repository *repository);

#endif
