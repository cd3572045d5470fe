/* SPDX-License-Identifier: MIT */
/* "coverage  lines 87.1 % (+0.3)   branches 74.0 % (-0.1)" */
#include <math.h>

#include "base/number.h"
#include "ui/layout.h"

/* before: NAN not known. */
static void add(struct pen *pen, const char *what, int64_t covered, int64_t all,
		double before)
{
	double percent = 100.0 * (double)covered / (double)(all ? all : 1);
	double change = percent - before;

	if (!all)
		return;
	pen_printf(pen, "%s %.1f %%", what, percent);
	if (!isnan(before)) {
		bool drops = change < -0.05;

		pen_role(pen, drops ? ROLE_WARNING : ROLE_DIM);
		/* Not "-0.0". */
		pen_printf(pen, " (%+.1f)", fabs(change) < 0.05 ? 0.0 : change);
		pen_role(pen, ROLE_NORMAL);
	}
	pen_text(pen, "   ");
}

/* Of all stages; what it was before where one has all of it. */
bool coverage_draw(const struct model *model, const struct area *area, int row)
{
	struct coverage_model sum = {.lines_before = NAN,
				     .branches_before = NAN};
	struct pen pen = pen_at(area, row, 1);
	int stages = 0;

	for (size_t i = 0; i < model->stage_count; i++) {
		const struct coverage_model *it = &model->stages[i].coverage;

		if (!it->line_count)
			continue;
		sum.line_count = number_sum(sum.line_count, it->line_count);
		sum.covered = number_sum(sum.covered, it->covered);
		sum.branches = number_sum(sum.branches, it->branches);
		sum.branches_covered =
			number_sum(sum.branches_covered, it->branches_covered);
		sum.lines_before = stages ? NAN : it->lines_before;
		sum.branches_before = stages ? NAN : it->branches_before;
		stages++;
	}
	if (!stages)
		return false;
	pen_text(&pen, "coverage  ");
	add(&pen, "lines", sum.covered, sum.line_count, sum.lines_before);
	add(&pen, "branches", sum.branches_covered, sum.branches,
	    sum.branches_before);
	return true;
}
