/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void every_match_counts_and_the_same_twice_once(void **state)
{
	struct report report = report_of("grype/everything.json");
	const uint64_t *n = report.by_severity;

	(void)state;
	assert_string_equal(report.format, "grype");
	assert_int_equal(report.open, 5);
	assert_int_equal(n[REPORT_SEVERITY_HIGH], 2);
	assert_int_equal(n[REPORT_SEVERITY_INFO], 1);
	assert_int_equal(n[REPORT_SEVERITY_UNKNOWN], 2);
	assert_int_equal(report.by_kind[FINDING_VULNERABILITY], 5);
	assert_int_equal(report.distinct, 4);
	report_release(&report);
}

static void a_finding_says_what_where_and_under_which_names(void **state)
{
	struct report report = report_of("grype/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f->id, "GHSA-aaaa-bbbb-cccc");
	assert_string_equal(f->aliases, "CVE-2026-1001");
	assert_string_equal(f->title, "A long path ends the parser early");
	assert_string_equal(f->package, "gravel");
	assert_string_equal(f->installed, "1.9.0");
	assert_string_equal(f->purl, "pkg:pypi/gravel@1.9.0");
	assert_string_equal(f->path, "/srv/app/gravel-1.9.0.dist-info");
	assert_string_equal(
		f->url, "https://advisories.example.org/GHSA-aaaa-bbbb-cccc");
	report_release(&report);
}

/* A version that is told for what will not be fixed mends nothing. */
static void only_the_state_fixed_is_fixable(void **state)
{
	struct report report = report_of("grype/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f[0].fixed, "2.0.1, 1.9.4");
	assert_null(f[2].fixed);
	assert_null(f[3].fixed);
	assert_string_equal(f[4].fixed, "a later one");
	assert_int_equal(report.fixable, 3);
	report_release(&report);
	report = report_of("grype/old.json");
	assert_string_equal(report.findings[0].fixed, "1.9.4");
	assert_null(report.findings[1].fixed);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_MEDIUM], 1);
	report_release(&report);
}

static void what_a_rule_took_away_is_listed_with_its_reason(void **state)
{
	struct report report = report_of("grype/everything.json");
	const struct finding *f = &report.findings[5];

	(void)state;
	assert_int_equal(report.suppressed, 3);
	assert_string_equal(f[0].suppression, "not built in");
	assert_string_equal(f[0].source, ".grype.yaml");
	assert_string_equal(f[1].suppression, "component_not_present");
	assert_string_equal(f[1].source, "vex");
	assert_string_equal(f[2].suppression, "ignored without a reason");
	report_release(&report);
}

static void the_age_of_its_data_is_read(void **state)
{
	struct report report = report_of("grype/everything.json");

	(void)state;
	assert_int_equal(report.data_ms, 1790834400000);
	report_release(&report);
	report = report_of("grype/clean.json");
	assert_int_equal(report.data_ms, 1795162442000);
	assert_int_equal(report.open, 0);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void a_database_that_is_not_valid_is_never_green(void **state)
{
	static const char *const databases[] = {
		"{\"error\":\"no file\"}",
		"{\"status\":{\"valid\":false}}",
		"{\"status\":{\"valid\":true,\"error\":\"too old\"}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(databases); i++) {
		char *text = xasprintf("{\"matches\":[],\"alertsByPackage\":"
				       "[{}],\"descriptor\":{\"db\":%s}}",
				       databases[i]);
		struct report report = report_of_text(text, NULL);

		assert_int_equal(report.verdict, REPORT_FAIL);
		assert_non_null(strstr(report.why, "grype db update"));
		assert_int_equal(report.notes.count, 1);
		report_release(&report);
		free(text);
	}
}

static void a_scan_without_matches_is_never_green(void **state)
{
	static const char word[] = "{\"matches\":[\"CVE\"],\"source\":{},"
				   "\"descriptor\":{}}";

	(void)state;
	assert_file_refused("grype/matches-null.json", "no list of matches");
	assert_text_refused(word, NULL, "no list of objects");
}

static void what_has_an_image_s_environment_is_not_copied(void **state)
{
	static const char *const targets[] = {"\"/src\"",
					      "{\"config\":\"eyJ9\"}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		char *text = xasprintf("{\"matches\":[],\"source\":{\"type\":"
				       "\"image\",\"target\":%s}}",
				       targets[i]);
		struct report report = report_of_text(text, "grype");

		assert_int_equal(report.has_secrets, i > 0);
		report_release(&report);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_match_counts_and_the_same_twice_once),
		cmocka_unit_test(
			a_finding_says_what_where_and_under_which_names),
		cmocka_unit_test(only_the_state_fixed_is_fixable),
		cmocka_unit_test(
			what_a_rule_took_away_is_listed_with_its_reason),
		cmocka_unit_test(the_age_of_its_data_is_read),
		cmocka_unit_test(a_database_that_is_not_valid_is_never_green),
		cmocka_unit_test(a_scan_without_matches_is_never_green),
		cmocka_unit_test(what_has_an_image_s_environment_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
