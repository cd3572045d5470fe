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

static int choice_rows(const struct dialog *dialog)
{
	return dialog->ops->rows ? dialog->ops->rows
				 : (int)dialog->choices.count;
}

/* Rows that the box needs, its two edges included. */
static int height_of(const struct dialog *dialog)
{
	int rows = 5 + (int)dialog->fact_count + choice_rows(dialog);

	if (choice_rows(dialog))
		rows++;
	if (dialog->label)
		rows += 2;
	if (*dialog->moved)
		rows++;
	if (*dialog->complaint)
		rows++;
	return rows;
}

static int width_of(const struct dialog *dialog, const struct grid *grid)
{
	int width = dialog->ops->rows ? 94 : 58;

	for (size_t i = 0; i < dialog->fact_count; i++) {
		int need = text_width(grid, dialog->facts[i].text);

		if (need > width)
			width = need;
	}
	return width + 6;
}

static void draw_frame(const struct area *box, const char *title)
{
	struct pen pen = pen_at(box, 0, 0);

	area_clear(box);
	pen_role(&pen, ROLE_TITLE);
	pen_glyph(&pen, GLYPH_CORNER_TOP_LEFT);
	pen_repeat(&pen, GLYPH_RULE, box->cols - 2);
	pen_glyph(&pen, GLYPH_CORNER_TOP_RIGHT);
	for (int row = 1; row < box->rows - 1; row++) {
		pen = pen_at(box, row, 0);
		pen_role(&pen, ROLE_TITLE);
		pen_glyph(&pen, GLYPH_VERTICAL);
		pen.col = box->cols - 1;
		pen_glyph(&pen, GLYPH_VERTICAL);
	}
	pen = pen_at(box, box->rows - 1, 0);
	pen_role(&pen, ROLE_TITLE);
	pen_glyph(&pen, GLYPH_CORNER_LOW_LEFT);
	pen_repeat(&pen, GLYPH_RULE, box->cols - 2);
	pen_glyph(&pen, GLYPH_CORNER_LOW_RIGHT);
	pen = pen_at(box, 0, 2);
	pen.limit = box->cols - 2;
	pen_bold(&pen, ROLE_TITLE);
	pen_printf(&pen, " %s ", title);
}

static void draw_keys(const struct dialog *dialog, const struct area *inside,
		      int row)
{
	struct pen pen = pen_at(inside, row, 0);

	pen_bold(&pen, ROLE_KEY);
	pen_text(&pen, dialog->wary ? "tab enter" : "enter");
	pen_role(&pen, ROLE_NORMAL);
	pen_printf(&pen, "  %s", dialog->ops->confirms);
	pen.col = pen.col + 4 > inside->cols - 18 ? pen.col + 2
						  : inside->cols - 18;
	pen_bold(&pen, ROLE_KEY);
	pen_text(&pen, "esc");
	pen_role(&pen, ROLE_NORMAL);
	pen_text(&pen, "  leave as is");
}

static int draw_field(const struct dialog *dialog, const struct area *inside,
		      int row)
{
	struct pen pen = pen_at(inside, row, 0);
	const char *text = dialog->field.data;
	int room;

	pen_bold(&pen, ROLE_NORMAL);
	pen_printf(&pen, "%s: ", dialog->label);
	pen_role(&pen, ROLE_NORMAL);
	/* The end of a long text is what is being typed. */
	room = inside->cols - pen.col - 1;
	while (*text && text_width(inside->grid, text) > room) {
		int32_t c;

		text += utf8_decode(text, strlen(text), &c);
	}
	pen_text(&pen, text);
	area_cursor(inside, row, pen.col, true);
	return row + 2;
}

static void draw_choice(const struct dialog *dialog, const struct area *inside,
			int row, size_t i)
{
	struct pen pen = pen_at(inside, row, 0);
	bool chosen = i == dialog->chosen;

	if (dialog->ops->choice_role)
		pen_role(&pen, dialog->ops->choice_role(dialog, i));
	pen_reverse(&pen, chosen);
	pen_text(&pen, chosen ? "> " : "  ");
	pen_field(&pen, inside->cols - 2, dialog->choices.items[i]);
	if (chosen && !dialog->label)
		area_cursor(inside, row, 0, false);
}

/* As many as there is room for, the chosen one among them. */
static int draw_choices(const struct dialog *dialog, const struct area *inside,
			int row, int room)
{
	size_t count = dialog->choices.count;
	size_t rows = room < choice_rows(dialog) ? (size_t)(room > 0 ? room : 0)
						 : (size_t)choice_rows(dialog);
	size_t first = dialog->chosen < rows ? 0 : dialog->chosen - rows + 1;

	for (size_t i = 0; i < rows && first + i < count; i++)
		draw_choice(dialog, inside, row + (int)i, first + i);
	return row + (int)rows + (rows ? 1 : 0);
}

static int draw_facts(const struct dialog *dialog, const struct area *inside,
		      int row, int room)
{
	size_t first = dialog->scroll;
	size_t count = dialog->fact_count;

	if (count <= (size_t)room)
		first = 0;
	else if (first + (size_t)room > count)
		first = count - (size_t)room;
	for (size_t i = first; i < count && i < first + (size_t)room; i++) {
		struct pen pen = pen_at(inside, row++, 0);

		pen_role(&pen, dialog->facts[i].role);
		pen_text(&pen, dialog->facts[i].text);
	}
	return row;
}

static int draw_line(const struct area *inside, int row, const char *text)
{
	struct pen pen = pen_at(inside, row, 0);

	if (!*text)
		return row;
	pen_bold(&pen, ROLE_WARNING);
	pen_glyph(&pen, GLYPH_WARNING);
	pen_printf(&pen, " %s", text);
	return row + 1;
}

/* What asks for an answer keeps its rows; the facts get the rest. */
static void draw_inside(const struct dialog *dialog, const struct area *inside,
			int air)
{
	int fixed = height_of(dialog) - 5 - (int)dialog->fact_count;
	int room = inside->rows - 1 - air - fixed;
	int row = draw_facts(dialog, inside, 0, room > 0 ? room : 0);

	row += air;
	room = inside->rows - 2 - row - (fixed - choice_rows(dialog));
	if (dialog->ops->rows)
		row = draw_field(dialog, inside, row);
	row = draw_choices(dialog, inside, row,
			   dialog->ops->rows ? room + 1 : inside->rows - row);
	if (dialog->label && !dialog->ops->rows)
		row = draw_field(dialog, inside, row);
	row = draw_line(inside, row, dialog->complaint);
	draw_line(inside, row, dialog->moved);
	draw_keys(dialog, inside, inside->rows - 1);
}

void dialog_draw(const struct dialog *dialog, struct grid *grid)
{
	struct area all = {grid, 0, 0, grid->rows, grid->cols};
	int rows = height_of(dialog);
	int cols = width_of(dialog, grid);
	struct area box, inside;

	if (grid->rows < 10 || grid->cols < 44) {
		area_clear(&all);
		inside = area_part(&all, grid->rows > 1 ? 1 : 0, 0, all.rows,
				   all.cols);
		if (grid->rows > 1) {
			struct pen pen = pen_at(&all, 0, 0);

			pen_bold(&pen, ROLE_TITLE);
			pen_text(&pen, dialog->title);
		}
		draw_inside(dialog, &inside, 0);
		return;
	}
	rows = rows > grid->rows - 2 ? grid->rows - 2 : rows;
	cols = cols > grid->cols - 4 ? grid->cols - 4 : cols;
	box = area_part(&all, (grid->rows - rows) / 2, (grid->cols - cols) / 2,
			rows, cols);
	draw_frame(&box, dialog->title);
	inside = area_part(&box, 2, 3, rows - 3, cols - 6);
	draw_inside(dialog, &inside, 1);
}
