/* SPDX-License-Identifier: MIT */
#include "evidence/export.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/printable.h"
#include "report/json.h"

/* A stage that passed has none, whatever its findings are. */
bool export_fails(const struct export_stage *stage,
		  const struct kept_finding *finding)
{
	const json_t *report =
		json_array_get(stage->kept.reports, finding->report);
	enum report_severity least;

	if (strcmp(finding->state, "open") != 0 ||
	    json_is_true(member(report, "ok")))
		return false;
	if (finding->severity == REPORT_SEVERITY_UNKNOWN)
		return true;
	return report_severity_parse(stage->fail_on, &least) &&
	       finding->severity >= least;
}

bool export_is_bad(const struct kept_test *test)
{
	return test->outcome == TEST_FAILED || test->outcome == TEST_ERROR ||
	       test->outcome == TEST_UNFINISHED;
}

char *export_text(const char *text)
{
	struct str shown = STR_INIT;

	if (text)
		str_add_printable(&shown, text, strlen(text), false);
	return shown.len ? str_detach(&shown) : xstrdup("");
}

char *export_place(const struct kept_finding *finding)
{
	struct str place = STR_INIT;
	char *text;

	if (finding->package) {
		str_add(&place, finding->package);
		if (finding->installed)
			str_addf(&place, " %s", finding->installed);
		if (finding->fixed)
			str_addf(&place, " -> %s", finding->fixed);
	} else if (finding->path) {
		str_add(&place, finding->path);
		if (finding->line)
			str_addf(&place, ":%" PRId64, finding->line);
	}
	text = export_text(place.data);
	str_release(&place);
	return text;
}

int64_t export_number(const json_t *report, const char *key)
{
	return (int64_t)json_integer_value(member(report, key));
}

static void add_share(struct str *out, const char *what, int64_t covered,
		      int64_t all, const double *before)
{
	double share = all ? 100.0 * (double)covered / (double)all : 0;

	if (!all)
		return;
	str_addf(out, "%s%s %.1f %%", out->len ? ", " : "", what, share);
	if (before && !isnan(*before))
		str_addf(out, " (%+.1f since what is live)", share - *before);
}

static int64_t sum_of(const struct export_stage *stage, const char *key)
{
	const json_t *report;
	int64_t sum = 0;
	size_t i;

	json_array_foreach(stage->kept.reports, i, report) sum =
		number_sum(sum, export_number(report, key));
	return sum;
}

char *export_others(const struct export_stage *stage)
{
	int64_t packages = sum_of(stage, "components");
	struct str text = STR_INIT;

	if (stage->changes)
		str_add(&text, stage->changes);
	add_share(&text, "lines", sum_of(stage, "covered"),
		  sum_of(stage, "lines"),
		  stage->is_compared ? &stage->lines_before : NULL);
	add_share(&text, "branches", sum_of(stage, "branches_covered"),
		  sum_of(stage, "branches"),
		  stage->is_compared ? &stage->branches_before : NULL);
	if (packages)
		str_addf(&text,
			 "%s%" PRId64 " packages, %" PRId64
			 " without a known licence",
			 text.len ? ", " : "", packages,
			 sum_of(stage, "license_unknown"));
	return text.len ? str_detach(&text) : xstrdup("");
}
