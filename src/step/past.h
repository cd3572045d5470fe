/* SPDX-License-Identifier: MIT */
/*
 * What an earlier process, which died or ended at a gate, wrote down of a
 * stage that was under way: a gate goes on with its votes, a deployment at
 * its step. Filled in by the engine; plain data.
 */
#ifndef SIGNALBOX_STEP_PAST_H
#define SIGNALBOX_STEP_PAST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct past_vote {
	char *vote; /* approve, reject, override */
	char *person, *reason;
	uid_t uid;
	int64_t time; /* wall ms */
};

struct past_gate {
	char *step;			 /* of the plan; "" the stage's own */
	char *binds;			 /* what the votes hold for */
	char *outcome, *reason, *person; /* outcome "" while it was open */
	int64_t expires;		 /* wall ms */
	bool is_used;			 /* taken up, or void */
	struct past_vote *votes;
	size_t vote_count, vote_cap;
};

struct past_step { /* of a deployment's plan */
	char *name;
	int64_t ms; /* how long it was to wait; 0 not by the clock */
	bool is_over;
};

struct stage_past {
	int64_t started; /* wall ms, this attempt */
	bool planned;	 /* its deployment had begun */
	char *artifacts; /* digest of those it decides on; NULL not known */
	struct past_step *steps; /* those started, in order */
	size_t step_count, step_cap;
	/* How long somebody was there in the last one, holds left out; ms.
	 * While it is added up: what was before, and since when. */
	int64_t step_waited, step_since;
	struct past_gate *gates;
	size_t gate_count, gate_cap;
	/* What people commanded and is not over. */
	bool held, promoting;
	bool window_overridden;
	bool leaving; /* a rollback that was not begun, perhaps */
	char *leaver, *leaving_reason;
};

/* Each empties what it is given; what it stands in is the caller's. */
void past_release(struct stage_past *past);
void past_gate_release(struct past_gate *gate);
void past_steps_clear(struct stage_past *past);
/* What an earlier engine had of the gate of this step, "" the stage's, and
 * none took up yet: now it is. NULL: none; past may be NULL. */
struct past_gate *past_take_gate(struct stage_past *past, const char *step);

#endif
