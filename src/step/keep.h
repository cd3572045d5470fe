/* SPDX-License-Identifier: MIT */
/*
 * Keeps what the reports of a stage say: the evidence file of its run
 * (evidence/kept.h), without secrets, and each report itself by digest
 * (source/artifact.h), unless there are secrets in it.
 *
 *	keeping = keeping_new(step, goes_on);           // on the loop
 *	keeping_report(keeping, &report, &context, file, true);
 *	keeping_save(keeping);                          // on a helper
 *	keeping_tell(keeping, 0, event);                // on the loop
 *	keeping_free(keeping);
 */
#ifndef SIGNALBOX_STEP_KEEP_H
#define SIGNALBOX_STEP_KEEP_H

#include "evidence/kept.h"
#include "step/step.h"

struct keeping;

/* goes_on: behind what another step of the stage has kept in this try. */
struct keeping *keeping_new(const struct step *step, bool goes_on);
void keeping_free(struct keeping *keeping);

/* Both block. report NULL: it cannot be read. file: its whole path, NULL
 * none; keep_raw: it is stored too. Its digest and size go into context. */
void keeping_report(struct keeping *keeping, const struct report *report,
		    struct evidence_context *context, const char *file,
		    bool keep_raw);
void keeping_save(struct keeping *keeping);

/* What is kept of the report that came so many'th, from 0. */
void keeping_tell(const struct keeping *keeping, size_t which,
		  struct event *event);
/* Why it could not be kept, NULL when it is. */
const char *keeping_why(const struct keeping *keeping);

#endif
