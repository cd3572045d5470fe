/* SPDX-License-Identifier: MIT */
/* An environment as it is found, for whoever draws it. */
#ifndef SIGNALBOX_ENGINE_SEEN_H
#define SIGNALBOX_ENGINE_SEEN_H

#include "delivery/environment.h"

/* A new environment.seen; the caller owns it. */
struct event *environment_seen_event(const struct environment *environment);

#endif
