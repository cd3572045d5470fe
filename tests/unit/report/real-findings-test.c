/* SPDX-License-Identifier: MIT */
/* Real reports of findings. */

#include "support/real-reports.h"

static uint64_t count_kind(const struct report *report, enum finding_kind kind,
			   enum report_severity severity)
{
	uint64_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		count += !report->findings[i].suppressed &&
			 (kind == FINDING_KIND_COUNT ||
			  report->findings[i].kind == kind) &&
			 report->findings[i].severity == severity;
	return count;
}

/* {"high": 3, "low": 1}; what is not named is 0. */
static void expect_severities(const struct row *row, const char *what,
			      const struct report *report,
			      enum finding_kind kind)
{
	json_t *counts = json_object_get(row->expected, what);

	assert_true(json_is_object(counts));
	for (int s = 0; s < REPORT_SEVERITY_COUNT; s++) {
		const char *name = report_severity_name(s);
		json_int_t want =
			json_integer_value(json_object_get(counts, name));
		uint64_t got = count_kind(report, kind, s);

		if ((uint64_t)want != got)
			fail_msg("%s: %d %s %s, not %d", row->file, (int)got,
				 name, what, (int)want);
		if (kind == FINDING_KIND_COUNT)
			assert_int_equal(report->by_severity[s], want);
	}
}

/* The same, in sum. */
static void expect_sum(const struct row *row, const char *what, uint64_t got)
{
	json_t *counts = json_object_get(row->expected, what);
	json_int_t sum = 0;
	const char *name;
	json_t *count;

	json_object_foreach(counts, name, count)
	{
		sum += json_integer_value(count);
	}
	if ((uint64_t)sum != got)
		fail_msg("%s: %d %s, not %d", row->file, (int)got, what,
			 (int)sum);
}

static void check_trivy(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "trivy") != 0)
		return;
	report = read_row(row);
	expect(row, "total", report.open);
	expect(row, "suppressed", report.suppressed);
	expect(row, "targets", report.targets);
	expect(row, "fixable", report.fixable);
	expect_severities(row, "vulns", &report, FINDING_VULNERABILITY);
	expect_severities(row, "misconfig", &report, FINDING_MISCONFIGURATION);
	expect_severities(row, "secrets", &report, FINDING_SECRET);
	expect_severities(row, "licenses", &report, FINDING_LICENSE);
	report_release(&report);
}

static void check_sarif(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "sarif") != 0)
		return;
	report = read_row(row);
	expect(row, "total", report.open);
	expect(row, "suppressed", report.suppressed);
	expect(row, "distinct_rule_and_place", report.distinct);
	expect_severities(row, "findings", &report, FINDING_KIND_COUNT);
	report_release(&report);
}

static void check_grype(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "grype") != 0)
		return;
	report = read_row(row);
	expect(row, "total", report.open);
	expect(row, "suppressed", report.suppressed);
	expect(row, "fixable", report.fixable);
	expect_severities(row, "vulns", &report, FINDING_VULNERABILITY);
	expect_sum(row, "vulns_dedup", report.distinct);
	report_release(&report);
}

static void check_osv(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "osv") != 0)
		return;
	report = read_row(row);
	expect(row, "total", report.open);
	expect_severities(row, "groups", &report, FINDING_KIND_COUNT);
	report_release(&report);
}

static void check_snyk(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "snyk") != 0)
		return;
	report = read_row(row);
	expect(row, "total", report.open);
	expect(row, "dedup_total", report.distinct);
	expect(row, "ignored", report.suppressed);
	expect(row, "projects", report.targets);
	expect_severities(row, "vulns", &report, FINDING_VULNERABILITY);
	expect_severities(row, "license_issues", &report, FINDING_LICENSE);
	report_release(&report);
}

static void check_semgrep(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "semgrep") != 0)
		return;
	report = read_row(row);
	expect(row, "total", report.open);
	expect(row, "suppressed", report.suppressed);
	expect(row, "distinct_rule_and_place", report.distinct);
	expect(row, "scan_errors", report.tool_errors);
	expect_severities(row, "findings", &report, FINDING_KIND_COUNT);
	report_release(&report);
}

static void check_gitleaks(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "gitleaks") != 0)
		return;
	report = read_row(row);
	expect(row, "secrets", report.open);
	expect(row, "secrets", report.by_kind[FINDING_SECRET]);
	expect(row, "distinct_rule_file_line", report.distinct);
	report_release(&report);
}

static void check_bandit(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "bandit") != 0)
		return;
	report = read_row(row);
	expect(row, "total", report.open);
	expect(row, "scan_errors", report.tool_errors);
	expect_severities(row, "findings", &report, FINDING_KIND_COUNT);
	report_release(&report);
}

/* An answer that is an error has a row, too. */
static void check_npm(const struct row *row)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (strcmp(row->format, "npm-audit") != 0)
		return;
	if (json_object_get(row->expected, "error")) {
		assert_int_equal(report_read(row->path, NULL, &report, &err),
				 -1);
		assert_non_null(strstr(err.message, "405 Method Not Allowed"));
		error_clear(&err);
		return;
	}
	report = read_row(row);
	expect(row, "packages_total", report.open);
	expect(row, "advisories_total", report.distinct);
	expect(row, "fixable_packages", report.fixable);
	expect_severities(row, "packages", &report, FINDING_KIND_COUNT);
	report_release(&report);
}

static void check_retire(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "retire") != 0)
		return;
	report = read_row(row);
	expect_severities(row, "vulns", &report, FINDING_VULNERABILITY);
	report_release(&report);
}

/* The index has no numbers for it. */
static void check_cppcheck(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "cppcheck") != 0)
		return;
	report = read_row(row);
	assert_true(report.open > 0);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_UNKNOWN], 0);
	report_release(&report);
}

static void trivy_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_trivy);
}

static void sarif_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_sarif);
}

static void grype_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_grype);
}

static void osv_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_osv);
}

static void snyk_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_snyk);
}

static void semgrep_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_semgrep);
}

static void gitleaks_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_gitleaks);
}

static void bandit_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_bandit);
}

static void npm_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_npm);
}

static void retire_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_retire);
}

static void cppcheck_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_cppcheck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trivy_agrees_with_the_index),
		cmocka_unit_test(sarif_agrees_with_the_index),
		cmocka_unit_test(grype_agrees_with_the_index),
		cmocka_unit_test(osv_agrees_with_the_index),
		cmocka_unit_test(snyk_agrees_with_the_index),
		cmocka_unit_test(semgrep_agrees_with_the_index),
		cmocka_unit_test(gitleaks_agrees_with_the_index),
		cmocka_unit_test(bandit_agrees_with_the_index),
		cmocka_unit_test(npm_agrees_with_the_index),
		cmocka_unit_test(retire_agrees_with_the_index),
		cmocka_unit_test(cppcheck_agrees_with_the_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
