/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void packages_count_and_advisories_are_distinct(void **state)
{
	struct report report = report_of("npm-audit/version-2.json");
	const uint64_t *n = report.by_severity;

	(void)state;
	assert_string_equal(report.format, "npm-audit");
	assert_int_equal(report.open, 5);
	assert_int_equal(n[REPORT_SEVERITY_CRITICAL], 1);
	assert_int_equal(n[REPORT_SEVERITY_MEDIUM], 3);
	assert_int_equal(n[REPORT_SEVERITY_LOW], 1);
	assert_int_equal(report.distinct, 3);
	assert_int_equal(report.fixable, 3);
	assert_int_equal(report.notes.count, 0);
	report_release(&report);
}

/* An exception for one advisory must not hide another. */
static void an_advisory_behind_a_package_alone_is_its_id(void **state)
{
	static const char *const ids[] = {
		"GHSA-ssss-0000-0001", "flint", "GHSA-ssss-0000-0001",
		"GHSA-ssss-0000-0001", "silt",
	};
	struct report report = report_of("npm-audit/version-2.json");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		assert_string_equal(report.findings[i].id, ids[i]);
	assert_string_equal(report.findings[0].url,
			    "https://advisories.example.org/"
			    "GHSA-ssss-0000-0001");
	assert_null(report.findings[4].url);
	report_release(&report);
}

static void a_finding_says_what_and_through_whom(void **state)
{
	struct report report = report_of("npm-audit/version-2.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f[0].title, "needs a vulnerable grit");
	assert_string_equal(f[0].fixed, "3.0.0");
	assert_null(f[0].chain);
	assert_string_equal(f[1].title, "");
	assert_null(f[1].fixed);
	assert_string_equal(f[2].fixed, "cobble 3.0.0");
	assert_string_equal(f[2].chain, "cobble > grit");
	assert_string_equal(f[3].title, "Endless loop in sand");
	assert_string_equal(f[3].chain, "cobble > grit > sand");
	assert_string_equal(f[3].path, "node_modules/grit/node_modules/sand");
	assert_string_equal(f[3].fixed, "a later one");
	assert_string_equal(f[4].title, "Runs what it reads; Path of another");
	report_release(&report);
}

static void version_1_lists_advisories(void **state)
{
	struct report report = report_of("npm-audit/version-1.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_int_equal(report.open, 2);
	assert_int_equal(report.distinct, 2);
	assert_int_equal(report.fixable, 1);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_MEDIUM], 1);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_HIGH], 1);
	assert_string_equal(f[0].id, "CVE-2026-4001");
	assert_string_equal(f[0].aliases, "CVE-2026-4001");
	assert_string_equal(f[0].package, "sand");
	assert_string_equal(f[0].installed, "1.1.0");
	assert_string_equal(f[0].fixed, ">=1.2.0");
	assert_string_equal(f[0].chain, "cobble>grit>sand");
	assert_string_equal(f[1].id, "GHSA-ssss-0000-0002");
	assert_null(f[1].fixed);
	report_release(&report);
}

static void packages_that_need_each_other_end(void **state)
{
	struct report report = report_of_text(
		"{\"auditReportVersion\":2,\"vulnerabilities\":{"
		"\"a\":{\"name\":\"a\",\"via\":[\"b\"],\"effects\":[\"b\"]},"
		"\"b\":{\"name\":\"b\",\"via\":[\"a\"],\"effects\":[\"a\"]}}}",
		NULL);

	(void)state;
	assert_int_equal(report.open, 2);
	assert_int_equal(report.distinct, 1);
	assert_string_equal(report.findings[0].id, "a");
	report_release(&report);
}

static void what_is_declared_otherwise_is_told(void **state)
{
	struct report report = report_of_text(
		"{\"auditReportVersion\":2,\"vulnerabilities\":{\"a\":{}},"
		"\"metadata\":{\"vulnerabilities\":{\"total\":3}}}",
		NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.notes.count, 1);
	assert_string_equal(report.notes.items[0],
			    "it declares 3 vulnerable packages and lists 1");
	report_release(&report);
}

static void an_error_or_a_list_without_its_packages_is_never_green(void **state)
{
	struct report report = report_of("npm-audit/clean.json");

	(void)state;
	assert_int_equal(report.open, 0);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
	assert_file_refused("npm-audit/error.json", "403 Forbidden");
	assert_text_refused("{\"error\":{\"code\":\"ENOLOCK\",\"summary\":"
			    "\"there is no lock file\"}}",
			    "npm-audit", "there is no lock file");
	assert_text_refused("{\"auditReportVersion\":2,\"vulnerabilities\":[]}",
			    NULL, "is no object");
	report = report_of_text(
		"{\"auditReportVersion\":2,\"vulnerabilities\":{},"
		"\"metadata\":{\"vulnerabilities\":{\"total\":3}}}",
		NULL);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
}

/* As by pnpm's list of what to ignore. */
static void version_1_must_list_what_it_declares(void **state)
{
	struct report report = report_of_text(
		"{\"actions\":[],\"advisories\":{},\"metadata\":{"
		"\"vulnerabilities\":{\"high\":3,\"critical\":1}}}",
		NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "declares 4 vulnerabilities"));
	report_release(&report);
	report = report_of_text(
		"{\"advisories\":{\"1\":{\"severity\":\"moderate\"}},"
		"\"metadata\":{\"vulnerabilities\":{\"moderate\":4}}}",
		NULL);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void each_severity_that_is_declared_is_listed(void **state)
{
	static const char *const texts[] = {
		"{\"advisories\":{\"1\":{\"severity\":\"low\"}},"
		"\"metadata\":{\"vulnerabilities\":{\"low\":1,\"high\":2}}}",
		"{\"auditReportVersion\":2,\"vulnerabilities\":{\"a\":{"
		"\"severity\":\"low\"}},\"metadata\":{\"vulnerabilities\":{"
		"\"low\":1,\"high\":2,\"total\":3}}}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct report report = report_of_text(texts[i], NULL);

		assert_int_equal(report.verdict, REPORT_FAIL);
		assert_non_null(
			strstr(report.why, "declares 2 vulnerabilities"));
		report_release(&report);
	}
}

static void what_is_declared_in_words_is_not_believed(void **state)
{
	struct report report = report_of_text(
		"{\"auditReportVersion\":2,\"vulnerabilities\":{},\"metadata\""
		":{\"vulnerabilities\":{\"high\":\"3\",\"total\":\"3\"}}}",
		NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "'high' is no number"));
	report_release(&report);
}

static void a_scan_of_nothing_says_so(void **state)
{
	struct report report = report_of_text(
		"{\"auditReportVersion\":2,\"vulnerabilities\":{},\"metadata\""
		":{\"dependencies\":{\"prod\":1,\"total\":0}}}",
		NULL);

	(void)state;
	assert_true(report.nothing_scanned);
	report_release(&report);
	report = report_of_text(
		"{\"auditReportVersion\":2,\"vulnerabilities\":{},\"metadata\""
		":{\"dependencies\":{\"prod\":1,\"total\":4}}}",
		NULL);
	assert_false(report.nothing_scanned);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packages_count_and_advisories_are_distinct),
		cmocka_unit_test(an_advisory_behind_a_package_alone_is_its_id),
		cmocka_unit_test(a_finding_says_what_and_through_whom),
		cmocka_unit_test(version_1_lists_advisories),
		cmocka_unit_test(packages_that_need_each_other_end),
		cmocka_unit_test(what_is_declared_otherwise_is_told),
		cmocka_unit_test(
			an_error_or_a_list_without_its_packages_is_never_green),
		cmocka_unit_test(version_1_must_list_what_it_declares),
		cmocka_unit_test(each_severity_that_is_declared_is_listed),
		cmocka_unit_test(what_is_declared_in_words_is_not_believed),
		cmocka_unit_test(a_scan_of_nothing_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
