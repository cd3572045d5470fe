/* SPDX-License-Identifier: MIT */
/* The licence policy of a scan. */
#ifndef SIGNALBOX_STEP_SCAN_LICENCES_H
#define SIGNALBOX_STEP_SCAN_LICENCES_H

#include "pipeline/pipeline.h"
#include "report/report.h"
#include "step/log.h"

/*
 * Adds a finding for each component whose licence is not allowed; nothing
 * without a policy. The approvals are those of the commit, whose id may be
 * NULL for the folder's own file. Fails when they cannot be read, and for a
 * report without components, which says nothing about licences. On a helper.
 */
int scan_licences(const struct scan_config *config, const char *repository,
		  const char *commit, struct report *report,
		  struct error *err) MUST_CHECK;
/* A line for each open finding of a licence, with who brought it in. */
void scan_licences_log(struct stage_log *log, const struct report *report);

#endif
