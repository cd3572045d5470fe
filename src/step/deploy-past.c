/* SPDX-License-Identifier: MIT */
/* A deployment that another engine of this run had begun: it goes on where
 * the journals and the world together show that it stands. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "step/deploy.h"

enum past_deployment { NOT_BEGUN, UNDER_WAY, IS_LIVE, WAS_TAKEN_BACK };

static const struct environment_state *
state_of(const struct deploy_step *deploy)
{
	return environment_state(deploy->environment);
}

/* No other stage of this run can have deployed there since this one began. */
static bool is_ours(const struct deploy_step *deploy,
		    const struct release *release)
{
	const struct run_facts *run = deploy->step.options.host->run;
	const char *artifacts = deploy->step.options.past->artifacts;

	return release->run == run->number &&
	       str_equal(release->commit, run->commit->id) &&
	       (!artifacts || str_equal(release->digest, artifacts));
}

/* It was live, since this stage began. */
static bool was_live(const struct deploy_step *deploy)
{
	const struct environment_state *state = state_of(deploy);
	int64_t began = deploy->step.options.past->started;

	for (size_t i = state->history_count; i-- > 0;)
		if (state->history[i].since >= began &&
		    is_ours(deploy, &state->history[i]))
			return true;
	return false;
}

/* What became of it; a person's way back wins, whoever took it. */
static enum past_deployment look_back(const struct deploy_step *deploy)
{
	const struct environment_state *state = state_of(deploy);
	const struct stage_past *past = deploy->step.options.past;
	int64_t run = deploy->step.options.host->run->number;

	if (!past)
		return NOT_BEGUN;
	if (state->has_candidate && is_ours(deploy, &state->candidate))
		return UNDER_WAY;
	if (was_live(deploy))
		return state->has_live && is_ours(deploy, &state->live)
			       ? IS_LIVE
			       : WAS_TAKEN_BACK;
	if (state->left_run == run && state->left_ms >= past->started)
		return WAS_TAKEN_BACK;
	return NOT_BEGUN;
}

/* The gate of the environment let this candidate pass: it is its. */
static void tell_let_through(struct deploy_step *deploy)
{
	const struct stage_past *past = deploy->step.options.past;

	for (size_t i = 0; i < past->gate_count; i++) {
		struct past_gate *gate = &past->gates[i];
		struct event *event;

		if (*gate->step || gate->is_used || !*gate->outcome)
			continue;
		gate->is_used = true;
		event = step_event(&deploy->step, EVENT_GATE_CLOSED);
		event_set(event, "environment", deploy->config->environment);
		event_set(event, "outcome", gate->outcome);
		event_set(event, "reason", gate->reason);
		event_set(event, "person", gate->person);
		event_set_bool(event, "resumed", true);
		step_emit(&deploy->step, event);
	}
}

static const struct past_step *past_step(const struct deploy_step *deploy,
					 const char *name)
{
	const struct stage_past *past = deploy->step.options.past;

	for (size_t i = 0; i < past->step_count; i++)
		if (strcmp(past->steps[i].name, name) == 0)
			return &past->steps[i];
	return NULL;
}

static bool plan_has(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->step_count; i++)
		if (strcmp(plan->steps[i].name, name) == 0)
			return true;
	return false;
}

/* The same steps on the same colour: what is live is what it was. */
static bool is_same_plan(const struct deploy_step *deploy)
{
	const struct environment_state *state = state_of(deploy);
	const struct stage_past *past = deploy->step.options.past;

	for (size_t i = 0; i < past->step_count; i++)
		if (!plan_has(deploy->plan, past->steps[i].name))
			return false;
	return deploy->plan->colour == state->candidate.colour &&
	       deploy->plan->in_place == state->in_place;
}

static bool has_rolled(const struct deploy_step *deploy)
{
	const struct stage_past *past = deploy->step.options.past;

	return deploy->config->strategy == STRATEGY_ROLLING &&
	       past->step_count && strcmp(past->steps[0].name, "batch") == 0;
}

/* Of a rolling release the instances that the batches before have started;
 * 0: all. */
static int instances_begun(const struct deploy_step *deploy)
{
	int begun = 0;

	for (size_t i = 0; i < deploy->at; i++) {
		const struct plan_step *step = &deploy->plan->steps[i];

		if (step->kind == PLAN_BATCH && step->count)
			begun = step->first + step->count;
	}
	return begun;
}

/* The first step that is not over. */
static void find_step(struct deploy_step *deploy)
{
	const struct stage_past *past = deploy->step.options.past;
	const struct plan *plan = deploy->plan;
	const struct past_step *step = NULL;
	int64_t rest;

	deploy->at = 0;
	while (deploy->at < plan->step_count) {
		step = past_step(deploy, plan->steps[deploy->at].name);
		if (!step || !step->is_over)
			break;
		deploy->at++;
	}
	/* All were over but the record of the end: the last is done again. */
	if (deploy->at == plan->step_count)
		deploy->at--;
	deploy->took_up = true;
	deploy->took_up_at = deploy->at;
	deploy->pause_rest_ms = -1;
	if (!step || step->is_over || step->ms <= 0)
		return;
	rest = step->ms - past->step_waited;
	deploy->pause_rest_ms = rest > 0 ? rest : 0;
}

static void tell_where(struct deploy_step *deploy, bool watched)
{
	const struct plan_step *step = &deploy->plan->steps[deploy->at];
	char left[CLOCK_TEXT_SIZE];
	char *pause = deploy->pause_rest_ms < 0
			      ? xstrdup("")
			      : xasprintf(", %s of it left",
					  duration_format(deploy->pause_rest_ms,
							  left));

	deploy_warn(deploy, "%s goes on at its step %s%s%s",
		    deploy->config->environment, step->name, pause,
		    watched ? "; the analysis begins anew, with what is "
			      "counted from now on"
			    : "");
	free(pause);
}

static void adopted(void *data, const struct error *err)
{
	struct deploy_step *deploy = data;
	const struct environment_state *state = state_of(deploy);
	const struct stage_past *past = deploy->step.options.past;
	double share = state->split[state->candidate.colour];
	bool watched = deploy->plan->analysis && share > 0 && share < 100;

	if (deploy->phase == DEPLOY_ENDING)
		return;
	if (deploy->ending) {
		deploy_fail(deploy, deploy->ending, deploy->ending_reason);
		return;
	}
	if (err) {
		deploy_fail_by(deploy, err);
		return;
	}
	deploy->held = past->held;
	deploy->promoting = past->promoting;
	tell_where(deploy, watched);
	if (watched)
		deploy_watch_begin(deploy, deploy->plan->analysis);
	deploy_run_plan(deploy);
}

static void leave(struct deploy_step *deploy)
{
	const struct stage_past *past = deploy->step.options.past;
	const struct rollback_request request = {
		.by = "person",
		.person = past->leaver,
		.reason = past->leaving_reason,
		.run = deploy->step.options.host->run->number,
	};

	deploy_roll_back(deploy, &request);
}

/* The environment is ours, and so is its candidate. */
static void go_on(struct deploy_step *deploy)
{
	const struct environment_state *state = state_of(deploy);
	struct error err = ERROR_INIT;
	double share = state->split[state->candidate.colour];

	deploy->begun = true;
	deploy->rolled = has_rolled(deploy);
	deploy->traffic_moved = state->has_live && share > 0;
	tell_let_through(deploy);
	if (deploy->ending)
		deploy_fail(deploy, deploy->ending, deploy->ending_reason);
	else if (deploy->step.options.past->leaving)
		leave(deploy);
	else if (state->is_left)
		deploy_fail(deploy, STATE_ROLLED_BACK, state->epoch_text);
	else if (deploy_make_plan(deploy, &err) < 0)
		deploy_fail_by(deploy, &err);
	else if (!is_same_plan(deploy))
		deploy_fail(deploy, STATE_FAILED,
			    "what is live, or how it is served, has changed "
			    "while nobody ran this deployment");
	else
		find_step(deploy);
	error_clear(&err);
	if (deploy->phase == DEPLOY_ENDING || !deploy->took_up)
		return;
	deploy->phase = DEPLOY_MOVING;
	if (deploy->at == 0) { /* it was being started: once more */
		deploy_run_plan(deploy);
		return;
	}
	environment_take_up(deploy->environment, instances_begun(deploy),
			    adopted, deploy);
}

static void take_up(struct deploy_step *deploy)
{
	const struct release *candidate = &state_of(deploy)->candidate;

	if (!deploy->digest) {
		deploy->digest = xstrdup(candidate->digest);
		deploy->folder = xstrdup(candidate->folder);
		deploy->person =
			*candidate->person ? xstrdup(candidate->person) : NULL;
	}
	if (!deploy_acquire(deploy))
		return; /* waits for its turn, or has ended */
	if (look_back(deploy) == UNDER_WAY) {
		go_on(deploy);
		return;
	}
	deploy_give_back(deploy); /* somebody was quicker */
	if (!deploy_take_up(deploy))
		deploy_fail(deploy, STATE_ROLLED_BACK,
			    state_of(deploy)->last_text);
}

bool deploy_take_up(struct deploy_step *deploy)
{
	const struct environment_state *state = state_of(deploy);

	switch (look_back(deploy)) {
	case UNDER_WAY:
		take_up(deploy);
		return true;
	case IS_LIVE:
		tell_let_through(deploy);
		deploy_warn(deploy, "%s: %s was live when the engine died",
			    deploy->config->environment, state->live.version);
		deploy_succeeded(deploy);
		return true;
	case WAS_TAKEN_BACK:
		deploy_fail(deploy, STATE_ROLLED_BACK, state->last_text);
		return true;
	default:
		return false;
	}
}

void deploy_tell_newer(struct deploy_step *deploy)
{
	const struct run_facts *run = deploy->step.options.host->run;
	const struct environment_state *state = state_of(deploy);

	if (state->has_live && state->live.run > run->number)
		deploy_warn(deploy,
			    "%s: %s of run %lld is live, which is newer; %s of "
			    "run %lld would replace it",
			    deploy->config->environment, state->live.version,
			    (long long)state->live.run, run->version,
			    (long long)run->number);
}
