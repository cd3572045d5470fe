/* SPDX-License-Identifier: MIT */
/* Who is who, by what a pipeline file says of its people. */
#ifndef SIGNALBOX_STEP_PEOPLE_H
#define SIGNALBOX_STEP_PEOPLE_H

#include "pipeline/pipeline.h"

/* By login, name or address, whole: "lee", "@lee", "Lee Ray",
 * "lee@example.org", "Lee Ray <lee@example.org>". NULL: nobody it names;
 * pipeline may be NULL. */
const struct person *people_find(const struct pipeline *pipeline,
				 const char *name);
/* Whether they may be one: what is alike is, "lee" and any address of lee. So
 * it is asked to keep people out. */
bool people_same(const struct pipeline *pipeline, const char *a, const char *b);
/* Whether they are one by what the file says, or by the same words. So it is
 * asked to let somebody in. */
bool people_is(const struct pipeline *pipeline, const char *allowed,
	       const char *name);
/* A login or an address in ASCII, of which nothing looks like another. */
bool people_is_plain(const char *name);

#endif
