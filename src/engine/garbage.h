/* SPDX-License-Identifier: MIT */
/*
 * What the runs of a repository left that nobody needs any more.
 *
 *	garbage_init(&garbage, &options);
 *	garbage_find(&garbage, &err);
 *	for each item: garbage_free_item(&garbage, item, &err);
 *	garbage_release(&garbage);
 *
 * Never found: the releases that are live, that a rollback goes to, that are
 * under deployment or running; the last ten used; what a run needs that is
 * under way or was cut off and may be resumed; journals; what anybody has
 * locked. What cannot be read says nothing of what it needs: then what it
 * might need is left, and `notes` says so. Safe beside runs: every item is
 * looked at again, under its lock, before it goes.
 */
#ifndef SIGNALBOX_ENGINE_GARBAGE_H
#define SIGNALBOX_ENGINE_GARBAGE_H

#include <stdint.h>

#include "base/error.h"
#include "base/strings.h"
#include "loop/loop.h"

struct garbage;
struct garbage_item;

struct garbage_kind {
	const char *name; /* "logs" */
	/* Adds to garbage->items. */
	int (*find)(struct garbage *garbage, struct error *err);
	/* ERROR_REFUSED: it is needed again. */
	int (*free_item)(struct garbage *garbage,
			 const struct garbage_item *item, struct error *err);
};

struct garbage_item {
	const struct garbage_kind *kind;
	char *name;   /* "run 3", "production green": one of its kind */
	char *reason; /* why it may go */
	int64_t bytes;
	int64_t number;	      /* of a run or a folder */
	struct strings texts; /* what its kind must know */
};

struct garbage_options {
	const char *common; /* common git folder */
	const char *state;
	const char *person;
	struct loop *loop; /* stops old colours */
	int keep_runs;
};

/* What must stay, from the journals. */
struct garbage_needs {
	struct strings artifacts, releases; /* digests */
	int64_t *runs;			    /* live somewhere, or a way back */
	size_t run_count, run_cap;
	int64_t before; /* wall ms: what is younger is nobody's business */
	/* Something cannot be read. */
	bool artifacts_unknown, releases_unknown;
};

struct garbage {
	struct garbage_options options;
	struct garbage_needs needs;
	struct garbage_item *items;
	size_t count, cap;
	struct strings notes;
};

void garbage_init(struct garbage *garbage,
		  const struct garbage_options *options);
void garbage_release(struct garbage *garbage);
int garbage_find(struct garbage *garbage, struct error *err) MUST_CHECK;
int garbage_free_item(struct garbage *garbage, const struct garbage_item *item,
		      struct error *err) MUST_CHECK;

/* For its kinds: a new item, the texts its own. */
struct garbage_item *garbage_add_owned(struct garbage *garbage,
				       const struct garbage_kind *kind,
				       char *name, char *reason);
/* garbage-needs.c */
void garbage_needs_read(struct garbage *garbage);
void garbage_needs_release(struct garbage_needs *needs);
bool garbage_needs_run(const struct garbage_needs *needs, int64_t run);

/* garbage-runs.c, garbage-store.c, garbage-places.c, garbage-reverts.c,
 * garbage-images.c */
extern const struct garbage_kind garbage_images, garbage_logs,
	garbage_artifacts, garbage_releases, garbage_work, garbage_reverts,
	garbage_sockets, garbage_colours;

#endif
