/* SPDX-License-Identifier: MIT */
/* The palette on the screen, and what its Enter does. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/board.h"
#include "ui/dialog.h"
#include "ui/input.h"
#include "ui/logpanel.h"
#include "ui/palette.h"
#include "ui/ships.h"
#include "ui/table.h"

#define ROWS 10
#define NAME_LEAST 22
#define NAME_MOST 40
#define INPUTS_KEPT 100

static bool go_to(struct view *view, const struct model *model,
		  const char *stage, enum panel panel)
{
	if (!model_stage(model, stage) || view->board)
		return false;
	ships_close(view);
	view_select(view, stage);
	view->focus = panel;
	return true;
}

static bool take_theme(struct view *view, const char *name)
{
	free(view->wish_text);
	view->wish_text = xstrdup(name);
	view->wish = WISH_THEME;
	return true;
}

static bool is_environment(const struct model *model, const char *name)
{
	return model_environment(model, name) != NULL;
}

/* The action with its argument; what asks has it in its box. */
static bool run_with(struct view *view, const struct model *model,
		     enum action action, const char *argument)
{
	switch (action) {
	case ACTION_GOTO:
		return go_to(view, model, argument, PANEL_PIPELINE);
	case ACTION_PANEL_2:
		return go_to(view, model, argument, PANEL_LOG);
	case ACTION_THEME:
		return take_theme(view, argument);
	case ACTION_SEARCH:
		if (view->table)
			table_find(view, argument);
		else
			log_find(view, argument);
		return true;
	case ACTION_FILTER:
		if (view->table)
			table_filter(view, argument);
		else
			log_filter(view, argument);
		return true;
	case ACTION_ROLLBACK: /* of the board alone */
	case ACTION_DRILL:
		if (!view->board || !is_environment(model, argument))
			return false;
		free(view->choice->environment);
		view->choice->environment = xstrdup(argument);
		view_act(view, model, action);
		return true;
	case ACTION_SHIPS:
		if (!is_environment(model, argument))
			return false;
		ships_open(view, model, argument);
		return true;
	default:
		view_act(view, model, action);
		if (view->dialog)
			dialog_fill(view->dialog, argument);
		return true;
	}
}

bool palette_run(struct view *view, const struct model *model,
		 enum action action, const char *argument)
{
	if (*argument)
		return run_with(view, model, action, argument);
	if (action == ACTION_GOTO || action == ACTION_THEME)
		return false;
	view_act(view, model, action);
	return true;
}

static char *name_of(const struct palette_entry *entry)
{
	return xasprintf("%s%s%s", entry->text, entry->takes ? " " : "",
			 entry->takes ? entry->takes : "");
}

/* Columns of the longest name that is shown. */
static int name_width(const struct palette *palette)
{
	const struct palette_entry *entry;
	size_t width = NAME_LEAST;

	for (size_t i = 0; (entry = palette_shown(palette, i)); i++) {
		char *name = name_of(entry);

		width = strlen(name) > width ? strlen(name) : width;
		free(name);
	}
	return (int)(width < NAME_MOST ? width : NAME_MOST);
}

static void list(struct dialog *dialog)
{
	int width = name_width(dialog->palette);
	const struct palette_entry *entry;

	strings_release(&dialog->choices);
	dialog->chosen = 0;
	for (size_t i = 0; (entry = palette_shown(dialog->palette, i)); i++) {
		const struct action_info *info = action_info(entry->action);
		char *name = name_of(entry);

		strings_addf(&dialog->choices, "%-*s %-9s %s%s", width, name,
			     info->keys, *entry->off ? "off: " : info->help,
			     entry->off);
		free(name);
	}
}

static enum role choice_role(const struct dialog *dialog, size_t choice)
{
	const struct palette_entry *entry =
		palette_shown(dialog->palette, choice);

	return entry && *entry->off ? ROLE_OFF : ROLE_NORMAL;
}

static void palette_open(struct dialog *dialog, const struct view *view,
			 const struct model *model)
{
	dialog_titlef(dialog, "COMMAND");
	dialog->label = "name";
	dialog->palette = palette_new(view, model);
	strings_copy(&dialog->steps, &view->inputs);
	list(dialog);
}

/* `by` inputs back, 0: what is typed anew. */
static void recall(struct dialog *dialog, size_t by)
{
	dialog->recalled = by;
	str_clear(&dialog->field);
	if (by)
		str_add(&dialog->field,
			dialog->steps.items[dialog->steps.count - by]);
}

static void complete(struct dialog *dialog)
{
	const struct palette_entry *entry =
		palette_shown(dialog->palette, dialog->chosen);

	if (!entry ||
	    (!entry->argument && *palette_argument(entry, dialog->field.data)))
		return;
	str_clear(&dialog->field);
	str_addf(&dialog->field, "%s%s", entry->text, entry->takes ? " " : "");
}

static void palette_input(struct dialog *dialog, int input)
{
	if (input == INPUT_UP && !dialog->chosen) {
		if (dialog->recalled == dialog->steps.count)
			return;
		recall(dialog, dialog->recalled + 1);
	} else if (input == INPUT_DOWN && dialog->recalled) {
		recall(dialog, dialog->recalled - 1);
	} else if (input == INPUT_TAB) {
		complete(dialog);
	} else if (input == INPUT_NONE) {
		dialog->recalled = 0;
	} else {
		dialog_steer(dialog, input);
		return;
	}
	palette_filter(dialog->palette, dialog->field.data);
	list(dialog);
}

static void remember(struct view *view, const char *text)
{
	struct strings *inputs = &view->inputs;

	if (inputs->count &&
	    strcmp(inputs->items[inputs->count - 1], text) == 0)
		return;
	if (inputs->count == INPUTS_KEPT) {
		free(inputs->items[0]);
		memmove(inputs->items, inputs->items + 1,
			inputs->count * sizeof(*inputs->items));
		inputs->count--;
	}
	strings_add(inputs, text);
}

static bool palette_confirm(struct dialog *dialog, struct view *view,
			    const struct model *model)
{
	const struct palette_entry *entry =
		palette_shown(dialog->palette, dialog->chosen);
	const char *argument;
	char *text;

	if (!entry)
		return dialog_complain(dialog, "there is no such command");
	argument = palette_argument(entry, dialog->field.data);
	if (*entry->off) {
		text = xasprintf("%s is off: %s", entry->text, entry->off);
		dialog_complain(dialog, text);
		free(text);
		return false;
	}
	if (!palette_run(view, model, entry->action, argument))
		return dialog_complain(dialog, *argument ? "there is none of "
							   "that name"
							 : "type which one");
	text = *argument && !entry->argument
		       ? xasprintf("%s %s", entry->text, argument)
		       : xstrdup(entry->text);
	remember(view, text);
	free(text);
	return true;
}

const struct dialog_ops palette_dialog = {
	.open = palette_open,
	.confirm = palette_confirm,
	.input = palette_input,
	.confirms = "do the marked one",
	.leaves = "close",
	.at_once = true,
	.rows = ROWS,
	.choice_role = choice_role,
};
