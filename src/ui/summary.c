/* SPDX-License-Identifier: MIT */
/* Below 60x12: five lines; below 20x4 one. */
#include <stdio.h>
#include <string.h>

#include "ui/format.h"
#include "ui/layout.h"
#include "ui/meter.h"

static void draw_state(struct pen *pen, const struct model *model)
{
	char upper[32];

	pen_role(pen, state_role(model->state));
	pen->style.bold = state_is_bad(model->state);
	pen_glyph(pen, state_glyph(model->state));
	pen_text(pen, " ");
	if (pen->area->cols >= 30)
		pen_printf(pen, "%s ",
			   format_upper(state_name(model->state), upper,
					sizeof(upper)));
	pen_printf(pen, "%zu/%zu", pipeline_done(model), model->stage_count);
	pen_role(pen, ROLE_NORMAL);
}

static void draw_share(const struct view *view, struct pen *pen,
		       const struct environment_model *it, int colour)
{
	const struct colour_model *mine = &it->colours[colour];
	char share[NUMBER_TEXT_SIZE], err[NUMBER_TEXT_SIZE];
	bool silent = mine->sampled && meter_is_silent(view, mine);
	bool bad = is_judged_bad(it, colour) && !silent;

	if (!mine->sampled && !(mine->asked > 0))
		return;
	pen_role(pen, colour_role((enum colour)colour));
	if (pen->area->cols < 30)
		pen_printf(pen, "%.1s", format_colour((enum colour)colour));
	else
		pen_printf(pen, "%s ", format_colour((enum colour)colour));
	pen_role(pen, bad ? ROLE_FAILED : ROLE_NORMAL);
	pen_printf(pen, "%s%%",
		   format_fixed(silent ? mine->asked : meter_share(it, colour),
				0, share));
	if (silent)
		pen_text(pen, " ?");
	if (bad)
		pen_printf(pen, " %s%%!",
			   format_fixed(mine->error_rate, 1, err));
	pen_text(pen, " ");
}

static void draw_title(const struct view *view, const struct model *model,
		       struct pen *pen)
{
	char text[64], clock[CLOCK_TEXT_SIZE];
	bool alarming;
	const char *live = live_text(view, model, text, &alarming);
	struct pen right;

	if (*view->toast) {
		pen_bold(pen, ROLE_WARNING);
		pen_text(pen, view->toast);
		return;
	}
	right = *pen;
	pen_role(&right, ROLE_NORMAL);
	pen_reverse(&right, alarming);
	pen_right(&right, pen->area->cols, live);
	pen->limit = pen->area->cols - (int)strlen(live) - 1;
	pen_bold(pen, ROLE_NORMAL);
	pen_printf(pen, "%s", model->pipeline);
	pen_role(pen, ROLE_NORMAL);
	pen_printf(pen, " #%lld ", (long long)model->run);
	if (model->started && !model->finished)
		pen_text(pen,
			 format_elapsed(view->now_ms - model->started, clock));
}

static void draw_keys(const struct view *view, const struct model *model,
		      struct pen *pen)
{
	static const struct {
		enum action action;
		const char *text;
	} keys[] = {
		{ACTION_ROLLBACK, "B back"},
		{ACTION_APPROVE, "a approve"},
		{ACTION_REJECT, "x reject"},
		{ACTION_HELP, "? help"},
	};
	struct str why = STR_INIT;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		bool off = view_off(view, model, keys[i].action, &why);

		pen_role(pen, off ? ROLE_OFF : ROLE_KEY);
		pen_printf(pen, "%s ", keys[i].text);
	}
	str_release(&why);
}

static void draw_way(const struct view *view, struct pen *pen,
		     const struct environment_model *it)
{
	char text[160];

	pen->style = way_back_text(it, view->now_ms, text, sizeof(text));
	pen_text(pen, text);
	pen_role(pen, ROLE_NORMAL);
	pen_reverse(pen, false);
}

static void draw_one(const struct view *view, const struct model *model,
		     const struct area *area)
{
	const struct environment_model *it = model_focus(model);
	struct pen pen = pen_at(area, 0, 0);

	if (*view->toast) {
		draw_title(view, model, &pen);
		return;
	}
	if (model_waits(model)) {
		pen_bold(&pen, ROLE_WAITING);
		pen_glyph(&pen, GLYPH_WAITING);
		pen_text(&pen, " ");
	}
	draw_state(&pen, model);
	pen_text(&pen, " ");
	if (!it)
		return;
	for (int colour = 0; colour < COLOUR_COUNT; colour++)
		draw_share(view, &pen, it, colour);
	draw_way(view, &pen, it);
}

static void draw_gate(struct pen *pen, const struct stage_model *gate)
{
	pen_bold(pen, ROLE_WAITING);
	pen_glyph(pen, GLYPH_WAITING);
	pen_printf(pen, " %s %d of %d", gate->name, gate->gate.approvals,
		   gate->gate.required);
}

/* The rows in the order they yield: from the last up. */
void summary_draw(const struct view *view, const struct model *model,
		  const struct area *area)
{
	const struct environment_model *it = model_focus(model);
	const struct stage_model *stage = view_stage(view, model);
	const struct stage_model *gate = model_open_gate(model);
	struct pen pen = pen_at(area, 0, 0);

	if (area->rows < 4 || area->cols < 20) {
		draw_one(view, model, area);
		return;
	}
	draw_title(view, model, &pen);
	pen = pen_at(area, 1, 0);
	draw_state(&pen, model);
	if (gate) {
		pen_text(&pen, " ");
		draw_gate(&pen, gate);
	} else if (stage) {
		pen_printf(&pen, " %s", stage->name);
	}
	pen = pen_at(area, 2, 0);
	for (int colour = 0; it && colour < COLOUR_COUNT; colour++)
		draw_share(view, &pen, it, colour);
	pen = pen_at(area, 3, 0);
	if (it)
		draw_way(view, &pen, it);
	pen = pen_at(area, 4, 0);
	draw_keys(view, model, &pen);
	pen = pen_at(area, 6, 0);
	if (model->note_count)
		pen_text(&pen, model->notes[model->note_count - 1].text);
}
