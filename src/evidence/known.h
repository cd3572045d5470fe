/* SPDX-License-Identifier: MIT */
/* Findings that were there before, by key (finding_key()), as often and as bad
 * as they were: of what comes more often the rest is new, and so is what got
 * worse, or what only stood because nothing mended it. An unknown severity may
 * be any. */
#ifndef SIGNALBOX_EVIDENCE_KNOWN_H
#define SIGNALBOX_EVIDENCE_KNOWN_H

#include "report/finding.h"

struct known_findings;

struct known_findings *known_new(void);
void known_free(struct known_findings *known);
/* Not after the first known_take(). waited: it did not count, since no version
 * mended it. */
void known_add(struct known_findings *known, const char *key,
	       enum report_severity severity, bool waited);
/* Whether there is one left that was as bad at least; takes it. waits: no
 * version mends it now. */
bool known_take(struct known_findings *known, const char *key,
		enum report_severity severity, bool waits);

#endif
