/* SPDX-License-Identifier: MIT */
#include "ui/dialog.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/printable.h"
#include "base/vector.h"
#include "ui/input.h"
#include "ui/palette.h"

/* More than a reason needs; a paste is cut there. */
#define FIELD_BYTES 400

void dialog_titlef(struct dialog *dialog, const char *format, ...)
{
	va_list args;

	free(dialog->title);
	va_start(args, format);
	dialog->title = xvasprintf(format, args);
	va_end(args);
}

void dialog_fact(struct dialog *dialog, enum role role, const char *format, ...)
{
	struct fact *fact =
		VECTOR_ADD(dialog->facts, dialog->fact_count, dialog->fact_cap);
	va_list args;

	va_start(args, format);
	fact->text = xvasprintf(format, args);
	va_end(args);
	fact->role = role;
}

void dialog_clear_facts(struct dialog *dialog)
{
	for (size_t i = 0; i < dialog->fact_count; i++)
		free(dialog->facts[i].text);
	dialog->fact_count = 0;
}

void dialog_target(struct dialog *dialog, const char *stage,
		   const char *environment)
{
	free(dialog->stage);
	free(dialog->environment);
	dialog->stage = stage && *stage ? xstrdup(stage) : NULL;
	dialog->environment =
		environment && *environment ? xstrdup(environment) : NULL;
}

bool dialog_complain(struct dialog *dialog, const char *text)
{
	char *copy = xstrdup(text);

	free(dialog->complaint);
	dialog->complaint = copy;
	return false;
}

const char *dialog_confirms(const struct dialog *dialog)
{
	return dialog->confirms ? dialog->confirms : dialog->ops->confirms;
}

struct command dialog_command(const struct dialog *dialog,
			      enum command_kind kind)
{
	return (struct command){
		.kind = kind,
		.run = dialog->run,
		.seq = dialog->seq,
		.stage = xstrdup_null(dialog->stage),
		.environment = xstrdup_null(dialog->environment),
		.reason = dialog->label && !dialog->numeric && dialog->field.len
				  ? xstrdup(dialog->field.data)
				  : NULL,
	};
}

void dialog_open(struct view *view, const struct model *model,
		 const struct dialog_ops *ops)
{
	struct dialog *dialog = xcalloc(1, sizeof(*dialog));

	dialog_close(view);
	dialog->ops = ops;
	dialog->title = xstrdup("");
	dialog->moved = xstrdup("");
	dialog->complaint = xstrdup("");
	dialog->run = model->run;
	dialog->seq = model->seq;
	str_init(&dialog->field);
	ops->open(dialog, view, model);
	view->dialog = dialog;
}

void dialog_close(struct view *view)
{
	struct dialog *dialog = view->dialog;

	if (!dialog)
		return;
	view->dialog = NULL;
	dialog_clear_facts(dialog);
	free(dialog->facts);
	strings_release(&dialog->choices);
	strings_release(&dialog->steps);
	palette_free(dialog->palette);
	str_release(&dialog->field);
	free(dialog->stage);
	free(dialog->environment);
	free(dialog->title);
	free(dialog->moved);
	free(dialog->complaint);
	free(dialog);
}

void dialog_fill(struct dialog *dialog, const char *text)
{
	if (!dialog->label)
		return;
	str_clear(&dialog->field);
	str_add(&dialog->field, text);
	if (dialog->ops->input)
		dialog->ops->input(dialog, INPUT_NONE);
}

/* The newest event that moved what the dialog is about; of one that is about
 * the whole run, any. 0: nothing moved. */
static int64_t moved_seq(const struct dialog *dialog, const struct model *model)
{
	const struct stage_model *stage =
		dialog->stage ? model_stage(model, dialog->stage) : NULL;
	const struct environment_model *it =
		dialog->environment
			? model_environment(model, dialog->environment)
			: NULL;
	int64_t seq = 0;

	if (!dialog->stage && !dialog->environment && dialog->ops->command)
		seq = model->seq;
	if (stage && stage->seq > seq)
		seq = stage->seq;
	if (it && it->seq > seq)
		seq = it->seq;
	return seq > dialog->seq ? seq : 0;
}

/* What is said of it, else of what came last; and how much else is said. */
static const struct note_model *note_of(const struct model *model, int64_t seq,
					int64_t since, size_t *others)
{
	const struct note_model *best = NULL;

	*others = 0;
	for (size_t i = model->note_count; i > 0; i--) {
		const struct note_model *note = &model->notes[i - 1];

		if (note->seq <= since)
			break;
		if (!best || (best->seq > seq && note->seq <= seq))
			best = note;
		++*others;
	}
	*others -= best != NULL;
	return best;
}

void dialog_update(struct view *view, const struct model *model)
{
	struct dialog *dialog = view->dialog;
	int64_t seq = dialog ? moved_seq(dialog, model) : 0;
	const struct note_model *note;
	size_t others;
	char *more;

	if (!seq)
		return;
	note = note_of(model, seq, dialog->seq, &others);
	if (!note)
		return;
	more = others ? xasprintf(" (+%zu)", others) : xstrdup("");
	free(dialog->moved);
	dialog->moved = xasprintf("since this opened%s: %s", more, note->text);
	free(more);
}

static void drop_character(struct str *field)
{
	while (field->len &&
	       ((unsigned char)field->data[field->len - 1] & 0xc0) == 0x80)
		str_truncate(field, field->len - 1);
	if (field->len)
		str_truncate(field, field->len - 1);
}

/* True when the text box took it. */
static bool type(struct dialog *dialog, int input, bool pasted)
{
	if (!dialog->label)
		return false;
	if (input == INPUT_BACKSPACE || input == INPUT_CONTROL('h')) {
		drop_character(&dialog->field);
		return true;
	}
	if (input == INPUT_CONTROL('u')) {
		str_clear(&dialog->field);
		return true;
	}
	/* A paste enters as one line. */
	if (pasted &&
	    (input == INPUT_ENTER || input == '\n' || input == INPUT_TAB))
		input = ' ';
	if (input < ' ' || input >= INPUT_NAMED || input == 127 ||
	    dialog->field.len >= FIELD_BYTES)
		return pasted;
	if (dialog->numeric && !(input >= '0' && input <= '9') && input != '.')
		return true;
	str_add_utf8(&dialog->field, (uint32_t)input);
	return true;
}

static void confirm(struct view *view, const struct model *model)
{
	struct dialog *dialog = view->dialog;
	enum command_kind command = dialog->ops->command;
	bool done = true;

	/* Kept apart: confirming may open another one. */
	view->dialog = NULL;
	if (dialog->ops->confirm)
		done = dialog->ops->confirm(dialog, view, model);
	else if (command)
		view_send_owned(view, model, dialog_command(dialog, command));
	if (done) {
		struct dialog *next = view->dialog;

		/* The key that opened a question never answers it. */
		if (next && dialog->ops == &palette_dialog)
			next->wary = next->ops->command || next->ops->confirm;
		view->dialog = dialog;
		dialog_close(view);
		view->dialog = next;
	} else {
		view->dialog = dialog;
	}
}

static void move(struct dialog *dialog, int by)
{
	if (dialog->choices.count) {
		if (by > 0 && dialog->chosen + 1 < dialog->choices.count)
			dialog->chosen++;
		if (by < 0 && dialog->chosen > 0)
			dialog->chosen--;
	} else if (by > 0 || dialog->scroll > 0) {
		dialog->scroll += (size_t)by;
	}
	if (dialog->scroll >= dialog->fact_count)
		dialog->scroll =
			dialog->fact_count ? dialog->fact_count - 1 : 0;
}

bool dialog_steer(struct dialog *dialog, int input)
{
	bool letters = !dialog->label;

	if (input == INPUT_DOWN || (letters && input == 'j'))
		move(dialog, 1);
	else if (input == INPUT_UP || (letters && input == 'k'))
		move(dialog, -1);
	else
		return false;
	return true;
}

void dialog_input(struct view *view, const struct model *model, int input,
		  bool pasted)
{
	struct dialog *dialog = view->dialog;

	if (view->clock_ms < dialog->deaf_until_ms)
		return;
	if (!pasted && (input == INPUT_ESCAPE || input == INPUT_CONTROL('c'))) {
		dialog_close(view);
		return;
	}
	if (!pasted && input == INPUT_ENTER) {
		if (dialog->wary)
			dialog_complain(dialog, "Enter opened this: first "
						"Tab, or any other key");
		else
			confirm(view, model);
		return;
	}
	dialog->wary = dialog->wary && pasted;
	dialog_complain(dialog, "");
	if (type(dialog, input, pasted) || pasted) {
		if (dialog->ops->input)
			dialog->ops->input(dialog, INPUT_NONE);
		return;
	}
	/* A kind that has its own use for the arrows goes first. */
	if (dialog->ops->input)
		dialog->ops->input(dialog, input);
	else
		dialog_steer(dialog, input);
}
