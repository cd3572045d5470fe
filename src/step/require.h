/* SPDX-License-Identifier: MIT */
/*
 * `require`: what the reports of a stage must come to, all of them together.
 * A rule that is broken is blamed on the last report it is about.
 */
#ifndef SIGNALBOX_STEP_REQUIRE_H
#define SIGNALBOX_STEP_REQUIRE_H

#include "base/strings.h"
#include "pipeline/pipeline.h"
#include "step/reading.h"

struct require_options {
	const struct require_config *config;
	const char *stage, *state_folder;
};

/* NULL when all holds, or each broken rule is blamed on a report; else what
 * no report is to blame for, the caller's. Notes say what could not be
 * compared, and what is only warned of. On a helper. */
char *require_judge(const struct require_options *options,
		    struct reading *const *readings, size_t count,
		    struct strings *notes);

#endif
