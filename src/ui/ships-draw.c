/* SPDX-License-Identifier: MIT */
/* What ships, as a list under what it sums up to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/ships.h"

static const struct style plain = {ROLE_NORMAL, false, false};

/* The version, or what it is short for; text of 8 bytes. */
static const char *name_of(const char *version, const char *commit, char *text)
{
	if (*version && strcmp(version, commit) != 0)
		return version;
	snprintf(text, 8, "%s", commit);
	return text;
}

static void draw_title(const struct view *view, const struct area *area)
{
	const struct shipment *it = view->ships->it;
	struct rule rule = rule_draw(area, 0, true);
	char upper[64], age[CLOCK_TEXT_SIZE], id[8], old[8];
	char *text;

	if (!it->is_known && !it->error)
		rule_right(&rule, (struct style){ROLE_RUNNING, false, false},
			   "counting...");
	text = xasprintf("%s TO %s", it->was_live ? "SHIPPED" : "SHIPS",
			 *it->environment ? format_upper(it->environment, upper,
							 sizeof(upper))
					  : "NOWHERE");
	rule_left(&rule, (struct style){ROLE_TITLE, true, false}, text);
	free(text);
	text = xasprintf("%s over %s",
			 name_of(it->candidate_version, it->candidate, id),
			 !*it->live ? "nothing"
				    : name_of(it->live_version, it->live, old));
	rule_left(&rule, plain, text);
	free(text);
	if (it->live_since) {
		text = xasprintf(
			"live for %s",
			format_age(view->now_ms - it->live_since, age));
		rule_left(&rule, plain, text);
		free(text);
	}
}

static void draw_size(const struct shipment *it, const struct area *area,
		      int row)
{
	struct pen pen = pen_at(area, row, 1);

	if (it->error) {
		pen_bold(&pen, ROLE_FAILED);
		pen_text(&pen, it->error);
		return;
	}
	if (it->is_known && !it->commit_count && !it->file_count) {
		pen_text(&pen, "nothing ships: what would is what is live");
		return;
	}
	if (!it->is_known)
		pen_text(&pen, "counting... ");
	if (!it->is_known && !it->commit_count)
		return;
	pen_count(&pen, it->commit_count, "commit", "commits");
	if (it->authors) {
		pen_text(&pen, " by ");
		pen_count(&pen, it->authors, "person", "people");
	}
	pen_text(&pen, "   ");
	pen_count(&pen, it->file_count, "file", "files");
	pen_text(&pen, "  ");
	pen_lines(&pen, it->insertions, it->deletions);
	if (it->lines_partial)
		pen_text(&pen, " and more: not all lines were counted");
	if (!it->lost)
		return;
	pen_bold(&pen, ROLE_WARNING);
	pen_text(&pen, "   ");
	pen_glyph(&pen, GLYPH_WARNING);
	pen_code(&pen, ' ');
	pen_count(&pen, it->lost, "live commit is", "live commits are");
	pen_text(&pen, " not in it");
}

static void draw_risks(const struct shipment *it, const struct area *area,
		       int row)
{
	struct pen pen = pen_at(area, row, 1);
	size_t others = it->risky - it->migrations;

	if (it->error)
		return;
	if (!it->risky) {
		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, it->is_known
				       ? "no migration, no risky path"
				       : "no migration, no risky path so far");
		return;
	}
	pen_bold(&pen, ROLE_WARNING);
	pen_glyph(&pen, GLYPH_WARNING);
	pen_code(&pen, ' ');
	if (it->migrations) {
		pen_text(&pen, "migrations: ");
		pen_count(&pen, it->migrations, "file", "files");
		pen_text(&pen, "; the way back does not undo them");
	}
	if (it->migrations && others)
		pen_text(&pen, "   ");
	if (others)
		pen_count(&pen, others, "risky path", "risky paths");
}

static void add_warning(struct pen *pen, size_t count, const char *what)
{
	char text[NUMBER_TEXT_SIZE];

	if (count) {
		pen_bold(pen, ROLE_WARNING);
		pen_glyph(pen, GLYPH_WARNING);
		pen_code(pen, ' ');
	}
	pen_printf(pen, "%s %s", number_grouped((int64_t)count, text), what);
	pen_role(pen, ROLE_NORMAL);
}

static void add_tests(const struct comparison *it, struct pen *pen)
{
	const size_t *counts = it->counts;

	if (it->tests_why) {
		pen_role(pen, ROLE_DIM);
		pen_text(pen, it->tests_why);
		return;
	}
	pen_printf(pen, "+%zu added  -%zu removed  ", counts[TEST_CHANGE_ADDED],
		   counts[TEST_CHANGE_REMOVED]);
	add_warning(pen, counts[TEST_CHANGE_SKIPPED], "newly skipped");
	if (!it->not_run.count)
		return;
	pen_role(pen, ROLE_DIM);
	pen_printf(pen, "  %s", it->not_run.items[0]);
	if (it->not_run.count > 1)
		pen_printf(pen, " and %zu more", it->not_run.count - 1);
	pen_text(pen, " did not run yet");
}

static void add_findings(const struct comparison *it, struct pen *pen)
{
	if (it->findings_why) {
		pen_role(pen, ROLE_DIM);
		pen_text(pen, it->findings_why);
		return;
	}
	add_warning(pen, it->fresh_count, "new");
	pen_printf(pen, "  %zu gone", it->gone);
	if (it->findings_partial)
		pen_text(pen, ", of the worst that each run told");
}

/* What the last two sections say, in sight whatever is scrolled. */
static void draw_evidence(const struct shipment *it, const struct area *area,
			  int row)
{
	struct pen pen = pen_at(area, row, 1);

	if (it->error)
		return;
	if (!it->is_compared) {
		pen_role(&pen, ROLE_DIM);
		pen_text(&pen, "comparing tests and findings...");
		return;
	}
	if (it->comparison.tests_why && it->comparison.findings_why &&
	    strcmp(it->comparison.tests_why, it->comparison.findings_why) ==
		    0) {
		pen_role(&pen, ROLE_DIM);
		pen_printf(&pen, "tests and findings: %s",
			   it->comparison.tests_why);
		return;
	}
	pen_text(&pen, "tests ");
	add_tests(&it->comparison, &pen);
	pen_role(&pen, ROLE_NORMAL);
	pen_text(&pen, "   findings ");
	add_findings(&it->comparison, &pen);
}

static const char *const section_names[] = {
	[SECTION_COMMITS] = "commits",
	[SECTION_FILES] = "files",
	[SECTION_TESTS] = "tests",
	[SECTION_FINDINGS] = "findings",
};

/* Nothing is no number while it is being counted. */
static bool is_counted(const struct shipment *it, enum ship_section section)
{
	if (section == SECTION_COMMITS)
		return it->is_known || it->commit_count;
	if (section == SECTION_FILES)
		return it->is_known || it->file_count;
	return it->is_compared;
}

static void draw_section(const struct shipment *it, struct pen *pen,
			 enum ship_section section)
{
	static const char note[] = "  since what is live";

	pen_bold(pen, ROLE_TITLE);
	pen_text(pen, it->folded[section] ? "+ " : "- ");
	pen_printf(pen, "%-9s ", section_names[section]);
	pen_role(pen, ROLE_NORMAL);
	if (it->error)
		return;
	if (!is_counted(it, section)) {
		pen_role(pen, ROLE_DIM);
		pen_text(pen, section <= SECTION_FILES ? "counting..."
						       : "comparing...");
		return;
	}
	switch (section) {
	case SECTION_COMMITS:
		pen_count(pen, it->commit_count, "commit", "commits");
		break;
	case SECTION_FILES:
		pen_count(pen, it->file_count, "file", "files");
		pen_text(pen, "  ");
		pen_lines(pen, it->insertions, it->deletions);
		break;
	case SECTION_TESTS:
		add_tests(&it->comparison, pen);
		break;
	default:
		add_findings(&it->comparison, pen);
		if (!it->comparison.findings_why)
			pen_text(pen, note);
	}
}

static void draw_row(const struct shipment *it, const struct area *area, int at,
		     const struct ship_row *row, bool selected)
{
	struct pen pen = pen_at(area, at, 0);

	pen_bold(&pen, ROLE_KEY);
	pen_reverse(&pen, selected);
	pen_text(&pen, selected ? ">" : " ");
	pen_reverse(&pen, false);
	pen_role(&pen, ROLE_NORMAL);
	pen.col = 1 + 2 * row->depth;
	if (selected)
		area_cursor(area, at, pen.col, false);
	if (row->kind == ROW_SECTION)
		draw_section(it, &pen, (enum ship_section)row->item);
	else
		ships_item_draw(it, row, &pen);
}

static void draw_list(const struct ships_view *ships, const struct area *area)
{
	const struct shipment *it = ships->it;
	size_t at = shipment_row(it, ships->at);
	size_t room = area->rows > 0 ? (size_t)area->rows : 0;
	size_t first = at < room ? 0 : at - room + 1;

	/* Around the middle, so that both ways are seen. */
	if (room && at > room / 2 && it->row_count > room) {
		first = at - room / 2;
		if (first + room > it->row_count)
			first = it->row_count - room;
	}
	for (size_t i = 0; i < room && first + i < it->row_count; i++)
		draw_row(it, area, (int)i, &it->rows[first + i],
			 first + i == at);
}

static void draw_keys(const struct view *view, const struct area *area, int row)
{
	static const struct {
		const char *key, *what;
	} keys[] = {{"enter", "open, fold"}, {"esc", "back"},
		    {"tab", "environment"},  {"h l", "section"},
		    {"r", "look again"},     {"?", "help"}};
	struct pen pen = pen_at(area, row, 1);
	bool page = view->ships->page.title;

	for (size_t i = page ? 1 : 0; i < ARRAY_SIZE(keys); i++) {
		if (page && i == 2)
			break;
		if (pen.col + 16 > area->cols)
			break;
		pen_bold(&pen, ROLE_KEY);
		pen_text(&pen, keys[i].key);
		pen_role(&pen, ROLE_NORMAL);
		pen_printf(&pen, " %s   ", keys[i].what);
	}
	if (page) {
		pen_bold(&pen, ROLE_KEY);
		pen_text(&pen, "j k space b g G");
		pen_role(&pen, ROLE_NORMAL);
		pen_text(&pen, " scroll   ");
		pen_bold(&pen, ROLE_KEY);
		pen_text(&pen, "h l");
		pen_role(&pen, ROLE_NORMAL);
		pen_text(&pen, " sideways");
	}
}

void ships_draw(const struct view *view, const struct model *model,
		const struct area *area)
{
	struct area upper = area_part(area, 0, 0, area->rows - 1, area->cols);
	/* Where there is little room, what the sections say is enough. */
	int sums = area->rows < 9 ? 0 : area->rows < 16 ? 2 : 3;
	struct area list =
		area_part(area, 1 + sums, 0, area->rows - 2 - sums, area->cols);

	area_clear(area);
	if (view->ships->page.title) {
		ships_page_draw(&view->ships->page, &upper);
	} else {
		draw_title(view, &upper);
		if (sums || view->ships->it->error)
			draw_size(view->ships->it, &upper, 1);
		if (sums)
			draw_risks(view->ships->it, &upper, 2);
		if (sums > 2)
			draw_evidence(view->ships->it, &upper, 3);
		draw_list(view->ships, &list);
	}
	if (view->dialog || *view->toast) {
		struct area footer =
			area_part(area, area->rows - 1, 0, 1, area->cols);

		footer_draw(view, model, &footer);
	} else {
		draw_keys(view, area, area->rows - 1);
	}
}
