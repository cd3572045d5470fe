/* SPDX-License-Identifier: MIT */
/* Panel 2: the output of the shown stage, or its card where there is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/printable.h"
#include "base/str.h"
#include "ui/card.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/logfile.h"

/* Bytes of one line that are looked at: past the widest screen. */
#define LINE_BYTES 8192

static void set_sgr(struct style *style, int code)
{
	if (code == 0)
		*style = (struct style){ROLE_NORMAL, false, false};
	else if (code == 1)
		style->bold = true;
	else if (code == 22)
		style->bold = false;
	else if (code == 2)
		style->role = ROLE_DIM;
	else if (code >= 30 && code <= 37)
		style->role = (enum role)(ROLE_SGR_BLACK + code - 30);
	else if (code >= 90 && code <= 97)
		style->role = (enum role)(ROLE_SGR_BLACK + code - 90);
	else if (code == 39)
		style->role = ROLE_NORMAL;
}

/* Of an SGR sequence, what the roles can show. 38 and 48 eat the rest. */
static void apply_sgr(struct style *style, const char *text, size_t len)
{
	int code = 0;

	for (size_t i = 2; i < len; i++) {
		if (text[i] >= '0' && text[i] <= '9') {
			code = code < 1000 ? code * 10 + text[i] - '0' : code;
			continue;
		}
		if (code == 38 || code == 48)
			return;
		set_sgr(style, code);
		code = 0;
	}
}

/* Bytes at `at` of what was looked for that are still to be marked. */
static size_t marked(const struct str *clean, size_t at, const char *search,
		     size_t left)
{
	if (left)
		return left;
	return *search && starts_with(clean->data + at, search) ? strlen(search)
								: 0;
}

/* Draws a printable line right of `skip` columns, `search` in reverse. */
static void draw_clean(struct pen *pen, const struct str *clean, int skip,
		       const char *search)
{
	int left = pen->col;
	size_t mark = 0;

	for (size_t i = 0; i < clean->len && pen->col < pen->limit;) {
		size_t size = sgr_length(clean->data + i, clean->len - i);
		int32_t c;
		int width;

		if (size) {
			apply_sgr(&pen->style, clean->data + i, size);
			i += size;
			continue;
		}
		mark = marked(clean, i, search, mark);
		size = utf8_decode(clean->data + i, clean->len - i, &c);
		width = code_width(pen->area->grid, c);
		pen_reverse(pen, mark > 0);
		if (skip > 0)
			skip -= width;
		else if (pen->col > left || width)
			pen_code(pen, c < 0 ? '?' : (uint32_t)c);
		mark -= mark < size ? mark : size;
		i += size;
	}
}

static void draw_bytes(const struct view *view, struct pen *pen,
		       const char *text, size_t len)
{
	struct str clean = STR_INIT;

	text = line_last_state(text, &len);
	str_add_printable(&clean, text, len < LINE_BYTES ? len : LINE_BYTES,
			  true);
	draw_clean(pen, &clean, view->log.sideways, view->log.search);
	str_release(&clean);
}

/* The next line that is shown: of a progress bar longer than a window, what
 * the rest of it is written over is not. */
static bool next_shown(struct logfile *file, int64_t *at, const char **text,
		       size_t *len)
{
	bool is_written_over;

	do {
		int64_t start = *at;

		if (!logfile_line(file, start, text, len, at))
			return false;
		is_written_over = *at == start + (int64_t)*len &&
				  *at < logfile_size(file) &&
				  memchr(*text, '\r', *len);
	} while (is_written_over);
	return true;
}

#define TAIL_TRIES 4

/* Where the last `rows` shown lines begin; fewer, where many are not. */
static int64_t tail_start(struct logfile *file, int rows)
{
	int lines = rows;
	int64_t start = 0;

	for (int i = 0; i < TAIL_TRIES; i++) {
		int shown = 0;
		const char *text;
		size_t len;
		int64_t at;

		at = start = logfile_tail(file, lines);
		while (shown < rows && next_shown(file, &at, &text, &len))
			shown++;
		if (shown >= rows || start == 0)
			break;
		lines += rows - shown;
	}
	return start;
}

static void draw_lines(const struct view *view, const struct area *area,
		       int top)
{
	struct logfile *file = view->log.file;
	int rows = area->rows - top;
	int64_t at = view->log.follow ? tail_start(file, rows) : view->log.top;
	const char *text;
	size_t len;

	for (int row = 0; row < rows; row++) {
		struct pen pen = pen_at(area, top + row, 1);

		if (!next_shown(file, &at, &text, &len))
			break;
		draw_bytes(view, &pen, text, len);
	}
	area_cursor(area, top, 1, false);
}

static void add_position(const struct view *view, struct rule *rule)
{
	struct style style = {ROLE_TITLE, false, false};
	char text[32];

	if (!view->log.file)
		return;
	if (*view->log.search) {
		char *find = xasprintf("/%s", view->log.search);

		rule_left(rule, style, find);
		free(find);
	}
	if (view->log.follow) {
		rule_left(rule, style, "FOLLOW");
		return;
	}
	snprintf(text, sizeof(text), "%lld %%",
		 (long long)(view->log.top * 100 /
			     (logfile_size(view->log.file) + 1)));
	rule_left(rule, style, text);
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

static int page_of(const struct view *view)
{
	int rows = view->plan.panels[PANEL_LOG].rows - 1;

	return rows > 0 ? rows : 1;
}

/* Leaves following at the line that stands first on the screen. */
static void stand(struct view *view)
{
	if (!view->log.follow)
		return;
	view->log.top = logfile_tail(view->log.file, page_of(view));
	view->log.follow = false;
}

static void scroll(struct view *view, int lines)
{
	struct logfile *file = view->log.file;
	int64_t last;

	if (view->log.follow && lines > 0)
		return;
	stand(view);
	last = logfile_tail(file, page_of(view));
	for (; lines < 0; lines++)
		view->log.top = logfile_before(file, view->log.top);
	for (; lines > 0 && view->log.top < last; lines--) {
		const char *text;
		size_t len;

		if (!logfile_line(file, view->log.top, &text, &len,
				  &view->log.top))
			break;
	}
}

static void slide(struct view *view, int columns)
{
	view->log.sideways += columns;
	if (view->log.sideways < 0)
		view->log.sideways = 0;
	if (view->log.sideways > LINE_BYTES)
		view->log.sideways = LINE_BYTES;
}

static bool log_act(struct view *view, const struct model *model,
		    enum action action)
{
	int page = page_of(view);

	(void)model;
	if (!view->log.file)
		return false;
	switch (action) {
	case ACTION_UP:
		scroll(view, -1);
		return true;
	case ACTION_DOWN:
		scroll(view, 1);
		return true;
	case ACTION_HALF_UP:
		scroll(view, -(page + 1) / 2);
		return true;
	case ACTION_HALF_DOWN:
		scroll(view, (page + 1) / 2);
		return true;
	case ACTION_PAGE_UP:
		scroll(view, -page);
		return true;
	case ACTION_PAGE_DOWN:
		scroll(view, page);
		return true;
	case ACTION_LEFT:
		slide(view, -8);
		return true;
	case ACTION_RIGHT:
		slide(view, 8);
		return true;
	case ACTION_FIRST:
		stand(view);
		view->log.top = 0;
		return true;
	case ACTION_LAST:
		view->log.follow = true;
		return true;
	case ACTION_FOLLOW:
		if (view->log.follow)
			stand(view);
		else
			view->log.follow = true;
		return true;
	default:
		return false;
	}
}

const struct view_ops log_ops = {
	.draw = log_draw,
	.act = log_act,
};
