/* SPDX-License-Identifier: MIT */
/* The mouse, where it was asked for: it looks and never acts. */
#include "ui/board.h"
#include "ui/dialog.h"
#include "ui/input.h"
#include "ui/view.h"

#define WHEEL_LINES 3

static bool is_inside(const struct rect *rect, const struct pointer *at)
{
	return at->row >= rect->top && at->row < rect->top + rect->rows &&
	       at->col >= rect->left && at->col < rect->left + rect->cols;
}

/* PANEL_COUNT: none. */
static enum panel panel_at(const struct view *view, const struct pointer *at)
{
	int panel = 0;

	while (panel < PANEL_COUNT && !is_inside(&view->plan.panels[panel], at))
		panel++;
	return (enum panel)panel;
}

static void click(struct view *view, const struct model *model,
		  enum panel panel, size_t target)
{
	view->focus = panel;
	if (target && target <= model->stage_count)
		view_select(view, model->stages[target - 1].name);
}

static void scroll(struct view *view, const struct model *model,
		   enum panel panel, enum action action)
{
	const struct view_ops *ops = panel_ops(panel);
	int lines = panel == PANEL_PIPELINE ? 1 : WHEEL_LINES;

	for (int i = 0; i < lines && ops->act; i++)
		ops->act(view, model, action);
}

static void point_at_board(struct view *view, int input, size_t target)
{
	if (view->dialog || view->pasting || view->ships ||
	    input == INPUT_RELEASE)
		return;
	view_toast(view, false, "");
	if (input == INPUT_CLICK)
		board_click(view, target);
	else
		board_act(view,
			  input == INPUT_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
}

void view_pointer(struct view *view, const struct model *model, int input,
		  const struct pointer *at)
{
	enum panel panel = panel_at(view, at);

	if (view->board) {
		point_at_board(view, input, at->target);
		return;
	}
	if (view->dialog || view->pasting || view->ships ||
	    panel == PANEL_COUNT || input == INPUT_RELEASE)
		return;
	view_toast(view, false, "");
	if (input == INPUT_CLICK)
		click(view, model, panel, at->target);
	else
		scroll(view, model, panel,
		       input == INPUT_WHEEL_UP ? ACTION_UP : ACTION_DOWN);
	view_update(view, model);
}
