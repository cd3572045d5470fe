/* SPDX-License-Identifier: MIT */
/* What events tell that approvals after them are for: another one voids
 * them. */
#ifndef SIGNALBOX_ENGINE_BOUND_H
#define SIGNALBOX_ENGINE_BOUND_H

#include "base/strings.h"
#include "event/event.h"

/* Adds of open findings the digest of a report's, and id and path of each one
 * told; and what a plan or a play changes. Of other events nothing. */
void bound_add(struct strings *list, const struct event *event);

#endif
