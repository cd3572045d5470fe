/* SPDX-License-Identifier: MIT */
/* Real bills of materials. */

#include "support/real-reports.h"

static void expect_list(const struct row *row, const char *what,
			const struct report *report)
{
	json_t *counts = json_object_get(row->expected, what);
	const char *license;
	json_t *want;

	json_object_foreach(counts, license, want)
	{
		json_int_t got = 0;

		for (size_t i = 0; i < report->component_count; i++)
			got += str_equal(report->components[i].license,
					 license);
		if (got != json_integer_value(want))
			fail_msg("%s: %d of %s", row->file, (int)got, license);
	}
}

static void check_cyclonedx(const struct row *row)
{
	struct report report;
	json_t *closed;
	json_t *count;
	const char *state;
	json_int_t sum = 0;

	if (strcmp(row->format, "cyclonedx") != 0)
		return;
	report = read_row(row);
	expect(row, "total_open", report.open);
	expect(row, "components", report.component_count);
	expect(row, "components_without_license", report.license_unknown);
	expect_list(row, "top_licenses", &report);
	closed = json_object_get(row->expected, "vex_closed");
	json_object_foreach(closed, state, count) sum +=
		json_integer_value(count);
	assert_int_equal(report.suppressed, sum);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
}

static void check_spdx(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "spdx") != 0)
		return;
	report = read_row(row);
	expect(row, "packages", report.component_count);
	expect(row, "license_unknown", report.license_unknown);
	expect_list(row, "licenses", &report);
	report_release(&report);
}

/* The row has no numbers; these are those of cut and sort. */
static void check_licensecheck(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "licensecheck") != 0)
		return;
	report = read_row(row);
	assert_int_equal(report.component_count, 362);
	assert_int_equal(report.license_unknown, 312);
	report_release(&report);
}

static void cyclonedx_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_cyclonedx);
}

static void spdx_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_spdx);
}

static void licensecheck_is_read_whole(void **state)
{
	(void)state;
	each_row(check_licensecheck);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cyclonedx_agrees_with_the_index),
		cmocka_unit_test(spdx_agrees_with_the_index),
		cmocka_unit_test(licensecheck_is_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
