/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/board.h"
#include "ui/format.h"
#include "ui/layout.h"

/* Columns of the way back that are enough to know whether it is ready. */
#define WAY_LEAST 17

static int name_width(const struct view *view)
{
	int width = 8;

	for (size_t i = 0; i < view->board->count; i++) {
		int its = (int)strlen(view->board->environments[i].name);

		if (its > width)
			width = its;
	}
	return width > 18 ? 18 : width;
}

static void draw_live(const struct view *view, struct pen *pen,
		      const struct board_environment *it,
		      const struct environment_model *model)
{
	char since[CLOCK_TEXT_SIZE];

	pen_role(pen, ROLE_NORMAL);
	if (*it->problem) {
		pen_role(pen, ROLE_WARNING);
		pen_text(pen, it->problem);
		return;
	}
	if (!*it->version || !model) {
		pen_role(pen, ROLE_DIM);
		pen_text(pen, "nothing is live");
		return;
	}
	pen_bold(pen, ROLE_NORMAL);
	pen_text(pen, it->version);
	pen_role(pen, ROLE_NORMAL);
	if (*model->live_commit &&
	    strncmp(it->version, model->live_commit, 7) != 0)
		pen_printf(pen, " %.7s", model->live_commit);
	if (model->live >= 0) {
		pen_text(pen, " on ");
		pen_role(pen, colour_role((enum colour)model->live));
		pen_text(pen, format_colour((enum colour)model->live));
		pen_role(pen, ROLE_NORMAL);
	}
	pen_printf(pen, " since %s%s%s",
		   format_moment(model->live_since, view->now_ms, since),
		   *it->person ? ", let through by " : "", it->person);
}

static void draw_way(const struct view *view, struct pen *pen,
		     const struct environment_model *model)
{
	char text[160], last[WAY_BACK_SIZE];
	const char *took;

	pen->style = way_back_text(model, view->now_ms, text, sizeof(text));
	pen_text(pen, text);
	pen_role(pen, ROLE_DIM);
	if (model->way_back.ready && *model->way_back.version)
		pen_printf(pen,
			   model->way_back.migrations ? ", back to %s"
						      : " to %s",
			   model->way_back.version);
	/* How long it took stands before already. */
	took = strchr(way_back_last(model, view->now_ms, last), ',');
	if (took)
		pen_printf(pen, " (%s)", took + 2);
	else if (model->way_back.ready && model->way_back.last_ms < 0)
		pen_text(pen, " (never gone: D drills)");
}

/* The caller's. */
static char *ahead_text(const struct view *view,
			const struct board_environment *it)
{
	const char *branch = view->board->branch;
	struct str text = STR_INIT;

	if (it->ahead < 0 || !*branch)
		return str_detach(&text);
	if (it->ahead)
		str_addf(&text, "%s is %lld commit%s ahead", branch,
			 (long long)it->ahead, it->ahead == 1 ? "" : "s");
	else if (!it->lost)
		str_addf(&text, "%s is live", branch);
	if (it->lost > 0)
		str_addf(&text, "%s%lld commit%s not on %s",
			 it->ahead ? ", " : "", (long long)it->lost,
			 it->lost == 1 ? " is" : "s are", branch);
	return str_detach(&text);
}

/* Why there is no way back is cut before this is: B tells it whole. */
static void draw_second(const struct view *view, struct pen *pen,
			const struct board_environment *it,
			const struct environment_model *model)
{
	char *ahead = ahead_text(view, it);
	int limit = pen->limit;
	int room = (int)strlen(ahead) + 3;

	if (*ahead && limit - room >= pen->col + WAY_LEAST)
		pen->limit = limit - room;
	draw_way(view, pen, model);
	pen->limit = limit;
	pen_role(pen, it->ahead > 0 ? ROLE_NORMAL : ROLE_DIM);
	pen_printf(pen, "   %s", ahead);
	free(ahead);
}

static int environment_rows(const struct board_environment *it)
{
	return (*it->version && !*it->problem ? 2 : 1) + (int)it->notes.count;
}

static void draw_environment(const struct view *view, const struct area *area,
			     int row, const struct board_environment *it)
{
	const struct environment_model *model =
		model_environment(view->board->model, it->name);
	bool chosen = board_environment(view) == it;
	bool focused = view->choice->in_environments;
	int left = name_width(view) + 4;
	struct pen pen = pen_at(area, row, 0);
	struct pen second = pen_at(area, row + 1, left);

	pen.target = (size_t)(it - view->board->environments) + 1;
	board_mark(&pen, chosen, focused);
	pen_text(&pen, " ");
	pen_reverse(&pen, chosen && focused);
	pen_field(&pen, left - 4, it->name);
	pen_reverse(&pen, false);
	if (chosen && focused)
		area_cursor(area, row, 2, false);
	pen.col = left;
	draw_live(view, &pen, it, model);
	if (*it->version && !*it->problem && model)
		draw_second(view, &second, it, model);
	for (size_t i = 0; i < it->notes.count; i++) {
		pen = pen_at(area,
			     row + environment_rows(it) - (int)it->notes.count +
				     (int)i,
			     left);
		pen_role(&pen, ROLE_WARNING);
		pen_text(&pen, it->notes.items[i]);
	}
}

static int environments_rows(const struct view *view)
{
	int rows = 0;

	for (size_t i = 0; i < view->board->count; i++)
		rows += environment_rows(&view->board->environments[i]);
	return rows ? rows : 1;
}

/* So that the chosen one is whole. */
static size_t first_environment(const struct view *view, int room)
{
	const struct board_environment *all = view->board->environments;
	const struct board_environment *it = board_environment(view);
	size_t first = 0;
	size_t chosen = it ? (size_t)(it - all) : 0;
	int rows = 0;

	for (size_t i = 0; it && i <= chosen; i++)
		rows += environment_rows(&all[i]);
	while (rows > room && first < chosen)
		rows -= environment_rows(&all[first++]);
	return first;
}

static void draw_environments(const struct view *view, const struct area *area)
{
	const struct board *board = view->board;
	struct rule rule = rule_draw(area, 0, view->choice->in_environments);
	struct pen pen = pen_at(area, 1, 1);
	int row = 1;

	rule_title(&rule, 1, "ENVIRONMENTS");
	if (!board->count) {
		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, board->is_read ? "nothing was deployed yet"
					      : "reading");
		return;
	}
	for (size_t i = first_environment(view, area->rows - 1);
	     i < board->count && row < area->rows; i++) {
		draw_environment(view, area, row, &board->environments[i]);
		row += environment_rows(&board->environments[i]);
	}
}

static const struct history_run *live_run(const struct board *board)
{
	for (size_t i = 0; i < board->runs.count; i++)
		if (board->runs.runs[i].live)
			return &board->runs.runs[i];
	return NULL;
}

static void draw_header(const struct view *view, const struct area *area)
{
	const struct board *board = view->board;
	const struct history_run *live = live_run(board);
	struct pen pen = pen_at(area, 0, 1);
	struct pen right = pen_at(area, 0, 0);
	char text[64];

	snprintf(text, sizeof(text),
		 live ? "run #%lld is live" : "no run is live",
		 live ? (long long)live->run : 0);
	if (!board->is_read)
		snprintf(text, sizeof(text), "reading");
	pen_role(&right, live ? ROLE_RUNNING : ROLE_DIM);
	right.style.bold = live != NULL;
	pen_right(&right, area->cols - 1, text);
	pen.limit = area->cols - 3 - (int)strlen(text);
	pen_bold(&pen, ROLE_NORMAL);
	pen_text(&pen, *board->name ? board->name : "signalbox");
	pen_role(&pen, ROLE_NORMAL);
	if (*board->branch)
		pen_printf(&pen, " %s@%.7s", board->branch, board->commit);
	if (view->watch_only)
		pen_text(&pen, " read-only");
	pen_role(&pen, ROLE_DIM);
	pen_printf(&pen, "  %s", board->subject);
}

static void draw_key(const struct view *view, struct pen *pen,
		     enum action action, const char *key, const char *text)
{
	struct str why = STR_INIT;
	bool off = view_off(view, view->board->model, action, &why) != NULL;

	str_release(&why);
	if (pen->col + (int)(strlen(key) + strlen(text)) + 1 >= pen->limit)
		return;
	pen_role(pen, off ? ROLE_OFF : ROLE_KEY);
	pen_text(pen, key);
	pen_role(pen, off ? ROLE_OFF : ROLE_NORMAL);
	pen_printf(pen, " %s  ", text);
}

static void draw_footer(const struct view *view, const struct area *area)
{
	const struct history_run *run = board_run(view);
	bool attaches = run && run->live && !view->choice->in_environments;
	struct pen pen = pen_at(area, 0, 1);

	if (view->dialog || *view->toast) {
		footer_draw(view, view->board->model, area);
		return;
	}
	draw_key(view, &pen, ACTION_OPEN, "Enter",
		 attaches ? "attach" : "open the run");
	draw_key(view, &pen, ACTION_ROLLBACK, "B", "roll back");
	draw_key(view, &pen, ACTION_SHIPS, "d", "ships");
	draw_key(view, &pen, ACTION_HELP, "?", "help");
	draw_key(view, &pen, ACTION_QUIT, "q", "quit");
	draw_key(view, &pen, ACTION_DRILL, "D", "drill");
	draw_key(view, &pen, ACTION_NEXT_PANEL, "Tab", "list");
}

/* Where nothing else has room: what is live, and whether it can be left. */
static void draw_small(const struct view *view, const struct area *area)
{
	const struct board *board = view->board;
	const struct history_run *run = board_run(view);
	struct pen pen = pen_at(area, 0, 0);
	enum state state;
	int row = 0;

	if (*view->toast) {
		pen_bold(&pen, ROLE_WARNING);
		pen_text(&pen, view->toast);
		row++;
	}
	for (size_t i = first_environment(view, area->rows);
	     i < board->count && row < area->rows; i++) {
		const struct board_environment *it = &board->environments[i];
		const struct environment_model *model =
			model_environment(board->model, it->name);
		char text[160];

		pen = pen_at(area, row++, 0);
		pen_printf(&pen, "%s ", it->name);
		if (!model)
			continue;
		pen.style =
			way_back_text(model, view->now_ms, text, sizeof(text));
		text[strcspn(text, ":")] = '\0';
		pen_printf(&pen, "%s ", text);
		pen_role(&pen, ROLE_NORMAL);
		pen_text(&pen, it->version);
	}
	if (!run || row >= area->rows)
		return;
	pen = pen_at(area, row, 0);
	pen_printf(&pen, "#%lld ", (long long)run->run);
	pen_text(&pen, board_run_state(run, &state));
}

void board_draw(const struct view *view, struct grid *grid)
{
	struct area all = {grid, 0, 0, grid->rows, grid->cols};
	struct area part;
	int rows = 1 + environments_rows(view);
	int detail = grid->rows >= 32 ? grid->rows / 5 : 0;
	int left, used;

	if (view->plan.form <= FORM_SUMMARY) {
		draw_small(view, &all);
		return;
	}
	if (rows > (grid->rows - 2) * 2 / 3)
		rows = (grid->rows - 2) * 2 / 3;
	draw_header(view, &all);
	part = area_part(&all, 1, 0, rows, grid->cols);
	draw_environments(view, &part);
	left = grid->rows - rows - 2 - detail;
	used = 2 + (int)view->board->runs.count;
	/* Close to what it is about; in rows that nothing else takes too. */
	if (used < left && (detail || left - used >= 4)) {
		detail += left - used;
		left = used;
	}
	part = area_part(&all, 1 + rows, 0, left, grid->cols);
	board_runs_draw(view, &part);
	part = area_part(&all, 1 + rows + left, 0, detail, grid->cols);
	if (detail)
		board_run_draw(view, &part);
	part = area_part(&all, grid->rows - 1, 0, 1, grid->cols);
	draw_footer(view, &part);
}
