/* SPDX-License-Identifier: MIT */
/*
 * engine/ is the worker thread: it plans and runs one pipeline run, keeps its
 * journal, answers the control socket, and streams events through a pipe. A
 * run with a screen and one without execute the same code.
 *
 *	engine = engine_start(&options, &err);  // the thread runs
 *	... read events from options.events, write commands ...
 *	status = engine_join(engine, &err);     // DESIGN's exit status
 */
#ifndef SIGNALBOX_ENGINE_ENGINE_H
#define SIGNALBOX_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "engine/selection.h"
#include "pipeline/pipeline.h"
#include "source/repository.h"

/* Everything is borrowed until engine_join() and must not change. */
struct engine_options {
	const char *repository_folder; /* to open handles of its own */
	const char *common_folder;     /* the common git dir */
	const char *state_folder;
	const char *work_tree; /* with worktree */
	const struct commit *commit;
	const char *version;
	const struct pipeline *pipeline;
	const char *pipeline_text;
	const char *person; /* login of who started it */
	uid_t uid;
	const char *by; /* login of who has this engine, and steers it */
	uid_t by_uid;
	const char *email; /* git identity of `person`, or NULL */
	bool worktree;
	const struct selection *selection; /* NULL: every stage */
	int jobs;			   /* 0: as many as processors */
	bool wait; /* hold at gates; else end with 6 when only they are left */
	bool linger; /* stay for commands after the run, until commands ends */
	/* A run that is there, instead of a new one: its lock is taken over.
	 * NULL: a new one. */
	struct recovery *past;
	const struct strings *again; /* though it says `resume: false` */
	const char *retry;	     /* a stage to run once more; NULL */
	/* Nothing but this is done to it: a vote, recorded. NULL: it runs. */
	const struct command *vote;
	int events;   /* written: NDJSON for the main thread; taken over */
	int commands; /* read; taken over */
};

struct engine;
struct command;
struct recovery;

/* Makes the run's folder, or opens it, and starts the thread. */
struct engine *engine_start(const struct engine_options *options,
			    struct error *err) MUST_CHECK;
int64_t engine_run_number(const struct engine *engine);
/* Where the run's journal and logs are; borrowed. */
const char *engine_run_folder(const struct engine *engine);
/* Waits for the thread's end, frees the engine, returns the exit status; -1
 * when the run was cut off because its journal could not be written, or the
 * vote refused. */
int engine_join(struct engine *engine, struct error *err) MUST_CHECK;

#endif
