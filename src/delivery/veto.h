/* SPDX-License-Identifier: MIT */
/* The part of an environment's state that says what is not to be released
 * again; private to state.c. */
#ifndef SIGNALBOX_DELIVERY_VETO_H
#define SIGNALBOX_DELIVERY_VETO_H

#include "delivery/state.h"

/* release.vetoed or release.pardoned. */
void vetoes_apply(struct environment_state *state, const struct event *event);
void vetoes_release(struct environment_state *state);

#endif
