/* SPDX-License-Identifier: MIT */
/* Panel 2: the output of the shown stage, or its card where there is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "ui/card.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/logline.h"
#include "ui/logpanel.h"

/* "14:06:53 " left of a line. */
#define TIME_COLUMNS 9

int log_width(const struct view *view, int cols)
{
	return cols - 1 - (view->log.times ? TIME_COLUMNS : 0);
}

static void draw_time(const struct view *view, struct pen *pen, int64_t at)
{
	char clock[CLOCK_TEXT_SIZE];
	int64_t ms = log_index_time(&view->log.index, at);

	pen_role(pen, ROLE_DIM);
	pen_field(pen, TIME_COLUMNS, ms ? clock_format_local(ms, clock) : "-");
	pen_role(pen, ROLE_NORMAL);
}

static bool is_marked(const struct view *view, int64_t at)
{
	int64_t line = view->log.line;
	int64_t range = view->log.range;

	if (view->log.follow)
		return false;
	if (range < 0)
		return at == line && view->focus == PANEL_LOG;
	return line < range ? at >= line && at <= range
			    : at >= range && at <= line;
}

static void draw_mark(const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 0);

	pen_bold(&pen, ROLE_KEY);
	pen_code(&pen, '>');
}

/* How many lines are folded behind it, at the end of its row. */
static void draw_folded(struct pen *pen, const struct logview_line *line)
{
	char count[NUMBER_TEXT_SIZE];
	char *text = xasprintf("+%s", number_grouped(line->folded, count));
	struct pen right = *pen;

	pen_role(&right, ROLE_DIM);
	pen_right(&right, pen->area->cols - 1, text);
	pen->limit -= (int)strlen(text) + 2;
	free(text);
}

/* From its row `part` on; returns the row after it. */
static int draw_line(const struct view *view, const struct area *area, int row,
		     const struct logview_line *line, int part)
{
	const struct logview *log = &view->log;
	struct pen pen = pen_at(area, row, 1);
	struct logline_look look = {.mark = log->find, .scratch = log->scratch};
	int width = log_width(view, area->cols);

	int rows = logview_rows(log, line, width) - part;

	look.rows = rows < area->rows - row ? rows : area->rows - row;
	for (int i = 0; is_marked(view, line->start) && i < look.rows; i++)
		draw_mark(area, row + i);
	if (log->times && part == 0)
		draw_time(view, &pen, line->start);
	else if (log->times)
		pen.col += TIME_COLUMNS;
	if (line->folded && part == 0)
		draw_folded(&pen, line);
	look.wrap = log->wrap ? width : 0;
	look.skip = log->wrap ? part : log->sideways;
	logline_draw(&pen, line->text, line->len, &look);
	return row + look.rows;
}

static void draw_nothing_shown(const struct view *view, const struct area *area,
			       int row)
{
	struct pen pen = pen_at(area, row, 1);
	struct search_state state;

	search_state(view->log.only, &state);
	pen_role(&pen, ROLE_DIM);
	pen_printf(&pen, "no line holds %s%s", view->log.filter,
		   state.over ? "" : " so far");
}

static void draw_lines(const struct view *view, const struct area *area,
		       int top)
{
	int width = log_width(view, area->cols);
	struct logview_place place =
		logview_top(&view->log, area->rows - top, width);
	struct logview_line line;
	int row = top;

	area_cursor(area, top, 1, false);
	while (row < area->rows && logview_line(&view->log, place.at, &line)) {
		if (!view->log.follow && line.start == view->log.line)
			area_cursor(area, row, 1, false);
		row = draw_line(view, area, row, &line, place.row);
		place = (struct logview_place){line.next, 0};
	}
	if (row == top && view->log.only)
		draw_nothing_shown(view, area, row);
}

/* "/needle 17 of 4,812", or how far it has got. */
static void add_search(const struct logview *log, struct search *search,
		       const char *sign, const char *what, struct rule *rule)
{
	struct style style = {ROLE_TITLE, false, false};
	char number[2][NUMBER_TEXT_SIZE];
	struct str text = STR_INIT;
	struct search_state state;
	struct logview_line line;

	if (!search)
		return;
	search_state(search, &state);
	str_addf(&text, "%s%s ", sign, what);
	if (*sign == '/' && state.over && !log->follow &&
	    logview_line(log, log->line, &line) &&
	    search_holds(search, line.text, line.len))
		str_addf(&text, "%s of ",
			 number_grouped(
				 search_rank(search, log->file, log->line) + 1,
				 number[0]));
	str_add(&text, number_grouped(state.lines, number[1]));
	if (!state.over && state.size)
		str_addf(&text, " so far, %lld %%",
			 (long long)(state.done * 100 / state.size));
	rule_left(rule, style, text.data);
	str_release(&text);
}

static void add_searches(const struct logview *log, struct rule *rule)
{
	if (!log->file)
		return;
	add_search(log, log->find, "/", log->search, rule);
	add_search(log, log->only, "& ", log->filter, rule);
	if (log->seek.way != SEEK_NOTHING && log->seek.by == log->failures)
		add_search(log, log->failures, "e ", "failures", rule);
}

static void add_position(const struct view *view, struct rule *rule)
{
	const struct logview *log = &view->log;
	struct style style = {ROLE_TITLE, false, false};
	char text[32];

	if (!log->file)
		return;
	snprintf(text, sizeof(text), "%lld %%",
		 (long long)(log->top * 100 / (logfile_size(log->file) + 1)));
	rule_left(rule, style, log->follow ? "FOLLOW" : text);
}

static void add_tests(const struct stage_model *stage, struct rule *rule)
{
	char passed[NUMBER_TEXT_SIZE];
	char *text;

	if (!stage->has_tests)
		return;
	text = xasprintf("%s ok  %lld FAIL  %lld skip",
			 number_grouped(stage->tests_passed, passed),
			 (long long)stage->tests_failed,
			 (long long)stage->tests_skipped);
	rule_left(
		rule,
		(struct style){stage->tests_failed ? ROLE_FAILED : ROLE_NORMAL,
			       stage->tests_failed > 0, false},
		text);
	free(text);
}

static void add_state(const struct view *view, const struct stage_model *stage,
		      struct rule *rule)
{
	char clock[CLOCK_TEXT_SIZE];
	char *text;

	text = xasprintf(
		"%s %s", state_name(stage->state),
		stage->started && stage->state != STATE_SKIPPED
			? format_elapsed(stage_elapsed(stage, view->now_ms),
					 clock)
			: "");
	rule_left(rule,
		  (struct style){state_role(stage->state),
				 state_is_bad(stage->state), false},
		  text);
	free(text);
}

static void draw_rule(const struct view *view, const struct area *area,
		      const struct stage_model *stage)
{
	struct rule rule = rule_draw(area, 0, view->focus == PANEL_LOG);
	struct style plain = {ROLE_NORMAL, false, false};
	char lines[NUMBER_TEXT_SIZE];
	char *title;

	if (!stage) {
		rule_title(&rule, 2, "LOG");
		return;
	}
	if (stage->log_lines)
		rule_right(&rule, plain,
			   number_grouped(stage->log_lines, lines));
	title = xasprintf("LOG %s", stage->name);
	if (area->cols >= 50)
		rule_title(&rule, 2, title);
	else
		rule_left(&rule, (struct style){ROLE_TITLE, true, false},
			  stage->name);
	free(title);
	add_searches(&view->log, &rule);
	add_state(view, stage, &rule);
	add_tests(stage, &rule);
	add_position(view, &rule);
}

static void log_draw(const struct view *view, const struct model *model,
		     const struct area *area)
{
	const struct stage_model *stage = view_stage(view, model);
	bool has_log = view->log.file && logfile_size(view->log.file) > 0;
	bool planned;
	int row = 1;

	draw_rule(view, area, stage);
	if (!stage) {
		struct pen pen = pen_at(area, 1, 1);

		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, view->gone ? "the engine has ended"
					  : "waiting for the run to start");
		return;
	}
	/* A deployment's own log says what its plan shows: scrolling, or the
	 * whole screen, brings it. */
	planned = stage->step_count > 1 && view->log.follow;
	if (!has_log || planned)
		row = card_draw(view, model, area, stage);
	if (has_log && row < area->rows && (!planned || view->zoom))
		draw_lines(view, area, row);
	else if (row > 1)
		card_draw_others(view, model, area, row);
	else if (row == 1 && stage->state == STATE_RUNNING) {
		struct pen pen = pen_at(area, 1, 1);

		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, "no output yet");
	}
}

const struct view_ops log_ops = {
	.draw = log_draw,
	.act = log_act,
};
