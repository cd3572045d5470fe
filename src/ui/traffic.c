/* SPDX-License-Identifier: MIT */
/* Panel 4: who serves which requests, how well, and the way back. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/meter.h"

struct style way_back_text(const struct environment_model *it, char *text,
			   size_t size)
{
	char took[CLOCK_TEXT_SIZE];

	if (it->rolling_back) {
		snprintf(text, size, "ROLLING BACK");
		return (struct style){ROLE_WARNING, true, true};
	}
	if (!it->way_back.known) {
		snprintf(text, size, "B ?");
		return (struct style){ROLE_DIM, false, false};
	}
	if (!it->way_back.ready) {
		snprintf(text, size, "B NOT READY%s%s",
			 *it->way_back.text ? ": " : "", it->way_back.text);
		return (struct style){ROLE_WARNING, true, false};
	}
	if (it->way_back.last_ms >= 0)
		snprintf(text, size, "B READY %s",
			 format_ms(it->way_back.last_ms, took));
	else
		snprintf(text, size, "B READY");
	return (struct style){ROLE_PASSED, true, false};
}

bool is_judged_bad(const struct environment_model *it, int colour)
{
	return colour == it->candidate &&
	       (strcmp(it->analysis_verdict, "fail") == 0 ||
		strcmp(it->analysis_verdict, "error") == 0);
}

/* Since when nothing is known, or that nothing ever came. */
static void draw_silence(struct pen *pen, const struct colour_model *colour)
{
	char clock[CLOCK_TEXT_SIZE];

	pen_role(pen, ROLE_DIM);
	if (colour->sampled)
		pen_printf(pen, "      ? silent since %s",
			   clock_format_local(colour->sampled, clock));
	else
		pen_text(pen, "      -");
}

/* One colour in one row: share, rate, errors, p99, graph of the errors. */
static void draw_row(const struct view *view,
		     const struct environment_model *it,
		     const struct area *area, int row, int colour)
{
	const struct colour_model *mine = &it->colours[colour];
	struct pen pen = pen_at(area, row, 1);
	bool bad = is_judged_bad(it, colour);

	pen_bold(&pen, colour_role((enum colour)colour));
	pen_field(&pen, 5, format_colour((enum colour)colour));
	pen_role(&pen, ROLE_NORMAL);
	if (meter_is_silent(view, mine)) {
		draw_silence(&pen, mine);
		return;
	}
	meter_number(&pen, 7, meter_seen_share(it, colour), 1, "%");
	meter_number(&pen, 6, mine->rate, 0, "/s");
	if (isnan(mine->error_rate) && !(mine->rate > 0))
		return; /* nothing to measure */
	if (bad)
		pen_bold(&pen, ROLE_FAILED);
	meter_number(&pen, 7, mine->error_rate, 2, "%");
	pen_text(&pen, bad ? "!" : " ");
	pen_role(&pen, ROLE_NORMAL);
	if (isnan(mine->p99) && !(mine->rate > 0))
		pen_field_right(&pen, 6, "-");
	else
		meter_number(&pen, 6, mine->p99, 0, "ms");
	pen.col++;
	meter_graph(&pen, it, colour, MEASURE_ERRORS, area->cols - pen.col - 1);
}

static void draw_asked(const struct environment_model *it,
		       const struct area *area, int row)
{
	char text[64], blue[NUMBER_TEXT_SIZE], green[NUMBER_TEXT_SIZE];
	struct pen pen = pen_at(area, row, 1);
	int width;

	snprintf(text, sizeof(text), "asked %s/%s%s",
		 number_real(it->colours[COLOUR_BLUE].asked, 1, blue),
		 number_real(it->colours[COLOUR_GREEN].asked, 1, green),
		 it->changing ? " moving" : "");
	width = area->cols - 3 - (int)strlen(text);
	meter_bar(it, area, row, width);
	pen.col = 1 + width + 1;
	pen_role(&pen, it->changing ? ROLE_WARNING : ROLE_DIM);
	pen_text(&pen, text);
}

static int draw_verdict(const struct environment_model *it,
			const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 1);
	bool bad = strcmp(it->analysis_verdict, "fail") == 0 ||
		   strcmp(it->analysis_verdict, "error") == 0;

	if (row >= area->rows || !*it->analysis_text)
		return row;
	pen_role(&pen, bad ? ROLE_FAILED : ROLE_DIM);
	pen.style.bold = bad;
	pen_glyph(&pen, bad ? GLYPH_FAILED
			: strcmp(it->analysis_verdict, "pass") == 0
				? GLYPH_PASSED
				: GLYPH_RUNNING);
	pen_text(&pen, " ");
	return pen_wrap(&pen, it->analysis_text);
}

static void draw_limit(const struct environment_model *it,
		       const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 1);
	char *text;

	if (row >= area->rows || !*it->analysis_limit)
		return;
	text = xasprintf("goes back by itself unless %s", it->analysis_limit);
	pen_role(&pen, ROLE_DIM);
	pen_wrap(&pen, text);
	free(text);
}

static void draw_low(const struct view *view,
		     const struct environment_model *it,
		     const struct area *area)
{
	draw_row(view, it, area, 1, COLOUR_BLUE);
	draw_row(view, it, area, 2, COLOUR_GREEN);
	if (area->rows > 3)
		draw_asked(it, area, 3);
	draw_verdict(it, area, 4);
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

static void draw_high(const struct view *view,
		      const struct environment_model *it,
		      const struct area *area)
{
	const struct colour_model *b = &it->colours[COLOUR_BLUE];
	const struct colour_model *g = &it->colours[COLOUR_GREEN];
	struct table table = {view, it, area, 8, (area->cols - 11) / 2, 1};
	const struct measurement asked = {"asked", " %",  {b->asked, g->asked},
					  1,	   false, false};
	const struct measurement share = {"seen",
					  " %",
					  {meter_seen_share(it, COLOUR_BLUE),
					   meter_seen_share(it, COLOUR_GREEN)},
					  1,
					  true,
					  false};
	const struct measurement rate = {"req/s", "",	{b->rate, g->rate},
					 1,	  true, false};
	const struct measurement errors = {
		"err %", "", {b->error_rate, g->error_rate}, 2, true, true};
	const struct measurement p99 = {"p99 ms", "",	{b->p99, g->p99},
					0,	  true, false};

	table_names(&table);
	table_states(&table);
	table_numbers(&table, &asked);
	table_numbers(&table, &share);
	if (table.row < area->rows)
		meter_bar(it, area, table.row++, area->cols - 2);
	table_numbers(&table, &rate);
	table_graphs(&table, MEASURE_RATE);
	table_numbers(&table, &errors);
	table_graphs(&table, MEASURE_ERRORS);
	table_numbers(&table, &p99);
	table_graphs(&table, MEASURE_P99);
	table.row = draw_verdict(it, area, table.row);
	draw_limit(it, area, table.row);
}

/* The smallest form: all in the rule. */
static void draw_line(const struct environment_model *it, struct rule *rule)
{
	for (int c = 0; c < COLOUR_COUNT; c++) {
		const struct colour_model *colour = &it->colours[c];
		char share[NUMBER_TEXT_SIZE], err[NUMBER_TEXT_SIZE];
		bool bad = is_judged_bad(it, c);
		char *text = xasprintf(
			"%s %s%% %s%%%s", format_colour((enum colour)c),
			format_fixed(meter_share(it, c), 0, share),
			format_fixed(colour->error_rate, 2, err),
			bad ? "!" : "");

		if (!colour->sampled) {
			free(text);
			text = xasprintf("%s -", format_colour((enum colour)c));
		}
		rule_left(rule,
			  (struct style){bad ? ROLE_FAILED
					     : colour_role((enum colour)c),
					 true, false},
			  text);
		free(text);
	}
}

static void add_title(const struct environment_model *it, struct rule *rule)
{
	char asked[NUMBER_TEXT_SIZE];
	char *text;

	if (it->candidate >= 0 && !*it->stage)
		text = xasprintf("TRAFFIC run %lld has %s %%",
				 (long long)it->candidate_run,
				 number_real(it->colours[it->candidate].asked,
					     1, asked));
	else if (it->candidate >= 0)
		text = xasprintf("TRAFFIC %s of 100 %%",
				 number_real(it->colours[it->candidate].asked,
					     1, asked));
	else
		text = xasprintf("TRAFFIC %s", it->name);
	rule_title(rule, 4, text);
	free(text);
}

static void traffic_draw(const struct view *view, const struct model *model,
			 const struct area *area)
{
	const struct environment_model *it = model_focus(model);
	struct rule rule = rule_draw(area, 0, view->focus == PANEL_TRAFFIC);
	char text[160];
	struct style style;

	if (!it) {
		rule_title(&rule, 4, "TRAFFIC");
		if (area->rows > 1) {
			struct pen pen = pen_at(area, 1, 1);

			pen_role(&pen, ROLE_DIM);
			pen_text(&pen, "no environment is served yet");
		}
		return;
	}
	style = way_back_text(it, text, sizeof(text));
	if (text_width(area->grid, text) > area->cols - 26)
		text[strcspn(text, ":")] = '\0';
	rule_right(&rule, style, text);
	if (area->rows == 1) {
		draw_line(it, &rule);
		return;
	}
	add_title(it, &rule);
	if (area->rows >= 8)
		draw_high(view, it, area);
	else
		draw_low(view, it, area);
}

const struct view_ops traffic_ops = {
	.draw = traffic_draw,
};
