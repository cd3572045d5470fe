/* SPDX-License-Identifier: MIT */
/* The base score of a CVSS vector, for reports that give no severity. */
#ifndef SIGNALBOX_REPORT_CVSS_H
#define SIGNALBOX_REPORT_CVSS_H

#include <stdbool.h>

/* "CVSS:3.1/AV:N/..." of version 3.0 or 3.1 with all eight base metrics, each
 * once; others may stand beside them. False, and *score untouched, for any
 * other text, NULL among them. */
bool cvss_score(const char *vector, double *score);

#endif
