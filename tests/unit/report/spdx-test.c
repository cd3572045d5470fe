/* SPDX-License-Identifier: MIT */
/* SPDX documents, and licensecheck's list of files. */

#include "support/reports.h"

static void packages_have_concluded_or_else_declared_licences(void **state)
{
	struct report report = report_of("spdx/everything.json");
	const struct component *it = report.components;

	(void)state;
	assert_string_equal(report.format, "spdx");
	assert_int_equal(report.kind, REPORT_OF_COMPONENTS);
	assert_false(report.has_findings);
	assert_int_equal(report.component_count, 5);
	assert_int_equal(report.license_unknown, 2);
	assert_null(it[0].license);
	assert_string_equal(it[1].license, "MIT");
	assert_string_equal(it[1].purl, "pkg:pypi/plum@1.2");
	assert_string_equal(it[1].path, "vendor/plum");
	assert_string_equal(it[2].license, "(LicenseRef-1 AND MIT)");
	assert_null(it[3].license);
	assert_string_equal(it[4].license, "MIT");
	report_release(&report);
}

static void relations_of_either_direction_make_the_chain(void **state)
{
	struct report report = report_of("spdx/everything.json");
	const struct component *it = report.components;

	(void)state;
	assert_null(it[0].chain);
	assert_string_equal(it[1].chain, "orchard > plum");
	assert_string_equal(it[3].chain, "orchard > plum > pear > sloe");
	assert_null(it[4].chain);
	report_release(&report);
}

static void other_versions_of_spdx_are_refused(void **state)
{
	static const char list[] = "{\"spdxVersion\":\"SPDX-2.3\","
				   "\"packages\":{}}";

	(void)state;
	assert_file_refused("spdx/version-2.1.json", "SPDX-2.1");
	assert_refused(list, sizeof(list) - 1, NULL, "packages is no list");
}

static void each_file_of_licensecheck_is_a_component(void **state)
{
	struct report report = report_of("licensecheck/tree.tsv");
	const struct component *it = report.components;

	(void)state;
	assert_string_equal(report.format, "licensecheck");
	assert_int_equal(report.component_count, 4);
	assert_int_equal(report.license_unknown, 1);
	assert_string_equal(it[0].path, "./src/plum.c");
	assert_string_equal(it[0].license, "MIT License");
	assert_null(it[2].license);
	report_release(&report);
	report = report_of_text("a.c\tMIT\t2026 Ana\r\nb.c\tISC\r\n", NULL);
	assert_int_equal(report.component_count, 2);
	assert_string_equal(report.components[0].license, "MIT");
	report_release(&report);
	report = report_of_text("a.c\tISC\n", "licensecheck");
	assert_int_equal(report.component_count, 1);
	report_release(&report);
}

static void other_tables_are_no_list_of_licences(void **state)
{
	static const char table[] = "a\tb\nc\td\n";
	static const char cut[] = "a.c\tMIT License\nb";
	static const char short_line[] = "a.c\tMIT License\nb.c\tM";
	static const char bare[] = "a.c\tMIT License\n\tMIT License\n";

	(void)state;
	assert_refused(table, sizeof(table) - 1, NULL, "no format known");
	assert_refused(cut, sizeof(cut) - 1, NULL, "no format known");
	assert_refused(cut, sizeof(cut) - 1, "licensecheck", "no licensecheck");
	assert_refused(short_line, sizeof(short_line) - 1, NULL, "is cut");
	assert_refused(bare, sizeof(bare) - 1, NULL, "no format known");
}

static void unknown_is_a_word_like_another(void **state)
{
	struct report report = report_of_text(
		"{\"spdxVersion\":\"SPDX-2.3\",\"packages\":["
		"{\"name\":\"a\",\"licenseDeclared\":\"UNKNOWN\"},"
		"{\"name\":\"b\",\"licenseDeclared\":\"NONE\"}]}",
		NULL);

	(void)state;
	assert_int_equal(report.license_unknown, 1);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			packages_have_concluded_or_else_declared_licences),
		cmocka_unit_test(relations_of_either_direction_make_the_chain),
		cmocka_unit_test(other_versions_of_spdx_are_refused),
		cmocka_unit_test(each_file_of_licensecheck_is_a_component),
		cmocka_unit_test(other_tables_are_no_list_of_licences),
		cmocka_unit_test(unknown_is_a_word_like_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
