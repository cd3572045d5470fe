/* SPDX-License-Identifier: MIT */
/*
 * The headless printer: the main thread of a run without a screen. One
 * readable line an event with the stage as prefix, or the stream itself as
 * NDJSON.
 */
#ifndef SIGNALBOX_CLI_PRINTER_H
#define SIGNALBOX_CLI_PRINTER_H

#include <stdbool.h>
#include <stdint.h>

#include "event/replay.h"
#include "model/model.h"

struct printer_options {
	int events;   /* read; taken over */
	int commands; /* written; taken over */
	const char *run_folder;
	bool json;
	int64_t after; /* records up to this one are known, and not told */
	/* Called once, when the run's beginning is on disk and before it is
	 * told as a line; may be NULL. */
	void (*begun)(void *data);
	void *data;
};

/* Prints a replay by its pace, up to until_ms. Returns the state then, the
 * caller's. */
struct model *printer_replay(const struct printer_options *options,
			     struct replay *replay, const struct pace *pace,
			     int64_t until_ms);
/* Prints until the engine ends. Returns 0, or 128 + the signal that asked it
 * to end (the run is cancelled then). */
int printer_run(const struct printer_options *options);

#endif
