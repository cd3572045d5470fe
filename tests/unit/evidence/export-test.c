/* SPDX-License-Identifier: MIT */

#include <math.h>

#include "base/memory.h"
#include "evidence/export.h"
#include "support/folder.h"
#include "support/reports.h"

/* A stage that has read the fixture, or that cannot (NULL). */
static struct export_stage stage_of(void **state, const char *fixture, bool ok)
{
	struct evidence_writer *writer = evidence_writer_new("scan");
	struct evidence_context context = {.path = "r",
					   .fresh = fixture,
					   .ok = ok,
					   .reason = ok ? NULL : "it is red"};
	struct export_stage stage = {.name = "scan",
				     .state = ok ? "passed" : "failed",
				     .reason = ok ? "" : "it is red",
				     .fail_on = "high",
				     .bad = !ok,
				     .ms = 1234,
				     .is_kept = true};
	char *path = evidence_path(*state, "scan");
	char digest[DIGEST_TEXT_SIZE];
	struct report report;

	if (fixture)
		report = report_of(fixture);
	evidence_report(writer, fixture ? &report : NULL, &context);
	assert_int_equal(evidence_save(writer, path, digest, NULL), 0);
	assert_int_equal(kept_load(path, NULL, &stage.kept, NULL), 0);
	evidence_writer_free(writer);
	if (fixture)
		report_release(&report);
	free(path);
	return stage;
}

static struct export_run run_of(struct export_stage *stage)
{
	return (struct export_run){
		.number = 7,
		.ms = 61001,
		.pipeline = "shop",
		.commit = "9f3c2e1",
		.version = "v1",
		.branch = "main",
		.subject = "Retry @ana | `x` <b>",
		.state = stage->state,
		.text = "",
		.stages = stage,
		.count = 1,
	};
}

static struct report read_back(const struct str *text, const char *format)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (report_parse(text->data, text->len, "out", NULL, &report, &err) < 0)
		fail_msg("%s\n%s", error_text(&err), text->data);
	assert_string_equal(report.format, format);
	return report;
}

static struct report junit_of(struct export_stage *stage)
{
	struct export_run run = run_of(stage);
	struct str text = STR_INIT;
	struct report report;

	export_junit(&run, &text);
	report = read_back(&text, "junit");
	str_release(&text);
	return report;
}

static void tests_are_counted_the_same_by_who_reads_the_junit(void **state)
{
	static const char *const fixtures[] = {
		"junit/every-outcome.xml", "junit/flaky.xml",
		"junit/latin1.xml", "tap/mixed.tap", "tap/subtests.tap"};

	for (size_t i = 0; i < sizeof(fixtures) / sizeof(*fixtures); i++) {
		struct report was = report_of(fixtures[i]);
		struct export_stage stage = stage_of(
			state, fixtures[i], was.verdict == REPORT_PASS);
		struct report is = junit_of(&stage);

		assert_int_equal(is.totals.total, was.totals.total);
		assert_int_equal(is.totals.passed, was.totals.passed);
		assert_int_equal(is.totals.failed, was.totals.failed);
		assert_int_equal(is.totals.errors,
				 was.totals.errors + was.totals.unfinished);
		assert_int_equal(is.totals.skipped,
				 was.totals.skipped + was.totals.todo);
		assert_int_equal(is.totals.flaky, was.totals.flaky);
		assert_int_equal(is.verdict, was.verdict);
		report_release(&was);
		report_release(&is);
		kept_release(&stage.kept);
	}
}

static const struct kept_finding *suppressed_of(const struct kept *kept)
{
	for (size_t i = 0; i < kept->finding_count; i++)
		if (strcmp(kept->findings[i].state, "suppressed") == 0)
			return &kept->findings[i];
	fail_msg("nothing is suppressed");
	return NULL;
}

/* Nobody granted it. */
static void what_the_report_suppressed_is_no_exception(void **state)
{
	struct export_stage stage =
		stage_of(state, "trivy/everything.json", true);
	const struct kept_finding *it = suppressed_of(&stage.kept);
	struct export_run run = run_of(&stage);
	struct str text = STR_INIT;

	assert_null(it->exception);
	assert_non_null(it->suppression);
	assert_true(export_sarif(&run, &text));
	assert_non_null(strstr(text.data, "\"justification\""));
	assert_null(strstr(text.data, "accepted"));
	str_clear(&text);
	export_markdown(&run, &text);
	assert_non_null(strstr(text.data, "| none, suppressed by the report"));
	kept_release(&stage.kept);
	str_release(&text);
}

static void findings_are_counted_the_same_by_who_reads_the_sarif(void **state)
{
	struct report was = report_of("trivy/everything.json");
	struct export_stage stage =
		stage_of(state, "trivy/everything.json", false);
	struct export_run run = run_of(&stage);
	struct str text = STR_INIT;
	struct report is;

	assert_true(export_sarif(&run, &text));
	is = read_back(&text, "sarif");
	assert_int_equal(is.verdict, REPORT_PASS);
	assert_string_equal(is.tool, was.tool);
	assert_int_equal(is.open, was.open);
	assert_int_equal(is.suppressed, was.suppressed);
	for (int i = REPORT_SEVERITY_INFO; i < REPORT_SEVERITY_COUNT; i++)
		if (i != REPORT_SEVERITY_HIGH)
			assert_int_equal(is.by_severity[i], was.by_severity[i]);
	/* SARIF has no unknown one: above the threshold, as it is here. */
	assert_int_equal(is.by_severity[REPORT_SEVERITY_HIGH],
			 was.by_severity[REPORT_SEVERITY_HIGH] +
				 was.by_severity[REPORT_SEVERITY_UNKNOWN]);
	report_release(&is);
	report_release(&was);
	kept_release(&stage.kept);
	str_release(&text);
}

/* 2 critical, 4 high, 1 medium, 3 unknown, 2 suppressed. */
static void findings_that_fail_a_stage_are_failed_cases(void **state)
{
	struct export_stage stage =
		stage_of(state, "trivy/everything.json", false);
	struct report is;

	stage.kept.findings[0].title = NULL; /* which some have not */
	is = junit_of(&stage);
	for (size_t i = 0; i < is.case_count; i++)
		assert_false(is.cases[i].message &&
			     strstr(is.cases[i].message, "open:") &&
			     ends_with(is.cases[i].message, ":"));
	assert_int_equal(is.totals.failed, 9);
	assert_int_equal(is.totals.skipped, 3);
	assert_int_equal(is.totals.passed, 0);
	report_release(&is);
	kept_release(&stage.kept);
	stage = stage_of(state, "trivy/everything.json", true);
	is = junit_of(&stage);
	assert_int_equal(is.totals.failed, 0);
	assert_int_equal(is.totals.skipped, 12);
	report_release(&is);
	kept_release(&stage.kept);
}

static void a_red_stage_is_red_whatever_its_reports_say(void **state)
{
	struct export_stage stage = stage_of(state, "tap/subtests.tap", true);
	struct report is;

	stage.bad = true;
	stage.state = "timed-out";
	is = junit_of(&stage);
	assert_int_equal(is.totals.failed, 1);
	report_release(&is);
	kept_release(&stage.kept);
	stage = stage_of(state, NULL, false);
	is = junit_of(&stage);
	assert_int_equal(is.totals.errors, 1);
	assert_int_equal(is.verdict, REPORT_FAIL);
	report_release(&is);
	kept_release(&stage.kept);
	stage = (struct export_stage){.name = "deploy",
				      .state = "failed",
				      .reason = "no",
				      .fail_on = "",
				      .bad = true};
	is = junit_of(&stage);
	assert_int_equal(is.totals.failed, 1);
	report_release(&is);
}

static void a_scan_that_was_not_read_is_no_clean_one(void **state)
{
	struct export_stage stage = stage_of(state, NULL, false);
	struct export_run run = run_of(&stage);
	struct str text = STR_INIT;
	struct report is;

	assert_true(export_sarif(&run, &text));
	is = read_back(&text, "sarif");
	assert_int_equal(is.verdict, REPORT_FAIL);
	report_release(&is);
	kept_release(&stage.kept);
	str_clear(&text);
	stage = stage_of(state, "tap/subtests.tap", true);
	assert_false(export_sarif(&run, &text));
	assert_int_equal(text.len, 0);
	kept_release(&stage.kept);
	stage.kept = (struct kept){0};
	stage.is_kept = false;
	stage.why = "what scan found is no longer kept";
	assert_true(export_sarif(&run, &text));
	is = read_back(&text, "sarif");
	assert_int_equal(is.verdict, REPORT_FAIL);
	report_release(&is);
	str_release(&text);
}

static void markdown_is_plain_words_and_short(void **state)
{
	struct export_stage stage =
		stage_of(state, "trivy/everything.json", false);
	struct export_run run = run_of(&stage);
	struct str text = STR_INIT;

	export_markdown(&run, &text);
	assert_non_null(strstr(text.data, "# shop run 7 failed"));
	assert_non_null(strstr(text.data, "&#64;ana &#124; &#96;x&#96; "
					  "&#60;b>"));
	assert_non_null(strstr(text.data, "## Open findings"));
	assert_non_null(strstr(text.data, "**none**"));
	assert_non_null(strstr(text.data, "## Not counted"));
	kept_release(&stage.kept);
	str_release(&text);
}

static char *markdown_of(const char *words)
{
	struct export_run run = {.pipeline = "p",
				 .state = "passed",
				 .text = "",
				 .commit = "1",
				 .subject = words};
	struct str text = STR_INIT;
	char *from, *found;

	export_markdown(&run, &text);
	from = strstr(text.data, "Commit 1 ") + strlen("Commit 1 ");
	found = xstrndup(from, strcspn(from, "\n"));
	str_release(&text);
	return found;
}

static void markdown_is_read_in_a_terminal_and_harmless(void **state)
{
	static const struct {
		const char *words, *written;
	} texts[] = {
		{"1.9 s: words_are_apart (a -> b), R & D < 3! C: x#y",
		 "1.9 s: words_are_apart (a -> b), R & D < 3! C: x#y"},
		{"_it_ a_ _b __c__ a__b", "&#95;it&#95; a&#95; &#95;b "
					  "&#95;&#95;c&#95;&#95; a__b"},
		{"http://x.y www.x.y WWW.z", "http&#58;//x.y www&#46;x.y "
					     "WWW&#46;z"},
		{"# h fixes #12", "&#35; h fixes &#35;12"},
		{"> q <b> </b> <!-- <?p", "&#62; q &#60;b> &#60;/b> &#60;!-- "
					  "&#60;?p"},
		{"&lt; &#60; a&b", "&#38;lt; &#38;&#35;60; a&#38;b"},
		{"![x](y) @ana *b* `c` ~~d~~ $e$",
		 "!&#91;x&#93;(y) &#64;ana &#42;b&#42; &#96;c&#96; "
		 "&#126;&#126;d&#126;&#126; &#36;e&#36;"},
		{"C:\\x\\| \\[ \\", "C:\\x&#92;&#124; &#92;&#91; \\"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char *written = markdown_of(texts[i].words);

		assert_string_equal(written, texts[i].written);
		free(written);
	}
}

/* Of a plan there is no finding, and of what is covered no test. */
static void what_is_no_test_and_no_finding_is_exported(void **state)
{
	struct export_stage stage = stage_of(state, "lcov/twice.info", true);
	struct export_run run = run_of(&stage);
	struct str text = STR_INIT;

	stage.reason = "it was cut";
	stage.why = "it is not whole";
	stage.changes = "1 to DESTROY, 2 to add";
	stage.is_compared = true;
	stage.lines_before = 99.9;
	stage.branches_before = NAN;
	export_markdown(&run, &text);
	assert_non_null(strstr(text.data, "| it was cut; it is not whole |"));
	assert_non_null(strstr(text.data, "\nscan: 1 to DESTROY, 2 to add, "
					  "lines "));
	assert_non_null(strstr(text.data, " since what is live)"));
	str_clear(&text);
	export_junit(&run, &text);
	assert_non_null(strstr(text.data, "value=\"1 to DESTROY, 2 to add, "));
	str_release(&text);
	kept_release(&stage.kept);
}

/* More of everything than there is room for, each text as it hurts most. */
static void markdown_stays_below_its_bound(void **state)
{
	struct kept_finding finding = {
		.kind = "code", .key = "0", .severity = REPORT_SEVERITY_HIGH};
	struct kept_test test = {.outcome = TEST_FAILED, .ms = -1};
	static struct kept_finding findings[3000];
	static struct kept_test tests[3000];
	static struct export_stage stages[900];
	struct export_run run;
	struct str text = STR_INIT;
	char hurts[4000];

	(void)state;
	memset(hurts, '|', sizeof(hurts));
	hurts[sizeof(hurts) - 1] = '\0';
	finding.id = finding.title = finding.path = hurts;
	test.name = test.message = hurts;
	for (size_t i = 0; i < 3000; i++) {
		findings[i] = finding;
		findings[i].state = i % 2 ? "open" : "excepted";
		tests[i] = test;
	}
	for (size_t i = 0; i < 900; i++)
		stages[i] = (struct export_stage){.name = hurts,
						  .state = "failed",
						  .reason = hurts,
						  .fail_on = "high"};
	stages[0].kept.findings = findings;
	stages[0].kept.finding_count = 3000;
	stages[0].kept.tests = tests;
	stages[0].kept.test_count = 3000;
	run = run_of(stages);
	run.count = 900;
	run.pipeline = run.subject = run.text = hurts;
	export_markdown(&run, &text);
	assert_in_range(text.len, 20000, EXPORT_MARKDOWN_MAX);
	assert_non_null(strstr(text.data, " more\n"));
	str_release(&text);
}

static void assert_tame(const struct str *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (((unsigned char)text->data[i] < 0x20 &&
		     text->data[i] != '\n') ||
		    text->data[i] == 0x7f)
			fail_msg("byte %d in: %s", text->data[i], text->data);
	assert_null(strstr(text->data, "\xe2\x80\xae")); /* U+202E */
	assert_null(strstr(text->data, "\xc2\x9b"));
}

#define HURTS "\x1b]52;c;eA==\a\xe2\x80\xae\xc2\x9b\xef\xbf\xbf</x>\r"

static void nothing_in_an_export_steers(void **state)
{
	struct kept_finding finding = {.id = HURTS,
				       .title = HURTS,
				       .kind = "code",
				       .state = "excepted",
				       .exception = HURTS,
				       .path = HURTS,
				       .key = "0"};
	struct kept_test test = {
		.name = HURTS, .message = HURTS "\n" HURTS, .file = HURTS};
	struct export_stage stage = {.name = HURTS,
				     .state = "failed",
				     .reason = HURTS,
				     .fail_on = "high",
				     .why = HURTS,
				     .bad = true};
	struct export_run run = run_of(&stage);
	struct str text = STR_INIT;
	struct report is;

	(void)state;
	test.outcome = TEST_FAILED;
	stage.kept.findings = &finding;
	stage.kept.tests = &test;
	stage.kept.finding_count = stage.kept.test_count = 1;
	run.pipeline = run.subject = run.text = run.commit = HURTS;
	export_markdown(&run, &text);
	assert_tame(&text);
	str_clear(&text);
	export_junit(&run, &text);
	assert_tame(&text);
	is = read_back(&text, "junit");
	report_release(&is);
	str_clear(&text);
	assert_true(export_sarif(&run, &text));
	assert_tame(&text);
	is = read_back(&text, "sarif");
	report_release(&is);
	str_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(tests_are_counted_the_same_by_who_reads_the_junit),
		WITH_FOLDER(
			findings_are_counted_the_same_by_who_reads_the_sarif),
		WITH_FOLDER(what_the_report_suppressed_is_no_exception),
		WITH_FOLDER(findings_that_fail_a_stage_are_failed_cases),
		WITH_FOLDER(a_red_stage_is_red_whatever_its_reports_say),
		WITH_FOLDER(a_scan_that_was_not_read_is_no_clean_one),
		WITH_FOLDER(markdown_is_plain_words_and_short),
		cmocka_unit_test(markdown_is_read_in_a_terminal_and_harmless),
		WITH_FOLDER(what_is_no_test_and_no_finding_is_exported),
		cmocka_unit_test(markdown_stays_below_its_bound),
		cmocka_unit_test(nothing_in_an_export_steers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
