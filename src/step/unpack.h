/* SPDX-License-Identifier: MIT */
/* Unpacks a run's artifacts as a release, on the helper. */
#ifndef SIGNALBOX_STEP_UNPACK_H
#define SIGNALBOX_STEP_UNPACK_H

#include "step/step.h"

struct unpack;

/* folder: where the release's command runs; NULL with err on failure. */
typedef void unpack_done(const char *digest, const char *folder,
			 const struct error *err, void *data);
struct unpack *unpack_start(const struct step_host *host, unpack_done *done,
			    void *data);
/* done() is not called any more; not to be called after it. */
void unpack_cancel(struct unpack *unpack);

#endif
