/* SPDX-License-Identifier: MIT */
/*
 * Inside the deploy step: what its files share. deploy.c takes a stage from
 * its start to its end, deploy-gate.c asks people, deploy-queue.c waits for its
 * turn, deploy-plan.c executes the plan, deploy-run.c its commands,
 * deploy-bake.c watches it at 100 %,
 * deploy-operator.c minds that somebody steers it, deploy-watch.c lets the
 * analysis judge beside it.
 */
#ifndef SIGNALBOX_STEP_DEPLOY_H
#define SIGNALBOX_STEP_DEPLOY_H

#include "delivery/analysis.h"
#include "delivery/environment.h"
#include "delivery/plan.h"
#include "delivery/queue.h"
#include "step/gatekeeper.h"
#include "step/job.h"
#include "step/requests.h"
#include "step/step.h"
#include "step/unpack.h"

enum deploy_phase {
	DEPLOY_OPENING,	 /* recovering, unpacking */
	DEPLOY_AT_GATE,	 /* people decide */
	DEPLOY_QUEUED,	 /* someone else holds the environment */
	DEPLOY_MOVING,	 /* an operation of the environment is under way */
	DEPLOY_CHECKING, /* requests straight to the candidate */
	DEPLOY_RUNNING,	 /* a command of the plan */
	DEPLOY_PAUSED,	 /* waits by the clock, for a verdict or a person */
	DEPLOY_ENDING,	 /* rolling back or abandoning */
};

struct deploy_step {
	struct step step;
	const struct deploy_config *config;
	struct environment *environment; /* the engine's */
	enum deploy_phase phase;
	struct unpack *unpack;
	char *digest, *folder;
	int64_t migrations; /* files of them over what was live */
	struct gatekeeper *keeper;
	char *compared_with; /* digest of the live release at the gate */
	char *person;	     /* who let it through; NULL */
	bool is_vetoed;	     /* as its gate was opened */
	struct timer *queue;
	struct queue_place *place; /* in the line before the environment */
	bool has_met_another; /* operation there, as that of the run's start */
	char *queued_behind;
	bool claimed, acquired, begun, traffic_moved;
	int64_t epoch;	 /* the environment's when this began */
	char *gone;	 /* who has taken it back since; NULL: nobody */
	int64_t gone_us; /* since when that is waited for */
	struct timer *gone_timer; /* NULL before that */
	struct plan *plan;
	size_t at; /* the plan's step under way */
	int64_t step_began_us;
	struct requests_run *requests;
	int checked_instance; /* from 0: the one that these are for */
	struct job job;	      /* a command of the plan */
	bool has_job;
	bool promoting;	   /* pauses, checks and small weights are skipped */
	bool leaving;	   /* the step under way is, by a person */
	bool observing;	   /* waits for requests to agree with a shift */
	int64_t silent_us; /* since when no proxy answers it; 0: one does */
	bool held;
	struct timer *pause;
	int64_t pause_left_ms; /* -1: has no end */
	int64_t pause_until_us;
	bool took_up;	       /* another engine had begun it */
	bool rolled;	       /* and batches of it had been started */
	size_t took_up_at;     /* the step that it goes on at */
	int64_t pause_rest_ms; /* of that; -1: all */
	bool pause_over;       /* the clock is done; a verdict may be missing */
	struct timer *bake;    /* armed while it is watched at 100 % */
	pid_t baked_pids[INSTANCES_MOST];
	bool awaits_window, window_overridden;
	struct analysis *analysis;
	struct metrics *metrics; /* that it asks; NULL: none */
	struct timer *look;
	struct timer *operator_timer; /* armed while nobody steers what waits */
	bool is_alone;		      /* that was said */
	struct timer *max_hold; /* NULL while it is not held by a verdict */
	int64_t max_hold_ms;
	struct analysis_result judged;
	bool has_judged;
	enum state ending; /* how it ends once the operation is done */
	char *ending_reason;
};

/* deploy-gate.c */
/* Asks people where the environment has a gate, and goes on with
 * deploy_take(). */
void deploy_open_gate(struct deploy_step *deploy);
/* What is live is still what the candidate was compared with at the gate. */
bool deploy_is_as_compared(const struct deploy_step *deploy);

/* deploy-queue.c */
/* Looks again soon (what deploy->queue calls); why is said when it is news. */
void deploy_wait(struct deploy_step *deploy, const char *why);
/* The same where another operation is under way, which is said only when it
 * is so again: the first look of a run at its environments is over at once. */
void deploy_wait_for_operation(struct deploy_step *deploy, const char *why);
/* True when the environment is ours. Else it waits or has ended. */
bool deploy_acquire(struct deploy_step *deploy);
/* False when there is no sense in asking people: the step has ended. */
bool deploy_may_come(struct deploy_step *deploy);
/* While people are asked, when a newer run may end that. */
void deploy_stand_at_gate(struct deploy_step *deploy);
void deploy_leave_line(struct deploy_step *deploy);

/* deploy-past.c */
/* True when an earlier engine had begun it: it goes on, or has ended. */
bool deploy_take_up(struct deploy_step *deploy);
/* A run that was resumed or waited is not stopped by a newer one, but told. */
void deploy_tell_newer(struct deploy_step *deploy);

/* deploy-plan.c */
void deploy_run_plan(struct deploy_step *deploy);
/* The end of an operation of the environment, which was the step. */
void deploy_operated(void *data, const struct error *err);
/* The step under way is over; the plan goes on. */
void deploy_step_passed(struct deploy_step *deploy);
/* And ends with it. */
void deploy_step_failed(struct deploy_step *deploy, enum state outcome,
			const char *reason);
void deploy_leave_pause(struct deploy_step *deploy);
/* The step under way. */
const struct plan_step *deploy_current(const struct deploy_step *deploy);
/* What the candidate is held against at that step; NULL: nothing. */
const struct analysis_config *deploy_limits(const struct deploy_step *deploy);
/* A pause, an analysis or a bake: what a person may leave. */
bool deploy_step_waits(const struct plan_step *step);
/* The candidate's share that was asked for last, in percent. */
double deploy_asked(const struct deploy_step *deploy);
/* The step itself is no longer needed: what it waits for is dropped. */
void deploy_drop_waits(struct deploy_step *deploy);

/* deploy-steer.c */
int deploy_hold(struct deploy_step *deploy, bool hold, struct error *err);
/* next: leaves the pause or analysis under way, and no more. */
int deploy_promote(struct deploy_step *deploy, bool next, struct error *err);
int deploy_shift(struct deploy_step *deploy, const struct command *command,
		 const struct sender *sender, struct error *err);

/* deploy-gone.c */
/* Another process goes back: ends with what came of that, once it is known,
 * which is `reason` where that went well. */
void deploy_end_gone(struct deploy_step *deploy, const char *reason);

/* deploy.c, where the way a step ends is known */
void deploy_end_as(struct deploy_step *deploy, enum state outcome,
		   const char *reason);

/* deploy-run.c */
/* Starts the step's command; the step passes or fails by its end. */
void deploy_run_command(struct deploy_step *deploy,
			const struct plan_step_config *config);
/* What still runs of it is killed. */
void deploy_drop_command(struct deploy_step *deploy);

/* deploy-bake.c */
/* A batch of a rolling release. */
void deploy_roll(struct deploy_step *deploy, const struct plan_step *step);
void deploy_bake_begin(struct deploy_step *deploy);
void deploy_bake_end(struct deploy_step *deploy);

/* Waits so long, by the clock; -1: without end. */
void deploy_pause(struct deploy_step *deploy, int64_t ms);

/* deploy-observe.c */
/* The weights are set: goes on once requests agree with them. */
void deploy_observe(struct deploy_step *deploy);
/* They are not, for the proxy does not answer: true where the step is tried
 * again when its pause is over. */
bool deploy_await_proxy(struct deploy_step *deploy, const struct error *err);
/* The step ends: it may be gone before the requests have told. */
void deploy_unobserve(struct deploy_step *deploy);

/* deploy-operator.c */
/* To be called whenever it begins or ends to wait for a person, the terminal
 * that steers came or went, or (acted) a person did something with it. */
void deploy_mind_operator(struct deploy_step *deploy, bool acted);
/* A warning that stands in the stage's log too. */
void deploy_warn(struct deploy_step *deploy, const char *format, ...)
	PRINTF_LIKE(2, 3);

/* deploy-window.c */
/* False: it waits for a window, or has ended because none will do. */
bool deploy_may_begin_now(struct deploy_step *deploy);
int deploy_override_window(struct deploy_step *deploy,
			   const struct command *command,
			   const struct sender *sender,
			   struct error *err) MUST_CHECK;

/* deploy-watch.c */
void deploy_watch_begin(struct deploy_step *deploy,
			const struct analysis_config *config);
void deploy_watch_end(struct deploy_step *deploy);
/* Whether the plan may go on: nothing is watched, or the last look passed. */
bool deploy_watch_is_content(const struct deploy_step *deploy);
/* The plan waits for a verdict alone: where nobody is there to promote it,
 * that ends some day. */
void deploy_watch_hold(struct deploy_step *deploy);

/* deploy.c */
/* It was let pass: takes the environment, when it is its turn, and goes. */
void deploy_take(struct deploy_step *deploy);
int deploy_make_plan(struct deploy_step *deploy, struct error *err) MUST_CHECK;
void deploy_give_back(struct deploy_step *deploy);
/* Ends the deployment without the candidate: traffic back if it had any. */
void deploy_fail(struct deploy_step *deploy, enum state outcome,
		 const char *reason);
/* The same, FAILED, by what could not be done. */
void deploy_fail_by(struct deploy_step *deploy, const struct error *err);
void deploy_roll_back(struct deploy_step *deploy,
		      const struct rollback_request *request);
void deploy_succeeded(struct deploy_step *deploy);

#endif
