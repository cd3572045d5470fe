/* SPDX-License-Identifier: MIT */
/* Why a key is off, in words. */
#include <math.h>
#include <string.h>

#include "ui/board.h"
#include "ui/view.h"

static void add_check(struct str *why, const struct check_model *check,
		      const struct stage_model *stage)
{
	if (stage && stage->tests_failed)
		str_addf(why, "%s has %lld failure%s", check->name,
			 (long long)stage->tests_failed,
			 stage->tests_failed == 1 ? "" : "s");
	else
		str_addf(why, "%s %s", check->name, state_name(check->state));
}

static const char *gate_off(const struct view *view, const struct model *model,
			    bool approve, struct str *why)
{
	const struct stage_model *stage = model_open_gate(model);
	const char *person = view->person ? view->person : "";

	if (!stage)
		return "no gate is open";
	if (approve && *stage->gate.veto)
		return "vetoed: only an override passes";
	for (size_t i = 0; i < stage->gate.eligible_count; i++) {
		const struct eligible_model *it = &stage->gate.eligible[i];

		if (strcmp(it->person, person) != 0 || it->can)
			continue;
		str_addf(why, "%s may not vote: %s", person,
			 *it->why ? it->why : "not an approver");
		return why->data;
	}
	for (size_t i = 0; i < stage->gate.vote_count; i++)
		if (*person && strcmp(stage->gate.votes[i].person, person) == 0)
			return "you have voted";
	for (size_t i = 0; approve && i < stage->gate.check_count; i++) {
		const struct check_model *it = &stage->gate.checks[i];

		if (!state_is_bad(it->state))
			continue;
		add_check(why, it, model_stage(model, it->name));
		return why->data;
	}
	return NULL;
}

/* A share by hand is taken where the plan waits: at a pause, an analysis or a
 * bake, and at a weight that is held. Else NULL: the step under way. */
static const struct step_model *step_before_shift(const struct stage_model *it)
{
	for (size_t i = 0; it && i < it->step_count; i++)
		if (it->steps[i].state == STATE_RUNNING &&
		    strcmp(it->steps[i].kind, "weight") != 0)
			return stage_leavable(it) ? NULL : &it->steps[i];
	return NULL;
}

static const char *deployment_off(const struct model *model, enum action action,
				  struct str *why)
{
	const struct environment_model *it = model_focus(model);
	const struct colour_model *candidate;
	const struct stage_model *stage;
	const struct step_model *step;

	if (it && !*it->stage && it->candidate >= 0) {
		str_addf(why, "run %lld deploys there, not this one",
			 (long long)it->candidate_run);
		return why->data;
	}
	if (!it || !*it->stage || it->candidate < 0 || !view_run_live(model))
		return "no deployment is under way";
	if (it->rolling_back)
		return "a rollback is under way";
	if (it->lock.locked && action != ACTION_HOLD) {
		str_addf(why, "%s is locked by %s", it->name, it->lock.person);
		return why->data;
	}
	stage = model_stage(model, it->stage);
	if (stage && stage->gate.open) {
		str_addf(why, "%s waits at its gate", stage->name);
		return why->data;
	}
	candidate = &it->colours[it->candidate];
	if (!(candidate->healthy && candidate->up) && action != ACTION_HOLD) {
		str_addf(why, "%s is not healthy",
			 colour_name((enum colour)it->candidate));
		return why->data;
	}
	step = action == ACTION_SHIFT ? step_before_shift(stage) : NULL;
	if (step) {
		str_addf(why,
			 "%s is under way; its plan takes a share at a "
			 "pause",
			 step->name);
		return why->data;
	}
	if (action == ACTION_NEXT && !(stage && stage_leavable(stage)))
		return "no pause, analysis or bake of its plan is under way";
	return NULL;
}

/* A drill needs nothing under way, so no run's screen has it. */
static const char *drill_off(const struct view *view,
			     const struct environment_model *it)
{
	if (!view->board)
		return "only the board drills: signalbox, without a run";
	if (it->candidate >= 0)
		return "a deployment is under way there";
	if (it->live < 0)
		return "nothing is live there";
	if (it->lock.locked)
		return "it is locked";
	if (!it->way_back.ready)
		return *it->way_back.text ? it->way_back.text
					  : "there is no warm way back";
	return NULL;
}

const char *view_back_off(const struct view *view,
			  const struct environment_model *it,
			  enum action action)
{
	if (!it)
		return "no environment is served yet";
	if (action == ACTION_DRILL && !it->rolling_back)
		return it->drilling ? "a drill is under way"
				    : drill_off(view, it);
	if (it->rolling_back)
		return "a rollback is under way";
	if (it->way_back.known && !it->way_back.ready && !it->way_back.cold)
		return *it->way_back.text ? it->way_back.text
					  : "there is no way back";
	if (!it->way_back.known && it->live < 0 && it->candidate < 0)
		return "nothing is deployed yet";
	return NULL;
}

static const char *reason_off(const struct view *view,
			      const struct model *model, enum action action,
			      struct str *why)
{
	if (action_plays(action))
		return view->play.on ? NULL : "this is no replay";
	if (view->play.on)
		return "this is a replay";
	if (view->watch_only)
		return "this screen only watches";
	if (view->gone)
		return "the engine has ended";
	switch (action) {
	case ACTION_APPROVE:
	case ACTION_REJECT:
		return gate_off(view, model, action == ACTION_APPROVE, why);
	case ACTION_SHIFT:
	case ACTION_HOLD:
	case ACTION_PROMOTE:
	case ACTION_NEXT:
		return deployment_off(model, action, why);
	case ACTION_ROLLBACK:
	case ACTION_DRILL:
		if (board_problem(view))
			return "its record cannot be read; its row says why";
		return view_back_off(view, view_environment(view, model),
				     action);
	default:
		return view_run_live(model) ? NULL : "no run is live";
	}
}

/* Of what only looks. */
static const char *look_off(const struct view *view, const struct model *model,
			    enum action action)
{
	bool fails = action == ACTION_FAILURE_NEXT ||
		     action == ACTION_FAILURE_BEFORE;

	if (action == ACTION_EXCEPT && !view_finding(view, model))
		return "there is no finding";
	if (action == ACTION_EXCEPT && view->focus != PANEL_SECURITY)
		return "the security panel has not the focus; 3 goes there";
	if (view->board && (fails || action == ACTION_GOTO))
		return "no run is shown";
	if (action < ACTION_FOLLOW || action > ACTION_EDITOR || fails)
		return NULL;
	return view->log.file ? NULL : "no log is shown";
}

const char *view_off(const struct view *view, const struct model *model,
		     enum action action, struct str *why)
{
	const char *text;

	str_clear(why);
	if (!action_changes(action) && !action_plays(action))
		return NULL;
	text = reason_off(view, model, action, why);
	if (!text)
		return NULL;
	if (text != why->data)
		str_add(why, text);
	return why->data;
}

const char *view_idle(const struct view *view, const struct model *model,
		      enum action action, struct str *why)
{
	const char *text = view_off(view, model, action, why);

	return text ? text : look_off(view, model, action);
}
