/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

/* 2 critical, 4 high, 1 medium, 3 unknown, 2 suppressed */
static void judge(enum report_severity fail_on, enum findings_unknown unknown,
		  const char *expected)
{
	struct report report = report_of("trivy/everything.json");
	char *reason = NULL;
	char *text;
	bool pass = findings_pass(&report, fail_on, unknown, &reason);

	text = xasprintf("%s: %s", pass ? "pass" : "fail", reason);
	assert_string_equal(text, expected);
	assert_int_equal(findings_pass(&report, fail_on, unknown, NULL), pass);
	free(text);
	free(reason);
	report_release(&report);
}

static void the_threshold_counts_itself_and_above(void **state)
{
	(void)state;
	judge(REPORT_SEVERITY_HIGH, FINDINGS_UNKNOWN_COUNT,
	      "fail: 2 critical, 4 high; the policy fails on high and above; "
	      "2 suppressed by the report itself");
	judge(REPORT_SEVERITY_INFO, FINDINGS_UNKNOWN_COUNT,
	      "fail: 2 critical, 4 high, 1 medium; the policy fails on info "
	      "and above; 2 suppressed by the report itself");
}

static void unknown_severity_fails_unless_told_otherwise(void **state)
{
	struct report report = report_of("trivy/everything.json");
	char *reason;

	(void)state;
	judge(REPORT_SEVERITY_CRITICAL, FINDINGS_UNKNOWN_FAIL,
	      "fail: 2 critical, 3 of unknown severity; the policy fails on "
	      "critical and above; 2 suppressed by the report itself");
	report.by_severity[REPORT_SEVERITY_CRITICAL] = 0;
	assert_false(findings_pass(&report, REPORT_SEVERITY_CRITICAL,
				   FINDINGS_UNKNOWN_FAIL, NULL));
	assert_true(findings_pass(&report, REPORT_SEVERITY_CRITICAL,
				  FINDINGS_UNKNOWN_COUNT, NULL));
	assert_true(findings_pass(&report, REPORT_SEVERITY_CRITICAL,
				  FINDINGS_UNKNOWN_WARN, &reason));
	assert_non_null(strstr(reason, "3 of unknown severity"));
	free(reason);
	report_release(&report);
}

static void a_report_of_tests_has_no_findings(void **state)
{
	struct report report = report_of("tap/two-documents.tap");
	char *reason;

	(void)state;
	assert_false(findings_pass(&report, REPORT_SEVERITY_CRITICAL,
				   FINDINGS_UNKNOWN_COUNT, &reason));
	free(reason);
	assert_true(tests_pass(&report, &reason));
	assert_string_equal(reason, "3 tests, 3 passed");
	free(reason);
	report_release(&report);
}

static void failed_and_empty_reports_of_tests_do_not_pass(void **state)
{
	struct report report = report_of("tap/mixed.tap");
	char *reason;

	(void)state;
	assert_false(tests_pass(&report, &reason));
	assert_string_equal(reason,
			    "1 of 4 tests did not pass, the first: divides");
	free(reason);
	report_release(&report);
	report = report_of("tap/nothing.tap");
	assert_int_equal(report.verdict, REPORT_EMPTY);
	assert_false(tests_pass(&report, NULL));
	report_release(&report);
	report = report_of("trivy/old-array.json");
	assert_false(tests_pass(&report, NULL));
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_threshold_counts_itself_and_above),
		cmocka_unit_test(unknown_severity_fails_unless_told_otherwise),
		cmocka_unit_test(a_report_of_tests_has_no_findings),
		cmocka_unit_test(failed_and_empty_reports_of_tests_do_not_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
