/* SPDX-License-Identifier: MIT */
/* A row of what ships: a commit, a folder, a file, a test, a finding. */
#include <stdio.h>

#include "ui/format.h"
#include "ui/ships.h"

static void draw_commit(const struct shipment *it, struct pen *pen, size_t item)
{
	const struct shipped_commit *commit = &it->commits[item];
	char date[CLOCK_TEXT_SIZE], id[12];
	bool wide = pen->area->cols >= 76;

	snprintf(id, sizeof(id), "%.9s", commit->id);
	pen_role(pen, ROLE_DIM);
	pen_printf(pen, "%s ", id);
	if (wide)
		pen_printf(pen, "%s ",
			   clock_format_minute(commit->time_ms, date));
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
	pen_count(pen, folder->files, "file", "files");
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

void ships_item_draw(const struct shipment *it, const struct ship_row *row,
		     struct pen *pen)
{
	switch (row->kind) {
	case ROW_SECTION:
		break;
	case ROW_COMMIT:
		draw_commit(it, pen, row->item);
		break;
	case ROW_FOLDER:
		draw_folder(it, pen, row);
		break;
	case ROW_FILE:
		draw_file(it, pen, row);
		break;
	case ROW_TEST:
		draw_test(it, pen, row->item);
		break;
	case ROW_FINDING:
		draw_finding(it, pen, row->item);
		break;
	}
}
