/* SPDX-License-Identifier: MIT */
/* A command's errand to one environment: opened, recovered, one operation
 * begun and waited for, closed. What happens meanwhile is printed. */
#ifndef SIGNALBOX_CLI_ERRAND_H
#define SIGNALBOX_CLI_ERRAND_H

#include <stdbool.h>

#include "cli/project.h"
#include "cli/tell.h"
#include "delivery/environment.h"
#include "loop/loop.h"

struct errand {
	struct project project;
	struct loop *loop;
	struct environment *environment;
	struct tell tell;
	struct error failure;
	struct error *err;
	const char *name;
	bool is_done;
	bool others; /* recorded something since it was opened */
};

/* Without a recovery; errand_open() has one. -1: it is closed already. */
int errand_begin(struct errand *errand, const char *name,
		 struct error *err) MUST_CHECK;
int errand_recover(struct errand *errand) MUST_CHECK;
int errand_open(struct errand *errand, const char *name,
		struct error *err) MUST_CHECK;
/* By the pipeline file of HEAD, for what was never released. */
int errand_open_by_head(struct errand *errand, const char *name,
			struct error *err) MUST_CHECK;
/* What an operation on the environment is given; data: the errand. */
environment_done errand_done;
/* Waits for the end of the operation that was begun. */
int errand_finish(struct errand *errand) MUST_CHECK;
/* Engines that watch this environment look at once, not in a second. */
void errand_poke(struct errand *errand);
/* Sends the notices first. */
void errand_close(struct errand *errand);
/* A line made printable. */
void errand_print(const char *text);

#endif
