/* SPDX-License-Identifier: MIT */
#include "ui/layout.h"

#include "ui/chart.h"
#include "ui/dialog.h"

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
	if (rows < 24 || cols < 80)
		return FORM_COMPACT;
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
		panels[PANEL_SECURITY] = from_bottom(cutter, 1);
	panels[PANEL_TRAFFIC] = from_bottom(cutter, 1);
	panels[PANEL_LOG] = from_top(cutter, cutter->bottom - cutter->top);
}

static int event_rows(const struct view *view, int rows)
{
	if (view->focus == PANEL_EVENTS)
		return between(4, rows / 4, 12) + 1;
	return rows >= 30 ? between(1, (rows - 24) / 6, 8) + 1 : 1;
}

static void plan_normal(struct view *view, const struct model *model,
			struct cutter *cutter)
{
	struct rect *panels = view->plan.panels;
	const struct environment_model *it = model_focus(model);
	int rows = view->plan.rows;
	int spare = between(0, (rows - 24) / 4, 6);
	int half = cutter->cols * 45 / 100;
	struct rect lower;

	panels[PANEL_PIPELINE] = from_top(
		cutter, 1 + chart_rows(model, between(4, 4 + spare, 6)));
	panels[PANEL_EVENTS] = from_bottom(cutter, event_rows(view, rows));
	panels[PANEL_GATE] =
		from_bottom(cutter, model_open_gate(model) ? 4 + spare : 1);
	lower = from_bottom(
		cutter,
		4 + between(it && *it->analysis_text ? 1 : 0, spare, 4));
	panels[PANEL_SECURITY] = lower;
	panels[PANEL_SECURITY].cols = half;
	panels[PANEL_TRAFFIC] = lower;
	panels[PANEL_TRAFFIC].left = half;
	panels[PANEL_TRAFFIC].cols = cutter->cols - half;
	panels[PANEL_LOG] = from_top(cutter, cutter->bottom - cutter->top);
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
		from_top(cutter, 1 + chart_rows(model, rows >= 50 ? 6 : 4));
	panels[PANEL_EVENTS] = from_bottom(
		cutter, view->focus == PANEL_EVENTS ? between(8, rows / 4, 16)
			: gate ? between(2, rows / 10, 6) + 1
			       : between(4, rows / 6, 10) + 1);
	panels[PANEL_GATE] =
		from_bottom(cutter, gate ? between(8, rows / 5, 12) + 1 : 1);
	middle = from_top(cutter, cutter->bottom - cutter->top);
	traffic = between(8, middle.rows - 7, 16);
	panels[PANEL_LOG] = middle;
	panels[PANEL_LOG].cols -= right;
	panels[PANEL_TRAFFIC] =
		(struct rect){middle.top, cutter->cols - right, traffic, right};
	panels[PANEL_SECURITY] =
		(struct rect){middle.top + traffic, cutter->cols - right,
			      middle.rows - traffic, right};
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
static void draw_divider(const struct view *view, struct grid *grid)
{
	const struct rect *traffic = &view->plan.panels[PANEL_TRAFFIC];
	const struct rect *security = &view->plan.panels[PANEL_SECURITY];
	int bottom = traffic->top + traffic->rows;
	struct area all = {grid, 0, 0, grid->rows, grid->cols};

	if (view->plan.form < FORM_NORMAL || view->zoom)
		return;
	if (security->left == traffic->left)
		bottom = security->top + security->rows;
	for (int row = traffic->top; row < bottom; row++) {
		struct pen pen = pen_at(&all, row, traffic->left);

		pen_role(&pen, ROLE_RULE);
		if (row == traffic->top)
			pen_glyph(&pen, GLYPH_TEE_DOWN);
		else if (row == security->top)
			pen_glyph(&pen, GLYPH_TEE_RIGHT);
		else
			pen_glyph(&pen, GLYPH_VERTICAL);
	}
}

/* A panel right of the line begins one column after it. */
static void draw_panel(const struct view *view, const struct model *model,
		       struct grid *grid, enum panel panel)
{
	const struct rect *rect = &view->plan.panels[panel];
	struct area area;

	if (!rect->rows)
		return;
	area = area_of(grid, rect);
	if (rect->left)
		area = area_part(&area, 0, 1, area.rows, area.cols - 1);
	panel_ops(panel)->draw(view, model, &area);
}

void layout_draw(const struct view *view, const struct model *model,
		 struct grid *grid)
{
	struct area header = area_of(grid, &view->plan.header);
	struct area footer = area_of(grid, &view->plan.footer);

	grid_clear(grid);
	if (view->plan.form <= FORM_SUMMARY) {
		summary_draw(view, model, &header);
	} else {
		header_draw(view, model, &header);
		for (int panel = 0; panel < PANEL_COUNT; panel++)
			draw_panel(view, model, grid, (enum panel)panel);
		draw_divider(view, grid);
		footer_draw(view, model, &footer);
	}
	if (view->dialog)
		dialog_draw(view->dialog, grid);
}
