/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static const struct component *component_of(const struct report *report,
					    const char *name)
{
	for (size_t i = 0; i < report->component_count; i++)
		if (strcmp(report->components[i].name, name) == 0)
			return &report->components[i];
	fail_msg("there is no component %s", name);
	return NULL;
}

static void components_count_with_what_they_hold(void **state)
{
	struct report report = report_of("cyclonedx/everything.json");
	const struct component *it;

	(void)state;
	assert_string_equal(report.format, "cyclonedx");
	assert_true(report.has_components);
	assert_int_equal(report.component_count, 7);
	assert_int_equal(report.license_unknown, 3);
	it = component_of(&report, "plum");
	assert_string_equal(it->version, "1.2");
	assert_string_equal(it->purl, "pkg:pypi/plum@1.2");
	assert_string_equal(it->license, "MIT");
	assert_string_equal(component_of(&report, "@pear/core")->license,
			    "MIT OR Zlib");
	assert_string_equal(component_of(&report, "quince")->license,
			    "ISC AND (MIT OR Zlib)");
	assert_string_equal(component_of(&report, "medlar")->license,
			    "The Medlar Licence; MIT");
	assert_null(component_of(&report, "sloe")->license);
	assert_null(component_of(&report, "damson")->license);
	assert_null(component_of(&report, "loose")->license);
	report_release(&report);
}

static void each_has_the_shortest_chain_to_it(void **state)
{
	struct report report = report_of("cyclonedx/everything.json");

	(void)state;
	assert_string_equal(component_of(&report, "medlar")->chain,
			    "orchard > plum > medlar");
	assert_string_equal(component_of(&report, "sloe")->chain,
			    "orchard > @pear/core > quince > sloe");
	assert_string_equal(component_of(&report, "plum")->chain,
			    "orchard > plum");
	assert_null(component_of(&report, "damson")->chain);
	assert_null(component_of(&report, "loose")->chain);
	report_release(&report);
}

static void a_vulnerability_is_as_bad_as_its_worst_rating(void **state)
{
	struct report report = report_of("cyclonedx/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_int_equal(report.kind, REPORT_OF_FINDINGS);
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.open, 5);
	assert_int_equal(report.distinct, 5);
	assert_int_equal(report.by_kind[FINDING_VULNERABILITY], 5);
	assert_string_equal(f[0].id, "CVE-2026-1001");
	assert_string_equal(f[0].aliases, "GHSA-aaaa-bbbb-cccc");
	assert_string_equal(f[0].title, "overflow in the medlar press");
	assert_string_equal(f[0].url, "https://example.org/1001");
	assert_string_equal(f[0].package, "medlar");
	assert_string_equal(f[0].installed, "3");
	assert_string_equal(f[0].chain, "orchard > plum > medlar");
	assert_int_equal(f[0].severity, REPORT_SEVERITY_CRITICAL);
	assert_int_equal(f[1].severity, REPORT_SEVERITY_MEDIUM);
	assert_string_equal(f[1].package, "urn:cdx:elsewhere/1#x");
	assert_int_equal(f[2].severity, REPORT_SEVERITY_UNKNOWN);
	assert_int_equal(f[3].severity, REPORT_SEVERITY_INFO);
	assert_int_equal(f[7].severity, REPORT_SEVERITY_HIGH);
	report_release(&report);
}

static void what_the_document_closes_is_suppressed_with_its_words(void **state)
{
	struct report report = report_of("cyclonedx/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_int_equal(report.suppressed, 3);
	assert_true(f[4].suppressed);
	assert_string_equal(f[4].source, "vex");
	assert_string_equal(f[4].suppression,
			    "not_affected: code_not_reachable: only in tests");
	assert_true(f[5].suppressed);
	assert_true(f[6].suppressed);
	assert_false(f[7].suppressed);
	report_release(&report);
}

/* Nobody has looked for vulnerabilities there. */
static void a_list_of_components_is_no_clean_scan(void **state)
{
	struct report report = report_of("cyclonedx/components.json");

	(void)state;
	assert_int_equal(report.kind, REPORT_OF_COMPONENTS);
	assert_false(report.has_findings);
	assert_int_equal(report.component_count, 1);
	report_release(&report);
	report = report_of("cyclonedx/clean.json");
	assert_int_equal(report.kind, REPORT_OF_FINDINGS);
	assert_true(report.has_findings);
	assert_int_equal(report.open, 0);
	report_release(&report);
}

static void not_affected_without_a_reason_is_red(void **state)
{
	struct report report = report_of("cyclonedx/unjustified.json");

	(void)state;
	assert_int_equal(report.suppressed, 1);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_non_null(strstr(report.why, "CVE-2026-1009 does not affect"));
	report_release(&report);
}

static void other_shapes_and_versions_are_refused(void **state)
{
	static const char none[] = "{\"bomFormat\":\"CycloneDX\"}";
	static const char list[] = "{\"bomFormat\":\"CycloneDX\","
				   "\"specVersion\":\"1.5\","
				   "\"components\":{}}";
	static const char inner[] = "{\"bomFormat\":\"CycloneDX\","
				    "\"specVersion\":\"1.5\",\"components\":[{"
				    "\"name\":\"a\",\"components\":[1]}]}";
	static const char vex[] = "{\"bomFormat\":\"CycloneDX\","
				  "\"specVersion\":\"1.5\","
				  "\"vulnerabilities\":\"none\"}";

	(void)state;
	assert_file_refused("cyclonedx/version-1.8.json", "CycloneDX 1.8");
	assert_refused(none, sizeof(none) - 1, NULL, "without a version");
	assert_refused(list, sizeof(list) - 1, NULL, "components is no list");
	assert_refused(inner, sizeof(inner) - 1, NULL, "components is no list");
	assert_refused(vex, sizeof(vex) - 1, NULL, "vulnerabilities is no");
}

static void a_scan_of_nothing_says_so(void **state)
{
	struct report report =
		report_of_text("{\"bomFormat\":\"CycloneDX\",\"specVersion\":"
			       "\"1.5\",\"component"
			       "s\":[],\"vulnerabilities\":[]}",
			       NULL);

	(void)state;
	assert_true(report.nothing_scanned);
	report_release(&report);
	report = report_of_text("{\"bomFormat\":\"CycloneDX\",\"specVersion\":"
				"\"1.5\",\"vulnerabi"
				"lities\":[{\"id\":\"CVE-1\"}]}",
				NULL);
	assert_false(report.nothing_scanned);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(components_count_with_what_they_hold),
		cmocka_unit_test(each_has_the_shortest_chain_to_it),
		cmocka_unit_test(a_vulnerability_is_as_bad_as_its_worst_rating),
		cmocka_unit_test(
			what_the_document_closes_is_suppressed_with_its_words),
		cmocka_unit_test(a_list_of_components_is_no_clean_scan),
		cmocka_unit_test(not_affected_without_a_reason_is_red),
		cmocka_unit_test(other_shapes_and_versions_are_refused),
		cmocka_unit_test(a_scan_of_nothing_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
