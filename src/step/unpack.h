/* SPDX-License-Identifier: MIT */
/* Unpacks a run's artifacts as a release, on the helper, and looks for
 * migrations in it. */
#ifndef SIGNALBOX_STEP_UNPACK_H
#define SIGNALBOX_STEP_UNPACK_H

#include "step/step.h"

struct unpack;

struct unpacked {
	const char *digest, *folder; /* where the release's command runs */
	/* Files over the commit that is live; why that cannot be told, or
	 * NULL. */
	size_t migrations;
	const char *migrations_why;
};

/* NULL with err on failure. */
typedef void unpack_done(const struct unpacked *unpacked,
			 const struct error *err, void *data);
/* live: the commit that is, NULL for none. */
struct unpack *unpack_start(const struct step_host *host, const char *live,
			    unpack_done *done, void *data);
/* done() is not called any more; not to be called after it. */
void unpack_cancel(struct unpack *unpack);

#endif
