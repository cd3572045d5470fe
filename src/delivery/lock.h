/* SPDX-License-Identifier: MIT */
/* A file held with flock(); its text names the holder. Gone with its holder's
 * process, however that ends. */
#ifndef SIGNALBOX_DELIVERY_LOCK_H
#define SIGNALBOX_DELIVERY_LOCK_H

#include "base/error.h"

/* The descriptor, to be closed to let go; -1 with ERROR_REFUSED and the text
 * of the holder as message when someone else has it. Never blocks. */
int lock_take(const char *path, const char *holder,
	      struct error *err) MUST_CHECK;
/* Lets go and empties the text. -1 is fine. */
void lock_release(int fd);
/* The holder's text, owned by the caller; NULL: nobody has it. */
char *lock_holder(const char *path);

#endif
