/* SPDX-License-Identifier: MIT */
/* What ships, as a list under what it sums up to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "ui/format.h"
#include "ui/layout.h"
#include "ui/ships.h"

static const struct style plain = {ROLE_NORMAL, false, false};

static void add_number(struct pen *pen, size_t count, const char *one,
		       const char *many)
{
	char text[NUMBER_TEXT_SIZE];

	pen_printf(pen, "%s %s", number_grouped((int64_t)count, text),
		   count == 1 ? one : many);
}

static void add_lines(struct pen *pen, size_t insertions, size_t deletions)
{
	char plus[NUMBER_TEXT_SIZE], minus[NUMBER_TEXT_SIZE];

	pen_printf(pen, "+%s -%s", number_grouped((int64_t)insertions, plus),
		   number_grouped((int64_t)deletions, minus));
}

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
	add_number(&pen, it->commit_count, "commit", "commits");
	if (it->authors) {
		pen_text(&pen, " by ");
		add_number(&pen, it->authors, "person", "people");
	}
	pen_text(&pen, "   ");
	add_number(&pen, it->file_count, "file", "files");
	pen_text(&pen, "  ");
	add_lines(&pen, it->insertions, it->deletions);
	if (it->lines_partial)
		pen_text(&pen, " and more: not all lines were counted");
	if (!it->lost)
		return;
	pen_bold(&pen, ROLE_WARNING);
	pen_text(&pen, "   ");
	pen_glyph(&pen, GLYPH_WARNING);
	pen_code(&pen, ' ');
	add_number(&pen, it->lost, "live commit is", "live commits are");
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
		add_number(&pen, it->migrations, "file", "files");
		pen_text(&pen, "; the way back does not undo them");
	}
	if (it->migrations && others)
		pen_text(&pen, "   ");
	if (others)
		add_number(&pen, others, "risky path", "risky paths");
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
		add_number(pen, it->commit_count, "commit", "commits");
		break;
	case SECTION_FILES:
		add_number(pen, it->file_count, "file", "files");
		pen_text(pen, "  ");
		add_lines(pen, it->insertions, it->deletions);
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

static const char *date_text(int64_t ms, char text[32])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm parts;

	localtime_r(&seconds, &parts);
	strftime(text, 32, "%Y-%m-%d %H:%M", &parts);
	return text;
}

static void draw_commit(const struct shipment *it, struct pen *pen, size_t item)
{
	const struct shipped_commit *commit = &it->commits[item];
	char date[32], id[12];
	bool wide = pen->area->cols >= 76;

	snprintf(id, sizeof(id), "%.9s", commit->id);
	pen_role(pen, ROLE_DIM);
	pen_printf(pen, "%s ", id);
	if (wide)
		pen_printf(pen, "%s ", date_text(commit->time_ms, date));
	pen_role(pen, ROLE_NORMAL);
	pen_field(pen, wide ? 16 : 10, commit->author);
	pen_code(pen, ' ');
	pen_bold(pen, ROLE_NORMAL);
	pen_text(pen, commit->subject);
}

/* Where the name of a path ends and its numbers begin. */
static int numbers_at(const struct area *area)
{
	return area->cols > 70 ? area->cols - 34 : area->cols - 18;
}

static void draw_lines(struct pen *pen, size_t insertions, size_t deletions)
{
	char text[NUMBER_TEXT_SIZE + 1], number[NUMBER_TEXT_SIZE];

	pen->limit = pen->area->cols;
	pen->col = numbers_at(pen->area);
	pen_role(pen, insertions ? ROLE_NORMAL : ROLE_DIM);
	snprintf(text, sizeof(text), "+%s",
		 number_grouped((int64_t)insertions, number));
	pen_field_right(pen, 8, text);
	pen_role(pen, deletions ? ROLE_NORMAL : ROLE_DIM);
	snprintf(text, sizeof(text), "-%s",
		 number_grouped((int64_t)deletions, number));
	pen_field_right(pen, 8, text);
	pen_bold(pen, ROLE_WARNING);
	pen_text(pen, "  ");
}

static void draw_folder(const struct shipment *it, struct pen *pen,
			const struct ship_row *row)
{
	const struct ship_folder *folder = &it->folders[row->item];

	pen->limit = numbers_at(pen->area) - 1;
	pen_printf(pen, "%s%s  ", folder->is_folded ? "+ " : "- ",
		   folder->path + row->label);
	pen_role(pen, ROLE_DIM);
	add_number(pen, folder->files, "file", "files");
	draw_lines(pen, folder->insertions, folder->deletions);
	if (folder->risky && folder->is_folded) {
		pen_glyph(pen, GLYPH_WARNING);
		pen_printf(pen, " %zu risky", folder->risky);
	}
}

static void draw_file(const struct shipment *it, struct pen *pen,
		      const struct ship_row *row)
{
	const struct shipped_file *file = &it->files[row->item];

	pen->limit = numbers_at(pen->area) - 1;
	pen_role(pen, file->risk ? ROLE_WARNING : ROLE_NORMAL);
	pen_text(pen, file->path + row->label);
	draw_lines(pen, file->insertions, file->deletions);
	if (!file->risk)
		return;
	pen_glyph(pen, GLYPH_WARNING);
	pen_text(pen, file->risk == RISK_MIGRATION ? " migration" : " risky");
}

static void draw_test(const struct shipment *it, struct pen *pen, size_t item)
{
	static const char *const words[] = {
		[TEST_CHANGE_SKIPPED] = "skipped now",
		[TEST_CHANGE_REMOVED] = "removed",
		[TEST_CHANGE_ADDED] = "added",
	};
	const struct test_change *test = &it->comparison.tests[item];

	if (test->kind == TEST_CHANGE_SKIPPED)
		pen_bold(pen, ROLE_WARNING);
	else
		pen_role(pen, ROLE_DIM);
	pen_field(pen, 12, words[test->kind]);
	pen_role(pen, ROLE_NORMAL);
	pen_text(pen, test->name);
}

static void draw_finding(const struct shipment *it, struct pen *pen,
			 size_t item)
{
	const struct finding_model *finding = &it->comparison.fresh[item];

	pen_bold(pen, ROLE_WARNING);
	pen_field(pen, 9, finding->severity);
	pen_role(pen, ROLE_NORMAL);
	pen_printf(pen, "%s ", finding->id);
	if (*finding->package)
		pen_printf(pen, "%s ", finding->package);
	if (*finding->path && finding->line)
		pen_printf(pen, "%s:%d ", finding->path, finding->line);
	else if (*finding->path)
		pen_printf(pen, "%s ", finding->path);
	pen_role(pen, ROLE_DIM);
	pen_text(pen, finding->title);
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
	switch (row->kind) {
	case ROW_SECTION:
		draw_section(it, &pen, (enum ship_section)row->item);
		break;
	case ROW_COMMIT:
		draw_commit(it, &pen, row->item);
		break;
	case ROW_FOLDER:
		draw_folder(it, &pen, row);
		break;
	case ROW_FILE:
		draw_file(it, &pen, row);
		break;
	case ROW_TEST:
		draw_test(it, &pen, row->item);
		break;
	case ROW_FINDING:
		draw_finding(it, &pen, row->item);
		break;
	}
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
