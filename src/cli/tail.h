/* SPDX-License-Identifier: MIT */
/* The end of a log, for a terminal. */
#ifndef SIGNALBOX_CLI_TAIL_H
#define SIGNALBOX_CLI_TAIL_H

#include "base/strings.h"

/* Adds the last `count` lines of the file, each as a terminal would be left
 * with it, made printable and at most 500 characters. -1 when it cannot be
 * read. */
int file_tail(const char *path, size_t count, struct strings *lines);

#endif
