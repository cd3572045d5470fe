/* SPDX-License-Identifier: MIT */
/* A proxy of ours: its program, its socket, and what it complains of. */
#ifndef SIGNALBOX_DELIVERY_TRAFFIC_PROGRAM_H
#define SIGNALBOX_DELIVERY_TRAFFIC_PROGRAM_H

#include "base/error.h"

/* A configuration is no longer. */
#define PROGRAM_CONFIG_LIMIT (1u << 20)

/* In PATH, and where distributions put it, for a user's PATH often lacks
 * sbin; the caller's. mend: what to do when it is nowhere. */
char *program_path(const char *name, const char *mend,
		   struct error *err) MUST_CHECK;
/* What follows `mark` in the last line of the file's end that has it, and has
 * nothing of `but` (ends with NULL), printable; NULL: none. The caller's. */
char *program_last_line(const char *path, const char *mark,
			const char *const *but);

/* Where the socket of the folder's proxy `name` stands: a path that a socket
 * address holds, whatever the folder is called; another one than `taken`
 * (NULL: none is). The caller's. */
char *program_socket(const char *name, const char *folder, const char *taken,
		     struct error *err) MUST_CHECK;
/* The lock of what has no place of its own for one; the caller's. */
char *program_lock(const char *name, const char *of,
		   struct error *err) MUST_CHECK;
/* Another shell may have another runtime folder: what runs is asked where it
 * listens by its configuration. NULL when nothing runs; the caller's. */
char *program_socket_in_use(const char *keeper, const char *config_path,
			    char *(*read)(const char *config));

#endif
