/* SPDX-License-Identifier: MIT */
/* What the release that is live somewhere showed when it was made. */
#ifndef SIGNALBOX_STEP_LIVE_EVIDENCE_H
#define SIGNALBOX_STEP_LIVE_EVIDENCE_H

#include "evidence/kept.h"

/*
 * Loads the stage's evidence of the run whose release is live in the
 * environment; *run is that run. 1; or 0 when there is none to compare with,
 * and a note says why; or -1 when it is damaged, not whole or lost, which
 * makes nothing known. Only after 1 kept is to be released. On a helper.
 */
int live_evidence(const char *state_folder, const char *environment,
		  const char *stage, struct kept *kept, int64_t *run,
		  struct strings *notes, struct error *err) MUST_CHECK;

#endif
