/* SPDX-License-Identifier: MIT */
/* What is recognised but not read: named, with what to have written instead.
 * A row in one table each. */
#ifndef SIGNALBOX_REPORT_REFUSED_H
#define SIGNALBOX_REPORT_REFUSED_H

#include "report/format.h"

/* -1 when it is one of these, and err says so; else 0. */
int refuse_unsupported(const struct report_input *input,
		       struct error *err) MUST_CHECK;

#endif
