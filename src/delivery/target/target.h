/* SPDX-License-Identifier: MIT */
/*
 * A target starts and stops one colour of an environment. A new kind is one
 * file and one row in target.c.
 */
#ifndef SIGNALBOX_DELIVERY_TARGET_TARGET_H
#define SIGNALBOX_DELIVERY_TARGET_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "loop/loop.h"
#include "model/model.h"
#include "pipeline/pipeline.h"

/* Which colour of which environment, and how its kind is configured. All
 * borrowed; it must live until the call's end was told. */
struct target {
	const struct target_ops *ops;
	struct loop *loop;
	const char *environment;
	enum colour colour;
	const char *folder; /* this colour's own, kept between releases */
	const struct environment_config *config;
};

/* What is started there. */
struct target_release {
	const char *version, *commit, *digest;
	const char *folder;	     /* where it was unpacked */
	int64_t run;		     /* 0: none */
	const struct pairs *secrets; /* name to value; may be NULL */
};

/* err is NULL on success; ms: how long it took. */
typedef void target_done(int64_t ms, const struct error *err, void *data);
struct target_wait;

struct target_ops {
	const char *name; /* its key below `target:` */
	bool (*serves)(const struct environment_config *config);
	/* Starts it; returns once it runs, not that it is healthy. */
	int (*start)(const struct target *target,
		     const struct target_release *release, struct error *err);
	/* Waits until it is healthy, its start-timeout is over or it has
	 * ended for good; done is called once, later. */
	struct target_wait *(*await_health)(const struct target *target,
					    target_done *done, void *data);
	/* Gives up waiting; done is not called any more. NULL is fine. */
	void (*cancel)(struct target_wait *wait);
	/* Cheap, never blocks. */
	bool (*is_alive)(const struct target *target);
	/* Where requests reach it directly. */
	int (*port)(const struct target *target);
	/* 0 when it is not known. */
	pid_t (*pid)(const struct target *target);
	/* TERM, then KILL after grace_ms; done is called once, later. One that
	 * does not run is a success. */
	void (*stop)(const struct target *target, int64_t grace_ms,
		     target_done *done, void *data);
};

/* The kind that the environment's configuration names. */
const struct target_ops *target_ops_of(const struct environment_config *config);

extern const struct target_ops target_process;

#endif
