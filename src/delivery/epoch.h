/* SPDX-License-Identifier: MIT */
/* The fence that a rollback raises: a number in a file of fixed size, beside
 * an environment's journal, so that it can be raised on a full disk too. */
#ifndef SIGNALBOX_DELIVERY_EPOCH_H
#define SIGNALBOX_DELIVERY_EPOCH_H

#include <stdbool.h>
#include <stdint.h>

/* 0 when nothing raised it ever; -1 when that cannot be known. */
int64_t epoch_read(const char *folder);
/* Makes the file where it is missing: a disk that is full later would not
 * take it any more. */
void epoch_prepare(const char *folder);
/* Under the write lock, where that is to be had. False: it is not raised. */
bool epoch_raise(const char *folder);

#endif
