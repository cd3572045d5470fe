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

struct release; /* delivery/state.h */

/* Which instance of which colour of which environment, and how its kind is
 * configured. All borrowed. Whoever asked may be gone before the end is told,
 * and the target with it: what is needed until then is copied. */
struct target {
	const struct target_ops *ops;
	struct loop *loop;
	const char *environment;
	enum colour colour;
	int instance; /* from 0 */
	const char
		*folder; /* its own, kept between releases: "blue", "blue-2" */
	const struct environment_config *config;
};

/* What is started there. */
struct target_release {
	const char *version, *commit, *digest;
	const char *folder;	     /* where it was unpacked */
	int64_t run;		     /* 0: none */
	const struct pairs *secrets; /* name to value; may be NULL */
	/* Told how a start that takes its time gets on, with done's data, and
	 * not any more once that was called. NULL: nobody. */
	void (*note)(const char *text, void *data);
};

/* err is NULL on success; ms: how long it took. */
typedef void target_done(int64_t ms, const struct error *err, void *data);
struct target_wait;

struct target_status {
	bool alive;
	pid_t pid;	  /* 0: none */
	int64_t restarts; /* since its release was started */
	char ended[160];  /* how it ended the last time; "" */
};
/* status is NULL with err: it could not be known. */
typedef void target_looked(const struct target_status *status,
			   const struct error *err, void *data);

struct target_ops {
	const char *name; /* its key below `target:` */
	bool (*serves)(const struct environment_config *config);
	/* Starts it; done is called once, later: it runs, which is not that
	 * it is healthy. A stop that comes before done ends it all the same. */
	void (*start)(const struct target *target,
		      const struct target_release *release, target_done *done,
		      void *data);
	/* Waits until it is healthy, its start-timeout is over or it has
	 * ended for good; done is called once, later. The target lives until
	 * then. */
	struct target_wait *(*await_health)(const struct target *target,
					    target_done *done, void *data);
	/* Gives up waiting; done is not called any more. NULL is fine. */
	void (*cancel)(struct target_wait *wait);
	/* Cheap, never blocks. */
	bool (*is_alive)(const struct target *target);
	/* Cheap: how often it was started again since its release was
	 * started, and how it ended before. NULL: nobody knows. */
	void (*recall)(const struct target *target,
		       struct target_status *status);
	/* Asks what is true; what it found is what is_alive() says from then
	 * on. done is called once, later, within seconds. NULL: is_alive() is
	 * always true to the moment. */
	void (*look)(const struct target *target, target_looked *done,
		     void *data);
	/* What a start would need is there (files, image), as of the last
	 * look. NULL: its folder is all. */
	bool (*is_kept)(const struct target *target,
			const struct release *release);
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

extern const struct target_ops target_process, target_container, target_exec;
/* Of what was there before us; no configuration names it. */
extern const struct target_ops target_adopted;

#endif
