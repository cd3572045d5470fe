/* SPDX-License-Identifier: MIT */
/* The questions whose answer steers a gate or a deployment. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/vector.h"
#include "ui/dialog.h"
#include "ui/format.h"
#include "ui/input.h"
#include "ui/layout.h"

/* Without a tag the version is the commit. */
static void what_facts(struct dialog *dialog, const struct stage_model *stage)
{
	const struct gate_model *gate = &stage->gate;
	const char *version = gate->candidate_version;
	bool is_commit =
		strncmp(gate->candidate_commit, version, strlen(version)) == 0;

	dialog_fact(dialog, ROLE_NORMAL, "what   %s%s%.7s to %s%s%s",
		    is_commit ? "" : version, is_commit ? "" : " ",
		    gate->candidate_commit,
		    *gate->environment ? gate->environment : stage->name,
		    *gate->live_version ? ", live is " : "",
		    gate->live_version);
	dialog_fact(dialog, ROLE_NORMAL,
		    "ships  %lld commit%s, %lld file%s, +%lld -%lld",
		    (long long)gate->ships.commits,
		    gate->ships.commits == 1 ? "" : "s",
		    (long long)gate->ships.files,
		    gate->ships.files == 1 ? "" : "s",
		    (long long)gate->ships.insertions,
		    (long long)gate->ships.deletions);
	if (gate->ships.migrations)
		dialog_fact(dialog, ROLE_WARNING,
			    "risky  migrations (%lld file%s), which no way "
			    "back undoes",
			    (long long)gate->ships.migrations,
			    gate->ships.migrations == 1 ? "" : "s");
	for (size_t i = 0; i < gate->ships.risky.count; i++)
		dialog_fact(dialog, ROLE_WARNING, "risky  %s",
			    gate->ships.risky.items[i]);
}

/* What the plans will do to the world, or plays did. */
static void changes_facts(struct dialog *dialog, const struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];
		struct str text = STR_INIT;

		if (changes_sentence(&stage->changes, &text))
			dialog_fact(dialog,
				    changes_are_harsh(&stage->changes)
					    ? ROLE_WARNING
					    : ROLE_NORMAL,
				    "plan   %s: %s", stage->name, text.data);
		str_release(&text);
	}
}

#define HIDDEN_SHOWN 5

/* What makes a scan pass though it was found: the worst ones singly. */
static void hidden_facts(struct dialog *dialog, const struct model *model,
			 const struct stage_model *stage)
{
	int64_t shown = 0;

	for (size_t i = 0; i < model->finding_count; i++) {
		const struct finding_model *it = &model->findings[i];

		if (!*it->exception || strcmp(it->stage, stage->name) != 0 ||
		    shown == HIDDEN_SHOWN)
			continue;
		dialog_fact(dialog, ROLE_WARNING,
			    "except %s: %s %s%s%s under: %s", stage->name,
			    it->severity, it->id, *it->package ? " in " : "",
			    it->package, it->exception);
		shown++;
	}
	if (stage->suppressed > shown)
		dialog_fact(
			dialog, ROLE_WARNING,
			"except %s: %lld %sfinding%s, excepted or suppressed",
			stage->name, (long long)(stage->suppressed - shown),
			shown ? "more " : "",
			stage->suppressed - shown == 1 ? "" : "s");
}

static void gate_facts(struct dialog *dialog, const struct model *model,
		       const char *verb)
{
	const struct stage_model *stage = model_open_gate(model);
	const struct gate_model *gate;

	if (!stage)
		return;
	gate = &stage->gate;
	dialog_target(dialog, stage->name, gate->environment);
	dialog_titlef(dialog, "%s %s", verb, stage->name);
	what_facts(dialog, stage);
	changes_facts(dialog, model);
	for (size_t i = 0; i < gate->check_count; i++)
		dialog_fact(dialog, state_role(gate->checks[i].state),
			    "check  %s: %s %s", gate->checks[i].name,
			    state_name(gate->checks[i].state),
			    gate->checks[i].text);
	for (size_t i = 0; i < model->stage_count; i++)
		hidden_facts(dialog, model, &model->stages[i]);
	dialog_fact(dialog, ROLE_NORMAL, "votes  %d of %d approvals so far",
		    gate->approvals, gate->required);
}

static void approve_open(struct dialog *dialog, const struct view *view,
			 const struct model *model)
{
	(void)view;
	gate_facts(dialog, model, "APPROVE");
	dialog->label = "a note, if you like";
}

const struct dialog_ops approve_dialog = {
	.open = approve_open,
	.command = COMMAND_APPROVE,
	.confirms = "approve",
};

static void reject_open(struct dialog *dialog, const struct view *view,
			const struct model *model)
{
	(void)view;
	gate_facts(dialog, model, "REJECT");
	dialog->label = "why";
}

static bool reject_confirm(struct dialog *dialog, struct view *view,
			   const struct model *model)
{
	if (!dialog->field.len)
		return dialog_complain(dialog, "a rejection needs a reason");
	view_send_owned(view, model, dialog_command(dialog, COMMAND_REJECT));
	return true;
}

const struct dialog_ops reject_dialog = {
	.open = reject_open,
	.confirm = reject_confirm,
	.confirms = "reject",
};

/* "GREEN v2    5 -> 25 %", with what it measures. */
static void share_fact(struct dialog *dialog,
		       const struct environment_model *it, enum colour colour,
		       const char *version, double after)
{
	const struct colour_model *mine = &it->colours[colour];
	char before[NUMBER_TEXT_SIZE], then[NUMBER_TEXT_SIZE];
	char err[NUMBER_TEXT_SIZE], p99[NUMBER_TEXT_SIZE];
	/* What was measured is of what ran there. */
	bool known = mine->sampled && !isnan(mine->rate) &&
		     strcmp(version, mine->version) == 0;

	dialog_fact(dialog, colour_role(colour),
		    "%-5s %-14s %3s -> %3s %%%s%s%s%s%s", format_colour(colour),
		    version, number_real(mine->asked, 1, before),
		    number_real(after, 1, then), known ? "   err " : "",
		    known ? number_real(mine->error_rate, 2, err) : "",
		    known ? " %, p99 " : "",
		    known ? number_real(mine->p99, 0, p99) : "",
		    known ? " ms" : "");
}

/* The colour that loses its traffic: the candidate, else what is live. */
static int rollback_from(const struct environment_model *it)
{
	if (it->candidate >= 0)
		return it->candidate;
	return it->live;
}

static void rollback_cost(struct dialog *dialog, const struct model *model,
			  const struct environment_model *it, int64_t now_ms)
{
	char text[WAY_BACK_SIZE];

	if (*it->way_back.text)
		dialog_fact(dialog,
			    it->way_back.ready ? ROLE_NORMAL : ROLE_WARNING,
			    "%s%s",
			    it->way_back.ready		 ? ""
			    : it->way_back.unknown_since ? "NOT KNOWN: "
							 : "NOT READY: ",
			    it->way_back.text);
	if (it->way_back.migrations)
		dialog_fact(dialog, ROLE_WARNING,
			    "this release carries migrations (%lld file%s): "
			    "the way back does not undo them",
			    (long long)it->way_back.migrations,
			    it->way_back.migrations == 1 ? "" : "s");
	if (it->candidate >= 0)
		dialog_fact(dialog, *it->stage ? ROLE_NORMAL : ROLE_WARNING,
			    "the deployment of run #%lld ends with it",
			    (long long)(*it->stage ? model->run
						   : it->candidate_run));
	if (it->way_back.last_ms >= 0)
		dialog_fact(dialog, ROLE_NORMAL, "the last one took %s",
			    way_back_last(it, now_ms, text));
	dialog_fact(dialog, ROLE_DIM, "the reason is asked after");
}

static void rollback_open(struct dialog *dialog, const struct view *view,
			  const struct model *model)
{
	const struct environment_model *it = view_environment(view, model);
	char upper[64];
	int from;

	if (!it)
		return;
	from = rollback_from(it);
	dialog_target(dialog, it->stage, it->name);
	dialog_titlef(dialog, "ROLL BACK %s",
		      format_upper(it->name, upper, sizeof(upper)));
	if (from >= 0) {
		enum colour to = colour_other((enum colour)from);

		share_fact(dialog, it, (enum colour)from,
			   it->colours[from].version, 0);
		/* What would start there first may be another release than
		 * what ran there last. */
		share_fact(dialog, it, to,
			   *it->way_back.version ? it->way_back.version
						 : it->colours[to].version,
			   100);
	} else if (*it->way_back.version) {
		dialog_fact(dialog, ROLE_NORMAL, "back to %s",
			    it->way_back.version);
	}
	dialog_fact(dialog, ROLE_NORMAL, "%s", "");
	rollback_cost(dialog, model, it, view->now_ms);
}

static bool rollback_confirm(struct dialog *dialog, struct view *view,
			     const struct model *model)
{
	const char *name = dialog->environment ? dialog->environment : "";
	const struct environment_model *it = model_environment(model, name);

	view_send_owned(view, model, dialog_command(dialog, COMMAND_ROLLBACK));
	free(view->ask_reason);
	view->ask_reason = xstrdup(name);
	view->ask_after = it ? it->rollbacks : 0;
	return true;
}

const struct dialog_ops rollback_dialog = {
	.open = rollback_open,
	.confirm = rollback_confirm,
	.confirms = "roll back now",
	.at_once = true,
};

/* A long sentence at its semicolons, so that none of it is cut. */
static void sentence_facts(struct dialog *dialog, const char *text)
{
	const char *end;

	for (; (end = strstr(text, "; ")); text = end + 2)
		dialog_fact(dialog, ROLE_NORMAL, "%.*s", (int)(end - text),
			    text);
	dialog_fact(dialog, ROLE_NORMAL, "%s", text);
}

static void reason_open(struct dialog *dialog, const struct view *view,
			const struct model *model)
{
	const struct environment_model *it =
		model_environment(model, view->ask_reason);

	dialog_target(dialog, NULL, view->ask_reason);
	dialog_titlef(dialog, "WHY DID YOU ROLL BACK %s?", view->ask_reason);
	if (it)
		sentence_facts(dialog, it->last_rollback);
	dialog->label = "reason";
}

static bool reason_confirm(struct dialog *dialog, struct view *view,
			   const struct model *model)
{
	if (dialog->field.len)
		view_send_owned(view, model,
				dialog_command(dialog, COMMAND_NOTE));
	return true;
}

const struct dialog_ops reason_dialog = {
	.open = reason_open,
	.confirm = reason_confirm,
	.confirms = "keep it",
};

/* Facts that follow what is typed, from what was frozen. */
static void shift_facts(struct dialog *dialog, double after)
{
	char text[3][NUMBER_TEXT_SIZE];
	double before = dialog->weight;

	for (size_t i = 0; i < 2; i++) {
		struct fact *fact = &dialog->facts[i];
		double from = i ? 100 - before : before;
		double to = i ? 100 - after : after;
		char *place = strstr(fact->text, "   ");

		if (!place)
			continue;
		*place = '\0';
		place = xasprintf("%s   %s -> %s %%", fact->text,
				  number_real(from, 1, text[0]),
				  number_real(to, 1, text[1]));
		free(fact->text);
		fact->text = place;
	}
}

static void shift_open(struct dialog *dialog, const struct view *view,
		       const struct model *model)
{
	const struct environment_model *it = model_focus(model);
	const struct stage_model *stage;
	enum colour colour;
	char upper[64];

	(void)view;
	if (!it || it->candidate < 0)
		return;
	colour = (enum colour)it->candidate;
	stage = model_stage(model, it->stage);
	dialog_target(dialog, it->stage, it->name);
	dialog_titlef(dialog, "SHIFT %s",
		      format_upper(it->name, upper, sizeof(upper)));
	dialog->weight = isnan(it->colours[colour].asked)
				 ? 0
				 : it->colours[colour].asked;
	dialog_fact(dialog, colour_role(colour), "%s %s   ",
		    format_colour(colour), it->colours[colour].version);
	dialog_fact(dialog, colour_role(colour_other(colour)), "%s %s   ",
		    format_colour(colour_other(colour)),
		    it->colours[colour_other(colour)].version);
	for (size_t i = 0; stage && i < stage->step_count; i++)
		if (!isnan(stage->steps[i].weight))
			strings_addf(&dialog->steps, "%g",
				     stage->steps[i].weight);
	dialog_fact(dialog, ROLE_DIM, "up and down take the plan's own steps");
	dialog->label = colour == COLOUR_BLUE ? "percent for blue"
					      : "percent for green";
	dialog->numeric = true;
	shift_facts(dialog, dialog->weight);
}

static double shift_value(const struct dialog *dialog)
{
	char *end;
	double value = strtod(dialog->field.data, &end);

	return dialog->field.len && !*end && value >= 0 && value <= 100 ? value
									: NAN;
}

/* The plan's next weight above, or below, what stands in the box. */
static void shift_step(struct dialog *dialog, bool up)
{
	double now = shift_value(dialog);
	double best = NAN;
	char text[NUMBER_TEXT_SIZE];

	if (isnan(now))
		now = dialog->weight;
	for (size_t i = 0; i < dialog->steps.count; i++) {
		double it = strtod(dialog->steps.items[i], NULL);

		if (up ? it > now && !(it >= best) : it < now && !(it <= best))
			best = it;
	}
	if (isnan(best))
		best = up ? 100 : 0;
	str_clear(&dialog->field);
	str_add(&dialog->field, number_real(best, 1, text));
}

static void shift_input(struct dialog *dialog, int input)
{
	double value;

	if (input == INPUT_UP || input == INPUT_DOWN)
		shift_step(dialog, input == INPUT_UP);
	value = shift_value(dialog);
	if (dialog->fact_count >= 2)
		shift_facts(dialog, isnan(value) ? dialog->weight : value);
}

static bool shift_confirm(struct dialog *dialog, struct view *view,
			  const struct model *model)
{
	struct command command;
	double value = shift_value(dialog);

	if (isnan(value))
		return dialog_complain(dialog, "type a percentage, 0 to 100");
	command = dialog_command(dialog, COMMAND_SHIFT);
	command.value = value;
	view_send_owned(view, model, command);
	return true;
}

const struct dialog_ops shift_dialog = {
	.open = shift_open,
	.confirm = shift_confirm,
	.input = shift_input,
	.confirms = "shift",
};
