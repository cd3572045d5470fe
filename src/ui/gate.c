/* SPDX-License-Identifier: MIT */
/* Panel 5: what waits for a person. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/format.h"
#include "ui/gate-body.h"
#include "ui/layout.h"

static void add_times(const struct view *view, const struct gate_model *gate,
		      struct rule *rule, bool wide)
{
	struct style plain = {ROLE_NORMAL, false, false};
	char clock[CLOCK_TEXT_SIZE];
	char *text;

	text = xasprintf("waiting %s",
			 format_elapsed(view->now_ms - gate->opened, clock));
	rule_left(rule, plain, text);
	free(text);
	text = xasprintf("%d of %d%s", gate->approvals, gate->required,
			 wide ? " approvals" : "");
	rule_left(rule, (struct style){ROLE_NORMAL, true, false}, text);
	free(text);
	if (!wide || !gate->expires)
		return;
	text = xasprintf("expires in %s",
			 format_elapsed(gate->expires - view->now_ms, clock));
	rule_left(rule, plain, text);
	free(text);
}

/* Why this person cannot approve, or that they are asked. */
static void add_key(const struct view *view, const struct model *model,
		    struct rule *rule)
{
	struct str why = STR_INIT;
	char *text;

	if (view_off(view, model, ACTION_APPROVE, &why)) {
		text = xasprintf("a is off: %s", why.data);
		rule_right(rule, (struct style){ROLE_DIM, false, false}, text);
		free(text);
	} else {
		rule_right(rule, (struct style){ROLE_WAITING, true, false},
			   "a approves, x rejects");
	}
	str_release(&why);
}

/* The step that waits for a person without a gate. */
static const struct step_model *waiting_step(const struct model *model,
					     const struct stage_model **stage)
{
	for (size_t i = 0; i < model->stage_count; i++) {
		*stage = &model->stages[i];
		for (size_t j = 0; j < (*stage)->step_count; j++)
			if (step_waits(*stage, &(*stage)->steps[j]))
				return &(*stage)->steps[j];
	}
	return NULL;
}

static void draw_waiting(const struct view *view, struct rule *rule,
			 const struct stage_model *stage,
			 const struct step_model *step)
{
	char clock[CLOCK_TEXT_SIZE];
	char *text = xasprintf("5 %s %s %s", waiting_text(rule->area->grid),
			       stage->held ? "HELD" : "PAUSE", stage->name);

	rule_left(rule, (struct style){ROLE_WAITING, true, true}, text);
	free(text);
	rule_right(rule, (struct style){ROLE_WAITING, true, false},
		   stage->held ? "H lets go" : "P promotes it");
	text = xasprintf(
		"waiting %s",
		format_elapsed(step_elapsed(step, view->now_ms), clock));
	rule_left(rule, (struct style){ROLE_NORMAL, false, false}, text);
	free(text);
}

static void draw_closed(const struct model *model, struct rule *rule)
{
	const struct gate_model *last = NULL;
	char clock[CLOCK_TEXT_SIZE];
	char *text;

	rule_title(rule, 5, "GATE");
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct gate_model *it = &model->stages[i].gate;

		if (it->present && (!last || it->closed >= last->closed))
			last = it;
	}
	if (!last) {
		rule_left(rule, (struct style){ROLE_DIM, false, false},
			  "none open");
		return;
	}
	text = xasprintf("%s %s%s%s", last->outcome,
			 clock_format_local(last->closed, clock),
			 *last->reason ? ": " : "", last->reason);
	rule_left(rule, (struct style){ROLE_NORMAL, false, false}, text);
	free(text);
}

/* Two lines without a rule, for the smallest screen. */
static void draw_lines(const struct view *view, const struct model *model,
		       const struct stage_model *stage, const struct area *area)
{
	const struct gate_model *gate = &stage->gate;
	struct pen pen = pen_at(area, 0, 1);
	struct str why = STR_INIT;
	char clock[CLOCK_TEXT_SIZE];

	pen_bold(&pen, ROLE_WAITING);
	pen_glyph(&pen, GLYPH_WAITING);
	pen_printf(&pen, " %s %d of %d, waiting %s", stage->name,
		   gate->approvals, gate->required,
		   format_elapsed(view->now_ms - gate->opened, clock));
	if (view_off(view, model, ACTION_APPROVE, &why)) {
		pen_role(&pen, ROLE_DIM);
		pen_printf(&pen, "   a is off: %s", why.data);
	}
	str_release(&why);
	pen = pen_at(area, 1, 1);
	gate_draw_size(gate, &pen);
	if (model->severities.critical || model->severities.high)
		pen_printf(&pen, ", HIGH %lld",
			   (long long)(model->severities.critical +
				       model->severities.high));
	gate_draw_changes(model, "  ", &pen);
	gate_draw_risky(gate, &pen);
}

static void gate_draw(const struct view *view, const struct model *model,
		      const struct area *area)
{
	const struct stage_model *stage = model_open_gate(model);
	const struct step_model *step;
	struct rule rule;
	char *title;

	if (stage && area->rows == 2) {
		draw_lines(view, model, stage, area);
		return;
	}
	rule = rule_draw(area, 0, view->focus == PANEL_GATE);
	if (!stage) {
		step = waiting_step(model, &stage);
		if (step)
			draw_waiting(view, &rule, stage, step);
		else
			draw_closed(model, &rule);
		return;
	}
	title = xasprintf("5 %s GATE %s", waiting_text(area->grid),
			  stage->name);
	rule_left(&rule, (struct style){ROLE_WAITING, true, true}, title);
	free(title);
	add_key(view, model, &rule);
	add_times(view, &stage->gate, &rule, area->cols >= 100);
	if (area->rows >= 8 && area->cols >= 100)
		gate_draw_high(view, model, &stage->gate, area);
	else
		gate_draw_low(view, model, &stage->gate, area);
}

const struct view_ops gate_ops = {
	.draw = gate_draw,
};
