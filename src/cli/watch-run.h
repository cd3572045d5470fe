/* SPDX-License-Identifier: MIT */
/* A run of this program in a process of its own, its lines passed on, each
 * behind the run's name. */
#ifndef SIGNALBOX_CLI_WATCH_RUN_H
#define SIGNALBOX_CLI_WATCH_RUN_H

#include "base/strings.h"
#include "loop/loop.h"

#include "base/error.h"

struct watch_run;

/* run: its number, 0 when it never began; status: its exit status, or 128
 * and the signal that ended it. The watch_run is freed after it. */
typedef void watch_run_done(int64_t run, int status, void *data);

/* arguments: of `signalbox run`; the first is the commit. */
struct watch_run *watch_run_start(struct loop *loop,
				  const struct strings *arguments,
				  watch_run_done *done, void *data,
				  struct error *err) MUST_CHECK;
/* Cancels it, as the signal does; done() comes when it has ended. */
void watch_run_signal(struct watch_run *run, int signal_number);

#endif
