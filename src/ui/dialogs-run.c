/* SPDX-License-Identifier: MIT */
/* Holding, promoting, cancelling, leaving, and help. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"
#include "ui/board.h"
#include "ui/dialog.h"
#include "ui/logpanel.h"
#include "ui/format.h"
#include "ui/input.h"
#include "ui/layout.h"
#include "ui/table.h"

static const struct stage_model *deploying(const struct model *model)
{
	const struct environment_model *it = model_focus(model);

	return it ? model_stage(model, it->stage) : NULL;
}

static void deployment_target(struct dialog *dialog, const struct model *model,
			      const char *verb)
{
	const struct environment_model *it = model_focus(model);
	char share[NUMBER_TEXT_SIZE], upper[64];

	if (!it || it->candidate < 0)
		return;
	dialog_target(dialog, it->stage, it->name);
	dialog_titlef(dialog, "%s %s", verb,
		      format_upper(it->name, upper, sizeof(upper)));
	dialog_fact(dialog, ROLE_NORMAL, "%s %s has %s %% of the traffic",
		    format_colour((enum colour)it->candidate),
		    it->colours[it->candidate].version,
		    number_real(it->colours[it->candidate].asked, 1, share));
}

static void hold_open(struct dialog *dialog, const struct view *view,
		      const struct model *model)
{
	const struct stage_model *stage = deploying(model);

	(void)view;
	dialog->unhold = stage && stage->held;
	deployment_target(dialog, model, dialog->unhold ? "LET GO" : "HOLD");
	dialog_fact(dialog, ROLE_NORMAL,
		    dialog->unhold ? "its plan goes on from where it was held"
				   : "no step follows until it is let go");
}

static bool hold_confirm(struct dialog *dialog, struct view *view,
			 const struct model *model)
{
	view_send_owned(view, model,
			dialog_command(dialog, dialog->unhold ? COMMAND_UNHOLD
							      : COMMAND_HOLD));
	return true;
}

const struct dialog_ops hold_dialog = {
	.open = hold_open,
	.confirm = hold_confirm,
	.confirms = "do it",
};

enum { PROMOTE_END, PROMOTE_NEXT };

/* The words of the promotion as they were when it was asked for: what it has,
 * the step that waits, the one after it, and what the end leaves out. */
enum { SAYS_SHARE, SAYS_LEFT, SAYS_THEN, SAYS_SKIPPED };

static const char *step_words(const struct step_model *step)
{
	return *step->label ? step->label : step->name;
}

static void keep_steps(struct dialog *dialog, const struct stage_model *stage)
{
	const struct step_model *left = stage ? stage_leavable(stage) : NULL;
	size_t then = left ? (size_t)(left - stage->steps) + 1 : 0;

	strings_add(&dialog->steps,
		    dialog->fact_count ? dialog->facts[0].text : "");
	strings_add(&dialog->steps, left ? step_words(left) : "");
	strings_add(&dialog->steps, left && then < stage->step_count
					    ? step_words(&stage->steps[then])
					    : "");
	for (size_t i = 0; stage && i < stage->step_count; i++)
		if (step_is_skippable(stage, &stage->steps[i]))
			strings_add(&dialog->steps,
				    step_words(&stage->steps[i]));
}

static void end_facts(struct dialog *dialog)
{
	bool skips = dialog->steps.count > SAYS_SKIPPED;

	dialog_fact(dialog, ROLE_NORMAL, "it goes to all of it now; skipped%s",
		    skips ? ":" : " is nothing");
	for (size_t i = SAYS_SKIPPED; i < dialog->steps.count; i++)
		dialog_fact(dialog, ROLE_WARNING, "  %s",
			    dialog->steps.items[i]);
}

static void next_facts(struct dialog *dialog)
{
	char *const *says = dialog->steps.items;

	if (!*says[SAYS_LEFT]) {
		dialog_fact(dialog, ROLE_WARNING,
			    "no pause, analysis or bake is under way");
		return;
	}
	dialog_fact(dialog, ROLE_NORMAL, "its plan goes on%s%s; skipped:",
		    *says[SAYS_THEN] ? " with " : "", says[SAYS_THEN]);
	dialog_fact(dialog, ROLE_WARNING, "  %s", says[SAYS_LEFT]);
}

/* As many rows for each choice, so that the box stands still. */
static void promote_facts(struct dialog *dialog)
{
	size_t rows = dialog->steps.count - SAYS_SKIPPED + 2;

	rows = rows < 3 ? 3 : rows;
	dialog_clear_facts(dialog);
	dialog_fact(dialog, ROLE_NORMAL, "%s", dialog->steps.items[SAYS_SHARE]);
	if (dialog->chosen == PROMOTE_NEXT)
		next_facts(dialog);
	else
		end_facts(dialog);
	while (dialog->fact_count < rows)
		dialog_fact(dialog, ROLE_NORMAL, "%s", "");
	dialog->confirms =
		dialog->chosen == PROMOTE_NEXT ? "leave it now" : "promote now";
}

static void promote_open(struct dialog *dialog, const struct view *view,
			 const struct model *model)
{
	(void)view;
	deployment_target(dialog, model, "PROMOTE");
	keep_steps(dialog, deploying(model));
	strings_add(&dialog->choices, "to the end");
	strings_add(&dialog->choices, "the next step of its plan");
	promote_facts(dialog);
}

static void next_open(struct dialog *dialog, const struct view *view,
		      const struct model *model)
{
	promote_open(dialog, view, model);
	dialog->chosen = PROMOTE_NEXT;
	promote_facts(dialog);
}

static enum role promote_role(const struct dialog *dialog, size_t choice)
{
	return choice == PROMOTE_NEXT && !*dialog->steps.items[SAYS_LEFT]
		       ? ROLE_OFF
		       : ROLE_NORMAL;
}

static void promote_input(struct dialog *dialog, int input)
{
	if (dialog_steer(dialog, input))
		promote_facts(dialog);
}

static bool promote_confirm(struct dialog *dialog, struct view *view,
			    const struct model *model)
{
	struct command command;

	if (promote_role(dialog, dialog->chosen) == ROLE_OFF)
		return dialog_complain(dialog, "there is nothing to leave");
	command = dialog_command(dialog, COMMAND_PROMOTE);
	command.next = dialog->chosen == PROMOTE_NEXT;
	view_send_owned(view, model, command);
	return true;
}

const struct dialog_ops promote_dialog = {
	.open = promote_open,
	.confirm = promote_confirm,
	.input = promote_input,
	.confirms = "promote now",
	.choice_role = promote_role,
};

const struct dialog_ops next_dialog = {
	.open = next_open,
	.confirm = promote_confirm,
	.input = promote_input,
	.confirms = "leave it now",
	.choice_role = promote_role,
};

/* As `drill --yes` does it: asked once, here. */
static void drill_open(struct dialog *dialog, const struct view *view,
		       const struct model *model)
{
	const struct environment_model *it = view_environment(view, model);
	char upper[64], last[WAY_BACK_SIZE];

	if (!it)
		return;
	dialog_target(dialog, NULL, it->name);
	dialog_titlef(dialog, "DRILL %s",
		      format_upper(it->name, upper, sizeof(upper)));
	dialog_fact(dialog, ROLE_WARNING,
		    "this moves real users: all traffic goes from %s",
		    it->live_version);
	dialog_fact(dialog, ROLE_WARNING, "to %s for a second, and returns",
		    it->way_back.version);
	dialog_fact(dialog, ROLE_NORMAL, "%s stays live throughout",
		    it->live_version);
	dialog_fact(dialog, ROLE_NORMAL, "the way back: last %s",
		    way_back_last(it, view->now_ms, last));
}

const struct dialog_ops drill_dialog = {
	.open = drill_open,
	.command = COMMAND_DRILL,
	.confirms = "drill now",
};

static void running_facts(struct dialog *dialog, const struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *it = &model->stages[i];

		if (it->state == STATE_RUNNING || it->state == STATE_WAITING)
			dialog_fact(dialog, state_role(it->state), "%s is %s",
				    it->name, state_name(it->state));
	}
}

static void cancel_open(struct dialog *dialog, const struct view *view,
			const struct model *model)
{
	(void)view;
	dialog_titlef(dialog, "CANCEL RUN #%lld", (long long)model->run);
	running_facts(dialog, model);
	if (model->is_cancelled)
		dialog_fact(dialog, ROLE_WARNING,
			    "again: what still runs is killed at once, and "
			    "clean-ups are left out");
	else
		dialog_fact(dialog, ROLE_NORMAL,
			    "what runs is ended and cleans up, what waits "
			    "never starts");
}

const struct dialog_ops cancel_dialog = {
	.open = cancel_open,
	.command = COMMAND_CANCEL,
	.confirms = "cancel the run",
};

enum { QUIT_STAY, QUIT_LEAVE, QUIT_CANCEL };

static void quit_open(struct dialog *dialog, const struct view *view,
		      const struct model *model)
{
	(void)view;
	dialog_titlef(dialog, "RUN #%lld IS LIVE", (long long)model->run);
	running_facts(dialog, model);
	strings_add(&dialog->choices, "stay here");
	strings_add(&dialog->choices,
		    "leave it running (signalbox attach comes back)");
	strings_add(&dialog->choices, "cancel the run");
}

static bool quit_confirm(struct dialog *dialog, struct view *view,
			 const struct model *model)
{
	if (dialog->chosen == QUIT_LEAVE)
		view->wish = WISH_LEAVE;
	if (dialog->chosen == QUIT_CANCEL)
		view_send_owned(view, model,
				dialog_command(dialog, COMMAND_CANCEL));
	return true;
}

const struct dialog_ops quit_dialog = {
	.open = quit_open,
	.confirm = quit_confirm,
	.confirms = "do the marked one",
};

static bool contains(const char *text, const char *part)
{
	size_t len = strlen(part);

	for (; *text; text++)
		if (strncasecmp(text, part, len) == 0)
			return true;
	return len == 0;
}

/* In fours: the keys, the sentence, why they are off, the name. */
static void help_list(struct dialog *dialog)
{
	char **at = dialog->steps.items;

	dialog_clear_facts(dialog);
	for (size_t i = 0; i + 3 < dialog->steps.count; i += 4) {
		const char *off = at[i + 2];

		if (!contains(at[i], dialog->field.data) &&
		    !contains(at[i + 1], dialog->field.data) &&
		    !contains(at[i + 3], dialog->field.data))
			continue;
		dialog_fact(dialog, *off ? ROLE_OFF : ROLE_NORMAL,
			    "%-10s %s%s%s", at[i], at[i + 1],
			    *off ? "; off: " : "", off);
	}
}

static void help_open(struct dialog *dialog, const struct view *view,
		      const struct model *model)
{
	struct str why = STR_INIT;

	dialog_titlef(dialog, "KEYS");
	dialog->label = "only";
	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
		const struct action_info *it = action_info((enum action)i);
		const char *help =
			view->board ? board_help((enum action)i) : it->help;
		const char *off = view_idle(view, model, (enum action)i, &why);

		if (!help)
			continue;
		strings_add(&dialog->steps, it->keys);
		strings_add(&dialog->steps, help);
		strings_add(&dialog->steps, off ? off : "");
		strings_add(&dialog->steps, it->name);
	}
	str_release(&why);
	help_list(dialog);
}

static void help_input(struct dialog *dialog, int input)
{
	if (input != INPUT_NONE && dialog_steer(dialog, input))
		return;
	dialog->scroll = 0;
	help_list(dialog);
}

const struct dialog_ops help_dialog = {
	.open = help_open,
	.input = help_input,
	.confirms = "close",
	.leaves = "close",
	.at_once = true,
};

static void search_open(struct dialog *dialog, const struct view *view,
			const struct model *model)
{
	const struct stage_model *stage = view_stage(view, model);

	if (view->table)
		dialog_titlef(dialog, "FIND IN THE TABLE");
	else
		dialog_titlef(dialog, "FIND IN %s",
			      stage ? stage->name : "THE LOG");
	dialog_fact(dialog, ROLE_DIM, "n and N then go from place to place");
	dialog->label = "text";
}

static bool search_confirm(struct dialog *dialog, struct view *view,
			   const struct model *model)
{
	(void)model;
	if (view->table)
		table_find(view, dialog->field.data);
	else
		log_find(view, dialog->field.data);
	return true;
}

const struct dialog_ops search_dialog = {
	.open = search_open,
	.confirm = search_confirm,
	.confirms = "find it",
	.leaves = "close",
	.at_once = true,
};

static void filter_open(struct dialog *dialog, const struct view *view,
			const struct model *model)
{
	const struct stage_model *stage = view_stage(view, model);

	dialog->label = "text";
	if (view->table) {
		dialog_titlef(dialog, "ONLY ROWS");
		dialog_fact(dialog, ROLE_DIM,
			    "with all of these words; Esc shows all again");
		dialog_fact(dialog, ROLE_DIM, "%s",
			    table_shape(view->table->kind)->hint);
		return;
	}
	dialog_titlef(dialog, "ONLY LINES OF %s",
		      stage ? stage->name : "THE LOG");
	dialog_fact(dialog, ROLE_DIM, "that hold this; Esc shows all again");
}

static bool filter_confirm(struct dialog *dialog, struct view *view,
			   const struct model *model)
{
	(void)model;
	if (view->table)
		table_filter(view, dialog->field.data);
	else
		log_filter(view, dialog->field.data);
	return true;
}

const struct dialog_ops filter_dialog = {
	.open = filter_open,
	.confirm = filter_confirm,
	.confirms = "show them",
	.leaves = "close",
	.at_once = true,
};
