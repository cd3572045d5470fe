/* SPDX-License-Identifier: MIT */
/*
 * delivery/ moves releases: strategy to plan, environments, analysis,
 * rollback. This file: the keeper, the same binary run once more for each
 * running instance, which outlives signalbox and keeps its process alive.
 *
 * A keeper is known by its folder (0700), which holds:
 *	spec	what it runs (argv, working folder), without the environment
 *	lock	held (a record lock, which can be asked for without taking
 *		it) while the keeper lives
 *	socket	the path of its socket
 *	child	"PID START-TIME SESSION" of the process it owns now
 *	restarts	how often it was started again, and why
 *	log	standard output and errors of that process, appended; over
 *		64 MiB the oldest is given back, but the last 16 MiB
 * The process's environment, secrets among it, is the keeper's own and is
 * never written to disk. It restarts what ends after 100 ms, doubling to
 * 10 s, and from 100 ms again after 10 s of life. What that left in the
 * keeper's session ends with it. Its socket stands in the
 * runtime folder under a name made from the folder's path and answers one
 * line each: "status", a JSON object; "stop GRACE-MS", when it is done.
 */
#ifndef SIGNALBOX_DELIVERY_KEEPER_H
#define SIGNALBOX_DELIVERY_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "loop/loop.h"
#include "proc/identity.h" /* KEEPER_NAME */

/* The program of a keeper; call it when argv[0] is KEEPER_NAME, before any
 * thread exists. Returns its exit status. */
int keeper_main(int argc, char **argv);

struct keeper_options {
	const char *folder;	    /* the keeper's own, absolute; made 0700 */
	const char *const *argv;    /* what it runs; argv[0] a path */
	const char *const *env;	    /* NULL: ours */
	const char *working_folder; /* NULL: / */
	/* A URL that it must answer with 2xx or 3xx once it has; three times
	 * not, and it is started again. NULL: none. */
	const char *liveness;
	/* A signal by which what it leaves when it dies ends its requests
	 * first, for 30 s at most; where that keeps it from its port, not
	 * even those. 0: none, it is killed at once. */
	int drain;
	struct loop *loop; /* reaps the keeper while we live */
};

/*
 * Returns once the keeper runs, holds its lock and can be asked. Refuses
 * (ERROR_REFUSED) when the folder has a live keeper. Ends first what a
 * killed keeper of the same folder may have left.
 */
int keeper_start(const struct keeper_options *options,
		 struct error *err) MUST_CHECK;

/* True while a keeper holds the folder's lock. Never blocks. */
bool keeper_is_alive(const char *folder);

struct keeper_status {
	pid_t pid;	   /* of the process; 0 while it waits to restart */
	int64_t started;   /* wall ms of that process's start */
	int64_t since;	   /* wall ms of the keeper's own start */
	int64_t restarts;  /* how often it was started again */
	const char *ended; /* how it last ended ("exit status 3"), or "" */
};

/* status is NULL with err set on failure; both are valid in the call only. */
typedef void keeper_status_done(const struct keeper_status *status,
				const struct error *err, void *data);
/* Calls done once, later, from the loop; gives up after 2 s. */
void keeper_ask_status(struct loop *loop, const char *folder,
		       keeper_status_done *done, void *data);

/* err is NULL when the keeper and its process are gone. */
typedef void keeper_stop_done(const struct error *err, void *data);
/* TERM to the process's group, KILL after grace_ms. No keeper is fine, and
 * then ends a process that a killed keeper left. Calls done once, later. */
void keeper_stop(struct loop *loop, const char *folder, int64_t grace_ms,
		 keeper_stop_done *done, void *data);

/* The path of the log, owned by the caller. */
char *keeper_log_path(const char *folder);

#endif
