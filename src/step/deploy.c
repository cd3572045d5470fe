/* SPDX-License-Identifier: MIT */
/* `deploy`: an environment gets the run's release, past its gate. */
#include "step/deploy.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/metric.h"

static const struct environment_state *state_of(struct deploy_step *deploy)
{
	return environment_state(deploy->environment);
}

void deploy_give_back(struct deploy_step *deploy)
{
	if (deploy->acquired)
		environment_release(deploy->environment);
	deploy->acquired = false;
	deploy_leave_line(deploy);
}

void deploy_end_as(struct deploy_step *deploy, enum state outcome,
		   const char *reason)
{
	const struct step_host *host = deploy->step.options.host;
	char *text = xstrdup_null(reason);

	if (text && strcmp(text, state_name(outcome)) == 0)
		stage_log_printf(deploy->step.options.log, "%s\n", text);
	else if (text)
		stage_log_printf(deploy->step.options.log, "%s: %s\n",
				 state_name(outcome), text);
	deploy->phase = DEPLOY_ENDING;
	deploy_drop_waits(deploy);
	deploy_give_back(deploy);
	if (deploy->claimed)
		host->claim(host->data, deploy->config->environment, NULL);
	deploy->claimed = false;
	step_done(&deploy->step, outcome, text);
	free(text);
}

static void set_ending(struct deploy_step *deploy, enum state outcome,
		       const char *reason)
{
	char *text = xstrdup(reason ? reason : state_name(outcome));

	free(deploy->ending_reason);
	deploy->ending_reason = text;
	deploy->ending = outcome;
}

static void finish(struct deploy_step *deploy, enum state outcome,
		   const char *reason)
{
	if (deploy->gone && outcome == STATE_ROLLED_BACK)
		deploy_end_gone(deploy, reason);
	else
		deploy_end_as(deploy, outcome, reason);
}

void deploy_succeeded(struct deploy_step *deploy)
{
	finish(deploy, STATE_PASSED, NULL);
}

static void abandoned(void *data, const struct error *err)
{
	struct deploy_step *deploy = data;
	enum state outcome = deploy->ending;
	char *reason = deploy->gone ? xasprintf("%s; %s", deploy->ending_reason,
						deploy->gone)
		       : err ? xasprintf("%s; and taking it back failed: %s",
					 deploy->ending_reason, error_text(err))
			     : xstrdup(deploy->ending_reason);

	/* It still has what it had. */
	if (err && !deploy->gone && outcome == STATE_ROLLED_BACK) {
		deploy->step.code = err->code;
		outcome = STATE_FAILED;
	}
	finish(deploy, outcome, reason);
	free(reason);
}

/* The stage's name stands before its reason: often the environment's. */
static const char *bare(const struct deploy_step *deploy, const char *reason)
{
	const char *name = deploy->step.options.stage->name;
	size_t len = strlen(name);

	return reason && strncmp(reason, name, len) == 0 &&
			       starts_with(reason + len, ": ")
		       ? reason + len + 2
		       : reason;
}

void deploy_fail(struct deploy_step *deploy, enum state outcome,
		 const char *reason)
{
	if (deploy->phase == DEPLOY_ENDING)
		return;
	reason = bare(deploy, reason);
	if (outcome == STATE_FAILED && deploy->traffic_moved)
		outcome = STATE_ROLLED_BACK;
	set_ending(deploy, outcome, reason);
	deploy->phase = DEPLOY_ENDING;
	deploy_drop_waits(deploy);
	if (deploy->begun && !deploy->gone)
		environment_abandon(deploy->environment,
				    outcome == STATE_CANCELLED ? outcome
							       : STATE_FAILED,
				    deploy->ending_reason, abandoned, deploy);
	else
		finish(deploy, outcome, deploy->ending_reason);
}

void deploy_fail_by(struct deploy_step *deploy, const struct error *err)
{
	if (deploy->phase != DEPLOY_ENDING)
		deploy->step.code = err->code;
	deploy_fail(deploy, STATE_FAILED, error_text(err));
}

static void rolled_back(void *data, const struct error *err)
{
	struct deploy_step *deploy = data;
	const char *text = state_of(deploy)->last_text;

	if (err) {
		deploy->step.code = err->code;
		finish(deploy, STATE_FAILED, bare(deploy, error_text(err)));
	} else {
		finish(deploy, STATE_ROLLED_BACK, text);
	}
}

static bool awaits_environment(const struct deploy_step *deploy)
{
	return deploy->phase == DEPLOY_MOVING ||
	       (deploy->phase == DEPLOY_OPENING && !deploy->unpack);
}

static void deploy_moved(struct step *step, const char *text)
{
	struct deploy_step *deploy = (struct deploy_step *)step;

	if (!deploy->begun || deploy->gone)
		return;
	deploy->gone = xstrdup(text);
	if (deploy->phase == DEPLOY_ENDING)
		return;
	if (awaits_environment(deploy))
		set_ending(deploy, STATE_ROLLED_BACK, text);
	else
		finish(deploy, STATE_ROLLED_BACK, text);
}

/* By another process, and not noticed yet: once more would go one release too
 * far. */
static bool is_back_already(struct deploy_step *deploy)
{
	const struct environment_state *state = state_of(deploy);

	if (environment_refresh(deploy->environment, NULL) < 0 ||
	    state->has_candidate || state->epoch <= deploy->epoch)
		return false;
	deploy_moved(&deploy->step, state->epoch_text);
	return true;
}

void deploy_roll_back(struct deploy_step *deploy,
		      const struct rollback_request *request)
{
	if (is_back_already(deploy))
		return;
	if (!state_of(deploy)->has_live) {
		deploy_fail(deploy, STATE_ROLLED_BACK,
			    "nothing was live before: the candidate is "
			    "stopped");
		return;
	}
	deploy->phase = DEPLOY_ENDING;
	deploy_drop_waits(deploy);
	environment_rollback(deploy->environment, request, rolled_back, deploy);
}

int deploy_make_plan(struct deploy_step *deploy, struct error *err)
{
	const struct step_host *host = deploy->step.options.host;
	struct plan_request request = {
		.deploy = deploy->config,
		.mode = host->pipeline->mode,
		.version = host->run->version,
	};

	environment_plan_request(deploy->environment, &request);
	/* What is gone of the live one has made room for it. */
	request.live_is_up = request.live_is_up || deploy->rolled;
	plan_free(deploy->plan);
	deploy->plan = plan_make(&request, err);
	return deploy->plan ? 0 : -1;
}

static int begin(struct deploy_step *deploy, struct error *err)
{
	const struct run_facts *run = deploy->step.options.host->run;
	char pipeline[DIGEST_TEXT_SIZE];
	struct release candidate = {
		.version = (char *)run->version,
		.commit = run->commit->id,
		.committed = run->commit->time_ms,
		.digest = deploy->digest,
		.folder = deploy->folder,
		.pipeline = pipeline,
		.person = deploy->person,
		.run = run->number,
		.migrations = deploy->migrations,
	};
	struct deployment deployment;

	if (deploy_make_plan(deploy, err) < 0)
		return -1;
	memcpy(pipeline, deploy->step.options.host->pipeline->digest,
	       sizeof(pipeline));
	candidate.colour = deploy->plan->colour;
	deployment = (struct deployment){deploy->plan, &candidate};
	return environment_begin(deploy->environment, &deployment, err);
}

void deploy_take(struct deploy_step *deploy)
{
	struct error err = ERROR_INIT;

	if (deploy_take_up(deploy) || !deploy_may_begin_now(deploy) ||
	    !deploy_acquire(deploy))
		return;
	if (!deploy_is_as_compared(deploy)) {
		deploy_give_back(deploy);
		deploy_open_gate(
			deploy); /* what was approved is no longer so */
		return;
	}
	if (begin(deploy, &err) < 0) {
		deploy_fail_by(deploy, &err);
		error_clear(&err);
		return;
	}
	deploy->begun = true;
	deploy->epoch = state_of(deploy)->epoch;
	deploy_run_plan(deploy);
}

/* Or NULL. What is live by the time it is deployed holds more of it rather
 * than less, so that what is counted now is not too little. */
static const char *live_commit(const struct deploy_step *deploy)
{
	const struct environment_state *state =
		environment_state(deploy->environment);

	return state->has_live ? state->live.commit : NULL;
}

static void unpacked(const struct unpacked *release, const struct error *err,
		     void *data)
{
	struct deploy_step *deploy = data;

	deploy->unpack = NULL;
	if (err) {
		deploy_fail_by(deploy, err);
		return;
	}
	deploy->digest = xstrdup(release->digest);
	deploy->folder = xstrdup(release->folder);
	deploy->migrations = (int64_t)release->migrations;
	if (release->migrations_why)
		deploy_warn(deploy, "%s", release->migrations_why);
	deploy_tell_newer(deploy);
	deploy_open_gate(deploy);
}

static void recovered(void *data, const struct error *err)
{
	struct deploy_step *deploy = data;
	bool takes_back = deploy->ending && deploy->step.options.past;
	struct error why = ERROR_INIT;

	if (err && err->code == ERROR_REFUSED &&
	    (!deploy->ending || takes_back))
		deploy_wait_for_operation(deploy, error_text(err));
	else if (deploy_take_up(deploy))
		return;
	else if (deploy->ending)
		deploy_fail(deploy, deploy->ending, deploy->ending_reason);
	else if (err)
		deploy_fail_by(deploy, err);
	else if (deploy_make_plan(deploy, &why) < 0) /* asks nobody then */
		deploy_fail_by(deploy, &why);
	else if (deploy_may_come(deploy))
		deploy->unpack =
			unpack_start(deploy->step.options.host,
				     live_commit(deploy), unpacked, deploy);
	error_clear(&why);
}

static void recover(struct deploy_step *deploy)
{
	const struct step_host *host = deploy->step.options.host;

	deploy->claimed = host->claim(host->data, deploy->config->environment,
				      &deploy->step);
	if (!deploy->claimed) {
		deploy_wait(deploy, "another stage of this run deploys there");
		return;
	}
	deploy->phase = DEPLOY_OPENING;
	environment_recover(deploy->environment, recovered, deploy);
}

static void try_again(void *data)
{
	struct deploy_step *deploy = data;

	if (deploy->phase == DEPLOY_AT_GATE)
		deploy_stand_at_gate(deploy);
	else if (deploy->digest)
		deploy_take(deploy);
	else
		recover(deploy);
}

static int check_releasable(const struct step *step, struct error *err)
{
	const struct step_host *host = step->options.host;

	if (host->run->worktree)
		return error_set(err, ERROR_REFUSED,
				 "this run was built from the working tree, "
				 "and only a commit is released; commit and "
				 "run again");
	if (!host->artifacts->count)
		return error_set(err, ERROR_CONFIG,
				 "%s has nothing to release: no stage of this "
				 "run that came before it kept `artifacts`",
				 step->options.stage->name);
	return 0;
}

static int deploy_start(struct step *step, struct error *err)
{
	struct deploy_step *deploy = (struct deploy_step *)step;
	const struct step_host *host = step->options.host;

	if (check_releasable(step, err) < 0)
		return -1;
	deploy->config = &step->options.stage->deploy;
	deploy->environment =
		host->environment(host->data, deploy->config->environment, err);
	if (!deploy->environment)
		return -1;
	deploy->queue = loop_timer(host->loop, INT64_MAX, try_again, deploy);
	recover(deploy);
	return 0;
}

static int roll_back_by(struct deploy_step *deploy,
			const struct command *command,
			const struct sender *sender, struct error *err)
{
	struct rollback_request request = {
		.by = "person",
		.person = sender->login,
		.reason = command->reason,
		.run = deploy->step.options.host->run->number,
		.asked_us = clock_monotonic_us(),
	};

	if (!deploy->begun)
		return error_set(err, ERROR_REFUSED,
				 "nothing of this run is in %s yet; reject "
				 "its gate or cancel the run",
				 deploy->config->environment);
	deploy_roll_back(deploy, &request);
	return 0;
}

static int deploy_command(struct step *step, const struct command *command,
			  const struct sender *sender, struct error *err)
{
	struct deploy_step *deploy = (struct deploy_step *)step;

	if (deploy->phase == DEPLOY_ENDING)
		return error_set(err, ERROR_REFUSED,
				 "the deployment to %s is ending already",
				 deploy->config->environment);
	deploy_mind_operator(deploy, true);
	switch (command->kind) {
	case COMMAND_ROLLBACK:
		return roll_back_by(deploy, command, sender, err);
	case COMMAND_HOLD:
	case COMMAND_UNHOLD:
		return deploy_hold(deploy, command->kind == COMMAND_HOLD, err);
	case COMMAND_PROMOTE:
		return deploy_promote(deploy, command->next, err);
	case COMMAND_SHIFT:
		return deploy_shift(deploy, command, sender, err);
	default:
		break;
	}
	if (deploy->awaits_window && command->kind == COMMAND_OVERRIDE)
		return deploy_override_window(deploy, command, sender, err);
	if (deploy->phase == DEPLOY_AT_GATE)
		return gatekeeper_command(deploy->keeper, command, sender, err);
	return error_set(
		err, ERROR_REFUSED, "%s has no open gate: nothing to %s",
		step->options.stage->name, command_name(command->kind));
}

/* The end of an operation will be told: the step may not go before. */
static void deploy_cancel(struct step *step, enum state why)
{
	struct deploy_step *deploy = (struct deploy_step *)step;

	if (deploy->phase == DEPLOY_ENDING)
		return;
	if (deploy->keeper)
		gatekeeper_close(deploy->keeper, "cancelled", NULL);
	if (awaits_environment(deploy)) {
		set_ending(deploy, why, "cancelled");
		return; /* when the operation under way is done */
	}
	unpack_cancel(deploy->unpack);
	deploy->unpack = NULL;
	deploy_fail(deploy, why, "cancelled");
}

static void deploy_operator_changed(struct step *step)
{
	deploy_mind_operator((struct deploy_step *)step, false);
}

static void deploy_output_ended(struct step *step)
{
	struct deploy_step *deploy = (struct deploy_step *)step;

	if (deploy->has_job)
		job_output_ended(&deploy->job);
}

static void deploy_release(struct step *step)
{
	struct deploy_step *deploy = (struct deploy_step *)step;

	deploy_drop_command(deploy);
	unpack_cancel(deploy->unpack);
	requests_free(deploy->requests);
	gatekeeper_free(deploy->keeper);
	timer_free(deploy->queue);
	queue_leave(deploy->place);
	timer_free(deploy->pause);
	timer_free(deploy->look);
	timer_free(deploy->bake);
	timer_free(deploy->max_hold);
	timer_free(deploy->operator_timer);
	timer_free(deploy->gone_timer);
	plan_free(deploy->plan);
	metrics_free(deploy->metrics);
	analysis_free(deploy->analysis);
	free(deploy->digest);
	free(deploy->folder);
	free(deploy->compared_with);
	free(deploy->person);
	free(deploy->queued_behind);
	free(deploy->ending_reason);
	free(deploy->gone);
}

const struct step_ops step_deploy_ops = {
	.name = "deploy",
	.size = sizeof(struct deploy_step),
	.start = deploy_start,
	.cancel = deploy_cancel,
	.release = deploy_release,
	.output_ended = deploy_output_ended,
	.command = deploy_command,
	.moved = deploy_moved,
	.operator_changed = deploy_operator_changed,
};
