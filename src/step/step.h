/* SPDX-License-Identifier: MIT */
/*
 * step/ holds the kinds of work behind one interface: run, scan, check,
 * gate, deploy, and what a deployment's plan adds. A step never blocks: it
 * is started, woken by descriptors, deadlines and replies on the loop, may be
 * cancelled, and tells its end once by step_done().
 *
 *	step = step_new(STEP_RUN, &options);
 *	if (step_start(step, &err) < 0) ...     // no done() in this case
 *	step_cancel(step, STATE_CANCELLED);     // done() follows, soon
 *	step_free(step);                        // after done()
 *
 * A new kind is one file and one row in step.c.
 */
#ifndef SIGNALBOX_STEP_STEP_H
#define SIGNALBOX_STEP_STEP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "event/command.h"
#include "event/event.h"
#include "evidence/report-files.h"
#include "loop/helper.h"
#include "loop/loop.h"
#include "model/model.h"
#include "net/http.h"
#include "pipeline/pipeline.h"
#include "source/artifact.h"
#include "source/repository.h"
#include "step/log.h"
#include "step/past.h"

/* What is true of the whole run; set before the first stage starts. */
struct run_facts {
	int64_t number;
	const struct commit *commit;
	const char *version;
	const char *person; /* login of who started it */
	uid_t uid;
	const char *email;	  /* that person's git identity, or NULL */
	const char *state_folder; /* COMMON/signalbox */
	const char *run_folder;	  /* STATE/runs/N */
	const char *repository_folder;
	const char *pipeline_text; /* the file's bytes */
	bool worktree;		   /* not releasable */
};

struct allowances;
struct environment;
struct step;

/* What the engine gives every step. */
struct step_host {
	struct loop *loop;
	struct helper *helper; /* git, digests, what stands in folders */
	struct helper *judge;  /* of reports, which may take it a minute */
	struct log_pool *logs;
	struct http *http;
	struct mask *mask; /* of what is kept beside logs; NULL: no secrets */
	const struct pipeline *pipeline;
	const struct allowances *allowances; /* of that; NULL: none */
	const struct run_facts *run;
	struct artifacts *artifacts; /* of the run so far */
	void *data;		     /* the engine */
	/* Takes the event over: journal, screen, everyone who watches. */
	void (*emit)(void *data, struct event *event);
	/* Calls then(argument) on the loop once every event emitted so far is
	 * on disk: before a decision is acted on. */
	void (*on_disk)(void *data, void (*then)(void *argument),
			void *argument);
	/* One handle an environment and run, opened on first use, watched. */
	struct environment *(*environment)(void *data, const char *name,
					   struct error *err);
	/* From now on the environment's events are this stage's, and a move
	 * by someone else is told to its step (step_moved()). NULL: nobody's.
	 * False while another step has it. */
	bool (*claim)(void *data, const char *environment, struct step *step);
	/* True when this run may do in the environment what its gate holds:
	 * it was let through, or there is no gate. */
	bool (*is_let_through)(void *data, const char *environment);
	/* True when a person has steered this run from a terminal and none
	 * does any more. */
	bool (*is_operator_lost)(void *data);
	/* Where a service of the pipeline listens. */
	int (*service_port)(void *data, const char *name);
	/* Adds {name, outcome, text?} of the finished stages to a JSON array,
	 * and returns the digest of the open findings into `findings`. */
	void (*checks)(void *data, json_t *array,
		       char findings[DIGEST_TEXT_SIZE]);
};

/* Who sent a command, as the system vouches for it. */
struct sender {
	uid_t uid;
	const char *login;
};

enum step_kind {
	STEP_RUN,
	STEP_SCAN,
	STEP_ARTIFACTS,
	STEP_CHECK,
	STEP_GATE,
	STEP_DEPLOY,
	STEP_CLEANUP,
	STEP_BRANCHES,
	STEP_KIND_COUNT
};

typedef void step_finished(struct step *step, void *data);

/* What the reading of a scan must know of the stage's command. */
struct scan_traces {
	struct report_files files; /* as they were before the command */
	int found_exit; /* the status that says it found something; 0 none */
};

struct step_options {
	const struct step_host *host;
	const struct stage_config *stage;
	struct stage_past *past;  /* to go on from; NULL: from its start */
	const char *folder;	  /* where it works; NULL: none */
	int folder_lock_fd;	  /* children keep it; -1: none */
	struct scan_traces *scan; /* noted by run, for scan; the stage's */
	struct stage_log *log;	  /* the stage's; outlives the step */
	/* What a command at the end may know, as $SIGNALBOX_OUTCOME. NULL. */
	const char *outcome;
	step_finished *done;
	void *data;
};

struct step {
	struct step_options options; /* copied */
	const struct step_ops *ops;
	/* Set by step_done(): */
	enum state outcome;
	char *reason;	 /* NULL: none */
	int exit_status; /* -1: none */
	/* Of a failure: what could not be done, ERROR_NONE where the thing
	 * itself is bad. Set by the kind. */
	enum error_code code;
	bool is_done;
};

struct step_ops {
	const char *name;
	size_t size; /* of the struct that begins with struct step */
	int (*start)(struct step *step, struct error *err); /* required */
	void (*cancel)(struct step *step, enum state why);  /* required */
	void (*release)(struct step *step);		    /* optional */
	/* Log handlers, routed by the stage to its running step. Optional. */
	void (*output)(struct step *step, const char *bytes, size_t len);
	void (*output_ended)(struct step *step);
	/* A command for this stage (vote, hold, promote, shift, rollback).
	 * Optional; refused with ERROR_REFUSED and the reason. */
	int (*command)(struct step *step, const struct command *command,
		       const struct sender *sender, struct error *err);
	/* Someone else moved the environment this step claimed. Optional. */
	void (*moved)(struct step *step, const char *text);
	/* A terminal that steers came or went. Optional. */
	void (*operator_changed)(struct step *step);
};

struct step *step_new(enum step_kind kind, const struct step_options *options);
int step_start(struct step *step, struct error *err) MUST_CHECK;
void step_cancel(struct step *step, enum state why);
int step_command(struct step *step, const struct command *command,
		 const struct sender *sender, struct error *err) MUST_CHECK;
void step_output(struct step *step, const char *bytes, size_t len);
void step_output_ended(struct step *step);
void step_moved(struct step *step, const char *text);
void step_operator_changed(struct step *step);
void step_free(struct step *step);

/* For the kinds: ends the step; the reason is copied and may be NULL. The
 * step is freed in a later turn of the loop. */
void step_done(struct step *step, enum state outcome, const char *reason);
/* Where the stage's commands run: its workdir, which may not lead out of its
 * folder, by a link neither. The caller's; NULL when there is none. */
char *step_folder(const struct step *step, struct error *err) MUST_CHECK;
/* An event of this step's stage. */
struct event *step_event(const struct step *step, enum event_type type);
void step_emit(const struct step *step, struct event *event);
/* What is odd in a file, and no failure: in the log, and as one warning. */
void step_tell_notes(const struct step *step, const char *file,
		     const struct strings *notes);
/* A note of its stage, as a warning. */
void step_warn(const struct step *step, const char *format, ...)
	PRINTF_LIKE(2, 3);

extern const struct step_ops step_run_ops;
extern const struct step_ops step_scan_ops;
extern const struct step_ops step_artifacts_ops;
extern const struct step_ops step_check_ops;
extern const struct step_ops step_gate_ops;
extern const struct step_ops step_deploy_ops;
extern const struct step_ops step_cleanup_ops;
extern const struct step_ops step_branches_ops;

#endif
