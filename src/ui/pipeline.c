/* SPDX-License-Identifier: MIT */
/* Panel 1: ranks as columns; a running deployment's steps beside its stage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/chart.h"
#include "ui/format.h"
#include "ui/layout.h"

size_t pipeline_done(const struct model *model)
{
	size_t ended = 0;

	for (size_t i = 0; i < model->stage_count; i++)
		ended += state_is_final(model->stages[i].state) &&
			 model->stages[i].state != STATE_SKIPPED;
	return ended;
}

/* At the right end of the column: so far, and the usual. */
static void draw_time(struct pen *pen, const struct item *item)
{
	char text[2 * CLOCK_TEXT_SIZE + 4];

	snprintf(text, sizeof(text), "%s%s%s", item->time,
		 item->usual[0] ? " " : "", item->usual);
	pen_role(pen, item->late ? ROLE_WARNING : ROLE_DIM);
	pen_text(pen, " ");
	pen_right(pen, pen->limit, text);
}

static void draw_item(const struct view *view, const struct model *model,
		      struct pen *pen, const struct item *item, bool timed)
{
	const struct stage_model *shown = view_stage(view, model);
	bool selected = item->stage && item->stage == shown;

	if (item->glyph == GLYPH_COUNT)
		return;
	pen->col += item->indent;
	if (item->stage)
		pen->target = (size_t)(item->stage - model->stages) + 1;
	pen_role(pen, item->role);
	pen->style.bold = item->bold;
	pen_glyph(pen, item->glyph);
	pen_code(pen, ' ');
	if (selected) {
		pen->style.bold = true;
		pen_reverse(pen, view->focus == PANEL_PIPELINE);
		if (view->focus == PANEL_PIPELINE)
			area_cursor(pen->area, pen->row, pen->col, false);
	}
	pen_text(pen, item->name);
	pen_reverse(pen, false);
	if (timed && item->time[0])
		draw_time(pen, item);
}

/* Corners by what they join: up 1, right 2, down 4, left 8. */
static uint32_t joint(int sides, bool unicode)
{
	static const uint16_t lines[16] = {
		' ',	0x2502, 0x2500, 0x2514, 0x2502, 0x2502, 0x250c, 0x251c,
		0x2500, 0x2518, 0x2500, 0x2534, 0x2510, 0x2524, 0x252c, 0x253c,
	};
	static const char ascii[] = " |-`||,|-'-+.|++";

	return unicode ? lines[sides] : (uint32_t)ascii[sides];
}

/* " -+- " between two ranks, from every row of the one to every row of the
 * other. */
static void draw_links(const struct area *area, int col,
		       const struct column *left, const struct column *right)
{
	size_t from = left->steps ? 1 : 0;
	size_t to = 0;

	for (size_t i = 0; i < left->count && !left->steps; i++)
		from = left->items[i].stage ? i + 1 : from;
	for (size_t i = 0; i < right->count; i++)
		to = right->items[i].stage ? i + 1 : to;
	if (!from)
		from = 1;
	for (size_t row = 0; row < from || row < to; row++) {
		size_t last = from > to ? from : to;
		int sides = (row > 0 ? 1 : 0) | (row < to ? 2 : 0) |
			    (row + 1 < last ? 4 : 0) | (row < from ? 8 : 0);
		struct pen pen = pen_at(area, (int)row + 1, col + 1);
		bool unicode = area->grid->charset.unicode;

		pen_role(&pen, ROLE_DIM);
		pen_code(&pen, row < from ? joint(10, unicode) : ' ');
		pen_code(&pen, joint(sides, unicode));
		pen_code(&pen, row < to ? joint(10, unicode) : ' ');
	}
}

static void draw_column(const struct view *view, const struct model *model,
			const struct area *area, const struct column *column,
			int col)
{
	for (size_t i = 0; i < column->count; i++) {
		struct pen pen = pen_at(area, (int)i + 1, col);

		pen.limit = col + column->width;
		draw_item(view, model, &pen, &column->items[i],
			  item_full_width(&column->items[i], area->grid) <=
				  column->width);
	}
}

static void draw_chart(const struct view *view, const struct model *model,
		       const struct area *area)
{
	int past = past_runs_rows(view, model);
	int rows = area->rows - 1 - past;
	struct chart chart;
	int gap = area->cols >= 110 ? 5 : 2;
	int col = 1;

	chart_init(&chart, model, rows, view->now_ms, true);
	if (!chart_fits(&chart, area, gap)) {
		chart_release(&chart);
		chart_init(&chart, model, rows, view->now_ms, false);
	}
	chart_fit(&chart, area, gap);
	for (size_t i = 0; i < chart.count; i++) {
		struct column *column = &chart.columns[i];
		bool next = i + 1 < chart.count;

		draw_column(view, model, area, column, col);
		col += column->width;
		if (next && gap == 5 && !chart.columns[i + 1].steps)
			draw_links(area, col, column, &chart.columns[i + 1]);
		col += next && chart.columns[i + 1].steps ? 2 : gap;
	}
	chart_release(&chart);
	if (past)
		past_runs_draw(model, area, chart_rows(model, rows) + past);
}

/* All in one line, for the smallest screen. */
static void draw_line(const struct model *model, const struct area *area)
{
	struct pen pen = pen_at(area, 1, 1);

	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];

		pen.target = i + 1;
		pen_role(&pen, stage_role(stage));
		pen.style.bold = state_is_bad(stage->state);
		pen_glyph(&pen, stage_glyph(stage));
		pen_text(&pen, stage->name);
		pen_role(&pen, ROLE_NORMAL);
		pen_text(&pen, " ");
	}
}

static void draw_rule(const struct view *view, const struct model *model,
		      const struct area *area)
{
	struct rule rule = rule_draw(area, 0, view->focus == PANEL_PIPELINE);
	size_t waits = model_waits(model);
	char upper[32], eta[ETA_TEXT_SIZE];
	char *text;

	/* The second line of a wide header says it. */
	if (waits && view->plan.form < FORM_WIDE) {
		text = xasprintf("%s %zu need%s you", waiting_text(area->grid),
				 waits, waits == 1 ? "s" : "");
		rule_right(&rule, (struct style){ROLE_WAITING, true, true},
			   text);
		free(text);
	}
	if (area->cols >= 80 || area->rows > 2)
		rule_title(&rule, 1, "PIPELINE");
	if (!model->started)
		return;
	text = xasprintf(
		"%s %zu of %zu done",
		format_upper(state_name(model->state), upper, sizeof(upper)),
		pipeline_done(model), model->stage_count);
	rule_left(&rule,
		  (struct style){state_role(model->state),
				 state_is_bad(model->state), false},
		  text);
	free(text);
	if (view->plan.form < FORM_WIDE && eta_text(view, model, eta))
		rule_left(&rule, (struct style){ROLE_NORMAL, false, false},
			  eta);
}

static void pipeline_draw(const struct view *view, const struct model *model,
			  const struct area *area)
{
	draw_rule(view, model, area);
	if (area->rows == 2 && area->cols < 80)
		draw_line(model, area);
	else
		draw_chart(view, model, area);
}

/* j k within the rank and on into the next one; h l between ranks. */
static const struct stage_model *neighbour(const struct model *model,
					   const struct stage_model *from,
					   enum action action)
{
	const struct stage_model *best = NULL;

	if (action == ACTION_FIRST)
		return &model->stages[0];
	if (action == ACTION_LAST)
		return &model->stages[model->stage_count - 1];
	if (action == ACTION_UP || action == ACTION_DOWN) {
		size_t at = (size_t)(from - model->stages);

		at += action == ACTION_DOWN ? 1 : model->stage_count - 1;
		return &model->stages[at % model->stage_count];
	}
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *it = &model->stages[i];

		if (action == ACTION_RIGHT
			    ? it->rank > from->rank &&
				      (!best || it->rank < best->rank)
			    : it->rank < from->rank &&
				      (!best || it->rank > best->rank))
			best = it;
	}
	return best ? best : from;
}

static bool pipeline_act(struct view *view, const struct model *model,
			 enum action action)
{
	const struct stage_model *from = view_stage(view, model);

	switch (action) {
	case ACTION_UP:
	case ACTION_DOWN:
	case ACTION_LEFT:
	case ACTION_RIGHT:
	case ACTION_FIRST:
	case ACTION_LAST:
		if (from)
			view_select(view, neighbour(model, from, action)->name);
		return true;
	case ACTION_OPEN:
		if (from && !*view->stage)
			view_select(view, from->name);
		view->focus = PANEL_LOG;
		return true;
	default:
		return false;
	}
}

const struct view_ops pipeline_ops = {
	.draw = pipeline_draw,
	.act = pipeline_act,
};
