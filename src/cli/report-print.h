/* SPDX-License-Identifier: MIT */
/* What a report says, in lines for people. */
#ifndef SIGNALBOX_CLI_REPORT_PRINT_H
#define SIGNALBOX_CLI_REPORT_PRINT_H

#include "report/report.h"

/* The counts, and the worst five of what is not as it should be. */
void report_print(const struct report *report, const char *path);

#endif
