/* SPDX-License-Identifier: MIT */
/* Who is who, by what a pipeline file says of its people. */
#ifndef SIGNALBOX_STEP_PEOPLE_H
#define SIGNALBOX_STEP_PEOPLE_H

#include "pipeline/pipeline.h"

/* By login, name or address, with or without a '@' before it. NULL: nobody it
 * names; pipeline may be NULL. */
const struct person *people_find(const struct pipeline *pipeline,
				 const char *name);
/* One person, by any of these. */
bool people_same(const struct pipeline *pipeline, const char *a, const char *b);

#endif
