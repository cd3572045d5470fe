/* SPDX-License-Identifier: MIT */
/*
 * The runs of the past, newest first, from STATE/history.ndjson: a line a run,
 * the newest 500. It is no record, only what saves reading their journals:
 * a run that it lacks, or whose journal has another size than its line says,
 * is read anew, and so is all of it when it was removed.
 */
#ifndef SIGNALBOX_ENGINE_REMEMBER_H
#define SIGNALBOX_ENGINE_REMEMBER_H

#include "model/history.h"

/* What cannot be read is named in `unread`. */
void remember_runs(const char *state, struct history *past);
/* The same of the newest few hundred KiB of that file, the most that the start
 * of a run shall cost; without the run `except` (0: none), which may be one
 * that goes on now. */
void remember_newest(const char *state, int64_t except, struct history *past);
/* A run of this process has come to an end, its journal is written. reader:
 * what took its events, taken over; NULL: they are read there. */
void remember_run(const char *state, int64_t run,
		  struct history_reader *reader);

#endif
