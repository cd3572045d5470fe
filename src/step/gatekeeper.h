/* SPDX-License-Identifier: MIT */
/*
 * Holds a gate open for a step: finds what would ship, tells who may decide,
 * takes votes, and ends with an outcome. In deployment mode a gate that
 * names nobody opens by itself.
 */
#ifndef SIGNALBOX_STEP_GATEKEEPER_H
#define SIGNALBOX_STEP_GATEKEEPER_H

#include "delivery/state.h"
#include "gate/gate.h"
#include "step/step.h"

struct gatekeeper;

struct gatekeeper_options {
	struct step *step;
	const struct gate_rule *rule;
	/* What the live release came with, when it is another file's. */
	const struct gate_rule *live_rule;
	const struct pipeline *live_pipeline;
	const char *name; /* of the plan's step; NULL: the stage's gate */
	const char *environment;    /* NULL: none */
	const struct release *live; /* it is compared with; NULL: nothing */
	const char *artifacts;	    /* the candidate's digest, "" none */
	const char *veto;	    /* as in struct gate_facts; NULL: none */
	/* The outcome, a reason, and who decided; called once. */
	void (*closed)(enum gate_outcome outcome, const char *text,
		       const char *person, void *data);
	void *data;
};

struct gatekeeper *gatekeeper_open(const struct gatekeeper_options *options);
/* approve, reject, override; anything else is refused. */
int gatekeeper_command(struct gatekeeper *keeper, const struct command *command,
		       const struct sender *sender,
		       struct error *err) MUST_CHECK;
/* Ends it without a decision ("cancelled", "void"): gate.closed is emitted,
 * closed() is not called. */
void gatekeeper_close(struct gatekeeper *keeper, const char *outcome,
		      const char *reason);
/* How a stage ends whose gate closed so. */
enum state gate_state(enum gate_outcome outcome);
void gatekeeper_free(struct gatekeeper *keeper); /* NULL is fine */

#endif
