/* SPDX-License-Identifier: MIT */
/*
 * The folders of runs: STATE/runs/N with journal, logs and a lock that the
 * run's engine holds while it lives.
 */
#ifndef SIGNALBOX_ENGINE_RUNS_H
#define SIGNALBOX_ENGINE_RUNS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "evidence/kept-path.h"

/* Makes the next one, locked; returns its number, and the lock in *lock. */
int64_t run_create(const char *state, int *lock, struct error *err) MUST_CHECK;
/* The lock of one that is there: ERROR_REFUSED while an engine has it,
 * ERROR_NOT_FOUND when there is no such run. */
int run_take(const char *state, int64_t run, struct error *err) MUST_CHECK;
/* STATE/runs/N, owned by the caller. */
char *run_folder(const char *state, int64_t run);
/* The newest number, 0 when there was none. */
int64_t run_newest(const char *state);
/* True while an engine has the run. */
bool run_is_live(const char *state, int64_t run);
/* Path of the engine's control socket, owned by the caller. */
char *run_socket(const char *common_folder, int64_t run,
		 struct error *err) MUST_CHECK;
/* The same where the members of a socket-group reach the owner's run. */
char *run_shared_socket(const char *common_folder, int64_t run, uid_t owner,
			struct error *err) MUST_CHECK;
/* Connects to the engine of a run, our own or one that is shared with us. */
int run_connect(const char *common_folder, const char *state, int64_t run,
		struct error *err) MUST_CHECK;

#endif
