/* SPDX-License-Identifier: MIT */
#include "step/gatekeeper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "step/ships-look.h"

struct gatekeeper {
	struct gatekeeper_options options;
	char *environment, *artifacts, *name, *veto;
	struct release live;
	struct gate *gate; /* NULL until what ships is known */
	char binds[DIGEST_TEXT_SIZE];
	struct ships_look *look; /* NULL: not under way */
	struct past_gate *past;	 /* whose votes it goes on with; or NULL */
	struct timer *expiry;
	bool is_closed;
	bool is_cut; /* ended without a decision: nobody is told one */
	/* The decision, while it waits for the disk. */
	bool is_waiting, is_dropped;
	enum gate_outcome outcome;
	char *reason, *person;
};

static const struct step_host *host_of(const struct gatekeeper *keeper)
{
	return keeper->options.step->options.host;
}

static struct event *gate_event(const struct gatekeeper *keeper,
				enum event_type type)
{
	struct event *event = step_event(keeper->options.step, type);

	event_set(event, "step", keeper->name);
	event_set(event, "environment", keeper->environment);
	return event;
}

static void tell_closed(struct gatekeeper *keeper, const char *outcome,
			const char *reason, const char *person)
{
	bool resumed = keeper->past && *keeper->past->outcome;
	struct event *event = gate_event(keeper, EVENT_GATE_CLOSED);

	keeper->is_closed = true;
	timer_stop(keeper->expiry);
	event_set(event, "outcome", outcome);
	event_set(event, "reason", reason);
	event_set(event, "person", person);
	if (resumed)
		event_set_bool(event, "resumed", true);
	step_emit(keeper->options.step, event);
}

static void keeper_free(struct gatekeeper *keeper);

static void act(void *data)
{
	struct gatekeeper *keeper = data;

	keeper->is_waiting = false;
	if (keeper->is_dropped)
		keeper_free(keeper);
	else if (!keeper->is_cut)
		keeper->options.closed(keeper->outcome, keeper->reason,
				       keeper->person, keeper->options.data);
}

static void end(struct gatekeeper *keeper, enum gate_outcome outcome,
		const char *reason, const char *person)
{
	const struct step_host *host = host_of(keeper);

	keeper->outcome = outcome;
	keeper->reason = xstrdup_null(reason);
	keeper->person = xstrdup_null(person);
	keeper->is_waiting = true;
	tell_closed(keeper, gate_outcome_name(outcome), reason, person);
	host->on_disk(host->data, act, keeper);
}

static void expired(void *data)
{
	struct gatekeeper *keeper = data;

	end(keeper, GATE_EXPIRED, "nobody decided in time", NULL);
}

static void set_releases(const struct gatekeeper *keeper, struct event *event)
{
	const struct run_facts *run = host_of(keeper)->run;
	char since[CLOCK_TEXT_SIZE];

	event_set_json_owned(event, "candidate",
			     json_pack("{s:s, s:s, s:s}", "version",
				       run->version, "commit", run->commit->id,
				       "digest", keeper->artifacts));
	if (!*keeper->live.commit)
		return;
	event_set_json_owned(
		event, "live",
		json_pack("{s:s, s:s, s:s}", "version", keeper->live.version,
			  "commit", keeper->live.commit, "since",
			  clock_format_utc(keeper->live.since, since)));
}

static void tell_opened(struct gatekeeper *keeper, const struct ships *ships,
			json_t *checks)
{
	struct event *event = gate_event(keeper, EVENT_GATE_OPENED);

	set_releases(keeper, event);
	event_set_json_owned(event, "ships", ships_json(ships));
	event_set_json_owned(event, "checks", checks);
	if (keeper->past)
		event_set_bool(event, "resumed", true);
	gate_describe(keeper->gate, event);
	step_emit(keeper->options.step, event);
}

static bool opens_by_itself(const struct gatekeeper *keeper)
{
	const struct gatekeeper_options *options = &keeper->options;

	return !keeper->veto &&
	       gate_rule_opens_itself(options->rule,
				      host_of(keeper)->pipeline->mode) &&
	       (!options->live_rule ||
		gate_rule_opens_itself(options->live_rule,
				       options->live_pipeline->mode));
}

/* A release that changes who may let it pass is not let pass unseen. */
static void tell_changed_rule(const struct gatekeeper *keeper)
{
	const struct gatekeeper_options *options = &keeper->options;

	if (!options->live_rule ||
	    (!gate_rules_differ(options->rule, options->live_rule) &&
	     host_of(keeper)->pipeline->mode == options->live_pipeline->mode))
		return;
	step_warn(options->step,
		  "this release changes the gate of %s; the rule that is live "
		  "and its own both hold",
		  keeper->environment);
}

static struct gate_facts facts_now(const struct gatekeeper *keeper,
				   json_t *checks,
				   char findings[DIGEST_TEXT_SIZE])
{
	const struct step_host *host = host_of(keeper);

	*findings = '\0';
	host->checks(host->data, checks, findings);
	return (struct gate_facts){
		.commit = host->run->commit->id,
		.artifacts = keeper->artifacts,
		.pipeline = host->pipeline->digest,
		.findings = findings,
		.live = keeper->live.digest,
		.live_rule = keeper->options.live_rule,
		.live_pipeline = keeper->options.live_pipeline,
		.veto = keeper->veto,
	};
}

/* Whether what the votes would bind is no longer what it was. */
static bool is_void(const struct gatekeeper *keeper)
{
	char findings[DIGEST_TEXT_SIZE];
	char binds[DIGEST_TEXT_SIZE];
	json_t *checks = json_array();
	struct gate_facts facts = facts_now(keeper, checks, findings);

	gate_binds(&facts, binds);
	json_decref(checks);
	return strcmp(binds, keeper->binds) != 0;
}

static const char *email_of(const struct gatekeeper *keeper,
			    const struct sender *sender)
{
	const struct run_facts *run = host_of(keeper)->run;

	return sender->uid == run->uid ? run->email : NULL;
}

/* The choice is the caller's. */
static struct gate_vote vote_of(const struct gatekeeper *keeper,
				const struct sender *sender, const char *reason)
{
	return (struct gate_vote){
		.uid = sender->uid,
		.login = sender->login,
		.email = email_of(keeper, sender),
		.reason = reason,
	};
}

/* False where the command is no vote. */
static bool choice_of(enum command_kind kind, enum gate_choice *choice)
{
	switch (kind) {
	case COMMAND_APPROVE:
		*choice = GATE_APPROVE;
		return true;
	case COMMAND_REJECT:
		*choice = GATE_REJECT;
		return true;
	case COMMAND_OVERRIDE:
		*choice = GATE_OVERRIDE;
		return true;
	default:
		return false;
	}
}

static void leave_past(struct gatekeeper *keeper)
{
	keeper->past = NULL;
	tell_closed(keeper, "void",
		    "what it would let pass has changed while nobody ran it",
		    NULL);
	keeper->is_closed = false;
}

/* What the votes were for is no longer what it was. */
static void leave_past_if_void(struct gatekeeper *keeper)
{
	if (keeper->past && strcmp(keeper->past->binds, keeper->binds) != 0)
		leave_past(keeper);
}

/* Each as it was cast. What would be refused by now was not then. */
static void restore_votes(struct gatekeeper *keeper)
{
	const struct past_gate *past = keeper->past;

	gate_set_expiry(keeper->gate, past->expires);
	for (size_t i = 0; i < past->vote_count; i++) {
		const struct past_vote *it = &past->votes[i];
		const struct sender sender = {it->uid, it->person};
		struct gate_vote vote = vote_of(keeper, &sender, it->reason);

		if (!choice_of(command_parse_name(it->vote), &vote.choice) ||
		    gate_vote(keeper->gate, &vote, it->time, NULL) < 0)
			continue;
	}
}

/* Where it was left: what was decided then may be decided now. */
static void go_on(struct gatekeeper *keeper, int64_t now)
{
	const struct past_gate *past = keeper->past;
	enum gate_outcome outcome = gate_outcome(keeper->gate, now);
	const struct past_vote *last =
		past->vote_count ? &past->votes[past->vote_count - 1] : NULL;

	if (outcome == GATE_EXPIRED)
		expired(keeper);
	else if (outcome != GATE_OPEN)
		end(keeper, outcome, last ? last->reason : NULL,
		    last ? last->person : NULL);
}

static void open_with(struct gatekeeper *keeper, const struct ships *ships)
{
	const struct step_host *host = host_of(keeper);
	char findings[DIGEST_TEXT_SIZE];
	json_t *checks = json_array();
	struct gate_facts facts = facts_now(keeper, checks, findings);
	int64_t now = clock_wall_ms();

	facts.authors = &ships->emails;
	facts.committers = &ships->emails;
	gate_binds(&facts, keeper->binds);
	keeper->gate =
		gate_new(keeper->options.rule, host->pipeline, &facts, now);
	leave_past_if_void(keeper);
	if (keeper->veto)
		json_array_append_new(checks,
				      json_pack("{s:s, s:s, s:s}", "name",
						"veto", "outcome", "rejected",
						"text", keeper->veto));
	if (keeper->past)
		restore_votes(keeper);
	else
		tell_changed_rule(keeper);
	tell_opened(keeper, ships, checks);
	if (keeper->past)
		go_on(keeper, now);
	keeper->past = NULL;
	if (keeper->is_closed)
		return;
	if (opens_by_itself(keeper))
		end(keeper, GATE_APPROVED,
		    "mode: deployment, and all that came before it holds",
		    NULL);
	else
		timer_set_in(keeper->expiry,
			     gate_expires_at(keeper->gate) - now);
}

static void ships_are_known(const struct ships *ships, const struct error *err,
			    void *data)
{
	struct gatekeeper *keeper = data;

	keeper->look = NULL;
	if (err) /* without the authors nobody can be left out: stay shut */
		end(keeper, GATE_VOID, error_text(err), NULL);
	else
		open_with(keeper, ships);
}

static void ask_ships(struct gatekeeper *keeper)
{
	keeper->look = ships_look_start(host_of(keeper), keeper->live.commit,
					ships_are_known, keeper);
}

static void drop_look(struct gatekeeper *keeper)
{
	ships_look_drop(keeper->look);
	keeper->look = NULL;
}

/* True when it was decided before, and that holds: a rejection whatever has
 * changed since. */
static bool was_decided(struct gatekeeper *keeper)
{
	const struct past_gate *past = keeper->past;
	enum gate_outcome outcome =
		past ? gate_outcome_parse(past->outcome) : GATE_OPEN;

	if (past && *past->outcome &&
	    (outcome == GATE_OPEN || outcome == GATE_VOID))
		keeper->past = NULL; /* it was cut short: it opens anew */
	if (!keeper->past || outcome == GATE_OPEN)
		return false;
	if (gate_state(outcome) != STATE_PASSED || !is_void(keeper)) {
		end(keeper, outcome, past->reason, past->person);
		return true;
	}
	leave_past(keeper);
	return false;
}

struct gatekeeper *gatekeeper_open(const struct gatekeeper_options *options)
{
	static const struct release none = {.version = NULL};
	struct gatekeeper *keeper = xcalloc(1, sizeof(*keeper));

	keeper->options = *options;
	keeper->name = xstrdup_null(options->name);
	keeper->environment = xstrdup_null(options->environment);
	keeper->veto = xstrdup_null(options->veto);
	keeper->artifacts =
		xstrdup(options->artifacts ? options->artifacts : "");
	release_copy(&keeper->live, options->live ? options->live : &none);
	keeper->expiry =
		loop_timer(host_of(keeper)->loop, INT64_MAX, expired, keeper);
	keeper->past = past_take_gate(options->step->options.past,
				      options->name ? options->name : "");
	if (keeper->past && keeper->past->binds)
		snprintf(keeper->binds, sizeof(keeper->binds), "%s",
			 keeper->past->binds);
	if (!was_decided(keeper))
		ask_ships(keeper);
	return keeper;
}

static void tell_vote(struct gatekeeper *keeper, const char *name,
		      const struct gate_vote *vote)
{
	struct event *event = gate_event(keeper, EVENT_GATE_VOTED);

	event_set(event, "vote", name);
	event_set(event, "person", vote->login);
	event_set_int(event, "uid", vote->uid);
	event_set(event, "reason", vote->reason);
	event_set_int(event, "approvals", gate_approvals(keeper->gate));
	event_set_int(event, "required", gate_required(keeper->gate));
	step_emit(keeper->options.step, event);
}

/* Votes so far do not count: people look at what there is now. */
static void open_again(struct gatekeeper *keeper)
{
	tell_closed(keeper, "void", "the open findings have changed", NULL);
	keeper->is_closed = false;
	gate_free(keeper->gate);
	keeper->gate = NULL;
	ask_ships(keeper);
}

/* What failed by now, though nothing here needs it, stands against approving:
 * an override says so. */
static int refuse_bad_check(const struct gatekeeper *keeper, struct error *err)
{
	const struct step_host *host = host_of(keeper);
	char findings[DIGEST_TEXT_SIZE];
	json_t *checks = json_array();
	const json_t *check;
	int result = 0;
	size_t i;

	host->checks(host->data, checks, findings);
	json_array_foreach(checks, i, check)
	{
		const char *outcome = json_text(check, "outcome");

		if (result == 0 && state_is_bad(state_parse(outcome)))
			result = error_set(err, ERROR_REFUSED,
					   "%s: %s; override with a reason "
					   "lets it pass against that",
					   json_text(check, "name"), outcome);
	}
	json_decref(checks);
	return result;
}

int gatekeeper_command(struct gatekeeper *keeper, const struct command *command,
		       const struct sender *sender, struct error *err)
{
	struct gate_vote vote = vote_of(keeper, sender, command->reason);
	enum gate_outcome outcome;

	if (!choice_of(command->kind, &vote.choice))
		return error_set(err, ERROR_REFUSED,
				 "%s waits at its gate; approve or reject it",
				 keeper->options.step->options.stage->name);
	if (!keeper->gate || keeper->is_closed)
		return error_set(err, ERROR_REFUSED,
				 "the gate of %s is not open",
				 keeper->options.step->options.stage->name);
	if (is_void(keeper)) {
		open_again(keeper);
		return error_set(err, ERROR_REFUSED,
				 "what %s would let pass has changed since its "
				 "gate opened; look again",
				 keeper->options.step->options.stage->name);
	}
	if ((vote.choice == GATE_APPROVE &&
	     refuse_bad_check(keeper, err) < 0) ||
	    gate_vote(keeper->gate, &vote, clock_wall_ms(), err) < 0)
		return -1;
	tell_vote(keeper, command_name(command->kind), &vote);
	outcome = gate_outcome(keeper->gate, clock_wall_ms());
	if (outcome != GATE_OPEN)
		end(keeper, outcome, command->reason, sender->login);
	return 0;
}

void gatekeeper_close(struct gatekeeper *keeper, const char *outcome,
		      const char *reason)
{
	if (!keeper)
		return;
	keeper->is_cut = true;
	drop_look(keeper);
	if (!keeper->is_closed)
		tell_closed(keeper, outcome, reason, NULL);
}

void gatekeeper_free(struct gatekeeper *keeper)
{
	if (!keeper)
		return;
	drop_look(keeper);
	timer_stop(keeper->expiry);
	if (keeper->is_waiting)
		keeper->is_dropped = true;
	else
		keeper_free(keeper);
}

static void keeper_free(struct gatekeeper *keeper)
{
	timer_free(keeper->expiry);
	free(keeper->reason);
	free(keeper->person);
	gate_free(keeper->gate);
	free(keeper->name);
	free(keeper->environment);
	release_clear(&keeper->live);
	free(keeper->artifacts);
	free(keeper->veto);
	free(keeper);
}
