/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

/* A group is one, whatever the number of its names. */
static void groups_count_and_records_in_none_too(void **state)
{
	struct report report = report_of("osv/everything.json");

	(void)state;
	assert_string_equal(report.format, "osv");
	assert_int_equal(report.open, 7);
	assert_int_equal(report.distinct, 7);
	assert_int_equal(report.by_kind[FINDING_VULNERABILITY], 7);
	assert_string_equal(report.findings[6].id, "GO-2026-5");
	assert_int_equal(report.findings[6].severity, REPORT_SEVERITY_LOW);
	report_release(&report);
}

static void the_severity_is_the_best_that_is_told(void **state)
{
	static const enum report_severity severities[] = {
		REPORT_SEVERITY_HIGH,	  /* 8.1 */
		REPORT_SEVERITY_CRITICAL, /* MAL- */
		REPORT_SEVERITY_MEDIUM,	  /* MODERATE */
		REPORT_SEVERITY_CRITICAL, /* a vector of 9.8 */
		REPORT_SEVERITY_LOW,	  /* a word in the vector's place */
		REPORT_SEVERITY_UNKNOWN,
	};
	struct report report = report_of("osv/everything.json");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(severities); i++)
		assert_int_equal(report.findings[i].severity, severities[i]);
	report_release(&report);
}

static void a_finding_says_what_where_and_under_which_names(void **state)
{
	struct report report = report_of("osv/everything.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f->id, "GHSA-1111-2222-3333");
	assert_string_equal(f->aliases, "CVE-2026-2001");
	assert_string_equal(f->title, "A tile is laid outside the wall");
	assert_string_equal(f->package, "left-tile");
	assert_string_equal(f->installed, "1.2.0");
	assert_string_equal(f->fixed, "1.2.5");
	assert_string_equal(f->path, "/src/web/package-lock.json");
	assert_int_equal(report.fixable, 1);
	report_release(&report);
}

/* Half of CVE-2026-20011 would be CVE-2026-2001. */
static void an_alias_is_kept_whole_or_not(void **state)
{
	struct str text = STR_INIT;
	struct report report;
	const char *aliases;

	(void)state;
	str_add(&text, "{\"results\":[{\"source\":{},\"packages\":[{"
		       "\"package\":{},\"groups\":[{\"ids\":[\"A\"");
	for (int i = 0; i < 50; i++)
		str_addf(&text, ",\"CVE-2026-%d\"", 20000 + i);
	str_add(&text, "]}]}]}]}");
	report = report_of_text(text.data, NULL);
	aliases = report.findings[0].aliases;
	assert_int_equal(strlen(aliases) % 15, 14);
	assert_true(strlen(aliases) <= 256);
	report_release(&report);
	str_release(&text);
}

/* Code that is not called today may be called tomorrow. */
static void what_is_not_called_counts_and_is_noted(void **state)
{
	struct report report = report_of("osv/everything.json");

	(void)state;
	assert_int_equal(report.suppressed, 0);
	assert_int_equal(report.notes.count, 1);
	assert_non_null(strstr(report.notes.items[0], "not called"));
	report_release(&report);
}

static void a_clean_scan_is_known_by_its_configuration(void **state)
{
	struct report report = report_of("osv/clean.json");

	(void)state;
	assert_int_equal(report.open, 0);
	assert_int_equal(report.verdict, REPORT_PASS);
	report_release(&report);
	report = report_of_text("{\"results\":[]}", "osv");
	assert_int_equal(report.open, 0);
	report_release(&report);
}

/* With status 128, nothing to scan, it writes not a byte. */
static void what_is_no_whole_report_is_never_green(void **state)
{
	static const char groups[] =
		"{\"results\":[{\"source\":{\"path\":\"a\"},\"packages\":["
		"{\"package\":{},\"groups\":{}}]}]}";

	(void)state;
	assert_refused("", 0, "osv", "is empty");
	assert_text_refused("{\"results\":[]}", NULL, "may be of osv,");
	assert_text_refused("{\"results\":null}", "osv", "no OSV-Scanner");
	assert_text_refused(groups, NULL, "no list of objects");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_count_and_records_in_none_too),
		cmocka_unit_test(the_severity_is_the_best_that_is_told),
		cmocka_unit_test(
			a_finding_says_what_where_and_under_which_names),
		cmocka_unit_test(an_alias_is_kept_whole_or_not),
		cmocka_unit_test(what_is_not_called_counts_and_is_noted),
		cmocka_unit_test(a_clean_scan_is_known_by_its_configuration),
		cmocka_unit_test(what_is_no_whole_report_is_never_green),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
