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

static void promote_open(struct dialog *dialog, const struct view *view,
			 const struct model *model)
{
	const struct stage_model *stage = deploying(model);

	(void)view;
	deployment_target(dialog, model, "PROMOTE");
	dialog_fact(dialog, ROLE_NORMAL, "it goes to all of it now; skipped:");
	for (size_t i = 0; stage && i < stage->step_count; i++) {
		const struct step_model *step = &stage->steps[i];

		if (state_is_final(step->state) ||
		    strcmp(step->kind, "promote") == 0)
			continue;
		dialog_fact(dialog, ROLE_WARNING, "  %s",
			    *step->label ? step->label : step->name);
	}
}

const struct dialog_ops promote_dialog = {
	.open = promote_open,
	.command = COMMAND_PROMOTE,
	.confirms = "promote now",
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

	dialog_titlef(dialog, "FIND IN %s", stage ? stage->name : "THE LOG");
	dialog_fact(dialog, ROLE_DIM, "n and N then go from place to place");
	dialog->label = "text";
}

static bool search_confirm(struct dialog *dialog, struct view *view,
			   const struct model *model)
{
	(void)model;
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

	dialog_titlef(dialog, "ONLY LINES OF %s",
		      stage ? stage->name : "THE LOG");
	dialog_fact(dialog, ROLE_DIM, "that hold this; Esc shows all again");
	dialog->label = "text";
}

static bool filter_confirm(struct dialog *dialog, struct view *view,
			   const struct model *model)
{
	(void)model;
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
