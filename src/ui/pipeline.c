/* SPDX-License-Identifier: MIT */
/* Panel 1: ranks as columns; a running deployment's steps beside its stage. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "ui/format.h"
#include "ui/layout.h"

struct item {
	const struct stage_model *stage; /* NULL: only text */
	enum glyph glyph;
	enum role role;
	bool bold;
	int indent;
	char *name;
	char time[CLOCK_TEXT_SIZE]; /* "" none */
};

struct column {
	struct item *items;
	size_t count, cap;
	bool steps; /* of the deployment left of it */
	bool done;  /* every stage in it is */
	int width;
};

struct chart {
	struct column *columns;
	size_t count, cap;
	int rows;
};

static size_t rank_count(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->stage_count; i++)
		if (model->stages[i].rank >= count)
			count = model->stages[i].rank + 1;
	return count;
}

size_t pipeline_done(const struct model *model)
{
	size_t ended = 0;

	for (size_t i = 0; i < model->stage_count; i++)
		ended += state_is_final(model->stages[i].state) &&
			 model->stages[i].state != STATE_SKIPPED;
	return ended;
}

/* The plan of what moves, or broke, is worth its place. */
static bool shows_steps(const struct stage_model *stage)
{
	return stage->step_count && strcmp(stage->kind, "deploy") == 0 &&
	       stage->state != STATE_PASSED && stage->state != STATE_QUEUED;
}

int pipeline_rows(const struct model *model, int most)
{
	size_t ranks = rank_count(model);
	size_t need = 1;

	for (size_t rank = 0; rank < ranks; rank++) {
		size_t here = 0;

		for (size_t i = 0; i < model->stage_count; i++)
			here += model->stages[i].rank == rank;
		if (here > need)
			need = here;
	}
	for (size_t i = 0; i < model->stage_count; i++)
		if (shows_steps(&model->stages[i]) && need < 4)
			need = 4;
	return need < (size_t)most ? (int)need : most;
}

static struct item *add_item(struct column *column, const char *name)
{
	struct item *item =
		VECTOR_ADD(column->items, column->count, column->cap);

	item->name = xstrdup(name);
	return item;
}

static void add_stage(struct column *column, const struct stage_model *stage,
		      int64_t now_ms)
{
	struct item *item = add_item(column, stage->name);

	item->stage = stage;
	item->glyph = stage_glyph(stage);
	item->role = stage_role(stage);
	item->bold =
		state_is_bad(stage->state) || stage->state == STATE_WAITING;
	if (stage->gate.open) {
		free(item->name);
		item->name =
			xasprintf("%s %d/%d", stage->name,
				  stage->gate.approvals, stage->gate.required);
	} else if (stage->started && stage->state != STATE_SKIPPED) {
		format_elapsed(stage_elapsed(stage, now_ms), item->time);
	}
	column->done = column->done && state_is_final(stage->state) &&
		       !state_is_bad(stage->state);
}

/* Few cells: "25 %", "pause 0:30", "start"; the log has the whole words. The
 * caller owns it. */
static char *short_name(const struct step_model *step)
{
	char text[CLOCK_TEXT_SIZE];

	if (!isnan(step->weight))
		return xasprintf("%g %%", step->weight);
	if (step->planned_ms > 0)
		return xasprintf("%s %s", step->kind,
				 format_elapsed(step->planned_ms, text));
	return xstrdup(*step->kind ? step->kind : step->name);
}

static void add_step(struct column *column, const struct stage_model *stage,
		     const struct step_model *step, int64_t now_ms)
{
	char *name = short_name(step);
	struct item *item = add_item(column, name);

	free(name);
	item->glyph = state_glyph(step->state);
	item->role = state_role(step->state);
	item->bold = state_is_bad(step->state);
	if (step_waits(stage, step)) {
		item->glyph = state_glyph(STATE_WAITING);
		item->role = state_role(STATE_WAITING);
	}
	if (step->state == STATE_RUNNING)
		format_elapsed(step_elapsed(step, now_ms), item->time);
	column->done = false;
}

static struct column *add_column(struct chart *chart)
{
	struct column *column =
		VECTOR_ADD(chart->columns, chart->count, chart->cap);

	column->done = true;
	return column;
}

/* Under the stage, then in columns beside it. */
static void add_steps(struct chart *chart, const struct stage_model *stage,
		      int64_t now_ms)
{
	struct column *column = &chart->columns[chart->count - 1];

	for (size_t i = 0; i < stage->step_count; i++) {
		if (column->count >= (size_t)chart->rows) {
			column = add_column(chart);
			column->steps = true;
			add_item(column, "")->glyph = GLYPH_COUNT;
		}
		add_step(column, stage, &stage->steps[i], now_ms);
		column->items[column->count - 1].indent = 1;
	}
}

static void add_rank(struct chart *chart, const struct model *model,
		     size_t rank, int64_t now_ms)
{
	struct column *column = add_column(chart);
	const struct stage_model *deploy = NULL;
	size_t hidden = 0;

	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];

		if (stage->rank != rank)
			continue;
		if (column->count < (size_t)chart->rows)
			add_stage(column, stage, now_ms);
		else
			hidden++;
		if (shows_steps(stage))
			deploy = stage;
	}
	if (hidden) {
		struct item *last = &column->items[column->count - 1];

		free(last->name);
		last->name = xasprintf("%zu more", hidden + 1);
		last->time[0] = '\0';
		last->stage = NULL;
	}
	if (deploy && chart->rows > 1)
		add_steps(chart, deploy, now_ms);
}

static void column_release(struct column *column)
{
	for (size_t i = 0; i < column->count; i++)
		free(column->items[i].name);
	free(column->items);
}

static void chart_release(struct chart *chart)
{
	for (size_t i = 0; i < chart->count; i++)
		column_release(&chart->columns[i]);
	free(chart->columns);
}

enum squeeze { SQUEEZE_NONE, SQUEEZE_DONE_TIMES, SQUEEZE_TIMES };

static int item_width(const struct item *item, const struct grid *grid,
		      enum squeeze squeeze)
{
	bool timed = item->time[0] && (squeeze == SQUEEZE_NONE ||
				       (squeeze == SQUEEZE_DONE_TIMES &&
					item->glyph == GLYPH_RUNNING));

	return 2 + item->indent + text_width(grid, item->name) +
	       (timed ? 1 + (int)strlen(item->time) : 0);
}

static int measure(struct chart *chart, const struct grid *grid,
		   enum squeeze squeeze, int gap)
{
	int sum = 0;

	for (size_t i = 0; i < chart->count; i++) {
		struct column *column = &chart->columns[i];

		column->width = 0;
		for (size_t j = 0; j < column->count; j++) {
			int width =
				item_width(&column->items[j], grid, squeeze);

			if (width > column->width)
				column->width = width;
		}
		sum += column->width + (i ? gap : 0);
	}
	return sum;
}

/* Finished ranks at the left become one: "+ 4 done". */
static void fold_done(struct chart *chart)
{
	size_t done = 0;
	size_t stages = 0;
	struct column folded = {.done = true};
	struct item *item;

	while (done < chart->count && chart->columns[done].done)
		stages += chart->columns[done++].count;
	if (done < 2)
		return;
	for (size_t i = 0; i < done; i++)
		column_release(&chart->columns[i]);
	item = add_item(&folded, "");
	free(item->name);
	item->name = xasprintf("%zu done", stages);
	item->glyph = GLYPH_PASSED;
	item->role = ROLE_PASSED;
	chart->columns[0] = folded;
	memmove(chart->columns + 1, chart->columns + done,
		(chart->count - done) * sizeof(*chart->columns));
	chart->count -= done - 1;
}

/* Leaves out what it can do without until the chart is no wider. */
static enum squeeze fit(struct chart *chart, const struct area *area, int gap)
{
	int room = area->cols - 2;
	enum squeeze squeeze = SQUEEZE_NONE;

	if (measure(chart, area->grid, squeeze, gap) <= room)
		return squeeze;
	squeeze = SQUEEZE_DONE_TIMES;
	if (measure(chart, area->grid, squeeze, gap) <= room)
		return squeeze;
	fold_done(chart);
	if (measure(chart, area->grid, squeeze, gap) <= room)
		return squeeze;
	squeeze = SQUEEZE_TIMES;
	while (measure(chart, area->grid, squeeze, gap) > room) {
		int over = measure(chart, area->grid, squeeze, gap) - room;
		int cut = over / (int)chart->count + 1;

		for (size_t i = 0; i < chart->count; i++)
			if (chart->columns[i].width > 6 + cut)
				chart->columns[i].width -= cut;
		break;
	}
	return squeeze;
}

static void draw_item(const struct view *view, struct pen *pen,
		      const struct item *item, const struct stage_model *shown,
		      bool timed)
{
	bool selected = item->stage && item->stage == shown;

	if (item->glyph == GLYPH_COUNT)
		return;
	pen->col += item->indent;
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
	pen_role(pen, ROLE_DIM);
	if (timed && item->time[0]) {
		int end = pen->limit;

		pen_text(pen, " ");
		pen_right(pen, end, item->time);
	}
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
	const struct stage_model *shown = view_stage(view, model);

	for (size_t i = 0; i < column->count; i++) {
		struct pen pen = pen_at(area, (int)i + 1, col);

		pen.limit = col + column->width;
		draw_item(view, &pen, &column->items[i], shown,
			  item_width(&column->items[i], area->grid,
				     SQUEEZE_NONE) <= column->width);
	}
}

static void draw_chart(const struct view *view, const struct model *model,
		       const struct area *area)
{
	struct chart chart = {.rows = area->rows - 1};
	size_t ranks = rank_count(model);
	int gap = area->cols >= 110 ? 5 : 2;
	int col = 1;

	for (size_t rank = 0; rank < ranks; rank++)
		add_rank(&chart, model, rank, view->now_ms);
	fit(&chart, area, gap);
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
}

/* All in one line, for the smallest screen. */
static void draw_line(const struct model *model, const struct area *area)
{
	struct pen pen = pen_at(area, 1, 1);

	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];

		pen_role(&pen, stage_role(stage));
		pen.style.bold = state_is_bad(stage->state);
		pen_glyph(&pen, stage_glyph(stage));
		pen_text(&pen, stage->name);
		pen_text(&pen, " ");
	}
}

static void draw_rule(const struct view *view, const struct model *model,
		      const struct area *area)
{
	struct rule rule = rule_draw(area, 0, view->focus == PANEL_PIPELINE);
	size_t waits = model_waits(model);
	char upper[32];
	char *text;

	if (waits) {
		text = xasprintf("%s %zu need%s you", waiting_text(area->grid),
				 waits, waits == 1 ? "s" : "");
		rule_right(&rule, (struct style){ROLE_WAITING, true, true},
			   text);
		free(text);
	}
	if (area->cols >= 80)
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
	.name = "PIPELINE",
	.draw = pipeline_draw,
	.act = pipeline_act,
};
