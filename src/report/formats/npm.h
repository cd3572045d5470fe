/* SPDX-License-Identifier: MIT */
/* What npm's first version of an audit and yarn's share. */
#ifndef SIGNALBOX_REPORT_FORMATS_NPM_H
#define SIGNALBOX_REPORT_FORMATS_NPM_H

#include "report/format.h"

/* Adds the advisory as a finding; its id is `key` where it tells no other. */
void npm_add_advisory(struct report *report, const char *key,
		      const json_t *advisory);

/* Fails a report that declares some of a severity, in `counts`, and has no more
 * of it than `before`, which has a number for each. */
void npm_check_listed(struct report *report, const json_t *counts,
		      const uint64_t *before);

#endif
