/* SPDX-License-Identifier: MIT */
#include "gate/gate.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/vector.h"

struct cast {
	uid_t uid;
	enum gate_choice choice;
};

#define RULES_MOST 2

/* One file's rule, and the people that its names mean. */
struct ruling {
	const struct gate_rule *rule;
	const struct pipeline *pipeline;
};

struct gate {
	struct ruling rulings[RULES_MOST]; /* all of them hold */
	size_t ruling_count;
	struct strings authors;
	struct strings committers;
	char binds[DIGEST_TEXT_SIZE];
	int64_t expires_ms;
	char *veto;
	struct cast *votes;
	size_t vote_count, vote_cap;
	enum gate_outcome settled; /* GATE_OPEN until a vote ends it */
};

void gate_binds(const struct gate_facts *facts, char text[DIGEST_TEXT_SIZE])
{
	const char *const parts[] = {facts->commit, facts->artifacts,
				     facts->pipeline, facts->findings,
				     facts->live};
	struct digest *digest = digest_new();

	if (facts->veto)
		digest_add(digest, facts->veto, strlen(facts->veto) + 1);

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const char *part = parts[i] ? parts[i] : "";

		digest_add(digest, part, strlen(part) + 1);
	}
	digest_finish(digest, text);
}

static void add_ruling(struct gate *gate, const struct gate_rule *rule,
		       const struct pipeline *pipeline, int64_t now_ms)
{
	gate->rulings[gate->ruling_count++] = (struct ruling){rule, pipeline};
	if (now_ms + rule->expires_ms < gate->expires_ms)
		gate->expires_ms = now_ms + rule->expires_ms;
}

struct gate *gate_new(const struct gate_rule *rule,
		      const struct pipeline *pipeline,
		      const struct gate_facts *facts, int64_t now_ms)
{
	struct gate *gate = xcalloc(1, sizeof(*gate));

	gate->expires_ms = INT64_MAX;
	if (rule->present || !facts->live_rule)
		add_ruling(gate, rule, pipeline, now_ms);
	if (facts->live_rule)
		add_ruling(gate, facts->live_rule, facts->live_pipeline,
			   now_ms);
	if (facts->authors)
		strings_copy(&gate->authors, facts->authors);
	if (facts->committers)
		strings_copy(&gate->committers, facts->committers);
	gate_binds(facts, gate->binds);
	gate->veto = xstrdup_null(facts->veto);
	return gate;
}

void gate_set_expiry(struct gate *gate, int64_t expires_ms)
{
	gate->expires_ms = expires_ms;
}

void gate_free(struct gate *gate)
{
	if (!gate)
		return;
	strings_release(&gate->authors);
	strings_release(&gate->committers);
	free(gate->votes);
	free(gate->veto);
	free(gate);
}

static bool has_email(const struct strings *list, const char *email)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->items[i], email) == 0)
			return true;
	return false;
}

static bool is_approver(const struct gate_rule *rule, const char *login,
			const struct person *person)
{
	const struct strings *list = &rule->approvers;

	if (!list->count || strings_has(list, login))
		return true;
	for (size_t i = 0; person && i < list->count; i++)
		if (list->items[i][0] == '@' &&
		    strings_has(&person->groups, list->items[i] + 1))
			return true;
	return false;
}

static char *refusal_by(const struct gate *gate, const struct ruling *ruling,
			const char *login, const char *email)
{
	const struct person *person = pipeline_person(ruling->pipeline, login);
	const struct strings *excluded = &ruling->rule->excluded;

	if (!is_approver(ruling->rule, login, person))
		return xasprintf("%s is not among the approvers", login);
	if (person && person->email)
		email = person->email;
	if (!email && excluded->count)
		return xasprintf("it is not known whether %s wrote part of "
				 "what ships; write an email for %s into "
				 "`people`",
				 login, login);
	if (!email)
		return NULL;
	if (strings_has(excluded, "author") && has_email(&gate->authors, email))
		return xasprintf("%s wrote part of what ships, and an author "
				 "may not approve it",
				 login);
	if (strings_has(excluded, "committer") &&
	    has_email(&gate->committers, email))
		return xasprintf("%s committed part of what ships, and a "
				 "committer may not approve it",
				 login);
	return NULL;
}

/* NULL when the rules let the login approve, else why not; the caller owns
 * it. */
static char *refusal(const struct gate *gate, const char *login,
		     const char *email)
{
	char *why = NULL;

	for (size_t i = 0; i < gate->ruling_count && !why; i++)
		why = refusal_by(gate, &gate->rulings[i], login, email);
	return why;
}

static bool same_names(const struct strings *a, const struct strings *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!strings_has(b, a->items[i]))
			return false;
	return a->count == b->count;
}

bool gate_rules_differ(const struct gate_rule *a, const struct gate_rule *b)
{
	return a->present != b->present || a->required != b->required ||
	       a->expires_ms != b->expires_ms ||
	       !same_names(&a->approvers, &b->approvers) ||
	       !same_names(&a->excluded, &b->excluded);
}

bool gate_rule_opens_itself(const struct gate_rule *rule,
			    enum pipeline_mode mode)
{
	return mode == MODE_DEPLOYMENT && !rule->approvers.count;
}

int gate_approvals(const struct gate *gate)
{
	int count = 0;

	for (size_t i = 0; i < gate->vote_count; i++)
		count += gate->votes[i].choice == GATE_APPROVE;
	return count;
}

static bool has_voted(const struct gate *gate, uid_t uid)
{
	for (size_t i = 0; i < gate->vote_count; i++)
		if (gate->votes[i].uid == uid)
			return true;
	return false;
}

static int check_vote(const struct gate *gate, const struct gate_vote *vote,
		      int64_t now_ms, struct error *err)
{
	enum gate_outcome outcome = gate_outcome(gate, now_ms);
	bool has_reason = vote->reason && *vote->reason;
	char *why;

	if (outcome != GATE_OPEN)
		return error_set(err, ERROR_REFUSED, "this gate was %s already",
				 gate_outcome_name(outcome));
	if (vote->choice != GATE_APPROVE && !has_reason)
		return error_set(err, ERROR_REFUSED,
				 "a reason is needed to %s; give --reason TEXT",
				 vote->choice == GATE_REJECT ? "reject"
							     : "override");
	if (vote->choice == GATE_OVERRIDE)
		return 0;
	if (has_voted(gate, vote->uid))
		return error_set(err, ERROR_REFUSED,
				 "%s has voted on this gate already; one vote "
				 "a person",
				 vote->login);
	if (vote->choice == GATE_REJECT)
		return 0;
	why = gate->veto ? xasprintf("vetoed: %s; an override with a reason "
				     "lets it pass",
				     gate->veto)
			 : refusal(gate, vote->login, vote->email);
	if (why) {
		error_set(err, ERROR_REFUSED, "%s", why);
		free(why);
		return -1;
	}
	return 0;
}

int gate_vote(struct gate *gate, const struct gate_vote *vote, int64_t now_ms,
	      struct error *err)
{
	if (check_vote(gate, vote, now_ms, err) < 0)
		return -1;
	*VECTOR_ADD(gate->votes, gate->vote_count, gate->vote_cap) =
		(struct cast){vote->uid, vote->choice};
	if (vote->choice == GATE_REJECT)
		gate->settled = GATE_REJECTED;
	else if (vote->choice == GATE_OVERRIDE)
		gate->settled = GATE_OVERRIDDEN;
	else if (gate_approvals(gate) >= gate_required(gate))
		gate->settled = GATE_APPROVED;
	return 0;
}

enum gate_outcome gate_outcome(const struct gate *gate, int64_t now_ms)
{
	if (gate->settled != GATE_OPEN)
		return gate->settled;
	return now_ms >= gate->expires_ms ? GATE_EXPIRED : GATE_OPEN;
}

static const char *const outcome_names[] = {
	[GATE_OPEN] = "open",
	[GATE_APPROVED] = "approved",
	[GATE_REJECTED] = "rejected",
	[GATE_EXPIRED] = "expired",
	[GATE_OVERRIDDEN] = "overridden",
	[GATE_VOID] = "void",
};

const char *gate_outcome_name(enum gate_outcome outcome)
{
	return outcome_names[outcome];
}

enum gate_outcome gate_outcome_parse(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(outcome_names); i++)
		if (strcmp(outcome_names[i], name) == 0)
			return (enum gate_outcome)i;
	return GATE_OPEN;
}

int gate_required(const struct gate *gate)
{
	int required = 1;

	for (size_t i = 0; i < gate->ruling_count; i++)
		if (gate->rulings[i].rule->required > required)
			required = gate->rulings[i].rule->required;
	return required;
}

int64_t gate_expires_at(const struct gate *gate)
{
	return gate->expires_ms;
}

static json_t *eligible_json(const struct gate *gate)
{
	const struct pipeline *pipeline = gate->rulings[0].pipeline;
	json_t *array = json_array();

	for (size_t i = 0; i < pipeline->people_count; i++) {
		const char *login = pipeline->people[i].login;
		char *why = refusal(gate, login, NULL);

		json_array_append_new(array, json_pack("{s:s, s:b, s:s*}",
						       "person", login, "can",
						       !why, "why", why));
		free(why);
	}
	return array;
}

void gate_describe(const struct gate *gate, struct event *opened)
{
	const struct gate_rule *rule = gate->rulings[0].rule;

	event_set_int(opened, "required", gate_required(gate));
	event_set_json_owned(opened, "approvers",
			     json_strings(&rule->approvers));
	event_set_json_owned(opened, "not", json_strings(&rule->excluded));
	event_set_time(opened, "expires", gate->expires_ms);
	event_set(opened, "binds", gate->binds);
	event_set(opened, "veto", gate->veto);
	event_set_json_owned(opened, "eligible", eligible_json(gate));
}
