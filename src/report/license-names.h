/* SPDX-License-Identifier: MIT */
/* Licences as people write them, where they do not write SPDX ids. */
#ifndef SIGNALBOX_REPORT_LICENSE_NAMES_H
#define SIGNALBOX_REPORT_LICENSE_NAMES_H

#include <stdbool.h>

/* "Apache License, Version 2.0" is Apache-2.0. NULL for what is not in the
 * table, and for what could be several: "BSD", "Apache Software License". */
const char *license_of_name(const char *name);

/* Without case, punctuation and the words that say nothing, and v2 as 2; the
 * caller's. */
char *license_plain_name(const char *name);

/* NONE, NOASSERTION, UNKNOWN and "" say that nobody knows; NULL too. */
bool license_is_told(const char *license);

#endif
