/* SPDX-License-Identifier: MIT */
/* The names of the formats, for who needs nothing else of reports. */
#ifndef SIGNALBOX_REPORT_FORMATS_FORMATS_H
#define SIGNALBOX_REPORT_FORMATS_FORMATS_H

/* Ends with NULL. */
const char *const *report_formats(void);

#endif
