/* SPDX-License-Identifier: MIT */
/* How things stand, on request: what moves, the traffic, the way back. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/speak.h"
#include "ui/spoken.h"

#define STALE_MS 5000

static void add_for(struct str *out, int64_t ms)
{
	str_add(out, " for ");
	speak_duration(ms, out);
}

static const struct step_model *running_step(const struct stage_model *stage)
{
	for (size_t i = 0; i < stage->step_count; i++)
		if (stage->steps[i].state == STATE_RUNNING)
			return &stage->steps[i];
	return NULL;
}

char *spoken_waits(const struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *it = &model->stages[i];
		const struct step_model *step = running_step(it);

		if (it->gate.open)
			return xasprintf("%s gate %lld", it->name,
					 (long long)it->gate.opened);
		if (it->state == STATE_WAITING && step)
			return xasprintf("%s%s, at %s", it->name,
					 it->held ? " is held" : "",
					 *step->label ? step->label
						      : step->name);
	}
	return xstrdup("");
}

static void add_ships(struct str *out, const struct gate_model *gate)
{
	if (!gate->ships.commits)
		return;
	str_addf(out, ". %lld commit%s, %lld file%s, +%lld -%lld",
		 (long long)gate->ships.commits,
		 gate->ships.commits == 1 ? "" : "s",
		 (long long)gate->ships.files,
		 gate->ships.files == 1 ? "" : "s",
		 (long long)gate->ships.insertions,
		 (long long)gate->ships.deletions);
	if (gate->ships.migrations)
		str_addf(out, ", %lld MIGRATION%s, not undone by a rollback",
			 (long long)gate->ships.migrations,
			 gate->ships.migrations == 1 ? "" : "S");
	else
		str_add(out, ", no migration");
}

/* What the plans before it will do to the world, or plays did. */
static void say_changes(const struct model *model, struct strings *lines)
{
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];
		struct str text = STR_INIT;

		if (changes_sentence(&stage->changes, &text))
			strings_addf(lines, "%s: %s", stage->name, text.data);
		str_release(&text);
	}
}

void spoken_gate(const struct view *view, const struct model *model,
		 struct strings *lines)
{
	static const enum action votes[] = {ACTION_APPROVE, ACTION_REJECT};
	const struct stage_model *stage = model_open_gate(model);
	const struct gate_model *gate;
	struct str out = STR_INIT;
	struct str why = STR_INIT;
	bool mine;

	if (!stage)
		return;
	gate = &stage->gate;
	mine = !view_off(view, model, ACTION_REJECT, &why);
	str_addf(&out, "Waiting for %s: %s", mine ? "you" : "others",
		 stage->name);
	if (*gate->candidate_version)
		str_addf(&out, ", %s", gate->candidate_version);
	if (*gate->live_version)
		str_addf(&out, " in place of %s", gate->live_version);
	if (gate->required > 1)
		str_addf(&out, ", %d of %d approvals", gate->approvals,
			 gate->required);
	add_ships(&out, gate);
	strings_add_owned(lines, str_detach(&out));
	say_changes(model, lines);
	if (*gate->veto)
		strings_addf(lines,
			     "%s is VETOED: %s. signalbox override %lld "
			     "--reason lets it pass",
			     stage->name, gate->veto, (long long)model->run);
	for (size_t i = 0; i < ARRAY_SIZE(votes); i++)
		if (view_off(view, model, votes[i], &why))
			strings_addf(lines, "You cannot %s now: %s",
				     action_info(votes[i])->name, why.data);
	str_release(&why);
}

static void add_gate(struct str *out, const struct stage_model *stage,
		     int64_t now_ms)
{
	const struct gate_model *gate = &stage->gate;

	str_addf(out, "%s waits at its gate", stage->name);
	add_for(out, now_ms - gate->opened);
	str_addf(out, ", %d of %d approvals", gate->approvals, gate->required);
	if (gate->expires > now_ms) {
		str_add(out, ", expires in ");
		speak_duration(gate->expires - now_ms, out);
	}
}

static void add_progress(struct str *out, const struct stage_model *stage)
{
	char text[NUMBER_TEXT_SIZE];

	if (stage->tests_passed)
		str_addf(out, ", %s tests passed",
			 number_grouped(stage->tests_passed, text));
	if (stage->tests_failed)
		str_addf(out, ", %s FAILED",
			 number_grouped(stage->tests_failed, text));
}

static void say_stage(const struct stage_model *stage, int64_t now_ms,
		      struct strings *lines)
{
	const struct step_model *step = running_step(stage);
	struct str out = STR_INIT;

	if (stage->gate.open) {
		add_gate(&out, stage, now_ms);
	} else {
		str_addf(&out, "%s %s", stage->name,
			 stage->held			 ? "is held"
			 : stage->state == STATE_WAITING ? "waits for a person"
							 : "runs");
		add_for(&out, stage_elapsed(stage, now_ms));
		add_progress(&out, stage);
	}
	if (step) {
		str_addf(&out, ", at %s",
			 *step->label ? step->label : step->name);
		str_add(&out, ", begun ");
		speak_duration(step_elapsed(step, now_ms), &out);
		str_add(&out, " ago");
	}
	strings_add_owned(lines, str_detach(&out));
}

static void add_measured(struct str *out, const struct view *view,
			 const struct colour_model *it)
{
	char text[NUMBER_TEXT_SIZE];
	int64_t age = view->now_ms - it->sampled;

	if (!it->sampled)
		return;
	if (!isnan(it->share) && fabs(it->share - it->asked) >= 1)
		str_addf(out, ", %s percent seen",
			 number_real(it->share, 1, text));
	if (!isnan(it->rate))
		str_addf(out, ", %s requests a second",
			 number_real(it->rate, 0, text));
	if (!isnan(it->error_rate))
		str_addf(out, ", %s percent errors",
			 number_real(it->error_rate, 2, text));
	if (!isnan(it->p99))
		str_addf(out, ", p99 %s ms", number_real(it->p99, 0, text));
	if (age > STALE_MS) {
		str_add(out, ", measured ");
		speak_duration(age, out);
		str_add(out, " ago");
	}
}

static void say_colour(const struct view *view,
		       const struct environment_model *it, enum colour colour,
		       struct strings *lines)
{
	const struct colour_model *mine = &it->colours[colour];
	struct str out = STR_INIT;
	char text[NUMBER_TEXT_SIZE];

	if (!(mine->asked > 0) && it->candidate != (int)colour &&
	    it->live != (int)colour)
		return;
	str_addf(&out, "%s: %s", it->name, colour_name(colour));
	if (*mine->version)
		str_addf(&out, " %s", mine->version);
	if (!isnan(mine->asked))
		str_addf(&out, " has %s percent of the traffic",
			 number_real(mine->asked, 1, text));
	else
		str_add(&out, it->live == (int)colour ? " is live" : " waits");
	add_measured(&out, view, mine);
	if (is_judged_bad(it, (int)colour))
		str_addf(&out, ", BAD: %s", it->analysis_text);
	strings_add_owned(lines, str_detach(&out));
}

void spoken_way_back(const struct environment_model *it, int64_t now_ms,
		     struct strings *lines)
{
	struct str out = STR_INIT;

	if (it->rolling_back) {
		strings_addf(lines, "%s: ROLLING BACK", it->name);
		return;
	}
	if (it->drilling)
		strings_addf(lines, "%s: a DRILL of the way back is under way",
			     it->name);
	if (!it->way_back.known)
		return;
	str_addf(&out, "%s: way back %s", it->name,
		 it->way_back.unknown_since ? "NOT KNOWN"
		 : it->way_back.ready	    ? "ready"
					    : "NOT READY");
	if (*it->way_back.text)
		str_addf(&out, ", %s", it->way_back.text);
	if (it->way_back.last_ms >= 0) {
		str_addf(&out, "; the last one%s took ",
			 it->way_back.last_was_drill ? ", a drill," : "");
		speak_duration(it->way_back.last_ms, &out);
		/* Not its age, which would be told again as it grows. */
		if (it->way_back.last_at)
			str_add(&out, ", on ");
		if (it->way_back.last_at)
			speak_moment(it->way_back.last_at, now_ms, &out);
	}
	if (it->way_back.migrations)
		str_addf(&out, "; MIGRATIONS stay, %lld file%s",
			 (long long)it->way_back.migrations,
			 it->way_back.migrations == 1 ? "" : "s");
	strings_add_owned(lines, str_detach(&out));
}

void spoken_environment(const struct view *view,
			const struct environment_model *it,
			struct strings *lines)
{
	for (int colour = 0; colour < COLOUR_COUNT; colour++)
		say_colour(view, it, (enum colour)colour, lines);
	spoken_way_back(it, view->now_ms, lines);
	if (it->lock.locked)
		strings_addf(lines, "%s is locked by %s: %s", it->name,
			     it->lock.person, it->lock.reason);
}

static void add_run(struct str *out, const struct view *view,
		    const struct model *model)
{
	int64_t left = model_eta_ms(model, view->now_ms);

	str_addf(out, "Run %lld", (long long)model->run);
	if (model->finished) {
		str_addf(out, " %s", state_name(model->state));
	} else {
		str_add(out, " is under way");
		add_for(out, view->now_ms - model->started);
		if (left > 0) {
			str_add(out, ", about ");
			/* Seconds of a guess say nothing. */
			speak_duration(left < 60000
					       ? 60000
					       : (left + 30000) / 60000 * 60000,
				       out);
			str_add(out, " more");
		}
	}
	str_addf(out, ". %zu of %zu stages are done", pipeline_done(model),
		 model->stage_count);
	if (view->gone)
		str_add(out, ". Its engine has ended");
}

void spoken_status(const struct view *view, const struct model *model,
		   struct strings *lines)
{
	const struct environment_model *it = model_focus(model);
	struct str out = STR_INIT;

	if (!model->started) {
		strings_add(lines, "Nothing has begun yet");
		return;
	}
	add_run(&out, view, model);
	strings_add_owned(lines, str_detach(&out));
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];

		if (stage->state == STATE_RUNNING ||
		    stage->state == STATE_WAITING)
			say_stage(stage, view->now_ms, lines);
		else if (state_is_bad(stage->state))
			strings_addf(lines, "%s %s%s%s", stage->name,
				     state_name(stage->state),
				     *stage->reason ? ": " : "", stage->reason);
	}
	if (it)
		spoken_environment(view, it, lines);
}
