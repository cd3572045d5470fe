/* SPDX-License-Identifier: MIT */
/* Files and folders, whole. Every descriptor is close-on-exec; EINTR and
 * short writes are dealt with here. Messages name the path and the reason. */
#ifndef SIGNALBOX_BASE_FILE_H
#define SIGNALBOX_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"

/* Appends the file's bytes to text; a file over limit bytes, or whose bytes
 * are not all there, is refused. */
int file_read(const char *path, struct str *text, size_t limit,
	      struct error *err) MUST_CHECK;
/* The same from where fd stands, to its end; `what` names it in the message. */
int file_read_all(int fd, struct str *text, size_t limit, const char *what,
		  struct error *err) MUST_CHECK;
/* Replaces path at once: temporary name, fsync, rename, fsync of the folder. */
int file_replace(const char *path, const void *data, size_t len, mode_t mode,
		 struct error *err) MUST_CHECK;
/* Opens a regular file, or with O_DIRECTORY a folder; all else that may stand
 * there, a pipe too, is refused and not waited for. Returns the descriptor,
 * which is close-on-exec and blocks unless O_NONBLOCK is asked for, or -1. */
int file_open(const char *path, int flags, mode_t mode,
	      struct error *err) MUST_CHECK;
/* All of it or -1; fd blocks. `what` names it in the message. */
int file_write_all(int fd, const void *data, size_t len, const char *what,
		   struct error *err) MUST_CHECK;
/* The path's name in its folder is on the disk. 0 or -1 with errno. */
int file_sync_entry(const char *path);
/* Both ends close-on-exec. */
int file_pipe(int ends[2], struct error *err) MUST_CHECK;
bool file_exists(const char *path);
/* Nothing has that name: not so of a link that leads nowhere or in a circle,
 * and of what cannot be looked at. */
bool file_is_absent(const char *path);
/* Like mkdir -p. */
int folder_make(const char *path, mode_t mode, struct error *err) MUST_CHECK;
/* Like rm -rf, links not followed, read-only folders too; absent is fine. */
int folder_remove(const char *path, struct error *err) MUST_CHECK;
/* What a file, or a folder and all below it, takes on the disk; links are not
 * followed, what cannot be read counts nothing. */
int64_t folder_bytes(const char *path);
/* Whether a path leads out of the folder it is relative to: by '/' or "..". */
bool path_leads_out(const char *path);
/* "A/B", owned by the caller. */
char *path_join(const char *a, const char *b);
/* The folder that an XDG variable names, else `usual` below the home. Owned
 * by the caller. */
char *path_home(const char *variable, const char *usual);

#endif
