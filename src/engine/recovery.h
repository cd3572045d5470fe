/* SPDX-License-Identifier: MIT */
/*
 * A run that an engine is to have again: what its journal says of it, read
 * under its lock, before anything is done.
 *
 *	struct recovery *past = recovery_open(state, 12, &err);
 *	... pipeline of past->pipeline_text, commit past->commit ...
 *	engine = engine_start(&(struct engine_options){.past = past, ...});
 *	... engine_join(engine) ...
 *	recovery_free(past);
 */
#ifndef SIGNALBOX_ENGINE_RECOVERY_H
#define SIGNALBOX_ENGINE_RECOVERY_H

#include "base/str.h"
#include "base/strings.h"
#include "engine/selection.h"
#include "model/model.h"
#include "source/artifact.h"
#include "step/past.h"

struct stage_recovery {
	char *name, *kind, *environment;
	enum state state; /* STATE_RUNNING: it was under way */
	char *reason;	  /* NULL none */
	int exit_status;  /* -1 none */
	int status;	  /* what it could not do, as an exit status; 0 none */
	int attempt;	  /* 0: not started yet */
	int tries;	  /* of its retries, used in this attempt */
	/* The environment whose gate let this run pass there; NULL. */
	char *let_through;
	struct stage_past past; /* of the attempt under way */
};

struct artifact_maker {
	char *path, *stage;
};

struct recovery {
	char *folder;
	int64_t run;
	int lock; /* the run's, held; -1 once an engine has it */
	/* run.started */
	char *commit, *branch, *version, *person, *file_digest;
	uid_t uid;
	bool worktree;
	int jobs;
	struct selection selection; /* its texts are the next three */
	char *from, *until, *reason;
	int64_t started; /* wall ms */

	bool is_finished; /* as recovery_is_over() says */
	enum state outcome;
	bool is_cancelled;	 /* by a person, and not all ended */
	int64_t seq, last;	 /* of the last record; wall ms */
	struct strings findings; /* as bound_add() adds them */
	struct artifacts artifacts;
	struct artifact_maker *makers;
	size_t maker_count, maker_cap;
	struct stage_recovery *stages; /* in the pipeline's order */
	size_t stage_count, stage_cap, newest;
	struct str pipeline_text; /* the folder's; empty when it is gone */
};

/* Takes the run's lock and folds its journal. ERROR_REFUSED while an engine
 * has the run, ERROR_NOT_FOUND when there is nothing to go by, ERROR_CORRUPT
 * with the record. */
struct recovery *recovery_open(const char *state, int64_t run,
			       struct error *err) MUST_CHECK;
void recovery_free(struct recovery *past);
/* For recovery_open(): takes what its journal says. */
int recovery_fold(struct recovery *past, struct error *err) MUST_CHECK;
/* NULL when it was never started, skipped or heard of. */
struct stage_recovery *recovery_stage(const struct recovery *past,
				      const char *name);
/* The gate of a stage that waits for people, or NULL. */
const struct past_gate *recovery_gate(const struct stage_recovery *stage);
/* Whether a run is over once it has recorded this; was: before that. */
bool recovery_is_over(const struct event *event, bool was);
/* True when the run is not over: it was cut off, or waits at a gate. Cheap
 * where its last record says that it is. */
bool recovery_is_wanted(const char *state, int64_t run);
/* That in a sentence, with the command that goes on; NULL when it is over.
 * The caller's. */
char *recovery_offer(const char *state, int64_t run);
/* ERROR_REFUSED, and why, unless a stage that has ended so may be tried once
 * more. started: it was, ever. */
int stage_check_retry(const char *name, enum state state, bool started,
		      struct error *err) MUST_CHECK;

#endif
