/* SPDX-License-Identifier: MIT */
/* Panel 6: what happened, newest first. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/format.h"
#include "ui/layout.h"

static void draw_note(struct pen *pen, const struct note_model *note,
		      bool selected)
{
	char clock[CLOCK_TEXT_SIZE];

	pen_role(pen, ROLE_DIM);
	pen_reverse(pen, selected);
	pen_text(pen, clock_format_local(note->time, clock));
	pen_reverse(pen, false);
	pen_role(pen, note->warning ? ROLE_WARNING : ROLE_NORMAL);
	pen_printf(pen, " %s", note->text);
}

static void draw_newest(const struct model *model, const struct area *area)
{
	char number[NUMBER_TEXT_SIZE];
	char *text = xasprintf("event %s", number_grouped(model->seq, number));
	struct pen pen = pen_at(area, 0, 1);
	struct pen right = pen_at(area, 0, 0);

	pen.limit = area->cols;
	if (area->cols >= 70) {
		pen.limit = area->cols - 3 - (int)strlen(text);
		pen_role(&right, ROLE_DIM);
		pen_right(&right, area->cols - 1, text);
	}
	if (model->note_count)
		draw_note(&pen, &model->notes[model->note_count - 1], false);
	free(text);
}

/* Two columns where both are wide enough for a sentence; the newest stand
 * left. */
static void draw_list(const struct view *view, const struct model *model,
		      const struct area *area)
{
	size_t columns = area->cols >= 160 ? 2 : 1;
	size_t rows = (size_t)area->rows - 1;
	size_t room = rows * columns;
	size_t at = view->scroll[PANEL_EVENTS];
	int width = area->cols / (int)columns;
	bool focused = view->focus == PANEL_EVENTS;
	size_t first;

	if (at >= model->note_count)
		at = model->note_count ? model->note_count - 1 : 0;
	first = at < room ? 0 : at - room + 1;
	for (size_t i = 0; i < room && first + i < model->note_count; i++) {
		int row = (int)(i % rows) + 1, col = (int)(i / rows) * width;
		struct pen pen = pen_at(area, row, col + 1);
		size_t index = model->note_count - 1 - first - i;
		bool selected = focused && first + i == at;

		pen.limit = col + width - 1;
		draw_note(&pen, &model->notes[index], selected);
		if (selected)
			area_cursor(area, row, col + 1, false);
	}
}

static void events_draw(const struct view *view, const struct model *model,
			const struct area *area)
{
	struct rule rule;
	char number[NUMBER_TEXT_SIZE];

	if (area->rows == 1) {
		draw_newest(model, area);
		return;
	}
	rule = rule_draw(area, 0, view->focus == PANEL_EVENTS);
	rule_title(&rule, 6, "EVENTS");
	rule_right(&rule, (struct style){ROLE_NORMAL, false, false},
		   number_grouped(model->seq, number));
	draw_list(view, model, area);
}

static bool events_act(struct view *view, const struct model *model,
		       enum action action)
{
	return list_act(view, PANEL_EVENTS, model->note_count, action);
}

const struct view_ops events_ops = {
	.draw = events_draw,
	.act = events_act,
};
