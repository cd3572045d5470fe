/* SPDX-License-Identifier: MIT */
#include "ui/card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "ui/format.h"
#include "ui/layout.h"

/* Nothing but the analysis, or who holds it, keeps a pause past its time. */
static bool waits_for_analysis(const struct step_model *step, int64_t elapsed)
{
	return strcmp(step->kind, "pause") == 0 && step->planned_ms > 0 &&
	       elapsed > step->planned_ms;
}

static void draw_running(const struct view *view, struct pen *pen,
			 const struct stage_model *stage,
			 const struct step_model *step)
{
	int64_t elapsed = step_elapsed(step, view->now_ms);
	bool waits = step_waits(stage, step);
	char clock[CLOCK_TEXT_SIZE];

	pen_printf(pen, "  %s", format_elapsed(elapsed, clock));
	if (step->planned_ms > 0)
		pen_printf(pen, " of %s",
			   format_elapsed(step->planned_ms, clock));
	if (stage->held || waits) {
		pen_bold(pen, ROLE_WAITING);
		pen_text(pen,
			 stage->held ? "  HELD, H lets go" : "  P promotes it");
	} else if (waits_for_analysis(step, elapsed)) {
		pen_role(pen, ROLE_WARNING);
		pen_text(pen, "  waits for the analysis");
	}
}

static void draw_step(const struct view *view, struct pen *pen,
		      const struct stage_model *stage,
		      const struct step_model *step)
{
	bool waits = step_waits(stage, step);
	enum state state = waits ? STATE_WAITING : step->state;
	char clock[CLOCK_TEXT_SIZE];

	pen_role(pen, state_role(state));
	pen->style.bold = state_is_bad(state);
	pen_glyph(pen, state_glyph(state));
	pen_printf(pen, " %s", *step->label ? step->label : step->name);
	pen_role(pen, ROLE_DIM);
	if (step->state == STATE_RUNNING) {
		draw_running(view, pen, stage, step);
	} else if (state_is_final(step->state) && step->ms > 0) {
		pen_printf(pen, "  %s", format_ms(step->ms, clock));
	}
	if (*step->reason) {
		pen_role(pen,
			 state_is_bad(step->state) ? ROLE_FAILED : ROLE_DIM);
		pen_printf(pen, "  %s", step->reason);
	}
}

#define FACT_COLUMN 13

/* A name and what it is, over as many rows as that needs. */
static int draw_fact(const struct area *area, int row, const char *name,
		     const char *text)
{
	struct pen pen = pen_at(area, row, 1);

	if (!*text)
		return row;
	pen_role(&pen, ROLE_DIM);
	pen_field(&pen, FACT_COLUMN - 1, name);
	pen_role(&pen, ROLE_NORMAL);
	return pen_wrap(&pen, text);
}

static int draw_needs(const struct area *area, int row,
		      const struct stage_model *stage)
{
	struct str text = STR_INIT;

	for (size_t i = 0; i < stage->needs.count; i++)
		str_addf(&text, "%s%s", i ? ", " : "", stage->needs.items[i]);
	row = draw_fact(area, row, "needs", text.data);
	str_release(&text);
	return row;
}

/* Steps that fit, the one that runs or broke always among them. */
static int draw_steps(const struct view *view, const struct area *area, int row,
		      const struct stage_model *stage)
{
	size_t room = area->rows > row ? (size_t)(area->rows - row) : 0;
	size_t first = 0;
	size_t at = 0;

	for (size_t i = 0; i < stage->step_count; i++)
		if (stage->steps[i].state != STATE_QUEUED)
			at = i;
	if (at >= room)
		first = at - room + 1;
	for (size_t i = first; i < stage->step_count && i < first + room; i++) {
		struct pen pen = pen_at(area, row++, 1);

		draw_step(view, &pen, stage, &stage->steps[i]);
	}
	return row;
}

/* Whom an open gate waits for, and all that would ship where its panel has
 * no room for that. */
static int draw_gate(const struct view *view, const struct area *area, int row,
		     const struct gate_model *gate, int64_t run)
{
	bool listed = view->plan.panels[PANEL_GATE].rows >= 8;
	struct str text = STR_INIT;

	if (*gate->veto) {
		str_addf(&text,
			 "%s; only signalbox override %lld --reason TEXT lets "
			 "it pass",
			 gate->veto, (long long)run);
		row = draw_fact(area, row, "vetoed", text.data);
		str_clear(&text);
	}
	str_addf(&text, "for %d more of", gate->required - gate->approvals);
	for (size_t i = 0; i < gate->approvers.count; i++)
		str_addf(&text, "%s %s", i ? "," : "",
			 gate->approvers.items[i]);
	row = draw_fact(area, row, "waits",
			gate->approvers.count ? text.data : "for a person");
	str_release(&text);
	for (size_t i = 0; !listed && i < gate->ships.count; i++) {
		const struct ship_model *it = &gate->ships.list[i];
		char *line = xasprintf("%.7s %-8s %s", it->commit, it->author,
				       it->subject);

		row = draw_fact(area, row, i ? "" : "ships", line);
		free(line);
	}
	return row;
}

static void draw_summary(const struct view *view, struct pen *pen,
			 const struct stage_model *stage)
{
	char clock[CLOCK_TEXT_SIZE], count[NUMBER_TEXT_SIZE];

	pen_role(pen, stage_role(stage));
	pen_glyph(pen, stage_glyph(stage));
	pen_code(pen, ' ');
	pen_field(pen, 16, stage->name);
	pen_role(pen, ROLE_DIM);
	pen_field_right(
		pen, 8,
		format_elapsed(stage_elapsed(stage, view->now_ms), clock));
	pen_text(pen, "  ");
	if (stage->has_tests)
		pen_printf(pen, "%s ok  %lld FAIL  %lld skip  ",
			   number_grouped(stage->tests_passed, count),
			   (long long)stage->tests_failed,
			   (long long)stage->tests_skipped);
	if (stage_model_is_unread(stage) ||
	    (stage->tests_unread && !stage->has_tests))
		pen_text(pen, "unread  ");
	else if (stage->scanned)
		pen_printf(pen, "%lld crit  %lld high  %lld med  %lld low  ",
			   (long long)stage->severities.critical,
			   (long long)stage->severities.high,
			   (long long)stage->severities.medium,
			   (long long)stage->severities.low);
	pen_text(pen, stage->reason);
}

void card_draw_others(const struct view *view, const struct model *model,
		      const struct area *area, int row)
{
	const struct stage_model *shown = view_stage(view, model);

	if (area->rows - row < 4)
		return;
	row++;
	for (size_t i = 0; i < model->stage_count && row < area->rows; i++) {
		struct pen pen = pen_at(area, row, 1);

		if (&model->stages[i] == shown || !model->stages[i].started)
			continue;
		draw_summary(view, &pen, &model->stages[i]);
		row++;
	}
}

/* Where there is room for what no step is. */
static int draw_last_back(const struct view *view, const struct area *area,
			  int row, const struct environment_model *it)
{
	char last[WAY_BACK_SIZE], text[WAY_BACK_SIZE + 8];

	if (area->rows < 12 || !it->way_back.known || it->way_back.last_ms < 0)
		return row;
	snprintf(text, sizeof(text), "last %s",
		 way_back_last(it, view->now_ms, last));
	return draw_fact(area, row, "way back", text);
}

int card_draw(const struct view *view, const struct model *model,
	      const struct area *area, const struct stage_model *stage)
{
	const struct environment_model *it =
		model_environment(model, stage->environment);
	bool told = model->finished && !*view->stage;
	int row = 1;

	if (told) {
		row = draw_fact(area, row, "result", model->text);
		row = draw_fact(area, row, "next", model->next);
	}
	row = draw_fact(area, row, "why", stage->why);
	if (!told || !strstr(model->text, stage->reason))
		row = draw_fact(area, row, state_name(stage->state),
				stage->reason);
	if (!stage->started)
		row = draw_needs(area, row, stage);
	if (it && strcmp(it->stage, stage->name) == 0)
		row = draw_fact(area, row, "preview", it->preview);
	if (stage->gate.open)
		return draw_gate(view, area, row, &stage->gate, model->run);
	if (it && strcmp(it->stage, stage->name) == 0) {
		row = draw_fact(area, row, "analysis", it->analysis_text);
		row = draw_fact(area, row, "limit", it->analysis_limit);
		row = draw_last_back(view, area, row, it);
	}
	if (it && strcmp(stage->kind, "deploy") == 0 && stage->started &&
	    strcmp(it->last_rollback, stage->reason) != 0 &&
	    !strstr(model->text, it->last_rollback))
		row = draw_fact(area, row, "rollback", it->last_rollback);
	return draw_steps(view, area, row, stage);
}
