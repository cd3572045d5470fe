/* SPDX-License-Identifier: MIT */
/*
 * The work folders of STATE/work between runs. N.lock is held by whoever uses
 * folder N (work.h); N.kept, "run 12 STAGE", says that a stage failed in it
 * and people may look: no stage gets it. It stays where it is, under its
 * name, since builds write down their own path.
 *
 * `parent` is STATE/work. Safe beside runs: what is in use is left alone.
 */
#ifndef SIGNALBOX_SOURCE_SHELF_H
#define SIGNALBOX_SOURCE_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "base/error.h"

struct shelved {
	int number;
	char *path;
	char *kept;	      /* for what; NULL: not kept */
	struct timespec used; /* last; of a kept one: when it was kept */
};
struct shelf {
	struct shelved *items; /* the last used first */
	size_t count, cap;
};

int shelf_read(const char *parent, struct shelf *shelf,
	       struct error *err) MUST_CHECK;
void shelf_release(struct shelf *shelf);

/* The lock of a folder that nobody uses, this process included; else -1 with
 * errno. Its time is when the folder was last used. */
int shelf_lock(const char *parent, int number) MUST_CHECK;
bool shelf_is_kept(const char *parent, int number);
/* Keeps the folder, whose lock is the caller's, for `what` ("run 12 unit");
 * of all that are kept the newest `most` stay so. */
int shelf_keep(const char *parent, int number, const char *what, int most,
	       struct error *err) MUST_CHECK;
/* Whether the folder at path is still kept for that. */
bool shelf_keeps(const char *path, const char *what);
/* Removes the folder, its git folder and its note; ERROR_REFUSED while it is
 * used, and when it was used since `item` was read. */
int shelf_remove(const char *parent, const struct shelved *item,
		 struct error *err) MUST_CHECK;

#endif
