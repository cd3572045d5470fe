/* SPDX-License-Identifier: MIT */
/* Under the pipeline on the widest screens: how the runs before this one
 * ended. */
#include <stdio.h>

#include "ui/format.h"
#include "ui/layout.h"

int past_runs_rows(const struct view *view, const struct model *model)
{
	return model->past_count && view->plan.cols >= 160 &&
			       view->plan.rows >= 50
		       ? 2
		       : 0;
}

static void draw_state(struct pen *pen, enum state state)
{
	pen_role(pen, state_role(state));
	pen->style.bold = state_is_bad(state);
	pen_glyph(pen, state_glyph(state));
	pen_role(pen, ROLE_NORMAL);
}

/* False: there is no room for all of it. */
static bool draw_run(struct pen *pen, int64_t run, enum state state,
		     const char *what)
{
	char number[32];
	int width;

	snprintf(number, sizeof(number), "%lld ", (long long)run);
	width = text_width(pen->area->grid, number) + 2 +
		text_width(pen->area->grid, what);
	if (pen->col + width >= pen->limit)
		return false;
	pen_role(pen, ROLE_DIM);
	pen_text(pen, number);
	draw_state(pen, state);
	pen_printf(pen, " %s", what);
	pen->col += 3;
	return true;
}

static bool draw_past(struct pen *pen, const struct past_run_model *run)
{
	char took[CLOCK_TEXT_SIZE];
	const char *what = state_name(run->state);

	if (run->state == STATE_PASSED)
		what = format_took(run->ms, took);
	else if (run->state == STATE_FAILED && *run->stage)
		what = run->stage;
	return draw_run(pen, run->run, run->state, what);
}

void past_runs_draw(const struct model *model, const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 1);

	pen_role(&pen, ROLE_DIM);
	pen_printf(&pen, "last %zu runs   ", model->past_count + 1);
	/* The newest first, as they are named behind. */
	draw_state(&pen, model->state);
	for (size_t i = 0; i < model->past_count; i++) {
		pen_code(&pen, ' ');
		draw_state(&pen, model->past[i].state);
	}
	pen.col += 5;
	if (!draw_run(&pen, model->run, model->state, "now"))
		return;
	for (size_t i = 0; i < model->past_count; i++)
		if (!draw_past(&pen, &model->past[i]))
			break;
}
