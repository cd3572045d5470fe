/* SPDX-License-Identifier: MIT */
/* The runs there were, on the board, and what is known of the chosen one. */
#include <stdio.h>
#include <string.h>

#include "ui/board.h"
#include "ui/format.h"
#include "ui/layout.h"

void board_mark(struct pen *pen, bool chosen, bool focused)
{
	pen_role(pen, ROLE_NORMAL);
	pen_code(pen, chosen ? '>' : ' ');
	pen_bold(pen, ROLE_NORMAL);
	pen_reverse(pen, chosen && focused);
}

/* As wide as the widest needs, so that what follows stands still. */
struct columns {
	int version, person;
};

static int wider(int width, const char *text, int most)
{
	int its = (int)strlen(text) + 1;

	return its > most ? most : its > width ? its : width;
}

static struct columns columns_of(const struct history *runs)
{
	struct columns columns = {8, 5};

	for (size_t i = 0; i < runs->count; i++) {
		columns.version =
			wider(columns.version, runs->runs[i].version, 20);
		columns.person =
			wider(columns.person, runs->runs[i].person, 12);
	}
	return columns;
}

static void draw_run(const struct view *view, const struct area *area, int row,
		     const struct history_run *run, struct columns columns)
{
	bool chosen = board_run(view) == run;
	bool focused = !view->choice->in_environments;
	enum state state;
	const char *word = board_run_state(run, &state);
	char text[CLOCK_TEXT_SIZE] = "";
	struct pen pen = pen_at(area, row, 0);

	pen.target = BOARD_RUNS + (size_t)(run - view->board->runs.runs);
	board_mark(&pen, chosen, focused);
	pen_printf(&pen, "#%lld", (long long)run->run);
	pen_reverse(&pen, false);
	pen.col = 8;
	pen_role(&pen, state_role(state));
	pen.style.bold = state_is_bad(state);
	pen_glyph(&pen, state_glyph(state));
	pen_text(&pen, " ");
	pen_field(&pen, 12, word);
	pen_role(&pen, ROLE_NORMAL);
	pen_field(&pen, columns.version, run->version);
	if (run->finished)
		duration_format(run->finished - run->started, text);
	pen_field_right(&pen, 7, text);
	pen_text(&pen, "  ");
	pen_field(&pen, columns.person, run->person);
	pen_role(&pen, ROLE_DIM);
	pen_printf(&pen, "%s  ",
		   format_moment(run->started, view->now_ms, text));
	pen_role(&pen, ROLE_RUNNING);
	pen_text(&pen, run->live ? "Enter attaches  " : "");
	pen_role(&pen, ROLE_NORMAL);
	pen_text(&pen, run->subject);
	if (chosen && focused)
		area_cursor(area, row, 1, false);
}

#define UNREAD_NAMED 4

/* "3 of 12; cannot be read: #7 #2": nothing is left out in silence. */
static void draw_count(struct rule *rule, const struct history *runs, size_t at)
{
	struct style style = {ROLE_NORMAL, false, false};
	struct str text = STR_INIT;

	if (runs->count)
		str_addf(&text, "%zu of %zu", at + 1, runs->count);
	if (runs->unread_count) {
		style.role = ROLE_WARNING;
		str_addf(&text, "%scannot be read:", text.len ? "; " : "");
	}
	for (size_t i = 0; i < runs->unread_count && i < UNREAD_NAMED; i++)
		str_addf(&text, " #%lld", (long long)runs->unread[i]);
	if (runs->unread_count > UNREAD_NAMED)
		str_addf(&text, " and %zu more",
			 runs->unread_count - UNREAD_NAMED);
	if (text.len)
		rule_right(rule, style, text.data);
	str_release(&text);
}

void board_runs_draw(const struct view *view, const struct area *area)
{
	const struct history *runs = &view->board->runs;
	struct rule rule = rule_draw(area, 0, !view->choice->in_environments);
	struct pen pen = pen_at(area, 1, 1);
	size_t room = area->rows > 1 ? (size_t)area->rows - 1 : 0;
	size_t at = runs->count ? (size_t)(board_run(view) - runs->runs) : 0;
	size_t first = at < room ? 0 : at - room + 1;
	struct columns columns = columns_of(runs);

	draw_count(&rule, runs, at);
	rule_title(&rule, 2, "RUNS");
	if (!runs->count) {
		pen_role(&pen, ROLE_DIM);
		pen_text(&pen,
			 !view->board->is_read ? "reading"
			 : runs->unread_count
				 ? "signalbox verify tells why no run "
				   "can be read"
				 : "no run yet; signalbox run starts one");
	}
	for (size_t i = 0; i < room && first + i < runs->count; i++)
		draw_run(view, area, (int)i + 1, &runs->runs[first + i],
			 columns);
}

#define STAGE_COLS 38

static void draw_stage(const struct view *view, struct pen *pen,
		       const struct history_run *run,
		       const struct history_stage *stage)
{
	int64_t usual =
		history_usual_ms(&view->board->runs, run->pipeline, stage->name,
				 (size_t)(stage - run->stages));
	char text[CLOCK_TEXT_SIZE];

	pen_role(pen, state_role(stage->state));
	pen->style.bold = state_is_bad(stage->state);
	pen_glyph(pen, state_glyph(stage->state));
	pen_text(pen, " ");
	pen_field(pen, STAGE_COLS - 18, stage->name);
	pen_role(pen, ROLE_NORMAL);
	if (stage->ms)
		pen_field_right(pen, 6, format_took(stage->ms, text));
	pen_role(pen, ROLE_DIM);
	if (usual)
		pen_printf(pen, " (%s)", format_took(usual, text));
}

static void draw_failed(const struct view *view, struct pen *pen,
			const struct history_run *run,
			const struct history_test *test)
{
	int limit = pen->limit;
	int64_t runs, failed;
	char text[64];

	history_test(&view->board->runs, run->pipeline, test->stage, test->name,
		     &runs, &failed);
	snprintf(text, sizeof(text), "%lld of %lld runs", (long long)failed,
		 (long long)runs);
	pen->limit = limit - (int)strlen(text) - 1;
	pen_bold(pen, ROLE_FAILED);
	pen_glyph(pen, GLYPH_FAILED);
	pen_printf(pen, " %s", test->name);
	pen->limit = limit;
	pen_role(pen, ROLE_DIM);
	pen_right(pen, limit, text);
}

/* Its stages by columns, with what each usually takes, then what failed. */
void board_run_draw(const struct view *view, const struct area *area)
{
	const struct history_run *run = board_run(view);
	struct rule rule = rule_draw(area, 0, false);
	size_t rows = (size_t)area->rows - 1;
	size_t room = rows * (size_t)(area->cols / STAGE_COLS);
	size_t at = 0;
	char text[32];

	rule_right(&rule, (struct style){ROLE_DIM, false, false},
		   "time (usual)");
	snprintf(text, sizeof(text), "RUN #%lld",
		 run ? (long long)run->run : 0);
	rule_left(&rule, (struct style){ROLE_TITLE, true, false},
		  run ? text : "RUN");
	for (size_t i = 0;
	     run && i < run->failed_count + run->stage_count && at < room;
	     i++, at++) {
		struct pen pen = pen_at(area, (int)(at % rows) + 1,
					1 + (int)(at / rows) * STAGE_COLS);

		pen.limit = pen.col + STAGE_COLS - 2;
		if (i < run->stage_count) {
			draw_stage(view, &pen, run, &run->stages[i]);
			continue;
		}
		draw_failed(view, &pen, run,
			    &run->failed[i - run->stage_count]);
	}
}
