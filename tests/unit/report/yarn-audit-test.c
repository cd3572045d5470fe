/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void each_path_to_an_advisory_counts(void **state)
{
	struct report report = report_of("yarn-audit/everything.jsonl");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(report.format, "yarn-audit");
	assert_int_equal(report.open, 2);
	assert_int_equal(report.distinct, 1);
	assert_int_equal(report.fixable, 2);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_MEDIUM], 2);
	assert_string_equal(f[0].id, "CVE-2026-4001");
	assert_string_equal(f[0].chain, "cobble>grit>sand");
	assert_string_equal(f[1].chain, "silt>sand");
	report_release(&report);
}

static void a_clean_audit_is_its_summary_alone(void **state)
{
	struct report report = report_of("yarn-audit/clean.jsonl");

	(void)state;
	assert_string_equal(report.format, "yarn-audit");
	assert_int_equal(report.open, 0);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void one_that_is_cut_or_failed_is_never_green(void **state)
{
	struct report report =
		report_of_text("{\"type\":\"error\",\"data\":\"no registry\"}\n"
			       "{\"type\":\"auditSummary\",\"data\":{}}\n",
			       NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
	assert_text_refused("{\"type\":\"auditAdvisory\",\"data\":{"
			    "\"advisory\":{}}}\n",
			    NULL, "has no summary");
	assert_text_refused("{\"type\":\"auditSummary\"}\n{\"type\":\"au", NULL,
			    "r:2: this is no line");
	assert_text_refused("{\"type\":\"auditAdvisory\",\"data\":{}}\n"
			    "{\"type\":\"auditSummary\"}\n",
			    NULL, "r:1: this is no line");
}

#define ADVISORY                                                        \
	"{\"type\":\"auditAdvisory\",\"data\":{\"advisory\":{\"id\":1," \
	"\"severity\":\"high\"}}}\n"
#define SUMMARY(high)                                                          \
	"{\"type\":\"auditSummary\",\"data\":{\"vulnerabilities\":{\"low\":0," \
	"\"high\":" #high "},\"dependencies\":4}}\n"

/* yarn's --level filters the lines, and not the summary. */
static void what_is_declared_and_not_listed_is_never_green(void **state)
{
	struct report report = report_of_text(SUMMARY(5), NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "declares 5 vulnerabilities"));
	report_release(&report);
	report = report_of_text(ADVISORY SUMMARY(5) SUMMARY(1), NULL);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
	report = report_of_text(
		ADVISORY "{\"type\":\"auditSummary\",\"data\":{"
			 "\"vulnerabilities\":{\"high\":1,\"critical\":2}}}\n",
		NULL);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "declares 2 vulnerabilities"));
	report_release(&report);
	report = report_of_text(ADVISORY SUMMARY(5) SUMMARY(0), NULL);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void the_second_of_two_audits_may_be_cut(void **state)
{
	(void)state;
	assert_text_refused(ADVISORY SUMMARY(1) ADVISORY, NULL,
			    "has no summary");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_to_an_advisory_counts),
		cmocka_unit_test(a_clean_audit_is_its_summary_alone),
		cmocka_unit_test(one_that_is_cut_or_failed_is_never_green),
		cmocka_unit_test(
			what_is_declared_and_not_listed_is_never_green),
		cmocka_unit_test(the_second_of_two_audits_may_be_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
