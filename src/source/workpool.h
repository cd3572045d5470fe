/* SPDX-License-Identifier: MIT */
/* What work.c, which hands folders out, prepare.c, which makes them clean, and
 * work-note.c, which remembers them, share. Inside source/ only. */
#ifndef SIGNALBOX_SOURCE_WORKPOOL_H
#define SIGNALBOX_SOURCE_WORKPOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "source/checkout.h"
#include "source/gitfolder.h"
#include "source/manifest.h"
#include "source/work.h"

struct work_folder {
	struct work_pool *pool;
	int number;
	char *path;
	struct gitfolder git;
	int lock_fd;
	bool busy;
	char *commit; /* what it held when given out; NULL: not known */
	struct manifest *manifest;
};

struct work_pool {
	struct work_pool_options options;
	char *common;
	char *parent; /* STATE/work */
	struct work_folder **folders;
	size_t folder_count, folder_cap;
	struct work_request **waiting; /* for a folder, first come first */
	size_t waiting_count, waiting_cap;
	struct work_request **active; /* these have one */
	size_t active_count, active_cap;
	struct plan *plan; /* of the last commit */
	unsigned git_count;
	bool closing; /* goes with its last active request */
};

enum finding {
	FINDING_READY,
	FINDING_CHECK_OUT, /* git is needed */
	FINDING_FAILED,
};

struct work_request {
	struct work_pool *pool;
	struct work_folder *folder; /* NULL while waiting */
	char *commit;
	work_ready *ready;
	void *data;
	bool cancelled;
	bool again; /* the checkout is the second, into an empty folder */
	struct plan *plan;
	struct checkout *checkout;
	enum finding finding; /* the helper's answer */
	struct error err;
};

/* For the next run, and from the one before; both block. A folder of which
 * nothing is known stays so when there is no note. */
void folder_remember(const struct work_folder *folder);
void folder_recall(struct work_folder *folder);
/* What the folder holds is no longer known. */
void folder_forget(struct work_folder *folder);

/* A struct work_request that has a folder, or an error, starts its way. */
void request_begin(void *data);
/* It ends; request->err says whether well. */
void request_finish(struct work_request *request);

#endif
