/* SPDX-License-Identifier: MIT */
/* Findings that were there before, by key (finding_key()), as often as they
 * were: of what comes more often, the rest is new. */
#ifndef SIGNALBOX_EVIDENCE_KNOWN_H
#define SIGNALBOX_EVIDENCE_KNOWN_H

#include <stdbool.h>

struct known_findings;

struct known_findings *known_new(void);
void known_free(struct known_findings *known);
/* Not after the first known_take(). */
void known_add(struct known_findings *known, const char *key);
/* Whether there is one left; takes it. */
bool known_take(struct known_findings *known, const char *key);

#endif
