/* SPDX-License-Identifier: MIT */
/* Archives, by the tar command. Inside source/ only; blocks. */
#ifndef SIGNALBOX_SOURCE_ARCHIVE_H
#define SIGNALBOX_SOURCE_ARCHIVE_H

#include <stdbool.h>

#include "base/error.h"
#include "source/artifact.h"

/* By its name's end. */
bool archive_is(const char *path);

/* Unpacks the kept artifact into folder, once its digest was seen to hold.
 * Members that lead out of the folder are refused before anything is
 * written. */
int archive_unpack(const char *state, const struct artifact *artifact,
		   const char *folder, struct error *err) MUST_CHECK;

#endif
