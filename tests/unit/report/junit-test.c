/* SPDX-License-Identifier: MIT */
#include "support/reports.h"

static void every_outcome_is_counted(void **state)
{
	struct report report = report_of("junit/every-outcome.xml");

	(void)state;
	assert_int_equal(report.totals.total, 9);
	assert_int_equal(report.totals.passed, 3);
	assert_int_equal(report.totals.failed, 3);
	assert_int_equal(report.totals.errors, 1);
	assert_int_equal(report.totals.skipped, 2);
	assert_int_equal(report.totals.flaky, 1);
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_string_equal(report.why, "4 of 9 tests did not pass, the first: "
					"shop.Cart.fails");
	report_release(&report);
}

static void cases_say_who_where_and_how_long(void **state)
{
	struct report report = report_of("junit/every-outcome.xml");
	const struct test_case *c = report.cases;

	(void)state;
	assert_string_equal(c[0].name, "shop.Cart.adds");
	assert_string_equal(c[0].file, "cart.c");
	assert_int_equal(c[0].line, 12);
	assert_int_equal(c[0].ms, 250);
	assert_int_equal(c[1].ms, 2);
	assert_string_equal(c[1].message, "want 2, got 3\n    of "
					  "two\ncart.c:31: in test_fails");
	assert_string_equal(c[1].file, "cart.c");
	assert_int_equal(c[1].line, 31);
	assert_int_equal(c[2].ms, -1);
	assert_string_equal(c[2].message, "Crash\nit <broke> <here>");
	assert_string_equal(c[3].name, "same");
	assert_int_equal(c[3].ms, -1);
	assert_string_equal(c[4].message, "worse");
	assert_string_equal(c[5].message, "first");
	assert_string_equal(c[8].name, "(no name)");
	report_release(&report);
}

/* What each runner makes of the same few tests. */
static void every_dialect_is_counted(void **state)
{
	static const struct {
		const char *name;
		int passed, failed, errors, skipped, flaky;
	} dialects[] = {
		{"surefire", 1, 1, 0, 1, 1}, {"nextest", 2, 1, 0, 0, 1},
		{"gtest", 1, 1, 0, 2, 0},    {"catch2", 1, 1, 1, 0, 0},
		{"jest", 1, 1, 0, 1, 0},     {"pytest", 1, 1, 2, 1, 0},
		{"go", 1, 0, 1, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dialects); i++) {
		char *file =
			xasprintf("junit/dialect-%s.xml", dialects[i].name);
		struct report report = report_of(file);
		const struct test_totals *n = &report.totals;

		if (n->passed != (uint64_t)dialects[i].passed ||
		    n->failed != (uint64_t)dialects[i].failed ||
		    n->errors != (uint64_t)dialects[i].errors ||
		    n->skipped != (uint64_t)dialects[i].skipped ||
		    n->flaky != (uint64_t)dialects[i].flaky)
			fail_msg("%s: %d %d %d %d %d", file, (int)n->passed,
				 (int)n->failed, (int)n->errors,
				 (int)n->skipped, (int)n->flaky);
		assert_int_equal(report.verdict, REPORT_FAIL);
		for (size_t c = 0; c < report.case_count; c++)
			assert_null(strstr(report.cases[c].message, "hunter2"));
		report_release(&report);
		free(file);
	}
}

static void output_and_properties_are_not_kept(void **state)
{
	struct report report = report_of("junit/every-outcome.xml");

	(void)state;
	for (size_t i = 0; i < report.case_count; i++)
		assert_null(strstr(report.cases[i].message, "hunter2"));
	report_release(&report);
}

/* Nor is the file that has them copied. */
static void output_and_properties_are_not_copied(void **state)
{
	static const char *const inner[] = {
		"<testcase name='a'/>",
		"<properties><property name='p' value='x'/></properties>",
		"<testcase name='a'><system-out>x</system-out></testcase>",
		"<system-err>x</system-err>",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(inner); i++) {
		char *text = xasprintf("<testsuite>%s<testcase name='b'/>"
				       "</testsuite>",
				       inner[i]);
		struct report report = report_of_text(text, "junit");

		assert_int_equal(report.has_secrets, i > 0);
		report_release(&report);
		free(text);
	}
}

static void attempts_that_were_run_again_explain_the_header(void **state)
{
	struct report report = report_of("junit/flaky.xml");

	(void)state;
	assert_int_equal(report.verdict, REPORT_PASS);
	assert_int_equal(report.totals.flaky, 1);
	assert_int_equal(report.notes.count, 1);
	assert_string_equal(report.notes.items[0],
			    "declares 3 tests, but holds 1");
	report_release(&report);
}

static void other_encodings_and_foreign_dtds_are_read(void **state)
{
	struct report report = report_of("junit/latin1.xml");

	(void)state;
	assert_string_equal(report.cases[0].name, "caf\xc3\xa9");
	report_release(&report);
	report = report_of("junit/bom.xml");
	assert_string_equal(report.cases[0].name, "after a mark");
	report_release(&report);
}

static void fails(const char *name, enum report_verdict verdict,
		  const char *part)
{
	struct report report = report_of(name);

	assert_int_equal(report.verdict, verdict);
	if (!strstr(report.why, part))
		fail_msg("'%s' does not say '%s'", report.why, part);
	report_release(&report);
}

static void declared_failures_without_their_cases_fail(void **state)
{
	(void)state;
	fails("junit/declared-only.xml", REPORT_FAIL,
	      "3 failures and errors are declared");
	fails("junit/declared-more.xml", REPORT_FAIL,
	      "1 failures and errors are declared");
}

static void a_failure_in_other_letters_is_one(void **state)
{
	struct report report = report_of_text(
		"<testsuite><testcase name='x'><Failure/></testcase>"
		"<testcase name='y'><ERROR/></testcase></testsuite>",
		NULL);

	(void)state;
	assert_int_equal(report.verdict, REPORT_FAIL);
	assert_int_equal(report.totals.failed + report.totals.errors, 2);
	report_release(&report);
}

static void a_report_without_cases_is_empty(void **state)
{
	(void)state;
	fails("junit/no-cases.xml", REPORT_EMPTY, "no test ran");
}

static void a_suite_that_could_not_load_fails(void **state)
{
	(void)state;
	fails("junit/suite-error.xml", REPORT_FAIL, "of its own");
}

static void a_program_that_is_not_there_is_an_error(void **state)
{
	struct report report = report_of("junit/ctest.xml");

	(void)state;
	assert_int_equal(report.totals.errors, 1);
	assert_int_equal(report.totals.skipped, 1);
	assert_int_equal(report.totals.passed, 1);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
}

static void documents_one_after_the_other_are_all_counted(void **state)
{
	struct report report = report_of("junit/cmocka-two-roots.xml");

	(void)state;
	assert_int_equal(report.totals.passed, 1);
	assert_int_equal(report.totals.failed, 1);
	assert_int_equal(report.notes.count, 0);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
	report = report_of_text("<?xml version='1.0'?><testsuite>"
				"<testcase name='a'/></testsuite>\n"
				"<?xml version='1.0'?>\n<testsuites>"
				"<testcase name='b'/></testsuites>",
				NULL);
	assert_int_equal(report.totals.passed, 2);
	report_release(&report);
}

static void what_follows_a_document_is_read_or_refused(void **state)
{
	static const char *const bad[][2] = {
		{"<testsuite/>\n<html/>", ":2:7: this is no XML: its second"},
		{"<testsuite/>\n\n<testsuite>", ":3:11: "},
		{"<testsuite/>\nDone.", ":2:0: "},
		{"<testsuite/></testsuite>", ":1:1"},
		{"<testsuite/>\n<testsuite a='&b;'/>", ":2:"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_refused(bad[i][0], strlen(bad[i][0]), NULL, bad[i][1]);
}

static void cmockas_unescaped_xml_is_refused_with_the_reason(void **state)
{
	(void)state;
	assert_file_refused("junit/cmocka-unescaped.xml",
			    "does not escape names");
}

static void a_document_type_of_its_own_is_refused(void **state)
{
	(void)state;
	assert_file_refused("junit/entities.xml", "document type");
}

static void depth_and_attributes_are_bounded(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	for (int i = 0; i < 300; i++)
		str_add(&text, "<testsuite>");
	assert_refused(text.data, text.len, NULL, "256 deep");
	str_clear(&text);
	str_add(&text, "<testsuite");
	for (int i = 0; i < 300; i++)
		str_addf(&text, " a%d=''", i);
	str_add(&text, "/>");
	assert_refused(text.data, text.len, NULL, "256 attributes");
	str_release(&text);
}

static void tags_that_would_eat_the_memory_are_refused(void **state)
{
	struct str text = STR_INIT;

	(void)state;
	str_add(&text, "<testsuite>");
	for (int i = 0; i < 2000000; i++)
		str_add(&text, "<a/>");
	str_add(&text, "</testsuite>");
	assert_refused(text.data, text.len, NULL, "tiny values");
	str_release(&text);
}

static void a_skip_does_not_hide_a_failure(void **state)
{
	static const char text[] = "<testsuite><testcase name='a' "
				   "status='skipped'><error/><failure/>"
				   "<skipped/></testcase></testsuite>";
	struct report report = report_of_text(text, NULL);

	(void)state;
	assert_int_equal(report.totals.errors, 1);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
}

static void a_status_alone_may_fail(void **state)
{
	static const char text[] = "<testsuite><testcase name='a' "
				   "status='failed'/></testsuite>";
	struct report report = report_of_text(text, NULL);

	(void)state;
	assert_int_equal(report.totals.failed, 1);
	report_release(&report);
}

static void a_failure_after_a_case_inside_a_case_is_not_lost(void **state)
{
	static const char text[] = "<testsuite><testcase name='outer'>"
				   "<testcase name='inner'/><failure/>"
				   "</testcase></testsuite>";
	struct report report = report_of_text(text, NULL);

	(void)state;
	assert_int_equal(report.totals.total, 2);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
}

/* Surefire writes all of them: env.DB_PASSWORD, user.name. */
static void a_file_with_properties_must_not_be_copied(void **state)
{
	struct report report = report_of_text(
		"<testsuite><properties><property name='env.DB_PASSWORD' "
		"value='hunter2'/></properties><testcase name='a'/>"
		"</testsuite>",
		NULL);

	(void)state;
	assert_true(report.has_secrets);
	report_release(&report);
	report = report_of_text("<testsuite><properties/><testcase name='a'/>"
				"</testsuite>",
				NULL);
	assert_false(report.has_secrets);
	report_release(&report);
}

static void a_flaky_attempt_is_flaky_whatever_came_of_it(void **state)
{
	struct report report = report_of_text(
		"<testsuite><testcase name='a'><flakyFailure/><failure/>"
		"</testcase><testcase name='b'><flakyError/></testcase>"
		"</testsuite>",
		NULL);

	(void)state;
	assert_int_equal(report.totals.flaky, 2);
	assert_int_equal(report.totals.failed, 1);
	assert_int_equal(report.totals.passed, 1);
	report_release(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_outcome_is_counted),
		cmocka_unit_test(cases_say_who_where_and_how_long),
		cmocka_unit_test(every_dialect_is_counted),
		cmocka_unit_test(output_and_properties_are_not_kept),
		cmocka_unit_test(output_and_properties_are_not_copied),
		cmocka_unit_test(
			attempts_that_were_run_again_explain_the_header),
		cmocka_unit_test(other_encodings_and_foreign_dtds_are_read),
		cmocka_unit_test(declared_failures_without_their_cases_fail),
		cmocka_unit_test(a_failure_in_other_letters_is_one),
		cmocka_unit_test(a_report_without_cases_is_empty),
		cmocka_unit_test(a_suite_that_could_not_load_fails),
		cmocka_unit_test(a_program_that_is_not_there_is_an_error),
		cmocka_unit_test(documents_one_after_the_other_are_all_counted),
		cmocka_unit_test(what_follows_a_document_is_read_or_refused),
		cmocka_unit_test(
			cmockas_unescaped_xml_is_refused_with_the_reason),
		cmocka_unit_test(a_document_type_of_its_own_is_refused),
		cmocka_unit_test(depth_and_attributes_are_bounded),
		cmocka_unit_test(tags_that_would_eat_the_memory_are_refused),
		cmocka_unit_test(a_skip_does_not_hide_a_failure),
		cmocka_unit_test(a_status_alone_may_fail),
		cmocka_unit_test(
			a_failure_after_a_case_inside_a_case_is_not_lost),
		cmocka_unit_test(a_file_with_properties_must_not_be_copied),
		cmocka_unit_test(a_flaky_attempt_is_flaky_whatever_came_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
