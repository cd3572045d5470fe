/* SPDX-License-Identifier: MIT */
/* What holds of every report that was read, whatever was in the file. */
#ifndef SIGNALBOX_TESTS_SUPPORT_REPORTS_AGREE_H
#define SIGNALBOX_TESTS_SUPPORT_REPORTS_AGREE_H

#include <string.h>

#include "base/memory.h"
#include "evidence/policy.h"

/* Where nothing but severities is asked. */
static inline bool findings_pass(const struct report *report,
				 enum report_severity fail_on,
				 enum findings_unknown unknown)
{
	struct findings_policy policy = {
		.fail_on = fail_on,
		.unknown = unknown,
		.may_be_empty = true,
		.max_age_ms = -1,
	};

	return findings_hold(report, &policy, NULL);
}

static inline void tests_agree(const struct report *report)
{
	const struct test_totals *n = &report->totals;

	if (n->total != n->passed + n->failed + n->errors + n->skipped +
				n->todo + n->unfinished)
		BUG("the outcomes do not sum up");
	if (n->flaky > n->passed)
		BUG("more flaky than passed");
	if (test_totals_bad(n) && tests_pass(report, NULL))
		BUG("bad tests pass");
	for (size_t i = 0; i < report->case_count; i++)
		if (strlen(report->cases[i].name) > 512 ||
		    strlen(report->cases[i].message) > 4096)
			BUG("unbounded text");
}

static inline void findings_agree(const struct report *report)
{
	uint64_t sum = 0;
	uint64_t kinds = 0;

	for (int s = 0; s < REPORT_SEVERITY_COUNT; s++)
		sum += report->by_severity[s];
	for (int k = 0; k < FINDING_KIND_COUNT; k++)
		kinds += report->by_kind[k];
	if (sum != report->open || kinds != report->open ||
	    report->open + report->suppressed != report->finding_count)
		BUG("the findings do not sum up");
	if (!report->distinct_is_set && (report->distinct > report->open ||
					 (report->open && !report->distinct)))
		BUG("%d distinct", (int)report->distinct);
	if (report->open && report->kind == REPORT_OF_FINDINGS &&
	    findings_pass(report, REPORT_SEVERITY_UNKNOWN,
			  FINDINGS_UNKNOWN_COUNT))
		BUG("findings pass");
	for (size_t i = 0; i < report->finding_count; i++)
		if (!report->findings[i].id || !report->findings[i].title ||
		    strlen(report->findings[i].title) > 512)
			BUG("a finding without words, or with too many");
}

static inline void coverage_agrees(const struct report *report)
{
	struct coverage_file sum = {0};

	for (size_t i = 0; i < report->file_count; i++) {
		const struct coverage_file *file = &report->files[i];

		sum.lines += file->lines;
		sum.covered += file->covered;
		sum.branches += file->branches;
		sum.branches_covered += file->branches_covered;
		if (!file->path || file->covered > file->lines ||
		    file->branches_covered > file->branches)
			BUG("more covered than there is");
	}
	if (memcmp(&sum, &report->coverage, sizeof(sum)) != 0)
		BUG("the files do not sum up");
	if (!sum.lines && report->verdict == REPORT_PASS)
		BUG("coverage of nothing passes");
}

static inline void components_agree(const struct report *report)
{
	uint64_t unknown = 0;

	for (size_t i = 0; i < report->component_count; i++) {
		unknown += !report->components[i].license;
		if (!report->components[i].name)
			BUG("a component without a name");
	}
	if (unknown != report->license_unknown)
		BUG("the components do not sum up");
}

static inline void report_agrees(const struct report *report)
{
	if ((report->verdict == REPORT_PASS) != (report->why == NULL))
		BUG("verdict and reason differ");
	if (report->kind == REPORT_OF_TESTS)
		tests_agree(report);
	if (report->has_findings)
		findings_agree(report);
	if (report->kind == REPORT_OF_COVERAGE)
		coverage_agrees(report);
	if (report->has_components)
		components_agree(report);
}

/* Nothing in it that anybody would have to look at. */
static inline bool report_is_green(const struct report *report)
{
	if (report->kind == REPORT_OF_TESTS)
		return tests_pass(report, NULL);
	if (report->kind == REPORT_OF_FINDINGS)
		return findings_pass(report, REPORT_SEVERITY_INFO,
				     FINDINGS_UNKNOWN_FAIL);
	return report->verdict == REPORT_PASS && !report->open;
}

#endif
