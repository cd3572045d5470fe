/* SPDX-License-Identifier: MIT */
/* What the kinds of targets share. */
#ifndef SIGNALBOX_DELIVERY_TARGET_KIND_H
#define SIGNALBOX_DELIVERY_TARGET_KIND_H

#include "base/strings.h"
#include "delivery/target/target.h"

/* "NAME=VALUE" each: what the configuration says, the secrets, $PORT, $COLOUR,
 * $VERSION and SIGNALBOX_*. inherits: before them what a program of this host
 * needs of our own to run, and no secret of another environment. */
void target_variables(const struct target *target,
		      const struct target_release *release, bool inherits,
		      struct strings *variables);
int target_port(const struct target *target);
/* Else the health check would be answered by whoever has the port. */
int target_check_port(const struct target *target,
		      struct error *err) MUST_CHECK;

/* "; its log ends: ..." of the file `log` in the target's folder, or "". The
 * caller's. */
char *target_last_words(const struct target *target);

/* What a look found, for who does not ask: the file `seen` in the target's
 * folder. */
struct target_seen {
	struct target_status status;
	bool kept;     /* what a start needs is there */
	int64_t at_ms; /* wall: when it was seen; set by who reads it */
};
void target_see(const char *folder, const struct target_seen *seen);
/* The same of a look that began then (wall): what a start or a stop has seen
 * since is newer, and stays. */
void target_see_since(const char *folder, int64_t began_ms,
		      const struct target_seen *seen);
/* A look that has failed: since when none succeeds is kept. */
void target_unseen(const char *folder);
/* Wall ms; 0: the last look succeeded. */
int64_t target_unseen_since(const char *folder);
/* All zero when nobody has looked. */
void target_last_seen(const char *folder, struct target_seen *seen);

/* A start that takes its time is wanted until a stop, which may come from
 * another process. The token is the caller's. */
char *target_want(const char *folder, struct error *err) MUST_CHECK;
bool target_is_wanted(const char *folder, const char *token);
void target_want_no_more(const char *folder);

#endif
