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

struct reports *reports_new(struct step *step);
/* Before the stage's command starts: what is there already. The first looks
 * at the disk and is for a helper, the second takes over what it found. */
void reports_note(const struct stage_config *stage, const char *folder,
		  struct report_files *files);
void reports_noted(struct reports *reports, struct report_files *files);
bool reports_want_output(const struct reports *reports);
void reports_output(struct reports *reports, const char *bytes, size_t len);
/* The command has ended: reads the rest, then done(why, data) on the loop;
 * why is NULL when all is well, else what is wrong in words. */
void reports_finish(struct reports *reports,
		    void (*done)(const char *why, void *data), void *data);
/* May be called while finishing; done() is not called then. */
void reports_free(struct reports *reports);

#endif
