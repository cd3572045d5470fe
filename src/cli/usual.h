/* SPDX-License-Identifier: MIT */
/* How long a run of a pipeline usually takes, before there is one. */
#ifndef SIGNALBOX_CLI_USUAL_H
#define SIGNALBOX_CLI_USUAL_H

#include "model/history.h"
#include "pipeline/pipeline.h"

/* Without the stages that are left out; 0 not known. */
int64_t usual_ms(const struct pipeline *pipeline, char *const *left_out,
		 const struct history *past);

#endif
