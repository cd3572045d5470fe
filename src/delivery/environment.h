/* SPDX-License-Identifier: MIT */
/*
 * An environment and everything that can be done to it. It lives in
 * STATE/environments/NAME/, needs no live run and no checkout:
 *
 *	journal.ndjson, head	every decision; what is live is its fold
 *	late.ndjson  what happened while a sleeper held write.lock: whoever
 *		    has it next makes records of it
 *	epoch	    the fence: a number that every rollback raises
 *	run.lock    flock, held by whoever deploys; its text names the holder
 *	write.lock  flock, held for one write: epoch, provider, journal
 *	pipelines/DIGEST.yaml	files that releases came with
 *	blue/, blue-2/, green/, proxy/	folders of the keepers
 *
 * A deployment, from a step that owns the loop:
 *
 *	environment = environment_open(&options, err);
 *	environment_recover(environment, done, data);
 *	environment_acquire(environment, run, person, err);
 *	environment_begin(environment, &deployment, err);
 *	environment_start_candidate(environment, done, data);
 *	... checks against environment_address(environment, colour, 0, &url) ...
 *	environment_shift(environment, 5, "step weight-5", NULL, done, data);
 *	... environment_counts() into an analysis ...
 *	environment_promote(environment, done, data);
 *	environment_release(environment);
 *	environment_close(environment);
 *
 * done(data, err) is called exactly once, later, from the loop; err is NULL
 * on success. One operation at a time, but rollback: it may begin at any
 * moment and ends what is under way, whose done() then gets ERROR_REFUSED.
 * After a rollback every operation of the deployment is refused.
 */
#ifndef SIGNALBOX_DELIVERY_ENVIRONMENT_H
#define SIGNALBOX_DELIVERY_ENVIRONMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/str.h"
#include "delivery/analysis.h"
#include "delivery/plan.h"
#include "delivery/state.h"
#include "event/event.h"
#include "loop/loop.h"
#include "model/model.h"
#include "pipeline/pipeline.h"

struct environment;
struct target_ops;
struct traffic_ops;

struct environment_options {
	struct loop *loop;
	const char *state; /* STATE: <common git dir>/signalbox */
	const char *name;
	/* The pipeline that names it, borrowed until the close; NULL: the one
	 * that the live release came with (rollback, up, down, status). */
	const struct pipeline *pipeline;
	const char *pipeline_text; /* its bytes; NULL with pipeline NULL */
	/*
	 * Takes every event this environment makes, after it is on disk, the
	 * once-a-second samples and what other processes recorded too. The
	 * sink owns the copy; its seq is 0. NULL: nobody listens.
	 */
	void (*emit)(struct event *copy, void *data);
	/* The epoch was raised by someone else; text says by whom. The
	 * deployment is over: release and close. May be NULL. */
	void (*moved)(const char *text, void *data);
	void *data;
	const char *stage; /* put on every event; NULL: none */
	/* A recovery says that the proxy of what is live does not run: to who
	 * is not about to start or stop it. */
	bool minds_proxy;
	/* For tests; NULL: what the configuration names. */
	const struct target_ops *target;
	const struct traffic_ops *traffic;
};

typedef void environment_done(void *data, const struct error *err);

/* Reads the journal; touches nothing outside. ERROR_NOT_FOUND without a
 * pipeline when nothing was ever live there. */
struct environment *environment_open(const struct environment_options *options,
				     struct error *err) MUST_CHECK;
/* Gives the locks back. What runs goes on running. No done() is called. */
void environment_close(struct environment *environment);

/* Borrowed, current as of the last turn of the loop. */
const struct environment_state *
environment_state(const struct environment *environment);
const struct environment_config *
environment_config(const struct environment *environment);
/* The pipeline that the live release came with, when it is another than this
 * environment was opened with; NULL: the same, or none. Borrowed. -1: what it
 * asks of whoever wants to replace the release cannot be known. */
int environment_live_pipeline(struct environment *environment,
			      const struct pipeline **pipeline,
			      struct error *err) MUST_CHECK;
/* Reads what other processes recorded since. */
int environment_refresh(struct environment *environment,
			struct error *err) MUST_CHECK;
/* The names of all environments that have a folder below STATE. */
int environment_list(const char *state, struct strings *names,
		     struct error *err) MUST_CHECK;

/* When a change of traffic or a rollback began and its end is not recorded:
 * asks the provider what is true, records it and says so. Else nothing. Also
 * opens the way to a provider that runs. Call it before any other operation. */
void environment_recover(struct environment *environment,
			 environment_done *done, void *data);

/* The run lock and the provider's. ERROR_REFUSED names the holder ("production
 * is held by run 480 by ana since 14:02"), or the person whose hand lock it
 * is. run 0: none ("a shift"). Takes the epoch as it is: a rollback after this
 * raises it, and every later write of this holder is refused. */
int environment_acquire(struct environment *environment, int64_t run,
			const char *person, struct error *err) MUST_CHECK;
void environment_release(struct environment *environment);
/* Who holds the run lock, owned by the caller; NULL: nobody. */
char *environment_holder(const struct environment *environment);
/* Why an acquisition would be refused now, in the words it would use; NULL:
 * it would not. Owned by the caller. */
char *environment_obstacle(struct environment *environment);
/* The pipeline file it was opened with, or by. Borrowed. */
const struct pipeline *
environment_pipeline(const struct environment *environment);
/* Within emit(): that another process recorded the event. */
bool environment_tells_foreign(const struct environment *environment);
/* STATE/environments/NAME, where the queue before it is. Borrowed. */
const char *environment_folder(const struct environment *environment);

/* Fills what a plan must know of the environment: its configuration, what is
 * live and whether it is up, what its provider can do (known once a provider
 * that runs was found by environment_recover()). deploy, mode and version
 * are the caller's. */
void environment_plan_request(struct environment *environment,
			      struct plan_request *request);

struct deployment {
	const struct plan *plan;
	const struct release *candidate; /* colour is the plan's */
};
/* Records and emits deploy.planned. Nothing is started. */
int environment_begin(struct environment *environment,
		      const struct deployment *deployment,
		      struct error *err) MUST_CHECK;
/* Starts the candidate on its colour and waits until it is healthy; starts
 * the managed proxy too when it does not run. In place (all-at-once): first
 * stops what is live there, and its traffic stays on the colour. */
void environment_start_candidate(struct environment *environment,
				 environment_done *done, void *data);
/* Of a rolling release: stops so many instances of the live one, which get no
 * request any more, then starts so many of the candidate. count 0: stops all
 * that are left of the live one. */
struct batch {
	int stop_first, stop_count;
	int first, count;
};
void environment_roll(struct environment *environment,
		      const struct batch *batch, environment_done *done,
		      void *data);
/* In place of the start: the candidate that another process started and that
 * runs; of a rolling release only the first instances, 0: all. Waits until
 * they are healthy, makes sure of the proxy, and counts from now on.
 * ERROR_FAILED when one does not run any more. */
void environment_take_up(struct environment *environment, int instances,
			 environment_done *done, void *data);
/* Where an instance of a colour, from 0, is reached directly (checks at weight
 * 0): adds "127.0.0.1:8081". */
void environment_address(const struct environment *environment,
			 enum colour colour, int instance, struct str *out);
/* How many instances the colour has: of what was started there last, or of
 * what is configured. */
int environment_instances(const struct environment *environment,
			  enum colour colour);
/* How many of them run. */
int environment_instances_up(const struct environment *environment,
			     enum colour colour);
/* "http://127.0.0.1:8080": through its traffic; "" when not known. Borrowed. */
const char *environment_url(const struct environment *environment);

/* The candidate's percent of traffic; the other colour gets the rest. Refused
 * while the candidate is not healthy. person NULL: the plan did it. */
void environment_shift(struct environment *environment, double percent,
		       const char *reason, const char *person,
		       environment_done *done, void *data);
/* The candidate has all traffic: settles it where a reload reads it, records
 * it live. The old colour stays warm. person: who let it through, or NULL. */
void environment_promote(struct environment *environment, const char *person,
			 environment_done *done, void *data);
/* The deployment ends without it: traffic back if it had any, the candidate
 * stopped (in place: the old release started again). outcome: failed or
 * cancelled. */
void environment_abandon(struct environment *environment, enum state outcome,
			 const char *reason, environment_done *done,
			 void *data);

struct rollback_request {
	const char *by;	    /* "person", "analysis", "operator-timeout" */
	const char *person; /* NULL by any other */
	const char *reason; /* may be NULL */
	const char *to; /* a release as environment_state_find() knows it; NULL:
			 * while a candidate is under deployment the live one,
			 * else the previous one */
	int64_t run;	/* that it happens in; 0 none */
	int64_t asked_us; /* clock_monotonic_us() of the command; 0: now */
	int64_t seen;	  /* the newest record that it was decided on: when
			   * there is another now, ERROR_REFUSED; 0 any */
	bool spares;	  /* what is left may be released again by itself */
};
/* Needs no lock, no run and no gate. The state's last_text is its sentence. */
void environment_rollback(struct environment *environment,
			  const struct rollback_request *request,
			  environment_done *done, void *data);

/* Takes the colour that has all traffic behind a proxy that is there for what
 * is live. Nothing is started, stopped or moved; it is never stopped by us.
 * commit: what it was made of, or NULL. For the holder of the run lock;
 * refused where something is live already. */
void environment_adopt(struct environment *environment, const char *version,
		       const char *commit, const char *person,
		       environment_done *done, void *data);
/* Measures the way back: all traffic goes to the colour that a rollback would
 * take, stays for hold_ms and returns. For the holder of the run lock; refused
 * unless that colour is warm. What is live stays so: one that is cut off is
 * undone by the next recovery. ERROR_FAILED: it was not fit; the traffic is
 * back. */
void environment_drill(struct environment *environment, const char *person,
		       int64_t hold_ms, environment_done *done, void *data);
/* ERROR_REFUSED when who asked saw another state than there is; 0: saw none. */
int environment_check_seen(const struct environment *environment, int64_t seen,
			   struct error *err) MUST_CHECK;
/* The one under way comes back at once. */
void environment_drill_return(struct environment *environment);

/* Brings the recorded live state back / stops all of it. */
void environment_up(struct environment *environment, const char *person,
		    environment_done *done, void *data);
void environment_down(struct environment *environment, const char *person,
		      environment_done *done, void *data);
/* Stops the colour that is not live, when `keep` has passed or force. */
void environment_retire(struct environment *environment, bool force,
			const char *reason, environment_done *done, void *data);

/* The hand lock: no deployment while it holds. Recorded at once. One that
 * holds is its person's to change; to others it is ERROR_REFUSED. */
int environment_lock(struct environment *environment, const char *person,
		     const char *reason, int64_t until,
		     struct error *err) MUST_CHECK;
int environment_unlock(struct environment *environment, const char *person,
		       struct error *err) MUST_CHECK;
/* A person overrode the veto on the commit. Recorded at once. */
int environment_pardon(struct environment *environment, const char *commit,
		       const char *person, const char *reason,
		       struct error *err) MUST_CHECK;
/* What a person says of it afterwards. Recorded at once. */
int environment_remark(struct environment *environment, const char *person,
		       const char *text, struct error *err) MUST_CHECK;

struct readiness {
	int64_t migrations; /* files of what is left that stay done */
	bool ready;
	bool cold;	   /* it would start a stored release first */
	int colour;	   /* it would go to; -1 none */
	char version[128]; /* likewise; "" none */
	int64_t last_ms;   /* -1: never done */
	int64_t last_at;   /* wall: when it was */
	bool last_was_drill;
	/* Wall: whether it runs is not known since; 0: it is known. What it
	 * says otherwise was true before. */
	int64_t unknown_since;
	char text[240]; /* why: "blue is warm", "nothing to go ..." */
};
/* Cheap: no wait, no question to anybody. */
void environment_readiness(struct environment *environment,
			   struct readiness *readiness);
/* A new rollback.readiness event; the caller owns it. */
struct event *environment_readiness_event(struct environment *environment);
/* All its instances run. */
bool environment_is_up(const struct environment *environment,
		       enum colour colour);
/* "it does not run", "2 of 3 instances up": of what is live; NULL: all of it
 * is up. The caller's. */
char *environment_down_text(const struct environment *environment);

/* And its proxy, as far as that has told, holds it for up. */
bool environment_serves(const struct environment *environment,
			enum colour colour);
/* The processes of its instances; 0 where none is known. */
void environment_pids(const struct environment *environment, enum colour colour,
		      pid_t pids[INSTANCES_MOST]);

/* Once the traffic was shifted: waits until the requests given to the
 * candidate agree with the share asked, at most 10 s; ERROR_FAILED when they
 * do not. Too few of them end it well. Ends at once, ERROR_REFUSED, when
 * something else is asked for. */
void environment_observe(struct environment *environment,
			 environment_done *done, void *data);
/* The one under way ends, and nothing of it is told to `data` any more. */
void environment_unobserve(struct environment *environment, const void *data);
/* Other hands have changed the traffic since it was last moved, or since this
 * was asked. */
bool environment_take_touched(struct environment *environment);
/* From now on, once a second: traffic.sampled for each colour to the sink
 * (not to the environment's journal), rollback.readiness when it changed,
 * and a look whether the epoch has moved. */
void environment_watch(struct environment *environment);
/* The colour's counts since environment_begin(), or since the watching began;
 * percentiles over the requests since environment_mark(). */
void environment_counts(const struct environment *environment,
			enum colour colour, struct analysis_counts *counts);
void environment_mark(struct environment *environment);
/* Of those requests: how many were timed, and how many took longer. */
void environment_slower(const struct environment *environment,
			enum colour colour, double ms, int64_t *timed,
			int64_t *slow);

#endif
