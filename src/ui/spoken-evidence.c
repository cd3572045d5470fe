/* SPDX-License-Identifier: MIT */
/* Coverage and licences in sentences. */
#include <math.h>

#include "ui/spoken.h"

/* before: NAN not known. */
static void add_share(struct str *out, const char *what, int64_t covered,
		      int64_t all, double before)
{
	double percent = 100.0 * (double)covered / (double)(all ? all : 1);
	double change = percent - before;

	if (!all)
		return;
	str_addf(out, ", %.1f percent of %s", percent, what);
	if (!isnan(before) && fabs(change) >= 0.05)
		str_addf(out, ", %.1f %s than in what is live", fabs(change),
			 change < 0 ? "less" : "more");
}

bool spoken_evidence(const struct model *model, struct strings *lines)
{
	size_t before = lines->count;

	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *it = &model->stages[i];
		const struct coverage_model *covered = &it->coverage;
		struct str out = STR_INIT;

		if (it->components)
			strings_addf(lines,
				     "%s lists %lld packages, %lld without a "
				     "known licence",
				     it->name, (long long)it->components,
				     (long long)it->license_unknown);
		add_share(&out, "lines", covered->covered, covered->line_count,
			  covered->lines_before);
		add_share(&out, "branches", covered->branches_covered,
			  covered->branches, covered->branches_before);
		if (out.len)
			strings_addf(lines, "%s covers%s", it->name,
				     out.data + 1);
		str_release(&out);
	}
	return lines->count > before;
}
