/* SPDX-License-Identifier: MIT */
/*
 * gate/ decides who may let a release pass: approvers, quorum, authors left
 * out, expiry, and what makes a vote void. Pure: the caller brings the
 * clock, the identities and the facts.
 *
 *	struct gate *gate = gate_new(rule, pipeline, &facts, now_ms);
 *	gate_vote(gate, &vote, now_ms, &err);   // refused with the reason
 *	if (gate_outcome(gate, now_ms) == GATE_APPROVED) ...
 *
 * A person is the uid that the system vouches for; the pipeline file's
 * people say which git identity that is.
 */
#ifndef SIGNALBOX_GATE_GATE_H
#define SIGNALBOX_GATE_GATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/strings.h"
#include "event/event.h"
#include "pipeline/pipeline.h"

enum gate_outcome {
	GATE_OPEN,
	GATE_APPROVED,
	GATE_REJECTED,
	GATE_EXPIRED,
	GATE_OVERRIDDEN,
	GATE_VOID,
};

enum gate_choice { GATE_APPROVE, GATE_REJECT, GATE_OVERRIDE };

/* What an approval binds: it is void when one of these changes. */
struct gate_facts {
	const char *commit;
	const char *artifacts; /* combined digest, "" when none */
	const char *pipeline;  /* digest of the file */
	const char *findings;  /* digest of the open findings, "" none */
	const char *live;      /* digest of the live release, "" none */
	/* Emails of whoever wrote what ships, for `not: [author]`. */
	const struct strings *authors;
	const struct strings *committers;
	/* What the live release came with; NULL: the same, or none. Borrowed
	 * as long as the gate. */
	const struct gate_rule *live_rule;
	const struct pipeline *live_pipeline;
	/* Why it is not to be released again, in words: no approval opens the
	 * gate then, an override alone. NULL: nothing. */
	const char *veto;
};

struct gate_vote {
	enum gate_choice choice;
	uid_t uid;
	const char *login;  /* of the uid */
	const char *email;  /* git identity when people do not name it; NULL */
	const char *reason; /* NULL: none; needed to reject or override */
};

struct gate;

/*
 * The rule of the candidate's file. Where the live release came with another
 * (facts), both hold: votes as the larger number says, only of who may by
 * both, until the earlier end. A release does not loosen its own gate.
 */
struct gate *gate_new(const struct gate_rule *rule,
		      const struct pipeline *pipeline,
		      const struct gate_facts *facts, int64_t now_ms);
void gate_free(struct gate *gate);
/* It was opened before, with this end. */
void gate_set_expiry(struct gate *gate, int64_t expires_ms);

/* Counts the vote or refuses it with ERROR_REFUSED and the reason. */
int gate_vote(struct gate *gate, const struct gate_vote *vote, int64_t now_ms,
	      struct error *err) MUST_CHECK;
enum gate_outcome gate_outcome(const struct gate *gate, int64_t now_ms);
const char *gate_outcome_name(enum gate_outcome outcome);
/* GATE_OPEN for what is none. */
enum gate_outcome gate_outcome_parse(const char *name);
/* True when the rules differ in what they ask. */
bool gate_rules_differ(const struct gate_rule *a, const struct gate_rule *b);
/* It names nobody, in deployment mode: no vote is needed. */
bool gate_rule_opens_itself(const struct gate_rule *rule,
			    enum pipeline_mode mode);
int gate_approvals(const struct gate *gate);
int gate_required(const struct gate *gate);
int64_t gate_expires_at(const struct gate *gate);
/* SHA-256 over what an approval binds. */
void gate_binds(const struct gate_facts *facts, char text[DIGEST_TEXT_SIZE]);

/* The fields of gate.opened that the gate itself knows: required,
 * approvers, not, expires, binds, eligible. */
void gate_describe(const struct gate *gate, struct event *opened);

#endif
