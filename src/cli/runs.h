/* SPDX-License-Identifier: MIT */
/* Past and live runs, as the journals tell them. */
#ifndef SIGNALBOX_CLI_RUNS_H
#define SIGNALBOX_CLI_RUNS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "model/model.h"

/* "12" or "#12". */
int runs_parse_number(const char *text, int64_t *run,
		      struct error *err) MUST_CHECK;
/* ERROR_REFUSED where another user's runs cannot be read; no runs are fine. */
int runs_check(const char *state, struct error *err) MUST_CHECK;
/* The process that last had its engine; 0 not known. */
pid_t runs_pid(const char *state, int64_t run);
/* A process that was killed may hold its run for a moment longer: waits for
 * that, not for one that lives. */
void runs_await_end(const char *state, int64_t run);
/* The state of a run after all its journal says. */
struct model *runs_model(const char *state, int64_t run,
			 struct error *err) MUST_CHECK;

/* Where the folder of a stage that failed is still kept, or NULL. Borrowed. */
const char *runs_kept_folder(const struct model *model,
			     const struct stage_model *stage);

#endif
