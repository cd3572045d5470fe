/* SPDX-License-Identifier: MIT */
/* On the helper: what the run's commit ships over the one that is live. */
#ifndef SIGNALBOX_STEP_SHIPS_LOOK_H
#define SIGNALBOX_STEP_SHIPS_LOOK_H

#include "source/ships.h"
#include "step/step.h"

struct ships_look;

/* Borrowed; ships are empty with err. */
typedef void ships_found(const struct ships *ships, const struct error *err,
			 void *data);

/* live: a commit, "" none. found() is called once, later. */
struct ships_look *ships_look_start(const struct step_host *host,
				    const char *live, ships_found *found,
				    void *data);
/* found() is not called any more. NULL is fine. */
void ships_look_drop(struct ships_look *look);

#endif
