/* SPDX-License-Identifier: MIT */
/* What the records of a run's journal say, one after another. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "engine/bound.h"
#include "base/number.h"
#include "base/vector.h"
#include "engine/recovery.h"
#include "event/journal.h"

/* Stages side by side, as far as a search looks back first. */
#define NEAR 16

static void set_text(char **field, const char *text)
{
	char *copy = xstrdup(text);

	free(*field);
	*field = copy;
}

/* Of a name that run.started told; NULL for what is none of the run's. */
static struct stage_recovery *stage_of(struct recovery *past,
				       const struct event *event)
{
	const char *name = event_stage(event);
	size_t from = past->newest > NEAR ? past->newest - NEAR : 0;

	/* What ten thousand stages say stands near to what the ones before
	 * said. */
	for (size_t i = 0; *name && i < past->stage_count; i++) {
		size_t at = (from + i) % past->stage_count;

		if (strcmp(past->stages[at].name, name) != 0)
			continue;
		past->newest = at;
		return &past->stages[at];
	}
	return NULL;
}

static void add_stages(struct recovery *past, const json_t *stages)
{
	const json_t *item;
	size_t i;

	json_array_foreach(stages, i, item)
	{
		struct stage_recovery *stage = VECTOR_ADD(
			past->stages, past->stage_count, past->stage_cap);

		stage->name = xstrdup(json_text(item, "name"));
		stage->kind = xstrdup(json_text(item, "kind"));
		stage->environment = xstrdup(json_text(item, "environment"));
		stage->exit_status = -1;
	}
}

static void add_names(struct strings *list, const json_t *array)
{
	const json_t *name;
	size_t i;

	json_array_foreach(array, i, name) if (json_is_string(name))
		strings_add(list, json_string_value(name));
}

static const char *take_option(char **field, const json_t *options,
			       const char *key)
{
	if (*json_text(options, key))
		set_text(field, json_text(options, key));
	return *field;
}

static void take_options(struct recovery *past, const json_t *options)
{
	struct selection *selection = &past->selection;

	past->jobs = (int)json_int(options, "jobs", 0);
	add_names(&selection->skip, json_object_get(options, "skip"));
	add_names(&selection->only, json_object_get(options, "only"));
	selection->from = take_option(&past->from, options, "from");
	selection->until = take_option(&past->until, options, "until");
	selection->reason = take_option(&past->reason, options, "reason");
}

static void take_started(struct recovery *past, const struct event *event)
{
	if (past->stage_count)
		return;
	set_text(&past->commit, event_text(event, "commit"));
	set_text(&past->branch, event_text(event, "branch"));
	set_text(&past->version, event_text(event, "version"));
	set_text(&past->person, event_text(event, "person"));
	set_text(&past->file_digest, event_text(event, "file-digest"));
	past->uid = (uid_t)event_int(event, "uid", 0);
	past->worktree = event_bool(event, "worktree");
	past->started = event->time_ms;
	take_options(past, event_json(event, "options"));
	add_stages(past, event_json(event, "stages"));
}

static void take_stage_started(struct stage_recovery *stage,
			       const struct event *event)
{
	stage->state = STATE_RUNNING;
	stage->attempt = (int)event_int(event, "attempt", 1);
	if (event_bool(event, "continues"))
		return;
	past_release(&stage->past);
	stage->tries = 0;
	stage->past.started = event->time_ms;
}

static void take_stage_over(struct stage_recovery *stage,
			    const struct event *event)
{
	bool skipped = event->type == EVENT_STAGE_SKIPPED;
	const char *outcome = event_text(event, "outcome");

	stage->state =
		skipped && !*outcome ? STATE_SKIPPED : state_parse(outcome);
	stage->exit_status = (int)event_int(event, "exit-status", -1);
	stage->status = (int)event_int(event, "status", 0);
	set_text(&stage->reason, event_text(event, "reason"));
	past_release(&stage->past);
}

static struct past_gate *gate_of(struct stage_past *past,
				 const struct event *event)
{
	const char *step = event_text(event, "step");
	struct past_gate *gate;

	for (size_t i = 0; i < past->gate_count; i++)
		if (strcmp(past->gates[i].step, step) == 0)
			return &past->gates[i];
	gate = VECTOR_ADD(past->gates, past->gate_count, past->gate_cap);
	gate->step = xstrdup(step);
	return gate;
}

static void take_candidate(struct stage_past *past, const struct event *event)
{
	const json_t *candidate = event_json(event, "candidate");

	if (json_object_get(candidate, "digest"))
		set_text(&past->artifacts, json_text(candidate, "digest"));
}

static void take_gate_opened(struct stage_recovery *stage,
			     const struct event *event)
{
	struct past_gate *gate = gate_of(&stage->past, event);

	if (event_bool(event, "resumed"))
		return;
	past_gate_release(gate);
	gate->step = xstrdup(event_text(event, "step"));
	gate->binds = xstrdup(event_text(event, "binds"));
	gate->outcome = xstrdup("");
	gate->expires = event_time(event, "expires");
	take_candidate(&stage->past, event);
}

static void take_gate_voted(struct stage_recovery *stage,
			    const struct event *event)
{
	struct past_gate *gate = gate_of(&stage->past, event);
	struct past_vote *vote =
		VECTOR_ADD(gate->votes, gate->vote_count, gate->vote_cap);

	vote->vote = xstrdup(event_text(event, "vote"));
	vote->person = xstrdup(event_text(event, "person"));
	if (event_has(event, "reason"))
		vote->reason = xstrdup(event_text(event, "reason"));
	vote->uid = (uid_t)event_int(event, "uid", 0);
	vote->time = event->time_ms;
}

static void take_gate_closed(struct stage_recovery *stage,
			     const struct event *event)
{
	struct past_gate *gate = gate_of(&stage->past, event);
	const char *outcome = event_text(event, "outcome");
	bool passes = strcmp(outcome, "approved") == 0 ||
		      strcmp(outcome, "overridden") == 0;

	set_text(&gate->outcome, outcome);
	if (event_has(event, "reason"))
		set_text(&gate->reason, event_text(event, "reason"));
	if (event_has(event, "person"))
		set_text(&gate->person, event_text(event, "person"));
	if (!*gate->step && event_has(event, "environment")) {
		free(stage->let_through);
		stage->let_through =
			passes ? xstrdup(event_text(event, "environment"))
			       : NULL;
	}
}

static void take_planned(struct stage_recovery *stage,
			 const struct event *event)
{
	past_steps_clear(&stage->past);
	take_candidate(&stage->past, event);
	stage->past.planned = true;
}

static void take_step(struct stage_recovery *stage, const struct event *event)
{
	struct stage_past *past = &stage->past;
	const char *name = event_text(event, "step");
	struct past_step *step = NULL;

	for (size_t i = 0; i < past->step_count && !step; i++)
		if (strcmp(past->steps[i].name, name) == 0)
			step = &past->steps[i];
	if (!step) {
		step = VECTOR_ADD(past->steps, past->step_count,
				  past->step_cap);
		step->name = xstrdup(name);
	}
	step->is_over = event->type == EVENT_STEP_FINISHED;
	if (step->is_over)
		return;
	step->ms = event_int(event, "ms", 0);
	past->step_waited = 0;
	past->step_since = event->time_ms;
}

/* Its deployment is the one that the command can only be for. */
static struct stage_recovery *commanded(struct recovery *past,
					const struct event *event)
{
	const char *target = event_text(event, "target");

	for (size_t i = 0; i < past->stage_count; i++) {
		struct stage_recovery *stage = &past->stages[i];

		if (stage->state != STATE_RUNNING ||
		    strcmp(stage->kind, "deploy") != 0)
			continue;
		if (starts_with(target, "run ") ||
		    strcmp(target, stage->name) == 0 ||
		    strcmp(target, stage->environment) == 0)
			return stage;
	}
	return NULL;
}

static void hold(struct stage_past *past, bool held, int64_t time)
{
	if (past->held == held)
		return;
	past->held = held;
	if (held)
		past->step_waited =
			number_sum(past->step_waited, time - past->step_since);
	else
		past->step_since = time;
}

static void take_command(struct recovery *past, const struct event *event)
{
	const char *command = event_text(event, "command");
	struct stage_recovery *stage = commanded(past, event);

	if (strcmp(command, "cancel") == 0)
		past->is_cancelled = true;
	if (!stage)
		return;
	if (strcmp(command, "hold") == 0 || strcmp(command, "shift") == 0) {
		hold(&stage->past, true, event->time_ms);
	} else if (strcmp(command, "unhold") == 0) {
		hold(&stage->past, false, event->time_ms);
	} else if (strcmp(command, "promote") == 0) {
		hold(&stage->past, false, event->time_ms);
		stage->past.promoting =
			stage->past.promoting || !event_bool(event, "next");
	} else if (strcmp(command, "rollback") == 0 && stage->past.planned) {
		stage->past.leaving = true;
		set_text(&stage->past.leaver, event_text(event, "person"));
		if (event_has(event, "reason"))
			set_text(&stage->past.leaving_reason,
				 event_text(event, "reason"));
	}
}

static void take_artifact(struct recovery *past, const struct event *event)
{
	const char *mode = event_text(event, "mode");
	const char *path = event_text(event, "path");
	struct artifact_maker *maker = NULL;

	artifacts_put(&past->artifacts, path, event_text(event, "digest"),
		      event_int(event, "bytes", 0),
		      *mode ? (mode_t)strtol(mode, NULL, 8) : 0644);
	for (size_t i = 0; i < past->maker_count && !maker; i++)
		if (strcmp(past->makers[i].path, path) == 0)
			maker = &past->makers[i];
	if (!maker) {
		maker = VECTOR_ADD(past->makers, past->maker_count,
				   past->maker_cap);
		maker->path = xstrdup(path);
	}
	set_text(&maker->stage, event_stage(event));
}

static void take_ready(struct recovery *past, struct stage_recovery *stage,
		       const struct event *event)
{
	if (!event_bool(event, "again"))
		return;
	stage->state = STATE_QUEUED;
	past->is_cancelled = false;
}

static void take_of_stage(struct recovery *past, struct stage_recovery *stage,
			  const struct event *event)
{
	switch (event->type) {
	case EVENT_STAGE_READY:
		take_ready(past, stage, event);
		break;
	case EVENT_STAGE_STARTED:
		take_stage_started(stage, event);
		break;
	case EVENT_STAGE_RETRYING:
		stage->tries = (int)event_int(event, "try", 0);
		break;
	case EVENT_STAGE_FINISHED:
	case EVENT_STAGE_SKIPPED:
		take_stage_over(stage, event);
		break;
	case EVENT_GATE_OPENED:
		take_gate_opened(stage, event);
		break;
	case EVENT_GATE_VOTED:
		take_gate_voted(stage, event);
		break;
	case EVENT_GATE_CLOSED:
		take_gate_closed(stage, event);
		break;
	case EVENT_WINDOW_OVERRIDDEN:
		stage->past.window_overridden = true;
		break;
	case EVENT_DEPLOY_PLANNED:
		take_planned(stage, event);
		break;
	case EVENT_STEP_STARTED:
	case EVENT_STEP_FINISHED:
		take_step(stage, event);
		break;
	default:
		break;
	}
}

bool recovery_is_over(const struct event *event, bool was)
{
	switch (event->type) {
	case EVENT_RUN_FINISHED:
		return true;
	case EVENT_RUN_RESUMED:
	case EVENT_STAGE_STARTED:
		return false;
	case EVENT_STAGE_READY:
		return was && !event_bool(event, "again");
	default:
		return was;
	}
}

static int take(const struct event *event, void *data)
{
	struct recovery *past = data;
	struct stage_recovery *stage = stage_of(past, event);

	past->seq = event->seq;
	past->last = event->time_ms;
	past->is_finished = recovery_is_over(event, past->is_finished);
	switch (event->type) {
	case EVENT_RUN_STARTED:
		take_started(past, event);
		break;
	case EVENT_RUN_FINISHED:
		past->outcome = state_parse(event_text(event, "outcome"));
		break;
	case EVENT_REPORT_READ:
	case EVENT_FINDING_FOUND:
		bound_add(&past->findings, event);
		break;
	case EVENT_ARTIFACT_STORED:
		take_artifact(past, event);
		break;
	case EVENT_COMMAND_RECEIVED:
		take_command(past, event);
		break;
	default:
		if (stage)
			take_of_stage(past, stage, event);
	}
	return 0;
}

static void sum_up(struct recovery *past)
{
	for (size_t i = 0; i < past->stage_count; i++) {
		struct stage_past *stage = &past->stages[i].past;

		if (!stage->held && stage->step_since)
			stage->step_waited =
				number_sum(stage->step_waited,
					   past->last - stage->step_since);
	}
}

int recovery_fold(struct recovery *past, struct error *err)
{
	struct error why = ERROR_INIT;

	if (journal_read(past->folder, 1, take, past, &why) < 0) {
		if (why.code == ERROR_CORRUPT)
			error_set(err, ERROR_CORRUPT,
				  "the journal of run %lld is damaged: %s; "
				  "what is live is in the journals of the "
				  "environments: signalbox status, and "
				  "signalbox rollback takes a candidate back",
				  (long long)past->run, error_text(&why));
		else
			error_set(err, why.code, "run %lld: %s",
				  (long long)past->run, error_text(&why));
		error_clear(&why);
		return -1;
	}
	if (!past->stage_count)
		return error_set(err, ERROR_NOT_FOUND,
				 "run %lld was cut off before it had written "
				 "anything down; signalbox run starts one",
				 (long long)past->run);
	sum_up(past);
	return 0;
}
