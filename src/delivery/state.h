/* SPDX-License-Identifier: MIT */
/*
 * What is live in an environment: nothing but a fold over its journal. There
 * is no second file to disagree with it.
 */
#ifndef SIGNALBOX_DELIVERY_STATE_H
#define SIGNALBOX_DELIVERY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "model/model.h"

/* Texts are owned and never NULL once release_copy() or the fold made it;
 * where a caller fills one in, NULL counts as "". */
struct release {
	char *version, *commit, *digest; /* digest: of its artifacts */
	char *folder;			 /* where it was unpacked */
	char *pipeline; /* digest of the pipeline file it came with */
	char *person;	/* who let it through; "" nobody had to */
	enum colour colour;
	int64_t run;
	int64_t migrations; /* files that a way back does not undo */
	int64_t since;	    /* wall ms when it became live; 0 never */
	int64_t committed;  /* wall ms, of the commit; 0 not known */
	bool adopted;	    /* started by others, and not ours to stop */
};

void release_copy(struct release *to, const struct release *from);
void release_clear(struct release *release);
/* The same artifact, started by the same run. */
bool release_is(const struct release *release, const struct release *other);
/* {colour, version, commit, digest, folder, pipeline, person, run, since} */
json_t *release_encode(const struct release *release);

/* A commit that was rolled back from. */
struct veto {
	char *commit, *version;
	char *by, *person, *reason; /* as of the rollback */
	int64_t since;		    /* wall ms */
};

struct environment_state {
	int64_t seq;	  /* of the last event folded */
	int64_t epoch;	  /* raised by every rollback */
	char *epoch_text; /* who raised it: "rolled back by ana at 14:02" */

	bool has_live, has_previous, has_candidate;
	struct release live;
	struct release previous;  /* what a rollback goes to */
	struct release candidate; /* under deployment */
	bool is_left;	  /* a rollback has begun since it was planned */
	int64_t left_run; /* whose candidate was last taken back; 0 none */
	int64_t left_ms;  /* wall: when */

	/* Percent asked, as last confirmed by the provider; NAN before. */
	double split[COLOUR_COUNT];
	int units[COLOUR_COUNT]; /* that it had then; -1 not known */
	bool in_place;	/* the candidate replaces what is live on its colour */
	bool rolling;	/* instance by instance */
	char *observed; /* how requests are shared since; "" not known */
	bool changing;	/* a change began and its end is not recorded */
	int preview;	/* the colour that people can look at; -1 none */
	char *preview_where;	     /* and where, in words; "" nowhere */
	double wanted[COLOUR_COUNT]; /* by that change */

	/* Per colour: what was last started there (version "" when nothing
	 * is), and when it was stopped on purpose; 0: not. */
	struct release running[COLOUR_COUNT];
	int instances[COLOUR_COUNT]; /* of that */
	bool unproven[COLOUR_COUNT]; /* it was not healthy since its start */
	int64_t stopped[COLOUR_COUNT];

	bool locked; /* the hand lock; until passes by the reader's clock */
	char *lock_person, *lock_reason;
	int64_t lock_since;
	int64_t lock_until; /* 0: without end */

	/* How long the last way back took, a rollback's or a drill's; -1: none
	 * was ever gone. */
	int64_t last_rollback_ms;
	int64_t last_back_at; /* wall: when */
	bool last_was_drill;
	bool drilling;	   /* one began and its end is not recorded */
	bool rolling_back; /* one began and its end is not recorded */
	char *last_text;   /* sentence of the last deployment or rollback */

	/* What was rolled back and is not to come again by itself. */
	struct veto *vetoes;
	size_t veto_count, veto_cap;

	/* Every release that was promoted, oldest first. */
	struct release *history;
	size_t history_count, history_cap;
};

void environment_state_init(struct environment_state *state);
void environment_state_release(struct environment_state *state);
void environment_state_apply(struct environment_state *state,
			     const struct event *event);
/* In history, newest first, by version, commit prefix (at least 7) or
 * "run 12"; NULL when there is none. Borrowed. */
const struct release *
environment_state_find(const struct environment_state *state, const char *name);
/* What keeps the commit from being released there, or NULL. Borrowed. */
const struct veto *environment_state_veto(const struct environment_state *state,
					  const char *commit);
/* "v2 was rolled back by ana at 14:02: slow". Owned by the caller. */
char *environment_veto_text(const struct veto *veto, int64_t now_ms);
/* Where its candidate can be looked at, in words; NULL: nowhere. Borrowed. */
const char *environment_state_preview(const struct environment_state *state);
/* True while a person holds the environment. */
bool environment_state_is_held(const struct environment_state *state,
			       int64_t now_ms);
/* Of such a hold: "locked by ana since 14:02 until 18:00: no releases on a
 * Friday"; a day that is not today's is named. Owned by the caller. */
char *environment_lock_text(const struct environment_state *state,
			    int64_t now_ms);

#endif
