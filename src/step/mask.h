/* SPDX-License-Identifier: MIT */
/*
 * Hides secrets in a stream of bytes, wherever its chunks are cut: what may
 * be the beginning of a secret is held back until more has come.
 */
#ifndef SIGNALBOX_STEP_MASK_H
#define SIGNALBOX_STEP_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"
#include "base/strings.h"
#include "event/event.h"

struct mask;

/* Values to hide, plainly and in base64, and of several lines each one too;
 * empty ones are left out. NULL when nothing is to hide. */
struct mask *mask_new(const struct strings *secrets);
/* For another thread; NULL of NULL. */
struct mask *mask_copy(const struct mask *mask);
/* Appends to out what is safe to show by now. */
void mask_feed(struct mask *mask, const char *data, size_t len,
	       struct str *out);
/* The stream has ended: appends what was held back. */
void mask_flush(struct mask *mask, struct str *out);
/* Both, of a whole text; mask NULL: as it is. Not in the midst of a stream. */
void mask_whole(struct mask *mask, const char *data, size_t len,
		struct str *out);
/* The same of what a report says, whose long texts are cut when it is read:
 * what such a one ends with is hidden where a secret begins like it. */
void mask_report(struct mask *mask, const char *data, size_t len,
		 struct str *out);
bool mask_finds(struct mask *mask, const char *data, size_t len);
/* In the texts of an event that commands, reports and people gave, all that
 * a finding or a test tells among them; not in its words and names that are
 * acted on. mask may be NULL. */
void mask_event(struct mask *mask, struct event *event);
void mask_free(struct mask *mask);

#endif
