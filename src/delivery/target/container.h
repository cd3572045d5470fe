/* SPDX-License-Identifier: MIT */
/* Private to the container target: its start is a file of its own. */
#ifndef SIGNALBOX_DELIVERY_TARGET_CONTAINER_H
#define SIGNALBOX_DELIVERY_TARGET_CONTAINER_H

#include "delivery/target/docker.h"
#include "delivery/target/kind.h"

/* "signalbox-production-blue-1-0123abcd": another clone on this machine has
 * another one. The caller's. */
char *container_name(const struct target *target);
/* "signalbox-0123abcd": by this name, with the release's digest for its tag,
 * the engine knows images that were loaded or pulled for releases of this
 * clone. The caller's. */
char *container_mark(const char *state);
/* As start() of struct target_ops. */
void container_start(const struct target *target,
		     const struct target_release *release, target_done *done,
		     void *data);

#endif
