/* SPDX-License-Identifier: MIT */

#include "evidence/policy.h"
#include "support/reports.h"

static void every_leak_is_a_secret_of_high_severity(void **state)
{
	struct report report = report_of("gitleaks/version-8.json");

	(void)state;
	assert_string_equal(report.format, "gitleaks");
	assert_int_equal(report.open, 3);
	assert_int_equal(report.by_severity[REPORT_SEVERITY_HIGH], 3);
	assert_int_equal(report.by_kind[FINDING_SECRET], 3);
	/* The same rule, file and line in two commits. */
	assert_int_equal(report.distinct, 2);
	report_release(&report);
}

static void a_finding_says_where_as_its_ignore_file_does(void **state)
{
	struct report report = report_of("gitleaks/version-8.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_string_equal(f[0].id, "cloud-key");
	assert_string_equal(f[0].title, "Key of a cloud");
	assert_string_equal(f[0].path, "deploy/main.tf");
	assert_int_equal(f[0].line, 12);
	assert_string_equal(f[0].aliases,
			    "aaaa000000000000000000000000000000000001:"
			    "deploy/main.tf:cloud-key:12");
	assert_string_equal(f[1].aliases,
			    "aaaa000000000000000000000000000000000002:"
			    "deploy/main.tf:cloud-key:12");
	assert_string_equal(f[2].aliases, "notes.txt:token:1");
	report_release(&report);
}

static void version_7_is_read(void **state)
{
	struct report report = report_of("gitleaks/version-7.json");
	const struct finding *f = report.findings;

	(void)state;
	assert_int_equal(report.open, 1);
	assert_string_equal(f->id, "Password in a file");
	assert_string_equal(f->path, "app/settings.py");
	assert_int_equal(f->line, 4);
	report_release(&report);
}

static void neither_secret_nor_author_is_kept(void **state)
{
	static const char *const names[] = {"gitleaks/version-7.json",
					    "gitleaks/version-8.json"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct report report = report_of(names[i]);

		assert_true(report.has_secrets);
		assert_no_finding_says(&report, "hunter2");
		report_release(&report);
	}
}

/* An empty list and null are of no format by themselves. */
static void nothing_found_must_be_named(void **state)
{
	static const char *const texts[] = {"[]", "null"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct report report = report_of_text(texts[i], "gitleaks");

		assert_int_equal(report.open, 0);
		assert_int_equal(report.verdict, REPORT_PASS);
		assert_false(report.has_secrets);
		report_release(&report);
		assert_text_refused(texts[i], NULL, "may be of gitleaks, ");
	}
}

static void what_is_no_list_of_leaks_is_never_green(void **state)
{
	(void)state;
	assert_text_refused("{}", "gitleaks", "no Gitleaks JSON");
	assert_text_refused("[{\"RuleID\":\"a\",\"File\":\"b\"},{}]",
			    "gitleaks", "no Gitleaks JSON");
	assert_text_refused("[{\"RuleID\":\"a\",\"File\":\"b\"},{}]", NULL,
			    "in no format known");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_leak_is_a_secret_of_high_severity),
		cmocka_unit_test(a_finding_says_where_as_its_ignore_file_does),
		cmocka_unit_test(version_7_is_read),
		cmocka_unit_test(neither_secret_nor_author_is_kept),
		cmocka_unit_test(nothing_found_must_be_named),
		cmocka_unit_test(what_is_no_list_of_leaks_is_never_green),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
