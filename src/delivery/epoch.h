/* SPDX-License-Identifier: MIT */
/* The fence that a rollback raises: a number in a file of fixed size, beside
 * an environment's journal, so that it can be raised on a full disk too. */
#ifndef SIGNALBOX_DELIVERY_EPOCH_H
#define SIGNALBOX_DELIVERY_EPOCH_H

#include <stdint.h>

/* 0 when nothing raised it ever. */
int64_t epoch_read(const char *folder);
/* Makes the file where it is missing: a disk that is full later would not
 * take it any more. */
void epoch_prepare(const char *folder);
/* Returns the new one. Under the write lock, where that is to be had. */
int64_t epoch_raise(const char *folder);

#endif
