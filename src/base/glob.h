/* SPDX-License-Identifier: MIT */
/* Which paths a glob names: '*', '?', '[...]' stay within one name, '**' is
 * any depth. The work is bounded, whoever wrote the glob. */
#ifndef SIGNALBOX_BASE_GLOB_H
#define SIGNALBOX_BASE_GLOB_H

#include <stdbool.h>

/* Whether the path, or a folder that it lies in, is what the glob names; a
 * glob without '/' names a file or folder anywhere. */
bool path_matches(const char *glob, const char *path);
/* The path alone, from its root on. */
bool path_matches_whole(const char *glob, const char *path);

#endif
