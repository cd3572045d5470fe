/* SPDX-License-Identifier: MIT */
/* What the system tells of a file that others write; one source file for each
 * system behind it. */
#ifndef SIGNALBOX_STEP_FILE_FACTS_H
#define SIGNALBOX_STEP_FILE_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Whether any process, this one too, has the file of fd (itself opened only
 * for reading) open for writing. False where the system or the file system
 * cannot tell. */
bool file_has_writers(int fd);
/* Whether no process has the file of fd open but through fd. False where the
 * system or the file system cannot tell. */
bool file_is_alone(int fd);
/* As pread(), but never waits for a disk: what is not in memory is not read.
 * -1 where it cannot be told. */
ssize_t file_read_cached(int fd, char *data, size_t len, int64_t at);

#endif
