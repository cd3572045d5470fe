/* SPDX-License-Identifier: MIT */
/*
 * The test reports of one stage: counted live from its output, and read from
 * files once it has ended, on the helper. A report that is missing, stale,
 * empty or unreadable is red.
 */
#ifndef SIGNALBOX_STEP_REPORTS_H
#define SIGNALBOX_STEP_REPORTS_H

#include <stdbool.h>

#include "step/step.h"

struct reports;

/* Call before the stage's command starts: notes what is there already. */
struct reports *reports_new(struct step *step);
bool reports_want_output(const struct reports *reports);
void reports_output(struct reports *reports, const char *bytes, size_t len);
/* The command has ended: reads the rest, then done(why, data) on the loop;
 * why is NULL when all is well, else what is wrong in words. */
void reports_finish(struct reports *reports,
		    void (*done)(const char *why, void *data), void *data);
/* May be called while finishing; done() is not called then. */
void reports_free(struct reports *reports);

#endif
