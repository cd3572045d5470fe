/* SPDX-License-Identifier: MIT */
/* Panel 3: what the scanners found, summed and worst first. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/dialog.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/table.h"

/* "+1,204 HIGH" */
#define NEW_COLS 12

/* fresh: so many of them are new. */
static void add_count(struct pen *pen, const char *name, int64_t count,
		      int64_t fresh, enum role role)
{
	char text[NUMBER_TEXT_SIZE];

	if (count && role != ROLE_NORMAL)
		pen_bold(pen, role);
	else
		pen_role(pen, ROLE_NORMAL);
	pen_printf(pen, "%s %s", name, number_grouped(count, text));
	if (fresh > 0)
		pen_printf(pen, " (+%s)", number_grouped(fresh, text));
	pen_role(pen, ROLE_NORMAL);
	pen_text(pen, "  ");
}

static void draw_counts(const struct model *model, const struct area *area,
			int row, int col)
{
	const struct severity_counts *it = &model->severities;
	const struct severity_counts *new = &model->fresh;
	struct pen pen = pen_at(area, row, col);

	if (!model->scanned) {
		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, "nothing was scanned yet");
		return;
	}
	if (model->unread)
		add_count(&pen, "UNREAD", model->unread, 0, ROLE_FAILED);
	add_count(&pen, it->critical ? "CRIT" : "crit", it->critical,
		  new->critical, ROLE_FAILED);
	add_count(&pen, it->high ? "HIGH" : "high", it->high, new->high,
		  ROLE_WARNING);
	if (it->unknown)
		add_count(&pen, "UNKN", it->unknown, new->unknown,
			  ROLE_WARNING);
	add_count(&pen, "med", it->medium, new->medium, ROLE_NORMAL);
	add_count(&pen, "low", it->low, new->low, ROLE_NORMAL);
}

static void add_number(struct pen *pen, int64_t count, enum role role)
{
	char text[NUMBER_TEXT_SIZE];

	if (count && role != ROLE_NORMAL)
		pen_bold(pen, role);
	else
		pen_role(pen, count ? ROLE_NORMAL : ROLE_DIM);
	pen_field_right(pen, 7, number_grouped(count, text));
}

/* The worst of what is new: "+1 HIGH". */
static void add_new(struct pen *pen, const struct stage_model *stage)
{
	const struct severity_counts *it = &stage->fresh;
	const struct {
		const char *name;
		int64_t count;
		enum role role;
	} counts[] = {{"CRIT", it->critical, ROLE_FAILED},
		      {"HIGH", it->high, ROLE_WARNING},
		      {"UNKN", it->unknown, ROLE_WARNING},
		      {"med", it->medium, ROLE_NORMAL},
		      {"low", it->low, ROLE_NORMAL},
		      {"info", it->info, ROLE_NORMAL}};
	char text[NUMBER_TEXT_SIZE + 8], number[NUMBER_TEXT_SIZE];
	size_t i = 0;

	while (i < ARRAY_SIZE(counts) && !counts[i].count)
		i++;
	pen_role(pen, ROLE_DIM);
	if (i == ARRAY_SIZE(counts)) {
		pen_field_right(pen, NEW_COLS, *stage->since ? "none" : "");
		return;
	}
	if (counts[i].role != ROLE_NORMAL)
		pen_bold(pen, counts[i].role);
	snprintf(text, sizeof(text), "+%s %s",
		 number_grouped(counts[i].count, number), counts[i].name);
	pen_field_right(pen, NEW_COLS, text);
}

/* What stands right of the counts: what is new where that is known, what
 * fails where there is room. */
static bool shows_new(const struct model *model)
{
	for (size_t i = 0; i < model->stage_count; i++)
		if (*model->stages[i].since)
			return true;
	return false;
}

static bool shows_limit(const struct model *model, const struct area *area)
{
	return !shows_new(model) ||
	       area->cols >=
		       48 + NEW_COLS + 10 + (model->severities.unknown ? 7 : 0);
}

/* One scanning stage: what is open by severity, hidden, new, and not let
 * pass. */
static void draw_scan(const struct model *model, const struct area *area,
		      int row, const struct stage_model *stage)
{
	const struct severity_counts *it = &stage->severities;
	struct pen pen = pen_at(area, row, 1);

	pen_role(&pen, stage->scan_ok ? ROLE_NORMAL : ROLE_FAILED);
	pen.style.bold = !stage->scan_ok;
	pen_field(&pen, 12, stage->name);
	if (stage_model_is_unread(stage)) {
		pen_text(&pen, "  unread");
		return;
	}
	add_number(&pen, it->critical, ROLE_FAILED);
	add_number(&pen, it->high, ROLE_WARNING);
	if (model->severities.unknown)
		add_number(&pen, it->unknown, ROLE_WARNING);
	add_number(&pen, it->medium, ROLE_NORMAL);
	add_number(&pen, it->low, ROLE_NORMAL);
	add_number(&pen, stage->suppressed, ROLE_NORMAL);
	if (shows_new(model))
		add_new(&pen, stage);
	pen_role(&pen, ROLE_DIM);
	if (*stage->fail_on && shows_limit(model, area))
		pen_printf(&pen, "  %s", stage->fail_on);
}

/* Those that do not hold first; how many have no room is told. */
static int draw_scan_rows(const struct model *model, const struct area *area,
			  int row)
{
	int left = 0, room = area->rows / 2 - row;

	for (size_t i = 0; i < model->stage_count; i++)
		left += model->stages[i].scanned;
	if (left > room)
		room--;
	for (int ok = 0; ok <= 1; ok++)
		for (size_t i = 0; i < model->stage_count; i++) {
			const struct stage_model *stage = &model->stages[i];

			if (!stage->scanned || stage->scan_ok != ok ||
			    room <= 0)
				continue;
			draw_scan(model, area, row++, stage);
			left--;
			room--;
		}
	if (left > 0) {
		struct pen pen = pen_at(area, row++, 1);

		pen_role(&pen, ROLE_DIM);
		pen_printf(&pen, "and %d more scan%s", left,
			   left == 1 ? "" : "s");
	}
	return row;
}

/* Returns the row after it. */
static int draw_scans(const struct model *model, const struct area *area,
		      int row)
{
	static const char *const heads[] = {"crit", "high", "unkn",
					    "med",  "low",  "hidden"};
	bool unknown = model->severities.unknown > 0;
	struct pen pen = pen_at(area, row++, 13);

	pen_role(&pen, ROLE_DIM);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (i != 2 || unknown)
			pen_field_right(&pen, 7, heads[i]);
	if (shows_new(model))
		pen_field_right(&pen, NEW_COLS, "new");
	if (shows_limit(model, area))
		pen_text(&pen, "  fails at");
	return draw_scan_rows(model, area, row);
}

/* Above findings of medium a mark stands. */
static bool is_severe(const struct finding_model *finding)
{
	return !finding_model_why(finding) &&
	       (strcmp(finding->severity, "critical") == 0 ||
		strcmp(finding->severity, "high") == 0);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* From here on a line says all of it. */
#define WIDE 56

static void add_flag(struct pen *pen, const char *word)
{
	struct style style = pen->style;

	pen_bold(pen, ROLE_WARNING);
	pen_printf(pen, " %s", word);
	pen->style = style;
}

static void add_package(struct pen *pen, const struct area *area,
			const struct finding_model *finding)
{
	bool both = area->cols >= WIDE && *finding->installed;

	if (*finding->package)
		pen_printf(pen, " %s", finding->package);
	if (both && *finding->package)
		pen_printf(pen, " %s", finding->installed);
	if (*finding->fixed)
		pen_printf(pen, "%s%s", both ? " -> " : " fix ",
			   finding->fixed);
}

static void draw_finding(const struct area *area, int row,
			 const struct finding_model *finding, bool selected)
{
	struct pen pen = pen_at(area, row, 1);
	bool severe = is_severe(finding);
	bool counts = !finding_model_why(finding);

	pen_role(&pen, severe	? (strcmp(finding->severity, "critical") == 0
					   ? ROLE_FAILED
					   : ROLE_WARNING)
		       : counts ? ROLE_NORMAL
				: ROLE_DIM);
	pen_reverse(&pen, selected);
	if (selected)
		area_cursor(area, row, 1, false);
	if (severe)
		pen_glyph(&pen, GLYPH_WARNING);
	else
		pen_text(&pen, counts ? " " : "-");
	pen_printf(&pen, " %s", finding->id);
	pen_reverse(&pen, false);
	if (!severe)
		pen_role(&pen, ROLE_DIM);
	if (!severe)
		pen_printf(&pen, " %s", finding->severity);
	if (!counts) /* by the words of the table */
		pen_printf(&pen, " %s", finding->state);
	if (finding->is_new)
		add_flag(&pen, "new");
	add_package(&pen, area, finding);
	if (!*finding->package && *finding->path)
		pen_printf(&pen, finding->line ? " %s:%d" : " %s",
			   base_name(finding->path), finding->line);
	if (area->cols >= WIDE && severe)
		pen_text(&pen, ", no exception");
	else if (area->cols >= WIDE && *finding->exception)
		pen_printf(&pen, ", except: %s", finding->exception);
	if (*finding->title)
		pen_printf(&pen, "%s %s", area->cols >= WIDE ? ":" : "",
			   finding->title);
}

static size_t first_shown(const struct view *view, const struct model *model,
			  size_t room)
{
	size_t at = view->scroll[PANEL_SECURITY];

	if (at >= model->finding_count)
		at = model->finding_count ? model->finding_count - 1 : 0;
	return at < room ? 0 : at - room + 1;
}

static void draw_findings(const struct view *view, const struct model *model,
			  const struct area *area, int row)
{
	size_t room = area->rows > row ? (size_t)(area->rows - row) : 0;
	size_t first = first_shown(view, model, room);

	for (size_t i = first; i < model->finding_count && i < first + room;
	     i++)
		draw_finding(area, row++, &model->findings[i],
			     view->focus == PANEL_SECURITY &&
				     i == view->scroll[PANEL_SECURITY]);
}

static bool draw_licences(const struct model *model, const struct area *area,
			  int row)
{
	int64_t components = 0, unknown = 0;
	struct pen pen = pen_at(area, row, 1);

	for (size_t i = 0; i < model->stage_count; i++) {
		components += model->stages[i].components;
		unknown += model->stages[i].license_unknown;
	}
	if (!components)
		return false;
	pen_text(&pen, "licences  ");
	pen_count(&pen, components, "package", "packages");
	pen_text(&pen, ", ");
	pen_role(&pen, unknown ? ROLE_WARNING : ROLE_NORMAL);
	pen_count(&pen, unknown, "unknown", "unknown");
	return true;
}

/* What else was read, from the last row up. Returns the rows left. */
static int draw_others(const struct view *view, const struct model *model,
		       const struct area *area)
{
	int rows = area->rows;

	if (rows < 7)
		return rows;
	rows -= draw_licences(model, area, rows - 1);
	if (!view->plan.tests.rows)
		rows -= coverage_draw(model, area, rows - 1);
	return rows;
}

static void security_draw(const struct view *view, const struct model *model,
			  const struct area *area)
{
	struct area upper = *area;
	bool tabled = model->scanned && area->rows >= 10 && area->cols >= 58;
	struct rule rule;
	int row = 2;

	if (area->rows == 1) {
		draw_counts(model, area, 0, 1);
		return;
	}
	rule = rule_draw(area, 0, view->focus == PANEL_SECURITY);
	rule_title(&rule, 3, "SECURITY");
	if (model->scanned)
		rule_right(&rule,
			   (struct style){model->scan_ok ? ROLE_NORMAL
							 : ROLE_FAILED,
					  !model->scan_ok, false},
			   model->scan_ok ? "policy holds" : "FAILS POLICY");
	if (tabled)
		row = draw_scans(model, area, 1);
	else
		draw_counts(model, area, 1, 1);
	if (model->scanned && *model->scan_text && area->rows > 5 &&
	    !(tabled && model->scan_ok) &&
	    strcmp(model->scan_text, "holds") != 0) {
		struct pen pen = pen_at(area, row++, 1);

		pen_role(&pen, model->scan_ok ? ROLE_DIM : ROLE_FAILED);
		pen_text(&pen, model->scan_text);
	}
	upper.rows = draw_others(view, model, area);
	draw_findings(view, model, &upper, row);
}

static void open_dialog(struct view *view, const struct model *model,
			enum action action)
{
	const struct finding_model *finding = view_finding(view, model);

	if (action == ACTION_OPEN)
		table_open(view, model, TABLE_FINDINGS,
			   finding ? finding->id : NULL);
	else
		finding_draft(view, model, finding);
}

static bool security_act(struct view *view, const struct model *model,
			 enum action action)
{
	if (action == ACTION_OPEN || action == ACTION_EXCEPT) {
		open_dialog(view, model, action);
		return true;
	}
	return list_act(view, PANEL_SECURITY, model->finding_count, action);
}

const struct view_ops security_ops = {
	.draw = security_draw,
	.act = security_act,
};
