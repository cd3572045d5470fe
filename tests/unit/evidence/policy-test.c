/* SPDX-License-Identifier: MIT */

#include "evidence/kept.h"
#include "evidence/policy.h"
#include "support/reports.h"

/* Where nothing but severities is asked. */
static bool passes(const struct report *report, enum report_severity fail_on,
		   enum findings_unknown unknown, char **reason)
{
	struct findings_policy policy = {
		.fail_on = fail_on,
		.unknown = unknown,
		.may_be_empty = true,
		.max_age_ms = -1,
	};

	return findings_hold(report, &policy, reason);
}

/* 2 critical, 4 high, 1 medium, 3 unknown, 2 suppressed */
static void judge(enum report_severity fail_on, enum findings_unknown unknown,
		  const char *expected)
{
	struct report report = report_of("trivy/everything.json");
	char *reason = NULL;
	char *text;
	bool pass = passes(&report, fail_on, unknown, &reason);

	text = xasprintf("%s: %s", pass ? "pass" : "fail", reason);
	assert_string_equal(text, expected);
	assert_int_equal(passes(&report, fail_on, unknown, NULL), pass);
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
	assert_false(passes(&report, REPORT_SEVERITY_CRITICAL,
			    FINDINGS_UNKNOWN_FAIL, NULL));
	assert_true(passes(&report, REPORT_SEVERITY_CRITICAL,
			   FINDINGS_UNKNOWN_COUNT, NULL));
	assert_true(passes(&report, REPORT_SEVERITY_CRITICAL,
			   FINDINGS_UNKNOWN_WARN, &reason));
	assert_non_null(strstr(reason, "3 of unknown severity"));
	free(reason);
	report_release(&report);
}

static const struct findings_policy lenient = {
	.fail_on = REPORT_SEVERITY_CRITICAL,
	.unknown = FINDINGS_UNKNOWN_COUNT,
	.max_age_ms = -1,
};

/* One of each: a vulnerability with a fix and one without, and a secret. */
static struct report small_report(void)
{
	return report_of_text(
		"{\"SchemaVersion\":2,\"ArtifactName\":\"a\",\"Results\":[{"
		"\"Target\":\"t\",\"Vulnerabilities\":[{"
		"\"VulnerabilityID\":\"CVE-2031-1\",\"PkgName\":\"moss\","
		"\"InstalledVersion\":\"1\",\"FixedVersion\":\"2\","
		"\"Severity\":\"MEDIUM\"},{"
		"\"VulnerabilityID\":\"CVE-2031-2\",\"PkgName\":\"fern\","
		"\"InstalledVersion\":\"1\",\"Severity\":\"CRITICAL\"}],"
		"\"Secrets\":[{\"RuleID\":\"key\",\"Severity\":\"HIGH\"}]"
		"}]}",
		NULL);
}

static void expect(struct report *report, const struct findings_policy *policy,
		   const char *expected)
{
	char *reason = NULL;
	char *text;
	bool pass;

	findings_sort_out(report, policy);
	pass = findings_hold(report, policy, &reason);
	text = xasprintf("%s: %s", pass ? "pass" : "fail", reason);
	assert_string_equal(text, expected);
	free(text);
	free(reason);
	report_release(report);
}

static void what_nothing_mends_may_wait_but_no_secret(void **state)
{
	struct findings_policy policy = lenient;
	struct report report = small_report();

	(void)state;
	expect(&report, &policy,
	       "fail: 1 critical; the policy fails on critical and above");
	policy.only_fixable = true;
	report = small_report();
	expect(&report, &policy,
	       "pass: 2 open, none critical or above; 1 that nothing mends "
	       "yet");
	policy.fail_on = REPORT_SEVERITY_HIGH;
	report = small_report();
	expect(&report, &policy,
	       "fail: 1 high; the policy fails on high and above; 1 that "
	       "nothing mends yet");
}

/* No version will ever mend it, and it does harm now. */
static void a_package_known_to_do_harm_does_not_wait(void **state)
{
	static const char *const ids[] = {"MAL-2024-1", "GHSA-1", "GHSA-2"};
	static const char *const aliases[] = {NULL, "CVE-2031-2 MAL-2024-1",
					      NULL};
	static const char *const titles[] = {NULL, NULL, "Malware in fern"};
	struct findings_policy policy = lenient;

	(void)state;
	policy.only_fixable = true;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		struct report report = small_report();

		report.findings[1].id = ids[i];
		report.findings[1].aliases = aliases[i];
		report.findings[1].title = titles[i];
		expect(&report, &policy,
		       "fail: 1 critical; the policy fails on critical and "
		       "above");
	}
}

/* Of the same twice, when it was there once, one is new. */
static void what_was_there_before_does_not_count(void **state)
{
	struct findings_policy policy = lenient;
	struct report report = small_report();
	struct report again = small_report();
	char key[FINDING_KEY_SIZE];

	(void)state;
	policy.known = known_new();
	for (size_t i = 0; i < report.finding_count; i++) {
		finding_key(&report.findings[i], key);
		known_add(policy.known, key, report.findings[i].severity,
			  false);
	}
	findings_sort_out(&report, &policy);
	assert_int_equal(report.open, 0);
	assert_int_equal(report.known, 3);
	assert_int_equal(report.findings[1].state, FINDING_KNOWN);
	assert_int_equal(report.by_kind[FINDING_SECRET], 0);
	assert_true(findings_hold(&report, &policy, NULL));
	findings_sort_out(&again, &policy);
	assert_int_equal(again.open, 3);
	assert_true(again.is_compared && again.findings[1].is_new);
	assert_false(findings_hold(&again, &policy, NULL));
	known_free(policy.known);
	report_release(&report);
	report_release(&again);
}

/* The states of two findings of one key, when one of `was` was known. */
static void judge_two(enum report_severity was, enum report_severity first,
		      enum report_severity second, const char *expected)
{
	struct findings_policy policy = lenient;
	struct report report = small_report();
	char key[FINDING_KEY_SIZE];
	char *text;

	report.findings[0] = report.findings[1];
	report.findings[0].severity = first;
	report.findings[1].severity = second;
	finding_key(&report.findings[0], key);
	policy.known = known_new();
	known_add(policy.known, key, was, false);
	findings_sort_out(&report, &policy);
	text = xasprintf("%s, %s", finding_state_name(report.findings[0].state),
			 finding_state_name(report.findings[1].state));
	if (strcmp(text, expected) != 0)
		fail_msg("%d known, %d and %d: %s, not %s", (int)was,
			 (int)first, (int)second, text, expected);
	free(text);
	known_free(policy.known);
	report_release(&report);
}

static void what_got_worse_was_not_there_before(void **state)
{
	(void)state;
	judge_two(REPORT_SEVERITY_LOW, REPORT_SEVERITY_CRITICAL,
		  REPORT_SEVERITY_LOW, "open, known");
	judge_two(REPORT_SEVERITY_LOW, REPORT_SEVERITY_INFO,
		  REPORT_SEVERITY_INFO, "known, open");
	judge_two(REPORT_SEVERITY_CRITICAL, REPORT_SEVERITY_HIGH,
		  REPORT_SEVERITY_CRITICAL, "known, open");
	/* Nobody knows how bad: it may be as bad as any. */
	judge_two(REPORT_SEVERITY_HIGH, REPORT_SEVERITY_UNKNOWN,
		  REPORT_SEVERITY_LOW, "open, known");
	judge_two(REPORT_SEVERITY_CRITICAL, REPORT_SEVERITY_UNKNOWN,
		  REPORT_SEVERITY_LOW, "known, open");
	judge_two(REPORT_SEVERITY_UNKNOWN, REPORT_SEVERITY_LOW,
		  REPORT_SEVERITY_UNKNOWN, "open, known");
}

static void a_scan_of_nothing_is_red_unless_it_may_be_empty(void **state)
{
	struct findings_policy policy = lenient;
	struct report report = report_of("trivy/nothing-scanned.json");

	(void)state;
	expect(&report, &policy,
	       "fail: it looked at nothing: mend what it is pointed at, or "
	       "say may-be-empty: true");
	policy.may_be_empty = true;
	report = report_of("trivy/nothing-scanned.json");
	expect(&report, &policy, "pass: 0 open, none critical or above");
}

static void errors_of_the_tool_are_red_where_the_policy_is_strict(void **state)
{
	struct findings_policy policy = lenient;
	struct report report = report_of("sarif/clean.sarif");

	(void)state;
	report.tool_errors = 2;
	expect(&report, &policy, "pass: 0 open, none critical or above");
	report = report_of("sarif/clean.sarif");
	report.tool_errors = 2;
	policy.strict = true;
	expect(&report, &policy,
	       "fail: 2 errors of the tool itself, and the policy is strict");
}

static void old_data_are_red_and_so_are_data_of_no_age(void **state)
{
	struct findings_policy policy = lenient;
	struct report report = report_of("sarif/clean.sarif");
	const int64_t day = 86400000;

	(void)state;
	policy.max_age_ms = 7 * day;
	policy.now_ms = 100 * day;
	expect(&report, &policy,
	       "fail: it does not tell how old what it knows is, and the "
	       "policy has a max-age");
	report = report_of("sarif/clean.sarif");
	report.data_ms = 60 * day;
	expect(&report, &policy,
	       "fail: what it knows is 40 days old, more than the policy's "
	       "max-age: update the scanner's database");
	report = report_of("sarif/clean.sarif");
	report.data_ms = 93 * day;
	expect(&report, &policy, "pass: 0 open, none critical or above");
	/* A clock may be ahead, but not by days. */
	report = report_of("sarif/clean.sarif");
	report.data_ms = 101 * day;
	expect(&report, &policy, "pass: 0 open, none critical or above");
	report = report_of("sarif/clean.sarif");
	report.data_ms = 101 * day + 1;
	expect(&report, &policy,
	       "fail: what it knows is dated more than a day from now in the "
	       "future, so how old it is is not told, and the policy has a "
	       "max-age");
}

static void thresholds_are_of_all_reports_together(void **state)
{
	struct findings_limits limits;
	struct findings_sum sum = {{0}, {0}};
	struct report report = small_report();
	char *reason = NULL;

	(void)state;
	memset(&limits, 0xff, sizeof(limits));
	limits.by_severity[REPORT_SEVERITY_MEDIUM] = 1;
	limits.by_kind[FINDING_VULNERABILITY] = 3;
	findings_add(&sum, &report);
	assert_true(findings_within(&sum, &limits, &reason));
	assert_null(reason);
	findings_add(&sum, &report);
	assert_false(findings_within(&sum, &limits, &reason));
	assert_string_equal(reason,
			    "2 medium, and the policy lets 1 stand; 4 "
			    "vulnerability, and the policy lets 3 stand");
	free(reason);
	report_release(&report);
}

static void a_report_of_tests_has_no_findings(void **state)
{
	struct report report = report_of("tap/two-documents.tap");
	char *reason;

	(void)state;
	assert_false(passes(&report, REPORT_SEVERITY_CRITICAL,
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
		cmocka_unit_test(what_nothing_mends_may_wait_but_no_secret),
		cmocka_unit_test(a_package_known_to_do_harm_does_not_wait),
		cmocka_unit_test(what_was_there_before_does_not_count),
		cmocka_unit_test(what_got_worse_was_not_there_before),
		cmocka_unit_test(
			a_scan_of_nothing_is_red_unless_it_may_be_empty),
		cmocka_unit_test(
			errors_of_the_tool_are_red_where_the_policy_is_strict),
		cmocka_unit_test(old_data_are_red_and_so_are_data_of_no_age),
		cmocka_unit_test(thresholds_are_of_all_reports_together),
		cmocka_unit_test(a_report_of_tests_has_no_findings),
		cmocka_unit_test(failed_and_empty_reports_of_tests_do_not_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
