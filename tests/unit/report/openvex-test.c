/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void what_is_said_not_to_matter_is_suppressed(void **state)
{
	struct report report = report_of("openvex/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(report.format, "openvex");
	assert_int_equal(report.open, 2);
	assert_int_equal(report.suppressed, 3);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_UNKNOWN], 2);
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_string_equal(f[0].suppression,
			    "not_affected: "
			    "vulnerable_code_not_in_execute_path");
	assert_string_equal(f[1].suppression,
			    "not_affected: The port is closed");
	assert_string_equal(f[2].suppression, "fixed");
	assert_string_equal(f[2].source, "vex");
	report_release(&report);
}

static void a_statement_says_of_what_it_is(void **state)
{
	struct report report = report_of("openvex/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f[0].id, "CVE-2026-5001");
	assert_string_equal(f[0].package, "pkg:oci/shop@1.0");
	assert_string_equal(f[0].purl, "pkg:oci/shop@1.0");
	assert_string_equal(f[1].id,
			    "https://vex.example.org/vulnerabilities/5002");
	assert_string_equal(f[1].purl, "pkg:pypi/gravel@1.9.0");
	assert_string_equal(f[3].title, "affected: Update to 1.1");
	assert_null(f[3].purl);
	report_release(&report);
	report = report_of("openvex/version-0.0.json");
	assert_string_equal(report.findings[0].id, "CVE-2026-5001");
	assert_string_equal(report.findings[0].package, "pkg:oci/shop@1.0");
	assert_int_equal(report.suppressed, 1);
	report_release(&report);
}

static void expect_fault(const char *statement, const char *part)
{
	char *text = xasprintf("{\"@context\":\"https://openvex.dev/ns\","
			       "\"statements\":[%s]}",
			       statement);
	struct report report = report_of_text(text, NULL);

	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_int_equal(report.suppressed, 0);
	assert_int_equal(report.open, 1);
	if (!strstr(report.why, part))
		fail_msg("'%s' does not say '%s'", report.why, part);
	report_release(&report);
	free(text);
}

static void a_statement_without_its_reason_is_never_green(void **state)
{
	struct report report = report_of("openvex/no-justification.json");

	(void)state;
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_string_equal(report.why, "the statement on CVE-2026-5001 is "
					"not_affected without a justification");
	assert_int_equal(report.suppressed, 0);
	report_release(&report);
	expect_fault("{\"vulnerability\":\"A\",\"status\":\"affected\"}",
		     "without an action statement");
	expect_fault("{\"vulnerability\":\"A\",\"status\":\"Fixed\"}",
		     "of no status");
	expect_fault("{\"vulnerability\":\"A\"}", "of no status");
	expect_fault("{}", "(no id)");
	assert_text_refused("{\"@context\":\"https://openvex.dev/ns\","
			    "\"statements\":null}",
			    NULL, "is no list");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_not_to_matter_is_suppressed),
		cmocka_unit_test(a_statement_says_of_what_it_is),
		cmocka_unit_test(a_statement_without_its_reason_is_never_green),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
