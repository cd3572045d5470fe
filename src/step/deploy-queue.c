/* SPDX-License-Identifier: MIT */
/* A deployment's turn: who is before it, and whether a newer run has made it
 * needless. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "step/deploy.h"

#define RETRY_MS 500
#define OPERATION_MS 100 /* a look at an environment takes less */

static enum concurrency concurrency_of(const struct deploy_step *deploy)
{
	return environment_config(deploy->environment)->concurrency;
}

static bool supersedes(const struct deploy_step *deploy)
{
	return concurrency_of(deploy) == CONCURRENCY_SUPERSEDE ||
	       concurrency_of(deploy) == CONCURRENCY_SUPERSEDE_GATES;
}

static void tell_ready(struct deploy_step *deploy, const char *why)
{
	struct event *event = step_event(&deploy->step, EVENT_STAGE_READY);

	event_set(event, "reason", why);
	if (why && deploy->awaits_window)
		event_set_bool(event, "window", true);
	step_emit(&deploy->step, event);
}

void deploy_wait_for_operation(struct deploy_step *deploy, const char *why)
{
	if (deploy->has_met_another) {
		deploy_wait(deploy, why);
		return;
	}
	deploy->has_met_another = true;
	deploy->phase = DEPLOY_QUEUED;
	timer_set_in(deploy->queue, OPERATION_MS);
}

void deploy_wait(struct deploy_step *deploy, const char *why)
{
	deploy->phase = DEPLOY_QUEUED;
	timer_set_in(deploy->queue, RETRY_MS);
	if (str_equal(deploy->queued_behind, why))
		return;
	free(deploy->queued_behind);
	deploy->queued_behind = xasprintf("%s", why);
	stage_log_printf(deploy->step.options.log, "waits: %s\n", why);
	tell_ready(deploy, deploy->queued_behind);
}

static void waits_no_more(struct deploy_step *deploy)
{
	if (deploy->queued_behind)
		tell_ready(deploy, NULL);
	free(deploy->queued_behind);
	deploy->queued_behind = NULL;
}

void deploy_leave_line(struct deploy_step *deploy)
{
	queue_leave(deploy->place);
	deploy->place = NULL;
	if (deploy->queue)
		timer_stop(deploy->queue);
}

static int stand(struct deploy_step *deploy, enum queue_state state,
		 struct error *err)
{
	const struct run_facts *run = deploy->step.options.host->run;
	const struct queue_entry who = {
		.state = state,
		.run = run->number,
		.person = (char *)run->person,
		.commit = run->commit->id,
	};

	if (!deploy->place)
		deploy->place = queue_enter(
			environment_folder(deploy->environment), &who, err);
	return deploy->place ? 0 : -1;
}

static int read_line(struct deploy_step *deploy, struct queue_line *line,
		     struct error *err)
{
	if (environment_refresh(deploy->environment, err) < 0)
		return -1;
	return queue_read(environment_folder(deploy->environment), line, err);
}

/* Newest is who was started last. */
static char *superseded_by(const struct deploy_step *deploy,
			   const struct queue_line *line)
{
	const struct environment_state *state =
		environment_state(deploy->environment);
	bool gates = concurrency_of(deploy) == CONCURRENCY_SUPERSEDE_GATES;
	int64_t newest = deploy->step.options.host->run->number;
	const char *commit = NULL;

	if (!supersedes(deploy))
		return NULL;
	if (state->has_live && state->live.run > newest) {
		newest = state->live.run;
		commit = state->live.commit;
	}
	for (size_t i = 0; i < line->count; i++) {
		const struct queue_entry *entry = &line->items[i];

		if (entry->run <= newest ||
		    (entry->state == QUEUE_AT_GATE && !gates))
			continue;
		newest = entry->run;
		commit = entry->commit;
	}
	return commit ? xasprintf("superseded by run %lld (%.7s)",
				  (long long)newest, commit)
		      : NULL;
}

/* The last of those who came before us; NULL: it is our turn. */
static const struct queue_entry *before_us(const struct deploy_step *deploy,
					   const struct queue_line *line)
{
	const struct queue_entry *before = NULL;

	for (size_t i = 0; i < line->count; i++) {
		const struct queue_entry *entry = &line->items[i];

		if (entry->state == QUEUE_AT_GATE)
			continue;
		if (deploy->place &&
		    entry->ticket >= queue_ticket(deploy->place))
			break;
		before = entry;
	}
	return before;
}

/* Who holds the environment, and who is next before us. */
static char *obstacle_text(const struct deploy_step *deploy,
			   const struct queue_entry *before)
{
	char *text = environment_obstacle(deploy->environment);
	char *whole;

	if (text && (!before || before->state == QUEUE_HOLDS))
		return text;
	whole = xasprintf("%s%srun %lld by %s is before this one",
			  text ? text : deploy->config->environment,
			  text ? "; " : ": ", (long long)before->run,
			  before->person);
	free(text);
	return whole;
}

static void refuse(struct deploy_step *deploy, const char *why)
{
	struct error err = ERROR_INIT;

	error_set(&err, ERROR_REFUSED, "%s", why);
	deploy_fail_by(deploy, &err);
	error_clear(&err);
}

static void wait_or_refuse(struct deploy_step *deploy, const char *why)
{
	if (concurrency_of(deploy) == CONCURRENCY_REFUSE)
		refuse(deploy, why);
	else
		deploy_wait(deploy, why);
}

static void supersede(struct deploy_step *deploy, const char *why)
{
	if (deploy->phase == DEPLOY_AT_GATE && deploy->keeper)
		gatekeeper_close(deploy->keeper, "cancelled", why);
	deploy_fail(deploy, STATE_CANCELLED, why);
}

/* It is our turn. */
static bool take(struct deploy_step *deploy, struct error *err)
{
	const struct run_facts *run = deploy->step.options.host->run;

	if (environment_acquire(deploy->environment, run->number, run->person,
				err) < 0)
		return false;
	deploy->acquired = true;
	timer_stop(deploy->queue);
	waits_no_more(deploy);
	return queue_move(deploy->place, QUEUE_HOLDS, err) == 0;
}

static bool acquire(struct deploy_step *deploy, struct queue_line *line,
		    struct error *err)
{
	const struct queue_entry *before;
	char *text;

	if (stand(deploy, QUEUE_WAITS, err) < 0 ||
	    read_line(deploy, line, err) < 0)
		return false;
	text = superseded_by(deploy, line);
	before = before_us(deploy, line);
	if (text) {
		supersede(deploy, text);
	} else if (!before) {
		return take(deploy, err);
	} else {
		text = obstacle_text(deploy, before);
		wait_or_refuse(deploy, text);
	}
	free(text);
	return false;
}

bool deploy_acquire(struct deploy_step *deploy)
{
	struct queue_line line = {0};
	struct error err = ERROR_INIT;
	bool ours = acquire(deploy, &line, &err);

	if (err.code == ERROR_REFUSED)
		wait_or_refuse(deploy, error_text(&err));
	else if (err.code)
		deploy_fail_by(deploy, &err);
	error_clear(&err);
	queue_line_release(&line);
	return ours;
}

bool deploy_may_come(struct deploy_step *deploy)
{
	struct queue_line line = {0};
	struct error err = ERROR_INIT;
	const struct queue_entry *before;
	char *superseded = NULL, *held = NULL;

	if (read_line(deploy, &line, &err) == 0) {
		before = before_us(deploy, &line);
		superseded = superseded_by(deploy, &line);
		if (concurrency_of(deploy) == CONCURRENCY_REFUSE)
			held = before ? obstacle_text(deploy, before)
				      : environment_obstacle(
						deploy->environment);
	}
	error_clear(&err); /* its turn will tell */
	if (superseded)
		supersede(deploy, superseded);
	else if (held)
		refuse(deploy, held);
	queue_line_release(&line);
	free(superseded);
	free(held);
	return deploy->phase != DEPLOY_ENDING;
}

void deploy_stand_at_gate(struct deploy_step *deploy)
{
	struct queue_line line = {0};
	struct error err = ERROR_INIT;
	char *text = NULL;

	if (concurrency_of(deploy) != CONCURRENCY_SUPERSEDE_GATES)
		return;
	if (stand(deploy, QUEUE_AT_GATE, &err) == 0 &&
	    read_line(deploy, &line, &err) == 0)
		text = superseded_by(deploy, &line);
	error_clear(&err); /* asked again at once */
	if (text)
		supersede(deploy, text);
	else
		timer_set_in(deploy->queue, RETRY_MS);
	queue_line_release(&line);
	free(text);
}
