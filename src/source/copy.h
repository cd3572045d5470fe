/* SPDX-License-Identifier: MIT */
/* Copying and syncing, as the system does it best: copy-linux.c, or
 * copy-posix.c elsewhere. Inside source/ only. */
#ifndef SIGNALBOX_SOURCE_COPY_H
#define SIGNALBOX_SOURCE_COPY_H

/* All of `from` to `to`, from where both stand; shares blocks where the file
 * system can. 0 or -1 with errno. */
int copy_all(int from, int to);

/* Everything written below the folder is on the disk when this returns. 0 or
 * -1 with errno. */
int copy_sync(const char *folder);

/* copy_all() by reading and writing. */
int copy_by_hand(int from, int to);

#endif
