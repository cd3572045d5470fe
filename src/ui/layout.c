/* SPDX-License-Identifier: MIT */
#include "ui/layout.h"

#include "ui/board.h"
#include "ui/chart.h"
#include "ui/dialog.h"
#include "ui/gate-body.h"
#include "ui/ships.h"
#include "ui/table.h"

static int between(int least, int value, int most)
{
	return value < least ? least : value > most ? most : value;
}

static enum form form_of(int rows, int cols)
{
	if (rows < 4 || cols < 20)
		return FORM_LINE;
	if (rows < 12 || cols < 60)
		return FORM_SUMMARY;
	if (rows < 14 || (rows < 24 && cols < 80))
		return FORM_COMPACT;
	if (cols < 80)
		return FORM_STACKED;
	return rows >= 36 && cols >= 110 ? FORM_WIDE : FORM_NORMAL;
}

/* Hands out rows from the top, or from the bottom. */
struct cutter {
	int top, bottom, cols;
};

static struct rect from_top(struct cutter *cutter, int rows)
{
	struct rect rect = {cutter->top, 0, rows, cutter->cols};

	cutter->top += rows;
	return rect;
}

static struct rect from_bottom(struct cutter *cutter, int rows)
{
	cutter->bottom -= rows;
	return (struct rect){cutter->bottom, 0, rows, cutter->cols};
}

/* Of traffic there is nothing to say without an environment: the findings
 * have its room. */
static bool is_all_security(const struct model *model)
{
	return model->scanned && !model_focus(model);
}

static void plan_compact(struct view *view, const struct model *model,
			 struct cutter *cutter)
{
	struct rect *panels = view->plan.panels;
	bool gate = model_open_gate(model) != NULL;

	panels[PANEL_PIPELINE] = from_top(cutter, 2);
	panels[PANEL_EVENTS] = from_bottom(cutter, 1);
	if (gate)
		panels[PANEL_GATE] = from_bottom(cutter, 2);
	else
		panels[PANEL_SECURITY] =
			from_bottom(cutter, is_all_security(model) ? 2 : 1);
	if (gate || !is_all_security(model))
		panels[PANEL_TRAFFIC] = from_bottom(cutter, 1);
	panels[PANEL_LOG] = from_top(cutter, cutter->bottom - cutter->top);
}

static int event_rows(const struct view *view, int rows)
{
	if (view->focus == PANEL_EVENTS)
		return between(4, rows / 4, 12) + 1;
	return rows >= 30 ? between(1, (rows - 24) / 6, 8) + 1 : 1;
}

/* Rows of the panels around the log, which has what they leave. */
struct share {
	int pipeline, security, traffic, gate, events;
};

/* The log's rule, and lines that say something. */
#define LOG_LEAST 7

static int log_rows(const struct plan *plan, const struct share *share)
{
	int lower = plan->form == FORM_STACKED
			    ? share->security + share->traffic
			    : share->traffic;

	return plan->rows - 2 - share->pipeline - lower - share->gate -
	       share->events;
}

/* Rows are given back in this order: what ships one by one, security's
 * detail and the bar of the traffic, the third row of the pipeline, the
 * newest event, the gate's rule. */
static void give_back(const struct plan *plan, struct share *share)
{
	struct {
		int *rows, least;
	} order[] = {
		{&share->gate, 3},     {&share->security, 3},
		{&share->traffic, 4},  {&share->traffic, 3},
		{&share->pipeline, 3}, {&share->events, 0},
		{&share->gate, 2},
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		while (log_rows(plan, share) < LOG_LEAST &&
		       *order[i].rows > order[i].least)
			--*order[i].rows;
	if (plan->form != FORM_STACKED)
		share->security = share->traffic;
}

static int traffic_rows(const struct view *view, const struct model *model,
			int spare)
{
	const struct environment_model *it = model_focus(model);
	int least = it && *it->analysis_text ? 1 : 0;

	if (spare >= 3)
		return spare >= 7 ? 14 : 10;
	/* What it does not need beside it the findings have. */
	return 4 + (view->plan.form == FORM_STACKED ? least
						    : between(least, spare, 4));
}

/* No more than it has to say; a closed one has its rule. */
static int gate_share(const struct model *model, int cols, int least, int most)
{
	const struct stage_model *stage = model_open_gate(model);

	return stage ? between(least, gate_rows(model, &stage->gate, cols),
			       most)
		     : 1;
}

static struct share share_normal(const struct view *view,
				 const struct model *model)
{
	int rows = view->plan.rows;
	int spare = between(0, (rows - 24) / 4, 8);
	struct share share = {
		.pipeline = 1 + chart_rows(model, 4 + spare),
		.security = 4 + between(0, spare, 4),
		.traffic = traffic_rows(view, model, spare),
		.gate = gate_share(model, view->plan.cols, 4,
				   4 + between(0, spare, 6)),
		.events = event_rows(view, rows),
	};

	give_back(&view->plan, &share);
	return share;
}

static void plan_normal(struct view *view, const struct model *model,
			struct cutter *cutter)
{
	struct share share = share_normal(view, model);
	struct rect *panels = view->plan.panels;
	int half = cutter->cols * (is_all_security(model) ? 60 : 45) / 100;

	panels[PANEL_PIPELINE] = from_top(cutter, share.pipeline);
	panels[PANEL_EVENTS] = from_bottom(cutter, share.events);
	panels[PANEL_GATE] = from_bottom(cutter, share.gate);
	panels[PANEL_TRAFFIC] = from_bottom(cutter, share.traffic);
	if (view->plan.form == FORM_STACKED) {
		panels[PANEL_SECURITY] = from_bottom(cutter, share.security);
	} else {
		panels[PANEL_SECURITY] = panels[PANEL_TRAFFIC];
		panels[PANEL_SECURITY].cols = half;
		panels[PANEL_TRAFFIC].left = half;
		panels[PANEL_TRAFFIC].cols -= half;
	}
	panels[PANEL_LOG] = from_top(cutter, cutter->bottom - cutter->top);
}

static bool has_tests(const struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++)
		if (model->stages[i].has_tests)
			return true;
	return false;
}

static struct rect cut_last_row(struct rect *rect)
{
	struct rect row = *rect;

	row.top += --rect->rows;
	row.rows = 1;
	return row;
}

/* Left of the log, where that keeps lines of 70 columns. */
static void plan_tests(struct plan *plan, const struct model *model)
{
	struct rect *log = &plan->panels[PANEL_LOG];

	if (plan->cols < 160 || log->rows < LOG_LEAST || !has_tests(model))
		return;
	plan->tests = *log;
	plan->tests.cols = between(46, plan->cols * 29 / 100, 64);
	log->left = plan->tests.cols;
	log->cols -= plan->tests.cols;
	if (log->rows < 2 * LOG_LEAST)
		return;
	plan->tests_hints = cut_last_row(&plan->tests);
	plan->log_hints = cut_last_row(log);
}

static void plan_wide(struct view *view, const struct model *model,
		      struct cutter *cutter)
{
	struct rect *panels = view->plan.panels;
	bool gate = model_open_gate(model) != NULL;
	int rows = view->plan.rows;
	int right = between(44, cutter->cols * 36 / 100, 72);
	struct rect middle;
	int traffic;

	panels[PANEL_PIPELINE] =
		from_top(cutter, 1 + chart_rows(model, rows / 5) +
					 past_runs_rows(view, model));
	panels[PANEL_EVENTS] = from_bottom(
		cutter, view->focus == PANEL_EVENTS ? between(8, rows / 4, 16)
			: gate ? between(2, rows / 10, 6) + 1
			       : between(4, rows / 6, 10) + 1);
	panels[PANEL_GATE] =
		from_bottom(cutter, gate_share(model, cutter->cols, 8,
					       between(8, rows / 5, 12) + 1));
	middle = from_top(cutter, cutter->bottom - cutter->top);
	traffic = between(8, middle.rows - between(7, middle.rows / 3, 16), 26);
	if (is_all_security(model)) {
		traffic = 3;
		if (cutter->cols < 160) /* from there on tests need it */
			right = between(44, cutter->cols - 68, 72);
	}
	panels[PANEL_LOG] = middle;
	panels[PANEL_LOG].cols -= right;
	panels[PANEL_TRAFFIC] =
		(struct rect){middle.top, cutter->cols - right, traffic, right};
	panels[PANEL_SECURITY] =
		(struct rect){middle.top + traffic, cutter->cols - right,
			      middle.rows - traffic, right};
	plan_tests(&view->plan, model);
}

void layout_plan(struct view *view, const struct model *model, int rows,
		 int cols)
{
	struct cutter cutter = {0, rows, cols};
	enum form form = form_of(rows, cols);

	view->plan = (struct plan){.form = form, .rows = rows, .cols = cols};
	if (form <= FORM_SUMMARY) {
		view->plan.header = from_top(&cutter, rows);
		return;
	}
	view->plan.header = from_top(&cutter, form == FORM_WIDE ? 2 : 1);
	view->plan.footer = from_bottom(&cutter, 1);
	if (view->zoom)
		view->plan.panels[view->focus] =
			from_top(&cutter, cutter.bottom - cutter.top);
	else if (form == FORM_COMPACT)
		plan_compact(view, model, &cutter);
	else if (form == FORM_WIDE)
		plan_wide(view, model, &cutter);
	else
		plan_normal(view, model, &cutter);
}

static struct area area_of(struct grid *grid, const struct rect *rect)
{
	struct area all = {grid, 0, 0, grid->rows, grid->cols};

	return area_part(&all, rect->top, rect->left, rect->rows, rect->cols);
}

/* Where a panel stands right of another, the line between them. */
static void draw_divider(struct grid *grid, const struct rect *rect, int bottom,
			 int tee)
{
	struct area all = {grid, 0, 0, grid->rows, grid->cols};

	for (int row = rect->top; row < bottom; row++) {
		struct pen pen = pen_at(&all, row, rect->left);

		pen_role(&pen, ROLE_RULE);
		if (row == rect->top)
			pen_glyph(&pen, GLYPH_TEE_DOWN);
		else if (row == tee)
			pen_glyph(&pen, GLYPH_TEE_RIGHT);
		else
			pen_glyph(&pen, GLYPH_VERTICAL);
	}
}

static void draw_dividers(const struct view *view, struct grid *grid)
{
	const struct rect *traffic = &view->plan.panels[PANEL_TRAFFIC];
	const struct rect *security = &view->plan.panels[PANEL_SECURITY];
	const struct rect *log = &view->plan.panels[PANEL_LOG];
	int bottom = traffic->top + traffic->rows;
	int low = log->top + log->rows + view->plan.log_hints.rows;

	if (security->left == traffic->left)
		bottom = security->top + security->rows;
	if (traffic->left)
		draw_divider(grid, traffic, bottom, security->top);
	if (log->left)
		draw_divider(grid, log, low, -1);
}

/* A panel right of the line begins one column after it. */
static struct area inside_of(struct grid *grid, const struct rect *rect)
{
	struct area area = area_of(grid, rect);

	return rect->left ? area_part(&area, 0, 1, area.rows, area.cols - 1)
			  : area;
}

static void draw_panels(const struct view *view, const struct model *model,
			struct grid *grid)
{
	struct area area;

	for (int panel = 0; panel < PANEL_COUNT; panel++) {
		area = inside_of(grid, &view->plan.panels[panel]);
		if (area.rows)
			panel_ops((enum panel)panel)->draw(view, model, &area);
	}
	area = inside_of(grid, &view->plan.tests);
	if (area.rows)
		tests_list_draw(view, model, &area);
	area = inside_of(grid, &view->plan.tests_hints);
	if (area.rows)
		tests_hints_draw(view, model, &area);
	area = inside_of(grid, &view->plan.log_hints);
	if (area.rows)
		log_hints_draw(view, model, &area);
	draw_dividers(view, grid);
}

/* Under the header, where there is one. */
static void draw_over(const struct view *view, const struct model *model,
		      struct grid *grid)
{
	struct area all = {grid, 0, 0, grid->rows, grid->cols};
	struct area header = area_of(grid, &view->plan.header);
	int top = view->plan.form > FORM_SUMMARY ? header.rows : 0;
	struct area rest =
		area_part(&all, top, 0, grid->rows - top, grid->cols);

	if (top)
		header_draw(view, model, &header);
	if (view->ships)
		ships_draw(view, model, &rest);
	else
		table_draw(view, model, &rest);
}

void layout_draw(const struct view *view, const struct model *model,
		 struct grid *grid)
{
	struct area header = area_of(grid, &view->plan.header);
	struct area footer = area_of(grid, &view->plan.footer);

	grid_clear(grid);
	if (view->ships || view->table) {
		draw_over(view, model, grid);
	} else if (view->board) {
		board_draw(view, grid);
	} else if (view->plan.form <= FORM_SUMMARY) {
		summary_draw(view, model, &header);
	} else {
		header_draw(view, model, &header);
		draw_panels(view, model, grid);
		footer_draw(view, model, &footer);
	}
	if (view->dialog)
		dialog_draw(view->dialog, grid);
}
