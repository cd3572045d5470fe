/* SPDX-License-Identifier: MIT */
/* A keeper's session: its program, and what programs that have ended left in
 * it, which may hold their port. For the keeper alone. */
#ifndef SIGNALBOX_DELIVERY_KEEPER_SESSION_H
#define SIGNALBOX_DELIVERY_KEEPER_SESSION_H

#include <stddef.h>
#include <sys/types.h>

/* Sends the signal (0: none) to all of our session but ourselves and, unless
 * 0, the group; returns how many there were. */
size_t session_signal(pid_t but_group, int signal_number);

#endif
