/* SPDX-License-Identifier: MIT */
/* Gates: who may decide, who did, what would ship. */
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/vector.h"
#include "model/fold.h"

void gate_model_init(struct gate_model *gate)
{
	*gate = (struct gate_model){
		.environment = xstrdup(""),
		.outcome = xstrdup(""),
		.reason = xstrdup(""),
		.candidate_version = xstrdup(""),
		.candidate_commit = xstrdup(""),
		.live_version = xstrdup(""),
		.live_commit = xstrdup(""),
		.veto = xstrdup(""),
	};
}

static void lists_release(struct gate_model *gate)
{
	for (size_t i = 0; i < gate->vote_count; i++) {
		free(gate->votes[i].person);
		free(gate->votes[i].vote);
		free(gate->votes[i].reason);
	}
	for (size_t i = 0; i < gate->eligible_count; i++) {
		free(gate->eligible[i].person);
		free(gate->eligible[i].why);
	}
	for (size_t i = 0; i < gate->check_count; i++) {
		free(gate->checks[i].name);
		free(gate->checks[i].text);
	}
	for (size_t i = 0; i < gate->ships.count; i++) {
		free(gate->ships.list[i].commit);
		free(gate->ships.list[i].author);
		free(gate->ships.list[i].subject);
	}
	for (size_t i = 0; i < gate->ships.changed_count; i++)
		free(gate->ships.changed[i].path);
	free(gate->ships.changed);
	free(gate->votes);
	free(gate->eligible);
	free(gate->checks);
	free(gate->ships.list);
	strings_release(&gate->ships.risky);
	strings_release(&gate->approvers);
}

void gate_model_release(struct gate_model *gate)
{
	lists_release(gate);
	free(gate->environment);
	free(gate->outcome);
	free(gate->reason);
	free(gate->candidate_version);
	free(gate->candidate_commit);
	free(gate->live_version);
	free(gate->live_commit);
	free(gate->veto);
}

static void add_texts(struct strings *list, const json_t *array)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item) if (json_is_string(item))
		strings_add(list, json_string_value(item));
}

static void add_eligible(struct gate_model *gate, const json_t *array)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		struct eligible_model *it =
			VECTOR_ADD(gate->eligible, gate->eligible_count,
				   gate->eligible_cap);

		it->person = xstrdup(json_text(item, "person"));
		it->why = xstrdup(json_text(item, "why"));
		it->can = json_is_true(json_object_get(item, "can"));
	}
}

/* The check of that name, found or made. */
static struct check_model *check_of(struct gate_model *gate, const char *name)
{
	struct check_model *it;

	for (size_t i = 0; i < gate->check_count; i++)
		if (strcmp(gate->checks[i].name, name) == 0)
			return &gate->checks[i];
	it = VECTOR_ADD(gate->checks, gate->check_count, gate->check_cap);
	it->name = xstrdup(name);
	it->text = xstrdup("");
	return it;
}

static void add_checks(struct gate_model *gate, const json_t *array)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		struct check_model *it =
			check_of(gate, json_text(item, "name"));

		fold_text(&it->text, json_text(item, "text"));
		it->state = state_parse(json_text(item, "outcome"));
	}
}

void gate_models_check(struct model *model, const struct stage_model *stage)
{
	for (size_t i = 0; model->open_gates && i < model->stage_count; i++) {
		struct gate_model *gate = &model->stages[i].gate;
		struct check_model *it;

		if (!gate->open)
			continue;
		it = check_of(gate, stage->name);
		fold_text(&it->text, stage->reason);
		it->state = stage->state;
	}
}

static void add_changed(struct gate_model *gate, const json_t *array)
{
	const json_t *item;
	size_t i;

	json_array_foreach(array, i, item)
	{
		struct changed_model *it = VECTOR_ADD(gate->ships.changed,
						      gate->ships.changed_count,
						      gate->ships.changed_cap);

		it->path = xstrdup(json_text(item, "path"));
		it->insertions = json_int(item, "insertions", 0);
		it->deletions = json_int(item, "deletions", 0);
	}
}

static void add_ships(struct gate_model *gate, const json_t *ships)
{
	const json_t *item;
	size_t i;

	gate->ships.commits = json_int(ships, "commits", 0);
	gate->ships.files = json_int(ships, "files", 0);
	gate->ships.insertions = json_int(ships, "insertions", 0);
	gate->ships.deletions = json_int(ships, "deletions", 0);
	gate->ships.migrations = json_int(ships, "migrations", 0);
	gate->ships.authors = json_int(ships, "authors", 0);
	add_texts(&gate->ships.risky, json_object_get(ships, "risky"));
	add_changed(gate, json_object_get(ships, "changed"));
	json_array_foreach(json_object_get(ships, "list"), i, item)
	{
		struct ship_model *it = VECTOR_ADD(
			gate->ships.list, gate->ships.count, gate->ships.cap);

		it->commit = xstrdup(json_text(item, "commit"));
		it->author = xstrdup(json_text(item, "author"));
		it->subject = xstrdup(json_text(item, "subject"));
		it->time = fold_time(item, "time");
	}
}

static void take_opened(struct gate_model *gate, const struct event *event)
{
	const json_t *candidate = event_json(event, "candidate");
	const json_t *live = event_json(event, "live");

	gate->expires = event_time(event, "expires");
	gate->required = number_small(event_int(event, "required", 1));
	fold_text(&gate->environment, event_text(event, "environment"));
	fold_text(&gate->candidate_version, json_text(candidate, "version"));
	fold_text(&gate->candidate_commit, json_text(candidate, "commit"));
	fold_text(&gate->live_version, json_text(live, "version"));
	fold_text(&gate->live_commit, json_text(live, "commit"));
	fold_text(&gate->veto, event_text(event, "veto"));
	gate->live_since = fold_time(live, "since");
	add_texts(&gate->approvers, event_json(event, "approvers"));
	add_eligible(gate, event_json(event, "eligible"));
	add_checks(gate, event_json(event, "checks"));
	add_ships(gate, event_json(event, "ships"));
}

/* A gate that opens again (its approval was void) starts from nothing; one
 * that was open when the engine died goes on as it was. */
void fold_gate_opened(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);
	struct gate_model *gate;

	if (!stage)
		return;
	gate = &stage->gate;
	model->open_gates += !gate->open;
	if (!event_bool(event, "resumed") || !gate->present) {
		gate_model_release(gate);
		gate_model_init(gate);
		gate->opened = event->time_ms;
		take_opened(gate, event);
	}
	gate->present = gate->open = true;
	fold_environment(model, gate->environment);
	stage_model_settle(stage);
}

void fold_gate_voted(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);
	struct vote_model *vote;

	if (!stage)
		return;
	vote = VECTOR_ADD(stage->gate.votes, stage->gate.vote_count,
			  stage->gate.vote_cap);
	vote->person = xstrdup(event_text(event, "person"));
	vote->vote = xstrdup(event_text(event, "vote"));
	vote->reason = xstrdup(event_text(event, "reason"));
	vote->time = event->time_ms;
	stage->gate.approvals = number_small(
		event_int(event, "approvals", stage->gate.approvals));
	stage->gate.required = number_small(
		event_int(event, "required", stage->gate.required));
}

void fold_gate_closed(struct model *model, const struct event *event)
{
	struct stage_model *stage = fold_stage_of(model, event);

	if (!stage)
		return;
	model->open_gates -= stage->gate.open;
	stage->gate.open = false;
	stage->gate.closed = event->time_ms;
	fold_text(&stage->gate.outcome, event_text(event, "outcome"));
	fold_text(&stage->gate.reason, event_text(event, "reason"));
	stage_model_settle(stage);
}
