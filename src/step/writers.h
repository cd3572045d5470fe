/* SPDX-License-Identifier: MIT */
/* Who writes a file; one source file for each system behind it. */
#ifndef SIGNALBOX_STEP_WRITERS_H
#define SIGNALBOX_STEP_WRITERS_H

#include <stdbool.h>

/* Whether any process, this one too, has the file of fd (itself opened only
 * for reading) open for writing. False where the system or the file system
 * cannot tell. */
bool file_has_writers(int fd);

#endif
