/* SPDX-License-Identifier: MIT */
/* How many connections are open to ports of this machine, for proxies that
 * cannot tell. */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_SESSIONS_H
#define SIGNALBOX_DELIVERY_TRAFFIC_SESSIONS_H

#include <stdint.h>

/* To ports first .. first + count - 1, made by others than this process; -1
 * where the system does not say. */
int64_t sessions_open(int first, int count);

#endif
