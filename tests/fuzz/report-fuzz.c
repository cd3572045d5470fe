/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a report: by their content, then as each known format. What
 * is read must agree with itself.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tests(const struct report *report)
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

static void check_findings(const struct report *report)
{
	uint64_t sum = 0;

	for (int s = 0; s < REPORT_SEVERITY_COUNT; s++)
		sum += report->by_severity[s];
	if (sum != report->open ||
	    report->open + report->suppressed != report->finding_count)
		BUG("the findings do not sum up");
	/* npm tells fewer packages than advisories behind them. */
	if ((report->distinct > report->open && !report->distinct_is_set) ||
	    (report->open && !report->distinct))
		BUG("%d distinct", (int)report->distinct);
	if (report->open && findings_pass(report, REPORT_SEVERITY_UNKNOWN,
					  FINDINGS_UNKNOWN_COUNT, NULL))
		BUG("findings pass");
	for (size_t i = 0; i < report->finding_count; i++)
		if (!report->findings[i].id || !report->findings[i].title ||
		    strlen(report->findings[i].title) > 512)
			BUG("a finding without words, or with too many");
}

static void try_format(const char *text, size_t size, const char *format)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (report_parse(text, size, "input", format, &report, &err) < 0) {
		if (err.code == ERROR_NONE || report.pool)
			BUG("refused without a reason");
		error_clear(&err);
		return;
	}
	if ((report.verdict == REPORT_PASS) != (report.why == NULL))
		BUG("verdict and reason differ");
	if (report.kind == REPORT_OF_TESTS)
		check_tests(&report);
	if (report.has_findings)
		check_findings(&report);
	report_release(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const *formats = report_formats();
	/* A copy of its own, so that a read past the end is seen. */
	char *text = xmalloc(size + 1);

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	try_format(text, size, NULL);
	for (; *formats; formats++)
		try_format(text, size, *formats);
	free(text);
	return 0;
}
