/* SPDX-License-Identifier: MIT */
#include "ui/traffic-table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"
#include "ui/chart.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/meter.h"

static int draw_limit(const struct environment_model *it,
		      const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 1);
	char *text;

	if (row >= area->rows || !*it->analysis_limit)
		return row;
	text = xasprintf("goes back by itself unless %s", it->analysis_limit);
	pen_role(&pen, ROLE_DIM);
	row = pen_wrap(&pen, text);
	free(text);
	return row;
}

/* Whether the way back was ever gone is what its READY is worth. */
static int draw_last_back(const struct view *view,
			  const struct environment_model *it,
			  const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 1);
	char text[WAY_BACK_SIZE];

	if (row >= area->rows || !it->way_back.known ||
	    (it->way_back.last_ms < 0 && !it->way_back.ready))
		return row;
	pen_role(&pen, ROLE_DIM);
	pen_printf(&pen, "way back last %s",
		   way_back_last(it, view->now_ms, text));
	return row + 1;
}

/* The tall form: one measure a row, a column a colour. */
struct table {
	const struct view *view;
	const struct environment_model *it;
	const struct area *area;
	int label, width; /* columns of the names, of one colour */
	int row;
};

static bool begin_row(struct table *table, struct pen *pen, const char *label)
{
	if (table->row >= table->area->rows)
		return false;
	*pen = pen_at(table->area, table->row++, 1);
	pen_role(pen, ROLE_DIM);
	pen_field(pen, table->label, label);
	return true;
}

static void table_names(struct table *table)
{
	struct pen pen;

	if (!begin_row(table, &pen, ""))
		return;
	for (int c = 0; c < COLOUR_COUNT; c++) {
		const struct colour_model *colour = &table->it->colours[c];
		char *text = xasprintf("%s %s", format_colour((enum colour)c),
				       colour->version);

		pen_bold(&pen, colour_role((enum colour)c));
		pen_field_right(&pen, table->width, text);
		free(text);
	}
}

struct measurement {
	const char *label, *unit;
	double values[COLOUR_COUNT];
	int decimals;
	bool measured; /* and unknown when the source is silent */
	bool judged;   /* red where the analysis says so */
};

static void table_numbers(struct table *table, const struct measurement *it)
{
	struct pen pen;

	if (!begin_row(table, &pen, it->label))
		return;
	for (int c = 0; c < COLOUR_COUNT; c++) {
		bool silent =
			meter_is_silent(table->view, &table->it->colours[c]);
		bool bad = it->judged && is_judged_bad(table->it, c) && !silent;
		int start = pen.col;

		pen_role(&pen, bad ? ROLE_FAILED : ROLE_NORMAL);
		pen.style.bold = bad;
		if (it->measured && isnan(it->values[c]) &&
		    !(table->it->colours[c].rate > 0))
			pen_field_right(&pen, table->width, "-");
		else
			meter_number(&pen, table->width,
				     silent && it->measured ? NAN
							    : it->values[c],
				     it->decimals, it->unit);
		if (bad) {
			pen.col = start + 2;
			pen_glyph(&pen, GLYPH_WARNING);
			pen.col = start + table->width;
		}
	}
}

static void table_graphs(struct table *table, enum measure measure)
{
	struct pen pen;

	if (table->area->rows < 12 || !begin_row(table, &pen, ""))
		return;
	for (int c = 0; c < COLOUR_COUNT; c++) {
		int end = pen.col + table->width;

		pen.col += 2;
		meter_graph(&pen, table->it, c, measure, table->width - 2);
		pen.col = end;
	}
}

static void table_states(struct table *table)
{
	struct pen pen;

	if (!begin_row(table, &pen, "state"))
		return;
	for (int c = 0; c < COLOUR_COUNT; c++) {
		const struct colour_model *colour = &table->it->colours[c];
		bool cold =
			table->it->way_back.known && !table->it->way_back.ready;
		/* What is up and is no way back is in its way. */
		const char *text = c == table->it->live	       ? "live"
				   : c == table->it->candidate ? "candidate"
				   : !colour->up	       ? "stopped"
				   : cold		       ? "up"
							       : "warm";

		pen_role(&pen, ROLE_NORMAL);
		pen_field_right(&pen, table->width, text);
	}
}

/* Where nothing was measured of late: since when. */
static void table_silence(struct table *table)
{
	bool silent[COLOUR_COUNT];
	char text[CLOCK_TEXT_SIZE + 8], clock[CLOCK_TEXT_SIZE];
	struct pen pen;

	for (int c = 0; c < COLOUR_COUNT; c++)
		silent[c] =
			table->it->colours[c].sampled &&
			meter_is_silent(table->view, &table->it->colours[c]);
	if ((!silent[COLOUR_BLUE] && !silent[COLOUR_GREEN]) ||
	    !begin_row(table, &pen, "silent"))
		return;
	for (int c = 0; c < COLOUR_COUNT; c++) {
		snprintf(text, sizeof(text), "since %s",
			 clock_format_local(table->it->colours[c].sampled,
					    clock));
		pen_field_right(&pen, table->width, silent[c] ? text : "");
	}
}

/* What only a tall panel has room for. */
#define TALL_ROWS 18

static void table_latencies(struct table *table)
{
	const struct colour_model *b = &table->it->colours[COLOUR_BLUE];
	const struct colour_model *g = &table->it->colours[COLOUR_GREEN];
	const struct measurement rows[] = {
		{"p50 ms", "", {b->p50, g->p50}, 0, true, false},
		{"p95 ms", "", {b->p95, g->p95}, 0, true, false},
		{"p99 ms", "", {b->p99, g->p99}, 0, true, false},
	};
	bool tall = table->area->rows >= TALL_ROWS;

	for (size_t i = tall ? 0 : 2; i < ARRAY_SIZE(rows); i++)
		table_numbers(table, &rows[i]);
	table_graphs(table, MEASURE_P99);
}

static void table_rates(struct table *table)
{
	const struct colour_model *b = &table->it->colours[COLOUR_BLUE];
	const struct colour_model *g = &table->it->colours[COLOUR_GREEN];
	const struct measurement rate = {"req/s", "",	{b->rate, g->rate},
					 1,	  true, false};
	const struct measurement errors = {
		"err %", "", {b->error_rate, g->error_rate}, 2, true, true};

	table_numbers(table, &rate);
	table_graphs(table, MEASURE_RATE);
	table_numbers(table, &errors);
	table_graphs(table, MEASURE_ERRORS);
}

static void table_shares(struct table *table)
{
	const struct environment_model *it = table->it;
	const struct measurement asked = {"asked",
					  " %",
					  {it->colours[COLOUR_BLUE].asked,
					   it->colours[COLOUR_GREEN].asked},
					  1,
					  false,
					  false};
	const struct measurement share = {"seen",
					  " %",
					  {meter_seen_share(it, COLOUR_BLUE),
					   meter_seen_share(it, COLOUR_GREEN)},
					  1,
					  true,
					  false};

	table_numbers(table, &asked);
	table_numbers(table, &share);
	if (table->row < table->area->rows)
		meter_bar(it, table->area, table->row++, table->area->cols - 2);
}

static void draw_scale(const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 1);

	if (area->rows < TALL_ROWS || row >= area->rows)
		return;
	pen_role(&pen, ROLE_DIM);
	pen_text(&pen, "a mark is a second; both colours have one scale");
}

static void draw_step(const struct view *view, struct pen *pen,
		      const struct stage_model *stage,
		      const struct step_model *step, const char *name)
{
	enum state state =
		step_waits(stage, step) ? STATE_WAITING : step->state;
	char clock[CLOCK_TEXT_SIZE];

	pen_role(pen, state_role(state));
	pen->style.bold = state_is_bad(state);
	pen_glyph(pen, state_glyph(state));
	pen_printf(pen, " %s", name);
	if (step->state == STATE_RUNNING)
		pen_printf(pen, " (%s)",
			   format_elapsed(step_elapsed(step, view->now_ms),
					  clock));
}

/* The steps after each other, over as many rows as they need. */
static int draw_plan(const struct view *view, const struct area *area, int row,
		     const struct stage_model *stage)
{
	struct pen pen = pen_at(area, row, 1);

	if (area->rows < TALL_ROWS || !stage || !stage->step_count)
		return row;
	pen_role(&pen, ROLE_DIM);
	pen_text(&pen, "plan");
	for (size_t i = 0; i < stage->step_count && row < area->rows; i++) {
		const struct step_model *step = &stage->steps[i];
		char *name = step_short_name(step);
		int width = 6 + text_width(area->grid, name);

		if (step->state == STATE_RUNNING)
			width += 7;
		if (i && pen.col + width > area->cols)
			pen = pen_at(area, ++row, 0);
		if (pen.col < 9)
			pen.col = 9;
		if (row < area->rows)
			draw_step(view, &pen, stage, step, name);
		pen.col += 2;
		free(name);
	}
	return row + 1;
}

void traffic_table_draw(const struct view *view, const struct model *model,
			const struct environment_model *it,
			const struct area *area)
{
	struct table table = {view, it, area, 8, (area->cols - 11) / 2, 1};

	table_names(&table);
	table_states(&table);
	table_silence(&table);
	table_shares(&table);
	table_rates(&table);
	table_latencies(&table);
	table.row = traffic_draw_observed(it, area, table.row);
	table.row = traffic_draw_verdict(it, area, table.row);
	table.row = draw_limit(it, area, table.row);
	table.row = draw_last_back(view, it, area, table.row);
	table.row =
		draw_plan(view, area, table.row, model_stage(model, it->stage));
	draw_scale(area, table.row);
}
