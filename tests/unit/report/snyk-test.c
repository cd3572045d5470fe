/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void every_path_counts_and_the_same_package_once(void **state)
{
	struct report report = report_of("snyk/projects.json");
	const uint64_t *n = report.by_severity;

	(void)state;
	assert_string_equal(report.format, "snyk");
	assert_int_equal(report.open, 4);
	assert_int_equal(n[REPORT_SEVERITY_CRITICAL], 1);
	assert_int_equal(n[REPORT_SEVERITY_HIGH], 2);
	assert_int_equal(n[REPORT_SEVERITY_MEDIUM], 1);
	assert_int_equal(report.by_kind[FINDING_VULNERABILITY], 3);
	assert_int_equal(report.by_kind[FINDING_LICENSE], 1);
	assert_int_equal(report.distinct, 3);
	assert_int_equal(report.targets, 2);
	report_release(&report);
}

static void a_finding_says_what_where_and_through_whom(void **state)
{
	struct report report = report_of("snyk/projects.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f->id, "SNYK-JS-GRANITE-100001");
	assert_string_equal(f->aliases, "CVE-2026-3001");
	assert_string_equal(f->title, "Prototype Pollution");
	assert_string_equal(f->package, "granite");
	assert_string_equal(f->installed, "2.1.0");
	assert_string_equal(f->chain,
			    "shop@1.0.0 > quarry@3.0.0 > granite@2.1.0");
	assert_string_equal(f->path, "package-lock.json");
	report_release(&report);
}

static void a_fix_or_an_upgrade_makes_it_fixable(void **state)
{
	struct report report = report_of("snyk/projects.json");

	(void)state;
	assert_string_equal(report.findings[0].fixed, "2.1.4, 3.0.0");
	assert_string_equal(report.findings[1].fixed, "2.1.4");
	assert_null(report.findings[2].fixed);
	assert_int_equal(report.fixable, 2);
	report_release(&report);
}

static void what_the_policy_ignores_is_listed(void **state)
{
	struct report report = report_of("snyk/projects.json");
	const struct finding *f = &report.findings[4];

	(void)state;
	assert_int_equal(report.suppressed, 2);
	assert_string_equal(f[0].id, "SNYK-JS-SHALE-100003");
	assert_string_equal(f[0].suppression, "never called");
	assert_string_equal(f[0].source, ".snyk");
	assert_string_equal(f[1].suppression, "ignored without a reason");
	report_release(&report);
}

static void applications_in_an_image_count(void **state)
{
	struct report report = report_of("snyk/container.json");

	(void)state;
	assert_int_equal(report.open, 2);
	assert_int_equal(report.targets, 2);
	assert_string_equal(report.findings[0].path, "shop:1");
	assert_string_equal(report.findings[0].fixed, "1.0-3");
	assert_string_equal(report.findings[1].path, "/app/package.json");
	report_release(&report);
}

static void a_clean_project_is_read(void **state)
{
	struct report report = report_of("snyk/clean.json");

	(void)state;
	assert_int_equal(report.open, 0);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void a_project_that_was_not_scanned_is_never_green(void **state)
{
	struct report report = report_of("snyk/project-failed.json");
	static const char inner[] =
		"{\"ok\":true,\"vulnerabilities\":[],"
		"\"packageManager\":\"deb\",\"applications\":[{}]}";

	(void)state;
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_string_equal(report.why, "Snyk did not scan services/mail: "
					"Missing node_modules folder");
	report_release(&report);
	report = report_of_text("{\"ok\":false,\"error\":\"No token\","
				"\"path\":\"/src\"}",
				NULL);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_string_equal(report.why, "Snyk did not scan /src: No token");
	report_release(&report);
	report = report_of_text("{\"ok\":false,\"vulnerabilities\":[],"
				"\"path\":\"/src\"}",
				NULL);
	assert_string_equal(report.why, "Snyk says that /src is not ok, and "
					"lists nothing of it");
	report_release(&report);
	assert_text_refused(inner, NULL, "did not scan it");
	assert_text_refused("[]", "snyk", "no Snyk JSON");
}

static void a_scan_of_nothing_says_so(void **state)
{
	struct report report = report_of_text(
		"[{\"ok\":true,\"vulnerabilities\":[],\"dependencyCount\":0,\"p"
		"ackageManager\":\"npm\"}]",
		NULL);

	(void)state;
	assert_true(report.nothing_scanned);
	report_release(&report);
	report = report_of_text(
		"[{\"ok\":true,\"vulnerabilities\":[],\"dependencyCount\":0,\"p"
		"ackageManager\":\"npm\"},{\"ok\":true,\"vulnerabilities\":[],"
		"\""
		"packageManager\":\"npm\"}]",
		NULL);
	assert_false(report.nothing_scanned);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_path_counts_and_the_same_package_once),
		cmocka_unit_test(a_finding_says_what_where_and_through_whom),
		cmocka_unit_test(a_fix_or_an_upgrade_makes_it_fixable),
		cmocka_unit_test(what_the_policy_ignores_is_listed),
		cmocka_unit_test(applications_in_an_image_count),
		cmocka_unit_test(a_clean_project_is_read),
		cmocka_unit_test(a_project_that_was_not_scanned_is_never_green),
		cmocka_unit_test(a_scan_of_nothing_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
