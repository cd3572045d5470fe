/* SPDX-License-Identifier: MIT */
/*
 * Keeps a log that someone else appends to within bounds, without losing a
 * line that is written meanwhile. One file for each system behind it.
 */
#ifndef SIGNALBOX_DELIVERY_LOG_BOUND_H
#define SIGNALBOX_DELIVERY_LOG_BOUND_H

#include <sys/types.h>

/* When the file takes more than `most` bytes on disk, gives back the oldest,
 * but the last `keep`. Offsets of what is left stay where the system allows. */
void log_bound(int fd, off_t most, off_t keep);

#endif
