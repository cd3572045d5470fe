/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void every_kind_of_finding_is_counted(void **state)
{
	struct report report = report_of("trivy/everything.json");
	const uint64_t *n = report.by_severity;

	(void)state;
	assert_string_equal(report.format, "trivy");
	assert_int_equal(report.open, 10);
	assert_int_equal(n[REPORT_SEVERITY_CRITICAL], 2);
	assert_int_equal(n[REPORT_SEVERITY_HIGH], 4);
	assert_int_equal(n[REPORT_SEVERITY_MEDIUM], 1);
	assert_int_equal(n[REPORT_SEVERITY_UNKNOWN], 3);
	assert_int_equal(report.distinct, 9);
	assert_int_equal(report.fixable, 1);
	assert_int_equal(report.by_kind[FINDING_VULNERABILITY], 5);
	assert_int_equal(report.by_kind[FINDING_MISCONFIGURATION], 2);
	assert_int_equal(report.by_kind[FINDING_SECRET], 1);
	assert_int_equal(report.by_kind[FINDING_LICENSE], 2);
	assert_true(report.has_findings && report.has_secrets);
	assert_int_equal(report.targets, 5);
	report_release(&report);
}

static void what_an_ignore_took_away_is_listed(void **state)
{
	struct report report = report_of("trivy/everything.json");
	int seen = 0;

	(void)state;
	assert_int_equal(report.suppressed, 2);
	for (size_t i = 0; i < report.finding_count; i++) {
		const struct finding *f = &report.findings[i];

		if (!f->suppressed)
			continue;
		seen++;
		if (f->kind != FINDING_VULNERABILITY)
			continue;
		assert_string_equal(f->suppression,
				    "not_affected: not built in (vex.json)");
		assert_string_equal(f->source, "vex.json");
	}
	assert_int_equal(seen, 2);
	assert_string_equal(report.notes.items[0],
			    "misconfigurations that a policy of Trivy excepts, "
			    "not counted here: 1");
	report_release(&report);
}

static void findings_say_what_and_where(void **state)
{
	struct report report = report_of("trivy/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f[0].id, "CVE-2026-0001");
	assert_string_equal(f[0].package, "zlib");
	assert_string_equal(f[0].installed, "1.2.13");
	assert_string_equal(f[0].fixed, "1.3.1, 1.2.14");
	assert_string_equal(f[0].path, "debian");
	assert_null(f[1].fixed);
	assert_string_equal(f[2].title, "first line");
	assert_string_equal(f[4].path, "app/lib.so");
	assert_string_equal(f[7].id, "DS-0002");
	assert_int_equal(f[7].line, 7);
	report_release(&report);
}

static void no_secret_and_no_source_line_is_kept(void **state)
{
	struct report report = report_of("trivy/everything.json");

	(void)state;
	assert_no_finding_says(&report, "hunter2");
	report_release(&report);
}

static void the_old_array_is_read(void **state)
{
	static const char *const nothing[] = {"[]", "null"};
	struct report report = report_of("trivy/old-array.json");

	(void)state;
	assert_int_equal(report.open, 1);
	assert_int_equal(report.targets, 2);
	assert_int_equal(report.fixable, 1);
	report_release(&report);
	for (size_t i = 0; i < ARRAY_SIZE(nothing); i++) {
		report = report_of_text(nothing[i], "trivy");
		assert_int_equal(report.targets, 0);
		assert_int_equal(report.notes.count, 1);
		report_release(&report);
		assert_text_refused(nothing[i], NULL,
				    "trivy, and what it holds does not tell");
	}
}

static void packages_tell_who_brought_one_in(void **state)
{
	struct report report = report_of("trivy/chains.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f[0].chain, "plum@1 > pear@2 > sloe@3");
	assert_null(f[1].chain);
	assert_null(f[2].chain); /* of another target */
	report_release(&report);
}

static void a_scan_of_nothing_says_so(void **state)
{
	struct report report = report_of("trivy/nothing-scanned.json");

	(void)state;
	assert_int_equal(report.targets, 0);
	assert_int_equal(report.notes.count, 1);
	assert_non_null(strstr(report.notes.items[0], "nothing to scan"));
	report_release(&report);
}

static void other_shapes_are_refused_by_name(void **state)
{
	static const char list[] = "{\"SchemaVersion\":2,\"ArtifactName\":"
				   "\"a\",\"Results\":[{\"Target\":\"t\","
				   "\"Vulnerabilities\":{}}]}";

	(void)state;
	assert_file_refused("trivy/cluster.json", "trivy k8s");
	assert_file_refused("trivy/operator.json", "trivy-operator");
	assert_file_refused("trivy/schema-3.json", "schema other than 2");
	assert_refused(list, sizeof(list) - 1, NULL, "no list of objects");
}

static void a_format_that_is_named_must_be_right(void **state)
{
	char *path = report_fixture("sarif/clean.sarif");
	struct error err = ERROR_INIT;
	struct report report;

	(void)state;
	assert_int_equal(report_read(path, "trivy", &report, &err), -1);
	assert_non_null(strstr(err.message, "by its content it is sarif"));
	error_clear(&err);
	free(path);
}

/* The environment of an image stands in its configuration and its history. */
static void what_has_an_image_s_environment_is_not_copied(void **state)
{
	static const char *const configs[] = {
		"{\"architecture\":\"\",\"config\":{}}",
		"{\"config\":{\"Env\":[\"TOKEN=x\"]}}",
		"{\"history\":[{\"created_by\":\"ENV TOKEN=x\"}]}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(configs); i++) {
		char *text = xasprintf("{\"SchemaVersion\":2,\"Metadata\":{"
				       "\"ImageConfig\":%s},\"Results\":["
				       "{\"Target\":\"a\"}]}",
				       configs[i]);
		struct report report = report_of_text(text, "trivy");

		assert_int_equal(report.has_secrets, i > 0);
		report_release(&report);
		free(text);
	}
}

static void a_distribution_without_advisories_is_told(void **state)
{
	struct report report = report_of_text(
		"{\"SchemaVersion\":2,\"Metadata\":{\"OS\":{\"Family\":"
		"\"alpine\",\"Name\":\"3.9.4\",\"EOSL\":true}},\"Results\":["
		"{\"Target\":\"a\",\"Class\":\"os-pkgs\"}]}",
		"trivy");

	(void)state;
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.tool_errors, 1);
	assert_int_equal(report.notes.count, 1);
	assert_non_null(strstr(report.notes.items[0], "alpine 3.9.4 gets no"));
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_finding_is_counted),
		cmocka_unit_test(what_an_ignore_took_away_is_listed),
		cmocka_unit_test(findings_say_what_and_where),
		cmocka_unit_test(no_secret_and_no_source_line_is_kept),
		cmocka_unit_test(the_old_array_is_read),
		cmocka_unit_test(packages_tell_who_brought_one_in),
		cmocka_unit_test(a_scan_of_nothing_says_so),
		cmocka_unit_test(a_distribution_without_advisories_is_told),
		cmocka_unit_test(other_shapes_are_refused_by_name),
		cmocka_unit_test(a_format_that_is_named_must_be_right),
		cmocka_unit_test(what_has_an_image_s_environment_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
