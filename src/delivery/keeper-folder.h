/* SPDX-License-Identifier: MIT */
/* What stands in a keeper's folder; shared by the keeper and who asks it. */
#ifndef SIGNALBOX_DELIVERY_KEEPER_FOLDER_H
#define SIGNALBOX_DELIVERY_KEEPER_FOLDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strings.h"

struct keeper_spec {
	struct strings argv;
	char *working_folder;
	char *liveness; /* a URL; NULL: none */
	int drain;	/* a signal; 0: none */
};

int keeper_spec_write(const char *folder, const struct keeper_spec *spec,
		      struct error *err) MUST_CHECK;
int keeper_spec_read(const char *folder, struct keeper_spec *spec,
		     struct error *err) MUST_CHECK;
void keeper_spec_release(struct keeper_spec *spec);

/* Takes the folder's lock: the descriptor, -1 with ERROR_REFUSED when another
 * process has it. */
int keeper_lock_take(const char *folder, struct error *err) MUST_CHECK;
/* The process that holds it, 0 nobody, -1 where no descriptor is left to look
 * with: what runs is not taken for dead then. */
pid_t keeper_lock_holder(const char *folder);

int keeper_child_write(const char *folder, pid_t pid,
		       struct error *err) MUST_CHECK;
void keeper_child_forget(const char *folder);
/* How often it was started again, and how it ended before that. */
void keeper_restarts_write(const char *folder, int64_t restarts,
			   const char *ended);
void keeper_restarts_read(const char *folder, int64_t *restarts, char *ended,
			  size_t size);
/* The recorded process, when that very one still runs; else 0. */
pid_t keeper_child_running(const char *folder);
/* Its group: while it runs, and where its keeper and it have ended, while
 * something that they left does; else 0. */
pid_t keeper_group_running(const char *folder);

#endif
