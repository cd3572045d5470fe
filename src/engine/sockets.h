/* SPDX-License-Identifier: MIT */
/* Sockets that killed processes left in the runtime folder. */
#ifndef SIGNALBOX_ENGINE_SOCKETS_H
#define SIGNALBOX_ENGINE_SOCKETS_H

#include "base/strings.h"

/* Paths of those that the runs of one repository left: no process has the
 * run. state is that of the repository at common. */
void sockets_of_ended_runs(const char *common, const char *state,
			   struct strings *paths);
/* Of any repository and of keepers: nobody listens any more. */
void sockets_deserted(struct strings *paths);

#endif
