/* SPDX-License-Identifier: MIT */
/* What a report says, as the one JSON object that `signalbox report` prints
 * and that is kept of it. */
#ifndef SIGNALBOX_REPORT_DESCRIBE_H
#define SIGNALBOX_REPORT_DESCRIBE_H

#include <jansson.h>

#include "report/report.h"

/* file: as it was named. The caller's to json_decref(). */
json_t *report_describe(const struct report *report, const char *file);
/* Adds what is no failure and still not as in a clean one: tool_errors,
 * nothing_scanned and notes, each where there is any. */
void report_describe_oddities(json_t *object, const struct report *report);

#endif
