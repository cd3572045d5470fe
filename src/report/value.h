/* SPDX-License-Identifier: MIT */
/* Values that reports spell in many ways. */
#ifndef SIGNALBOX_REPORT_VALUE_H
#define SIGNALBOX_REPORT_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "report/report.h"

/* CRITICAL, moderate, negligible, ... in any case; else unknown. NULL too. */
enum report_severity severity_of_word(const char *word);
/* CVSS bands: from 9 critical, from 7 high, from 4 medium, above 0 low. */
enum report_severity severity_of_score(double score);

/*
 * The whole text as a decimal number, 1.7e-05 too. White space around is
 * fine.
 */
bool text_number(const char *text, size_t len, double *number);
/* What stands behind the head that the text begins with; NULL: with another. */
const char *text_after(const char *text, size_t len, const char *head);

#endif
