/* SPDX-License-Identifier: MIT */
/* What a notice says: the event with what one must know of its run, or one
 * sentence for a chat. */
#ifndef SIGNALBOX_ENGINE_MESSAGE_H
#define SIGNALBOX_ENGINE_MESSAGE_H

#include "step/step.h"

bool message_is_wanted(const struct notify_config *config,
		       const struct event *event);
/* JSON; the caller's. seq: the number the event is about to get. */
char *message_make(const struct step_host *host,
		   const struct notify_config *config,
		   const struct event *event, int64_t seq);

#endif
