/* SPDX-License-Identifier: MIT */
/*
 * What the files of the engine share. engine.c: the thread, set-up, the end;
 * run-folder.c, run-record.c: where a run is and what its journal says of it;
 * stage.c: one stage, stage-prepare.c: what it waits for, stage-end.c: how it
 * ends; stages.c: all of them, scheduling; stage-facts.c: what they say of the
 * run; restore.c: a run taken up again; services.c; sites.c: environments;
 * commands.c: what people tell it, control.c: from which terminals.
 */
#ifndef SIGNALBOX_ENGINE_INTERNAL_H
#define SIGNALBOX_ENGINE_INTERNAL_H

#include <pthread.h>

#include "delivery/environment.h"
#include "engine/engine.h"
#include "engine/notices.h"
#include "engine/schedule.h"
#include "engine/stream.h"
#include "model/history.h"
#include "net/server.h"
#include "source/work.h"
#include "step/allowances.h"
#include "step/step.h"

#define MAX_STEPS 3

struct stage {
	struct engine *engine;
	const struct stage_config *config;
	enum state state;
	char *reason;
	enum step_kind kinds[MAX_STEPS];
	size_t kind_count, at;
	struct step *step;
	struct stage_log *log;
	struct work_request *request;
	struct work_folder *folder;
	struct placing *placing; /* artifacts on their way into the folder */
	struct scan_traces scan;
	int64_t started_us;
	int attempt;		 /* 0: not started yet */
	struct stage_past *past; /* where it goes on; NULL: from its start */
	int retries_left;
	enum state ending;   /* as its command ended */
	struct timer *pause; /* before it is tried again, or NULL */
	int tests_told;	     /* that failed, singly, since it began */
	bool is_due;	     /* to be tried again */
	bool has_run;	     /* its command was started */
	bool is_cleaning;    /* its step is the clean-up */
	bool holds_job;	     /* one of --jobs */
	bool awaits_service; /* and is ready but for that */
	bool awaits_record;  /* that it was started */
	char *lost_service;  /* why its command is being ended, or NULL */
	int exit_status;
	int64_t log_bytes, log_lines;
	enum error_code error; /* why it could not be tried */
	bool at_gate;	       /* its gate is open */
	bool gate_in_plan;     /* which stands between a plan's steps */
	/* Sequence numbers of the last events that changed what a command
	 * for it would act on, and what the newest of them was. */
	int64_t moved_seq, gate_seq;
	char *moved_text;
};

struct site { /* an environment, opened once */
	struct engine *engine;
	char *name;
	struct environment *environment;
	struct step *claimed; /* by a deploy step */
	int64_t release_seq;
	char *release_text;
	bool is_watched, is_rolling_back;
	int busy;	     /* operations of our own under way */
	bool is_let_through; /* this run, by the environment's gate */
	struct site *next;
};

struct client { /* another terminal */
	struct engine *engine;
	struct channel *channel;
	struct sender sender;
	char *login;
	bool steers; /* a person's terminal */
	struct client *next;
};

struct engine {
	struct engine_options options;
	pthread_t thread;
	int64_t run;
	int lock;
	char *folder;
	struct loop *loop;
	struct helper *writer, *helper, *judge;
	struct http *http;
	struct log_pool *logs;
	struct strings secrets;
	struct stream *stream;
	struct notices *notices;
	struct work_pool *work;
	struct repository *repository;
	struct run_facts facts;
	struct step_host host;
	struct allowances *allowances;
	bool is_judging; /* those; no stage starts meanwhile */
	struct artifacts artifacts;
	struct history history; /* what the runs before teach */
	/* Takes what they will know of this one; NULL where it was resumed. */
	struct history_reader *reader;
	struct stage *stages;
	char **left_out; /* of each stage why it is not run, or NULL */
	struct schedule *schedule;
	struct attendant *services; /* one for each of the pipeline's */
	int services_busy;	    /* that run or are being cleaned up */
	int running;		    /* stages that hold one of --jobs */
	int unfinished;		    /* stages started and not ended */
	int at_gates;		    /* stages that only people can let go on */
	int due;		    /* stages to be tried again now */
	bool is_cancelled, is_killed, is_over, is_starting, is_taking_back;
	bool is_telling;       /* over, but that is not in its journal yet */
	bool is_stopping;      /* once what was said is on disk */
	int64_t cancelled_seq; /* the record of the last cancel */
	int64_t started_us;
	int status;
	struct digest *findings; /* of every open finding so far */
	struct site *sites;
	struct channel *screen; /* the main thread; NULL once gone */
	struct sender owner;
	struct server *server;
	struct client *clients;
	bool had_operator;
	struct answer *answers;	  /* not sent yet */
	char *failure;		  /* why the journal cannot be written */
	size_t torn;		  /* bytes cut off the journal that was there */
	const struct stage *only; /* nothing else is started, for a vote */
	bool has_voted;
	struct error refusal; /* of the vote */
	struct decided {
		void (*then)(void *argument);
		void *argument;
	} decided; /* by the vote */
};

/* engine.c */
void engine_emit(struct engine *engine, struct event *event);
/* The same of what another process did, which sends notices of it. */
void engine_emit_foreign(struct engine *engine, struct event *event);
void engine_note(struct engine *engine, const char *level, const char *format,
		 ...) PRINTF_LIKE(3, 4);
void engine_stop_if_done(struct engine *engine);

/* run-record.c */
void engine_tell_started(struct engine *engine);
/* Warns when the time of day is not the machine's. */
void engine_tell_clock(struct engine *engine);
void engine_finish_run(struct engine *engine);

/* run-folder.c */
/* Makes the run's, or takes over the one of options.past. */
int engine_open_folder(struct engine *engine, struct journal **journal,
		       struct error *err) MUST_CHECK;

/* stage.c */
void stage_init(struct stage *stage, struct engine *engine,
		const struct stage_config *config);
void stage_release(struct stage *stage);
/* One that has ended is queued as if it had never run. */
void stage_rearm(struct stage *stage);
/* Its end is told to stages_ended(), perhaps before this returns. */
void stage_start(struct stage *stage);
/* Its command is ended, its clean-up left alone; once the engine is_killed
 * both are, at once. */
void stage_cancel(struct stage *stage);
struct event *stage_event(const struct stage *stage, enum event_type type);
/* A service that it uses is gone. */
void stage_lost_service(struct stage *stage, const char *why);
/* For the other files of a stage: */
void stage_run_steps(struct stage *stage);
void stage_give_back(struct stage *stage);
void stage_drop_step(struct stage *stage);
void stage_hold_job(struct stage *stage, bool hold);
struct step_options stage_step_options(struct stage *stage);
/* The reason is the stage's own. */
void stage_finish(struct stage *stage, enum state outcome);

/* stage-prepare.c */
/* Its folder, what is to be in it and its services, then its command. */
void stage_prepare(struct stage *stage);
/* Whether it was on its way; it is not any more. */
bool stage_stop_preparing(struct stage *stage);
/* A service that it waited for may be there now. */
void stage_look_again(struct stage *stage);

/* stage-end.c */
/* Its command has ended so, or could not begin: cleans up, tries again or
 * finishes. The reason is copied. */
void stage_end(struct stage *stage, enum state outcome, const char *reason);
/* It is due to be tried again, and there is a place for it. */
void stage_go_on(struct stage *stage);
/* It waits no longer to be tried again. */
void stage_wake(struct stage *stage);

/* stages.c */
int stages_init(struct engine *engine, struct error *err) MUST_CHECK;
void stages_free(struct engine *engine);
/* Starts what can start, ends the run when nothing is left. */
void stages_advance(struct engine *engine);
/* A terminal that steers came or went. */
void stages_operator_changed(struct engine *engine);
void stages_cancel(struct engine *engine);
/* A stage that was started has its outcome. */
void stages_ended(struct stage *stage);
struct stage *stages_find(struct engine *engine, const char *name);

/* The same for a run that was being cancelled when its engine died. */
void stages_cancel_again(struct engine *engine);
/* A stage that ended badly runs once more, and what hangs on it. */
int stages_retry(struct engine *engine, const char *name, const char *person,
		 struct error *err) MUST_CHECK;
/* Ended before this engine: the schedule is told. */
void stages_were_ended(struct stage *stage);

/* restore.c */
void run_restore(struct engine *engine);
/* Its gate is as open as it will be: options.vote is cast, then it ends. */
void run_vote(struct engine *engine);

/* stage-facts.c */
json_t *stages_json(const struct engine *engine);
/* Adds to a test that failed how often it has failed before. */
void stages_note_test(struct engine *engine, struct event *event);
/* The worst outcome, as the run's. */
enum state stages_outcome(const struct engine *engine, int *status);
/* Remembers what the event moved, for compare and act. */
void stages_note_event(struct engine *engine, const struct event *event,
		       int64_t seq);

/* services.c */
void services_init(struct engine *engine);
void services_free(struct engine *engine);
/* Starts those that the stage names and that do not run. */
void services_want(const struct stage *stage);
/* The first that the stage names and is not healthy, or NULL. */
const char *services_missing(const struct stage *stage);
/* Ends those that no stage will use any more. */
void services_release(struct engine *engine);
/* Ends all; a stage that comes to want one starts it anew. */
void services_end(struct engine *engine);
void services_kill(struct engine *engine);
/* For environ_build(). */
int services_port(void *engine, const char *name);

/* sites.c */
void sites_open_known(struct engine *engine);
void sites_free(struct engine *engine);
/* A deployment of that run stands somewhere. */
bool sites_have_of(const struct engine *engine, int64_t run);
struct environment *site_environment(void *engine, const char *name,
				     struct error *err);
bool site_is_let_through(void *engine, const char *environment);
/* Takes note of what happened at an environment's gate. */
void site_note_gate(struct engine *engine, const struct event *event);
bool site_claim(void *engine, const char *environment, struct step *step);
struct site *site_find(struct engine *engine, const char *name);
/* Whether what this run would release is under deployment there. */
bool site_has_candidate(const struct site *site);
/* Rolls back or shifts without a deployment of this run. */
int site_command(struct site *place, const struct command *command,
		 const struct sender *sender, struct error *err) MUST_CHECK;

/* commands.c */
/* Executes it and records that; 0, or -1 with why it was refused. */
int commands_execute(struct engine *engine, const struct command *command,
		     const struct sender *sender, struct error *err) MUST_CHECK;

/* control.c */
int control_start(struct engine *engine, struct error *err) MUST_CHECK;
void control_free(struct engine *engine);
bool control_is_operator_lost(void *engine);

#endif
