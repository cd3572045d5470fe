/* SPDX-License-Identifier: MIT */
/* Which changed paths ask for a second look, and which are migrations. */
#ifndef SIGNALBOX_SOURCE_RISK_H
#define SIGNALBOX_SOURCE_RISK_H

#include <stdbool.h>

#include "pipeline/pipeline.h"

enum risk {
	RISK_NONE,
	RISK_LOOK,	/* CI, images, lock files, the pipeline file */
	RISK_MIGRATION, /* a way back does not undo it */
};

/* By what the pipeline file says, or what is built in where it says nothing
 * or there is none (NULL). */
enum risk risk_of(const struct pipeline *pipeline, const char *path);

#endif
