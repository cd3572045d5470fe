/* SPDX-License-Identifier: MIT */
#include "ui/gate-body.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/format.h"

static void draw_files(const struct gate_model *gate, struct pen *pen)
{
	pen_count(pen, gate->ships.files, "file", "files");
	pen_text(pen, "  ");
	pen_lines(pen, gate->ships.insertions, gate->ships.deletions);
}

void gate_draw_size(const struct gate_model *gate, struct pen *pen)
{
	pen_count(pen, gate->ships.commits, "commit", "commits");
	pen_text(pen, "  ");
	draw_files(gate, pen);
}

void gate_draw_risky(const struct gate_model *gate, struct pen *pen)
{
	if (!gate->ships.risky.count)
		return;
	pen_bold(pen, ROLE_WARNING);
	pen_text(pen, "  ");
	pen_glyph(pen, GLYPH_WARNING);
	if (gate->ships.migrations)
		pen_printf(pen, " migrations (%lld file%s)",
			   (long long)gate->ships.migrations,
			   gate->ships.migrations == 1 ? "" : "s");
	pen_text(pen, " touches");
	for (size_t i = 0; i < gate->ships.risky.count; i++)
		pen_printf(pen, "%s %s", i ? "," : "",
			   gate->ships.risky.items[i]);
	pen_role(pen, ROLE_NORMAL);
}

static bool has_changes(const struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++)
		if (model->stages[i].changes.has_plan ||
		    model->stages[i].changes.has_play)
			return true;
	return false;
}

static bool draw_stage_changes(const struct stage_model *stage, bool harsh,
			       const char *before, struct pen *pen)
{
	struct str text = STR_INIT;
	bool drawn = changes_are_harsh(&stage->changes) == harsh &&
		     changes_sentence(&stage->changes, &text);

	if (drawn) {
		pen_printf(pen, "%s%s: ", before, stage->name);
		if (harsh)
			pen_bold(pen, ROLE_WARNING);
		pen_text(pen, text.data);
		pen_role(pen, ROLE_NORMAL);
	}
	str_release(&text);
	return drawn;
}

/* What is harsh first: the end may not fit. */
void gate_draw_changes(const struct model *model, const char *before,
		       struct pen *pen)
{
	for (int harsh = 1; harsh >= 0; harsh--)
		for (size_t i = 0; i < model->stage_count; i++)
			if (draw_stage_changes(&model->stages[i], harsh, before,
					       pen))
				before = "  ";
}

static void draw_since(const struct view *view, const struct gate_model *gate,
		       struct pen *pen)
{
	char age[CLOCK_TEXT_SIZE];

	if (!*gate->live_version)
		return;
	pen_role(pen, ROLE_DIM);
	pen_printf(pen, "  since %s", gate->live_version);
	if (gate->live_since)
		pen_printf(pen, " (%s)",
			   format_age(view->now_ms - gate->live_since, age));
	pen_role(pen, ROLE_NORMAL);
}

static void draw_label(struct pen *pen, const char *label)
{
	pen_role(pen, ROLE_DIM);
	pen_field(pen, 6, label);
	pen_role(pen, ROLE_NORMAL);
}

static void draw_commit(struct pen *pen, const struct ship_model *commit)
{
	char hash[8];

	snprintf(hash, sizeof(hash), "%.7s", commit->commit);
	pen_role(pen, ROLE_DIM);
	pen_printf(pen, "%s ", hash);
	pen_role(pen, ROLE_NORMAL);
	pen_printf(pen, "%s ", commit->author);
	pen_bold(pen, ROLE_NORMAL);
	pen_text(pen, commit->subject);
	pen_role(pen, ROLE_NORMAL);
}

static int need_of(const struct area *area, const struct ship_model *commit)
{
	return 9 + text_width(area->grid, commit->author) +
	       text_width(area->grid, commit->subject);
}

/* At the right end of a row: how many follow those shown. */
static void draw_more(const struct gate_model *gate, const struct area *area,
		      int row, size_t shown)
{
	struct pen pen = pen_at(area, row, 0);
	char more[32];

	if (gate->ships.commits <= (int64_t)shown)
		return;
	snprintf(more, sizeof(more), "+%lld",
		 (long long)gate->ships.commits - (long long)shown);
	pen_role(&pen, ROLE_DIM);
	pen_right(&pen, area->cols - 1, more);
}

/* As many as the line holds, and how many more there are. */
static void draw_commit_line(const struct gate_model *gate,
			     const struct area *area, int row)
{
	struct pen pen = pen_at(area, row, 7);
	int limit = area->cols - 5;
	size_t shown = 0;

	for (; shown < gate->ships.count; shown++) {
		const struct ship_model *it = &gate->ships.list[shown];

		if (shown && pen.col + need_of(area, it) / 2 + 8 > limit)
			break;
		if (shown)
			pen.col += 2;
		pen.limit = limit;
		/* A long one leaves room for half of the next. */
		if (shown + 1 < gate->ships.count &&
		    pen.col + 56 + need_of(area, it + 1) / 2 <= limit)
			pen.limit = pen.col + 46;
		draw_commit(&pen, it);
	}
	draw_more(gate, area, row, shown);
}

/* One a row from `top` on; how many more there are stands in the last one. */
static void draw_commits(const struct gate_model *gate, const struct area *area,
			 int top)
{
	size_t room = (size_t)(area->rows - top);
	struct pen pen;

	for (size_t i = 0; i < room && i < gate->ships.count; i++) {
		bool last = i + 1 == room;

		pen = pen_at(area, top + (int)i, 7);
		pen.limit -= last ? 7 : 0;
		draw_commit(&pen, &gate->ships.list[i]);
		if (last)
			draw_more(gate, area, top + (int)i, i + 1);
	}
}

/* What plans and plays change, on a line of its own or, where there is none
 * to have, behind what ships: the row that comes next. */
static int draw_low_changes(const struct model *model, const struct area *area,
			    struct pen *what)
{
	struct pen pen = pen_at(area, 3, 1);

	if (!has_changes(model))
		return 3;
	if (area->rows < 4) {
		gate_draw_changes(model, "  ", what);
		return 3;
	}
	draw_label(&pen, "plan");
	gate_draw_changes(model, "", &pen);
	return 4;
}

void gate_draw_low(const struct view *view, const struct model *model,
		   const struct gate_model *gate, const struct area *area)
{
	int next;
	struct pen pen = pen_at(area, 1, 1);

	draw_label(&pen, *gate->veto ? "veto" : "who");
	if (*gate->veto) {
		pen_bold(&pen, ROLE_FAILED);
		pen_printf(&pen, "%s   ", gate->veto);
	} else {
		gate_draw_who(gate, &pen);
	}
	if (gate->check_count) {
		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, " checks  ");
	}
	gate_draw_checks(model, gate, &pen);
	pen = pen_at(area, 2, 1);
	draw_label(&pen, "what");
	gate_draw_size(gate, &pen);
	draw_since(view, gate, &pen);
	gate_draw_risky(gate, &pen);
	next = draw_low_changes(model, area, &pen);
	if (area->rows > next + 1)
		draw_commits(gate, area, next);
	else if (area->rows > next)
		draw_commit_line(gate, area, next);
}

/* As many of the most changed files as the line holds. */
static void draw_changed(const struct gate_model *gate, struct pen *pen)
{
	pen_role(pen, ROLE_DIM);
	for (size_t i = 0; i < gate->ships.changed_count; i++) {
		const struct changed_model *it = &gate->ships.changed[i];
		const char *slash = strrchr(it->path, '/');
		char *text = xasprintf(
			"   %s +%lld -%lld", slash ? slash + 1 : it->path,
			(long long)it->insertions, (long long)it->deletions);
		bool fits = pen->col + text_width(pen->area->grid, text) <
			    pen->limit;

		if (fits)
			pen_text(pen, text);
		free(text);
		if (!fits)
			break;
	}
}

/* has_files: they stand beside it. */
static void draw_middle(const struct view *view, const struct model *model,
			const struct gate_model *gate, const struct area *area,
			bool has_files)
{
	struct pen pen = pen_at(area, 1, 1);
	int top = has_changes(model) ? 3 : 2;
	size_t room = area->rows > top + 2 ? (size_t)(area->rows - top) - 2 : 0;
	size_t shown = 0;

	pen_bold(&pen, ROLE_TITLE);
	pen_text(&pen, "WHAT  ");
	pen_role(&pen, ROLE_NORMAL);
	pen_count(&pen, gate->ships.commits, "commit", "commits");
	pen_text(&pen, " by ");
	pen_count(&pen, gate->ships.authors, "person", "people");
	draw_since(view, gate, &pen);
	pen = pen_at(area, 2, 3);
	gate_draw_changes(model, "", &pen);
	for (; shown < gate->ships.count && shown < room; shown++) {
		char age[CLOCK_TEXT_SIZE];
		const struct ship_model *it = &gate->ships.list[shown];

		pen = pen_at(area, top + (int)shown, 3);
		pen.limit = area->cols - 10;
		draw_commit(&pen, it);
		pen = pen_at(area, top + (int)shown, 0);
		pen_role(&pen, ROLE_DIM);
		if (it->time)
			pen_right(&pen, area->cols - 1,
				  format_age(view->now_ms - it->time, age));
	}
	if (gate->ships.commits > (int64_t)shown) {
		pen = pen_at(area, top + (int)shown, 3);
		pen_role(&pen, ROLE_DIM);
		pen_printf(&pen, "+%lld more",
			   (long long)gate->ships.commits - (long long)shown);
	}
	if (has_files) {
		pen = pen_at(area, top + (int)shown, 1);
		if (gate->ships.commits > (int64_t)shown)
			pen.col += 15;
		gate_draw_risky(gate, &pen);
		return;
	}
	pen = pen_at(area, area->rows - 1, 1);
	draw_files(gate, &pen);
	gate_draw_risky(gate, &pen);
	draw_changed(gate, &pen);
}

/* How much of the greatest change a file has, of insertions and deletions. */
static void draw_change(struct pen *pen, const struct changed_model *file,
			int64_t most, int width)
{
	int64_t lines = file->insertions + file->deletions;
	int cells = most > 0 ? (int)((lines * width + most - 1) / most) : 0;
	int added =
		lines > 0
			? (int)((file->insertions * cells + lines / 2) / lines)
			: 0;

	pen_role(pen, ROLE_PASSED);
	for (int i = 0; i < added; i++)
		pen_code(pen, '+');
	pen_role(pen, ROLE_FAILED);
	for (int i = added; i < cells; i++)
		pen_code(pen, '-');
}

static void draw_file(const struct area *area, int row,
		      const struct gate_model *gate, size_t i)
{
	const struct changed_model *file = &gate->ships.changed[i];
	const struct changed_model *first = &gate->ships.changed[0];
	struct pen pen = pen_at(area, row, 3);
	char text[NUMBER_TEXT_SIZE + 1];

	pen_field(&pen, area->cols - 30, file->path);
	snprintf(text, sizeof(text), "+%lld", (long long)file->insertions);
	pen_field_right(&pen, 7, text);
	snprintf(text, sizeof(text), "-%lld", (long long)file->deletions);
	pen_field_right(&pen, 7, text);
	pen.col += 2;
	draw_change(&pen, file, first->insertions + first->deletions, 10);
}

/* The files with the most lines changed. */
static void draw_right(const struct gate_model *gate, const struct area *area)
{
	struct pen pen = pen_at(area, 1, 1);
	size_t room = area->rows > 3 ? (size_t)area->rows - 3 : 0;
	size_t shown = 0;

	pen_bold(&pen, ROLE_TITLE);
	pen_text(&pen, "DIFF  ");
	pen_role(&pen, ROLE_NORMAL);
	draw_files(gate, &pen);
	for (; shown < room && shown < gate->ships.changed_count; shown++)
		draw_file(area, 2 + (int)shown, gate, shown);
	if (gate->ships.files > (int64_t)shown) {
		pen = pen_at(area, 2 + (int)shown, 3);
		pen_role(&pen, ROLE_DIM);
		pen_printf(&pen, "+%lld more",
			   (long long)gate->ships.files - (long long)shown);
	}
}

int gate_rows(const struct model *model, const struct gate_model *gate,
	      int cols)
{
	int more = has_changes(model) ? 1 : 0;
	size_t who = gate->eligible_count ? gate->eligible_count : 1;
	size_t left = 2 + who + (*gate->veto ? 2 : 0) +
		      (gate->check_count ? 1 + gate->check_count : 0);
	size_t right = 4 + (gate->ships.count > gate->ships.changed_count
				    ? gate->ships.count
				    : gate->ships.changed_count);

	if (cols < 100)
		return 3 + more + (int)gate->ships.count;
	right += (size_t)more;
	return (int)(left > right ? left : right);
}

static void draw_vertical(const struct area *area, int col)
{
	for (int row = 1; row < area->rows; row++) {
		struct pen pen = pen_at(area, row, col);

		pen_role(&pen, ROLE_RULE);
		pen_glyph(&pen, GLYPH_VERTICAL);
	}
}

void gate_draw_high(const struct view *view, const struct model *model,
		    const struct gate_model *gate, const struct area *area)
{
	bool has_files = area->cols >= 160 && gate->ships.changed_count;
	int left = area->cols * (has_files ? 29 : 37) / 100;
	int right = has_files ? area->cols * 67 / 100 : area->cols;
	struct area who = area_part(area, 0, 0, area->rows, left);
	struct area what =
		area_part(area, 0, left + 1, area->rows, right - left - 1);
	struct area files = area_part(area, 0, right + 1, area->rows,
				      area->cols - right - 1);

	draw_vertical(area, left);
	gate_draw_people(model, gate, &who);
	draw_middle(view, model, gate, &what, has_files);
	if (!has_files)
		return;
	draw_vertical(area, right);
	draw_right(gate, &files);
}
