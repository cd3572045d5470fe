/* SPDX-License-Identifier: MIT */
/* The program of a proxy of ours: where it is, and what it complains of. */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_PROGRAM_H
#define SIGNALBOX_DELIVERY_TRAFFIC_PROGRAM_H

#include "base/error.h"

/* In PATH, and where distributions put it, for a user's PATH often lacks
 * sbin; the caller's. mend: what to do when it is nowhere. */
char *program_path(const char *name, const char *mend,
		   struct error *err) MUST_CHECK;
/* What follows `mark` in the last line of the file's end that has it, and has
 * nothing of `but` (NULL: nothing), printable; NULL: none. The caller's. */
char *program_last_line(const char *path, const char *mark, const char *but);

#endif
