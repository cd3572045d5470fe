/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "step/deploy.h"

const struct plan_step *deploy_current(const struct deploy_step *deploy)
{
	return &deploy->plan->steps[deploy->at];
}

const struct analysis_config *deploy_limits(const struct deploy_step *deploy)
{
	const struct plan_step *step = deploy_current(deploy);

	return step->kind == PLAN_ANALYSIS && step->config
		       ? &step->config->analysis
		       : deploy->plan->analysis;
}

bool deploy_step_waits(const struct plan_step *step)
{
	return step->kind == PLAN_PAUSE || step->kind == PLAN_ANALYSIS ||
	       step->kind == PLAN_BAKE;
}

/* Where it was taken up, a pause has been waited for in part. */
static int64_t wait_of(const struct deploy_step *deploy)
{
	bool rest = deploy->took_up && deploy->at == deploy->took_up_at &&
		    deploy->pause_rest_ms >= 0;

	return rest ? deploy->pause_rest_ms : deploy_current(deploy)->ms;
}

static void tell_step_start(struct deploy_step *deploy)
{
	const struct plan_step *step = deploy_current(deploy);
	struct event *event = step_event(&deploy->step, EVENT_STEP_STARTED);

	deploy->step_began_us = clock_monotonic_us();
	event_set(event, "step", step->name);
	event_set(event, "kind", plan_step_kind_name(step->kind));
	event_set(event, "label", step->label);
	event_set_int(event, "index", (int64_t)deploy->at);
	if (wait_of(deploy) > 0)
		event_set_int(event, "ms", wait_of(deploy));
	step_emit(&deploy->step, event);
	stage_log_printf(deploy->step.options.log, "%s\n", step->label);
}

static void tell_step_end(struct deploy_step *deploy, enum state outcome,
			  const char *reason)
{
	const struct plan_step *step = deploy_current(deploy);
	struct event *event = step_event(&deploy->step, EVENT_STEP_FINISHED);

	event_set(event, "step", step->name);
	event_set(event, "kind", plan_step_kind_name(step->kind));
	event_set(event, "outcome", state_name(outcome));
	event_set(event, "reason", reason);
	event_set_int(event, "ms",
		      (clock_monotonic_us() - deploy->step_began_us) / 1000);
	step_emit(&deploy->step, event);
}

/* The step under way is over; goes on with the next. */
void deploy_step_passed(struct deploy_step *deploy)
{
	tell_step_end(deploy, STATE_PASSED, NULL);
	deploy->at++;
	deploy_run_plan(deploy);
}

void deploy_step_failed(struct deploy_step *deploy, enum state outcome,
			const char *reason)
{
	tell_step_end(deploy, outcome, reason);
	deploy_fail(deploy, outcome, reason);
}

/* The end of an operation of the environment. */
void deploy_operated(void *data, const struct error *err)
{
	struct deploy_step *deploy = data;

	if (deploy->phase == DEPLOY_ENDING)
		return;
	if (!err && deploy_current(deploy)->kind == PLAN_PROMOTE) {
		tell_step_end(deploy, STATE_PASSED, NULL);
		deploy_succeeded(deploy); /* a cancel came too late */
	} else if (deploy->ending) {	  /* cancelled meanwhile, or moved */
		deploy_step_failed(deploy, deploy->ending,
				   deploy->ending_reason);
	} else if (err) {
		tell_step_end(deploy, STATE_FAILED, error_text(err));
		deploy_fail_by(deploy, err);
	} else {
		deploy_step_passed(deploy);
	}
}

static void shifted(void *data, const struct error *err)
{
	struct deploy_step *deploy = data;
	const struct analysis_config *config = deploy->plan->analysis;

	if (err && deploy_await_proxy(deploy, err))
		return;
	deploy->silent_us = 0;
	if (!err && deploy->phase == DEPLOY_MOVING && config &&
	    deploy_current(deploy)->weight < 100)
		deploy_watch_begin(deploy, config);
	if (!err && deploy->phase == DEPLOY_MOVING && !deploy->ending &&
	    !deploy->held && !deploy->promoting)
		deploy_observe(deploy);
	else
		deploy_operated(data, err);
}

double deploy_asked(const struct deploy_step *deploy)
{
	return environment_state(deploy->environment)
		->split[deploy->plan->colour];
}

/* One that was under way is asked for once more: nobody knows. */
static bool is_past(const struct deploy_step *deploy)
{
	double weight = deploy_current(deploy)->weight;
	bool again = deploy->took_up && deploy->at == deploy->took_up_at;

	return again ? deploy_asked(deploy) > weight
		     : deploy_asked(deploy) >= weight;
}

static void run_weight(struct deploy_step *deploy)
{
	const struct plan_step *step = deploy_current(deploy);

	if (is_past(deploy) && step->weight < 100) {
		tell_step_end(deploy, STATE_SKIPPED,
			      "a person has shifted further");
		deploy->silent_us = 0;
		deploy->at++;
		deploy_run_plan(deploy);
		return;
	}
	deploy->phase = DEPLOY_MOVING;
	deploy->traffic_moved = true;
	if (step->weight >= 100)
		deploy_watch_end(deploy);
	environment_shift(deploy->environment, step->weight, step->label, NULL,
			  shifted, deploy);
}

static void pause_ended(void *data)
{
	struct deploy_step *deploy = data;

	deploy->pause_over = true;
	deploy_leave_pause(deploy);
}

void deploy_pause(struct deploy_step *deploy, int64_t ms)
{
	deploy->phase = DEPLOY_PAUSED;
	deploy->pause_left_ms = ms;
	deploy->pause_over = ms == 0;
	if (!deploy->pause)
		deploy->pause = loop_timer(deploy->step.options.host->loop,
					   INT64_MAX, pause_ended, deploy);
	timer_stop(deploy->pause);
	if (ms >= 0 && !deploy->held) {
		deploy->pause_until_us = clock_monotonic_us() + ms * 1000;
		timer_set(deploy->pause, deploy->pause_until_us);
	}
	deploy_mind_operator(deploy, false);
}

static void skip(struct deploy_step *deploy, const char *why)
{
	tell_step_end(deploy, STATE_SKIPPED, why);
	deploy->at++;
	deploy_run_plan(deploy);
}

/* What a person did at the proxy is not undone by a clock: another person
 * says how it goes on. */
static bool hold_where_touched(struct deploy_step *deploy)
{
	if (!environment_take_touched(deploy->environment) ||
	    deploy_hold(deploy, true, NULL) < 0)
		return false;
	deploy_warn(deploy,
		    "%s is held: its traffic was changed by other hands; "
		    "unhold goes on with the plan, rollback takes it back",
		    deploy->config->environment);
	return true;
}

void deploy_leave_pause(struct deploy_step *deploy)
{
	bool by_hand = deploy->promoting || deploy->leaving;
	bool is_shift = deploy_current(deploy)->kind == PLAN_WEIGHT;
	bool leaving = deploy->leaving && !is_shift;

	if (deploy->held)
		return;
	if (!by_hand && !deploy->pause_over)
		return;
	if (!by_hand && hold_where_touched(deploy))
		return;
	if (!by_hand && !is_shift && !deploy_watch_is_content(deploy)) {
		deploy_watch_hold(deploy);
		return;
	}
	if (deploy->pause)
		timer_stop(deploy->pause);
	deploy->leaving = false;
	deploy->phase = DEPLOY_MOVING;
	deploy_mind_operator(deploy, false);
	if (deploy->silent_us)
		run_weight(deploy);
	else if (leaving)
		skip(deploy, "left by a person");
	else
		deploy_step_passed(deploy);
}

static void check_next(struct deploy_step *deploy);

static void check_failed(struct deploy_step *deploy, const char *why)
{
	int instances = environment_instances(deploy->environment,
					      deploy->plan->colour);
	char *text = instances > 1
			     ? xasprintf("instance %d: %s",
					 deploy->checked_instance + 1, why)
			     : xstrdup(why);

	deploy_step_failed(deploy, STATE_FAILED, text);
	free(text);
}

/* `why` is the requests': they go last. */
static void checked(const char *why, void *data)
{
	struct deploy_step *deploy = data;
	struct requests_run *requests = deploy->requests;

	deploy->requests = NULL;
	if (why) {
		check_failed(deploy, why);
	} else {
		deploy->checked_instance++;
		check_next(deploy);
	}
	requests_free(requests);
}

/* Each instance that runs is asked. */
static void check_next(struct deploy_step *deploy)
{
	enum colour colour = deploy->plan->colour;
	struct requests_peer peer = {.tls = NULL};
	struct str base = STR_INIT;

	if (deploy->checked_instance > 0 &&
	    deploy->checked_instance >=
		    environment_instances_up(deploy->environment, colour)) {
		deploy_step_passed(deploy);
		return;
	}
	str_add(&base, "http://");
	environment_address(deploy->environment, colour,
			    deploy->checked_instance, &base);
	peer.base = base.data;
	deploy->requests = requests_send(
		&deploy->step, &peer, &deploy_current(deploy)->config->requests,
		checked, deploy);
	str_release(&base);
}

static void run_check(struct deploy_step *deploy)
{
	deploy->phase = DEPLOY_CHECKING;
	deploy->checked_instance = 0;
	check_next(deploy);
}

static void gate_closed(enum gate_outcome outcome, const char *text,
			const char *person, void *data)
{
	struct deploy_step *deploy = data;
	struct gatekeeper *keeper = deploy->keeper; /* the text is its */
	enum state state = gate_state(outcome);

	(void)person;
	deploy->keeper = NULL;
	if (state == STATE_PASSED)
		deploy_step_passed(deploy);
	else
		deploy_step_failed(deploy, state, text);
	gatekeeper_free(keeper);
}

static void run_gate(struct deploy_step *deploy)
{
	const struct environment_state *state =
		environment_state(deploy->environment);
	struct gatekeeper_options options = {
		.step = &deploy->step,
		.rule = &deploy_current(deploy)->config->gate,
		.name = deploy_current(deploy)->name,
		.environment = deploy->plan->environment,
		.artifacts = deploy->digest,
		.live = state->has_live ? &state->live : NULL,
		.closed = gate_closed,
		.data = deploy,
	};

	deploy->phase = DEPLOY_AT_GATE;
	deploy->keeper = gatekeeper_open(&options);
}

static bool is_skipped(const struct deploy_step *deploy)
{
	const struct plan_step *step = deploy_current(deploy);

	return deploy->promoting &&
	       (deploy_step_waits(step) ||
		(step->kind == PLAN_WEIGHT && step->weight < 100 &&
		 deploy->plan->strategy != STRATEGY_ROLLING));
}

static void run_step(struct deploy_step *deploy)
{
	const struct plan_step *step = deploy_current(deploy);

	switch (step->kind) {
	case PLAN_START:
	case PLAN_REPLACE:
		deploy->phase = DEPLOY_MOVING;
		environment_start_candidate(deploy->environment,
					    deploy_operated, deploy);
		break;
	case PLAN_HEALTHY: /* the start has waited for it */
		deploy_step_passed(deploy);
		break;
	case PLAN_CHECK:
		run_check(deploy);
		break;
	case PLAN_WEIGHT:
		run_weight(deploy);
		break;
	case PLAN_PAUSE:
		deploy_pause(deploy, wait_of(deploy));
		break;
	case PLAN_ANALYSIS:
		deploy_watch_begin(deploy, deploy_limits(deploy));
		deploy_pause(deploy, 0);
		break;
	case PLAN_GATE:
		run_gate(deploy);
		break;
	case PLAN_RUN:
		deploy_run_command(deploy, step->config);
		break;
	case PLAN_BAKE:
		deploy_bake_begin(deploy);
		deploy_pause(deploy, wait_of(deploy));
		break;
	case PLAN_BATCH:
		deploy_roll(deploy, step);
		break;
	case PLAN_PROMOTE:
		deploy->phase = DEPLOY_MOVING;
		deploy_bake_end(deploy);
		deploy_watch_end(deploy);
		environment_promote(deploy->environment, deploy->person,
				    deploy_operated, deploy);
		break;
	}
}

void deploy_run_plan(struct deploy_step *deploy)
{
	if (deploy->at >= deploy->plan->step_count)
		BUG("the plan of %s does not end with its promotion",
		    deploy->plan->environment);
	tell_step_start(deploy);
	if (is_skipped(deploy)) {
		skip(deploy, "promoted by a person");
		return;
	}
	run_step(deploy);
}

void deploy_drop_waits(struct deploy_step *deploy)
{
	requests_free(deploy->requests);
	deploy->requests = NULL;
	deploy_drop_command(deploy);
	deploy_unobserve(deploy);
	deploy_bake_end(deploy);
	gatekeeper_close(deploy->keeper, "void", "the deployment has ended");
	if (deploy->queue)
		timer_stop(deploy->queue);
	if (deploy->pause)
		timer_stop(deploy->pause);
	if (deploy->operator_timer)
		timer_stop(deploy->operator_timer);
	deploy_watch_end(deploy);
}
