/* SPDX-License-Identifier: MIT */
/*
 * What the operations on an environment share, private to this room: one is
 * under way at a time and waits for one thing at a time. Each is a chain of
 * steps: a call names the step that goes on when its answer is there.
 */
#ifndef SIGNALBOX_DELIVERY_OPERATION_H
#define SIGNALBOX_DELIVERY_OPERATION_H

#include "delivery/environment.h"
#include "delivery/ledger.h"
#include "delivery/target/target.h"
#include "delivery/traffic/traffic.h"

#define WRITE_PATIENCE_MS 10000
/* The share observed is over at most so many of the last samples. */
#define WINDOW_SAMPLES 10

struct operation;
/* err is NULL when what was waited for succeeded. */
typedef void operation_step(struct operation *operation,
			    const struct error *err);

enum awaiting {
	AWAITING_NOTHING,
	AWAITING_LEDGER,
	AWAITING_TRAFFIC,
	AWAITING_LOOK,
	AWAITING_START,
	AWAITING_HEALTH,
	AWAITING_STOP,
	AWAITING_TIMER,
};

/* A move of traffic, as an operation's part. */
struct move {
	double to[COLOUR_COUNT]; /* percent */
	const char *reason, *person;
	bool force;	   /* written though the provider doubts the colour */
	bool passing;	   /* not written where a reload reads it */
	const char *again; /* what was set before is; why. NULL: it is not */
	int64_t asked_us;
	/* while and after it ran */
	bool unsynced, recorded;
	int64_t ms;
	double from[COLOUR_COUNT];
	struct traffic_split got;
	struct traffic_sample before;
	struct traffic_sample late; /* of an observation: where it begins
				     * anew */
	bool has_late;
	bool has_before;
};

/* A measured way back; see drill.c. */
struct drill {
	bool is;
	bool returns; /* asked to come back at once */
	int64_t hold_ms, until_us;
	int64_t away_ms, back_ms; /* how long the weights took; -1 never */
	struct traffic_sample before;
	bool counted; /* those below are known */
	int64_t requests, failed, errors;
};

/* What is asked of one instance of a colour. */
struct part {
	struct operation *operation;
	int instance;
	struct target_wait *health;
};

struct operation {
	struct environment *environment; /* NULL: closed meanwhile */
	environment_done *done;
	void *data;
	enum awaiting awaiting;
	operation_step *next;
	struct look *look;
	struct timer *timer;
	bool given_up;		 /* nobody waits for it any more */
	struct operation *list;	 /* the next one of those given up */
	struct error why;	 /* of a part, kept while it cleans up */
	struct error first;	 /* of several parts, the first that failed */
	operation_step *settled; /* of operation_settle_ours() */

	struct move move;
	/* A start or stop of a colour, as an operation's part. */
	enum colour colour;
	int instance, count; /* of its instances, from this one on */
	bool partly;	     /* its stop is of these alone */
	int at;		     /* the one being started */
	int pending;	     /* answers that are to come */
	int64_t ms;	     /* the longest of them */
	struct part parts[INSTANCES_MOST];
	struct batch batch;
	struct release started; /* what its start is of */
	struct release release;
	char *stop_reason;
	operation_step *part_over; /* goes on when start, stop or move did */
	operation_step *recorded;  /* goes on when the record is written */
	struct error unlocked;	   /* why it could not be */
	operation_step *previewed; /* goes on when the preview is set */
	int preview;		   /* the colour it is to reach; -1 none */
	struct error preview_refused;
	int64_t began_us; /* of the wait for open sessions */
	int quiet;	  /* looks in a row that found none */

	/* Of an operation of its own. */
	char *person, *reason, *by;
	int64_t run, asked_us;
	int64_t seen; /* of a rollback: as in its request */
	bool cold, force;
	bool tried_again;
	bool urgent;	 /* a rollback: goes on whatever lock or disk do */
	bool spares;	 /* a rollback: what it leaves may come again */
	bool gives_back; /* the run lock, at its end */
	struct drill drill;
	enum state outcome; /* of a deployment that is given up */
	/* Nobody asked for it: gives way to whatever is asked for, and needs
	 * no holder, only the epoch that it began with. */
	bool minor;
	bool mends; /* of them, writes */
	int64_t epoch;
};

/* A colour that had traffic and stopped answering. */
struct outage {
	int64_t noticed_us; /* monotonic; 0: none to be told of */
	double asked;	    /* percent that it had */
	bool restarted;	    /* and not stopped by us */
	int64_t told_at;    /* the number of the sample that it was told by */
	struct traffic_sample before;
};
struct outlook {
	struct traffic_sample seen, earlier; /* the last one, that before */
	int64_t count;			     /* of samples */
	struct outage outages[COLOUR_COUNT];
};

struct sampler {
	struct timer *timer;
	struct timer *answer; /* armed while one is awaited */
	bool silent;	      /* it was told that none comes */
	bool watching;
	struct traffic_sample last, base;
	bool has_last;
	int64_t last_us; /* monotonic, of the last answer */
	/* The last seconds, for rates and the share observed. */
	struct {
		int64_t us;
		int64_t requests[COLOUR_COUNT];
	} window[WINDOW_SAMPLES];
	size_t window_count;
	int drifted;	 /* samples in a row that say so */
	int64_t mend_us; /* monotonic: not before */
	char readiness[240];
	int64_t last_back_at; /* as it was told */
	int ticks;
	bool has_restarts;
	int64_t restarts[COLOUR_COUNT][INSTANCES_MOST];
	struct outlook outlook;
};

struct older_pipeline {
	char *digest; /* it was kept by */
	struct pipeline *pipeline;
};

struct environment {
	struct environment_options options;
	char *name, *folder, *stage, *url;
	struct loop *loop;
	const struct environment_config *config;
	struct pipeline *own_pipeline; /* when none was given */
	struct older_pipeline *older;  /* of other releases */
	size_t older_count, older_cap;
	char pipeline_digest[65];
	struct environment_state state;
	bool opening; /* what is read was told long ago */
	bool telling_foreign;
	struct ledger *ledger;
	struct target targets[COLOUR_COUNT][INSTANCES_MOST];
	char *target_folders[COLOUR_COUNT][INSTANCES_MOST];
	const struct target_ops *target_ops; /* of what we start ourselves */
	struct look *looks;		     /* under way */
	struct pairs secrets;
	struct traffic *traffic;
	bool traffic_known;		 /* ensured or inspected */
	struct traffic_capabilities can; /* as of the last plan */
	struct sampler sampler;

	int run_lock, rollback_lock;
	struct traffic_lock *traffic_lock;
	int64_t epoch; /* at the acquisition; -1: not acquired */
	bool moved;    /* told that the epoch has */
	bool touched;  /* its traffic was, by other hands */
	struct operation *operation, *given_up;
	struct farewell *farewells; /* ends not told yet */
	int64_t shift_failed;	    /* requests the proxy failed in shifts */
	int64_t failed_before_measuring;
};

/* How long a rollback waits for others and for the disk. */
#define ROLLBACK_LOCK_MS 250
#define ROLLBACK_SYNC_MS 50

/* NULL, and done is told ERROR_REFUSED later, when one is under way. */
struct operation *operation_new(struct environment *environment,
				environment_done *done, void *data);
/* done is told on the next turn of the loop, unless it is closed before. */
void environment_tell_later(struct environment *environment,
			    environment_done *done, void *data,
			    const struct error *err);
/* The last step of each: lets the write lock go, tells done, frees. */
void operation_finish(struct operation *operation, const struct error *err);
/* The one under way ends here; its done() is told why, later. */
void environment_preempt(struct environment *environment, const char *why);
/* Closing: nobody is told. */
void operations_drop(struct environment *environment);

/* For who answers: true when nobody waits; the operation is freed then. */
bool operation_is_stale(struct operation *operation);

/* Each goes on with `next` once it was answered. */
void operation_lock(struct operation *operation, operation_step *next);
/* What is queued, under the lock, on the disk before it goes on. happened:
 * it is told even when it could not be written. */
void operation_commit(struct operation *operation, bool happened,
		      operation_step *next);
/* Lock, commit what is queued and has happened, unlock. */
void operation_record(struct operation *operation, operation_step *next);
void operation_pause(struct operation *operation, int64_t ms,
		     operation_step *next);
void operation_ensure(struct operation *operation, struct traffic_split initial,
		      operation_step *next);
/* What it says is in move.got. */
void operation_inspect(struct operation *operation, operation_step *next);
void operation_set(struct operation *operation,
		   const struct traffic_change *change, operation_step *next);
void operation_settle(struct operation *operation, operation_step *next);
/* The same for whoever holds the environment. When a rollback came between it
 * may have settled before us: what is true then is settled once more, and
 * next() gets the refusal. */
void operation_settle_ours(struct operation *operation, operation_step *next);
void operation_cut(struct operation *operation, enum colour colour,
		   operation_step *next);
/* As traffic_preview(): alone, without a record. */
void operation_preview(struct operation *operation, int colour,
		       operation_step *next);
void operation_stop_traffic(struct operation *operation, operation_step *next);
void operation_sample(struct operation *operation, operation_step *next);
/* Done at once where the provider has no say in instances. */
void operation_drain(struct operation *operation,
		     const struct traffic_drain *drain, operation_step *next);
/* For who holds the environment and has a candidate; NULL when done was told
 * why not. */
struct operation *
environment_deployment_operation(struct environment *environment,
				 environment_done *done, void *data);
/* What is true of all targets, which is_alive() says from then on. */
void operation_look(struct operation *operation, operation_step *next);
/* The first `count` that run on the colour, started by whom ever; the health
 * is recorded. */
void operation_await_health(struct operation *operation, enum colour colour,
			    int count, operation_step *next);
/* Gives up waiting for the health of the colour's instances. */
void operation_cancel_health(struct operation *operation);
/* Starts `release` on the colour, waits for its health, records both. The
 * instances that run it already go on. */
void operation_start(struct operation *operation, enum colour colour,
		     const struct release *release, operation_step *next);
/* Some of its instances, from `first` on. The release has been started on
 * the colour, or is now. */
void operation_start_some(struct operation *operation, enum colour colour,
			  int first, int count, const struct release *release,
			  operation_step *next);
/* Takes some of its instances out of the proxy, stops them, and lets the proxy
 * use them again when something answers there. */
void operation_stop_some(struct operation *operation, enum colour colour,
			 int first, int count, const char *reason,
			 operation_step *next);
/* Stops the colour, if it runs, and records it. Where no new request goes to
 * it, those that were begun may end first, for a while. */
void operation_stop(struct operation *operation, enum colour colour,
		    const char *reason, operation_step *next);
/* move.to, .reason and so on are set: lock, record, write, read back, record,
 * unlock. */
void operation_move(struct operation *operation, operation_step *next);

/* One began, its end is not recorded and nobody is at it. */
bool drill_is_cut_off(const struct environment *environment);
/* Goes on with a recovery: the traffic back to what is live. */
void drill_recover(struct operation *operation);
/* Queues the end of such a one. */
void drill_append_cut_off(struct environment *environment);
/* The run lock for that, whoever's hand lock holds. */
int environment_acquire_to_mend(struct environment *environment,
				struct error *err) MUST_CHECK;
/* The same for who has locked by now. */
void operation_move_locked(struct operation *operation, operation_step *next);

/* preview.c */
/* To the candidate, where a preview is configured; fails only when it was
 * rolled back meanwhile. */
void preview_open(struct operation *operation, operation_step *next);
/* Where one is open; never fails. */
void preview_close(struct operation *operation, operation_step *next);
/* One is recorded, and nobody's candidate is behind it. */
bool preview_is_stale(const struct environment *environment);

/* drift.c */
/* Looks whether the sample just taken says that the traffic is not as it was
 * set, and mends or records that. */
void drift_mind(struct environment *environment);
/* The split found is not what was recorded. */
bool drift_is(const struct environment *environment,
	      const struct traffic_split *split);
/* Queued: what was found, whoever did it. */
void drift_append_truth(struct environment *environment,
			const struct traffic_split *split);
/* Under the lock, with the truth in move.got, which has drifted: sets again
 * what the provider has lost. False: it is no such case. */
bool drift_reapply(struct operation *operation, operation_step *next);

/* Queues an event of this environment for the next commit. */
struct event *environment_event(const struct environment *environment,
				enum event_type type);
void environment_append_owned(struct environment *environment,
			      struct event *event);
/* The one it has now, when that can be known. */
void environment_set_epoch(const struct environment *environment,
			   struct event *event);
/* For what may go to the sink alone. */
void environment_emit_owned(struct environment *environment,
			    struct event *event);
void environment_note(struct environment *environment, bool warning,
		      const char *format, ...) PRINTF_LIKE(3, 4);
/* Says that it cannot be read; -1. */
int environment_no_epoch(const struct environment *environment,
			 struct error *err) MUST_CHECK;
/* 0, or ERROR_REFUSED with who has moved it; ERROR_IO: nobody knows. */
int environment_check_epoch(struct environment *environment,
			    struct error *err) MUST_CHECK;
/* Opens the provider when it is not open. */
int environment_open_traffic(struct environment *environment,
			     struct error *err) MUST_CHECK;
/* Asks all targets that cannot be seen; done may be NULL, and is called at
 * once, with NULL returned, when there are none. */
typedef void look_done(void *data);
struct look *environment_look(struct environment *environment, look_done *done,
			      void *data);
void look_forget(struct look *look); /* done is not called; NULL is fine */
void looks_drop(struct environment *environment); /* nobody is told */
/* What runs on the colour is this release, as far as can be seen. */
bool environment_runs(const struct environment *environment, enum colour colour,
		      const struct release *release);
/* At least one of its instances does. */
bool environment_runs_partly(const struct environment *environment,
			     enum colour colour, const struct release *release);
/* Where a rollback goes by itself; NULL: nowhere. */
const struct release *
environment_way_back(const struct environment_state *state);
/* The colour a release is warm on; -1 when it is cold. */
int environment_warm_colour(const struct environment *environment,
			    const struct release *release);
const struct environment_config *
environment_config_of(struct environment *environment,
		      const struct release *release);
/* Refused: it was of another kind of target than there is now. What runs is
 * not asked about. */
int environment_check_kind(struct environment *environment,
			   const struct release *release,
			   struct error *err) MUST_CHECK;
/* By which its proxy and its ports are; NULL: not known. */
const struct environment_config *
environment_places(struct environment *environment);
/* The pipeline file and this environment's part of it: what it was opened
 * with, or what the live release came with. */
int environment_find_config(struct environment *environment,
			    struct error *err) MUST_CHECK;
int environment_check_secrets(const struct environment *environment,
			      struct error *err) MUST_CHECK;
int environment_store_pipeline(struct environment *environment,
			       struct error *err) MUST_CHECK;
/* Queued for the next commit. */
void rollback_append_started(struct operation *operation);
void rollback_append_finished(struct operation *operation);
void rollback_append_failed(struct operation *operation,
			    const struct error *err);
json_t *split_encode(const double percent[COLOUR_COUNT]);
json_t *units_encode(const struct traffic_split *split);

/* Of the targets, since the last call. */
void restarts_tell(struct environment *environment);
/* What it cost that a colour with traffic stopped answering is told: it was
 * started again, or is less up than in the sample before. */
void outage_notice(struct environment *environment, enum colour colour);
void outages_look(struct environment *environment,
		  const struct traffic_sample *now);

void sampler_init(struct environment *environment);
void sampler_release(struct environment *environment);
/* A sample that came some other way. */
void sampler_take(struct environment *environment,
		  const struct traffic_sample *sample);
/* The deployment's counts begin here. */
void sampler_begin(struct environment *environment);
/* Traffic moved: what was observed before says nothing any more. */
void sampler_moved(struct environment *environment);

#endif
