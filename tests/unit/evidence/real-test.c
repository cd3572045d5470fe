/* SPDX-License-Identifier: MIT */
/*
 * Real reports, read where they are (SIGNALBOX_REPORTS, or beside the source
 * tree), against summaries that others computed: INDEX.tsv. Where they are
 * not, every test here is skipped and says so.
 */

#include <jansson.h>

#include "base/file.h"
#include "support/reports.h"

struct row {
	char *path;
	const char *file;
	const char *format;
	json_t *expected;
};

typedef void check_callback(const struct row *row);

static char *reports_folder(void)
{
	const char *given = getenv("SIGNALBOX_REPORTS");
	const char *top = getenv("top_srcdir");

	if (given)
		return xstrdup(given);
	return xasprintf("%s/../shared/data/reports", top ? top : ".");
}

static bool is_known(const char *format)
{
	const char *const *known = report_formats();

	while (*known && strcmp(*known, format) != 0)
		known++;
	return *known != NULL;
}

static void check_line(const char *folder, char *line, check_callback *check)
{
	char *format = strchr(line, '\t');
	char *expected = strrchr(line, '\t');
	struct row row = {.file = line};

	if (*line == '#' || !format || format == expected)
		return;
	*format++ = '\0';
	format[strcspn(format, "\t")] = '\0';
	row.format = format;
	row.expected = json_loads(expected + 1, 0, NULL);
	if (!row.expected)
		return; /* the heading */
	row.path = path_join(folder, line);
	check(&row);
	free(row.path);
	json_decref(row.expected);
}

/* False when there is no index. */
static bool each_row_of(const char *folder, check_callback *check)
{
	char *index = path_join(folder, "INDEX.tsv");
	struct str text = STR_INIT;
	char *next = NULL;
	bool there = file_read(index, &text, 1 << 20, NULL) == 0;

	if (!there)
		print_message("no real reports in %s: set SIGNALBOX_REPORTS\n",
			      folder);
	for (char *line = strtok_r(text.data, "\n", &next); line;
	     line = strtok_r(NULL, "\n", &next))
		check_line(folder, line, check);
	str_release(&text);
	free(index);
	return there;
}

static void each_row(check_callback *check)
{
	char *folder = reports_folder();
	char *generated = path_join(folder, "generated-here");
	bool there =
		each_row_of(folder, check) && each_row_of(generated, check);

	free(generated);
	free(folder);
	if (!there)
		skip();
}

static struct report read_row(const struct row *row)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (report_read(row->path, NULL, &report, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(report.format, row->format);
	return report;
}

static void expect(const struct row *row, const char *what, uint64_t got)
{
	json_t *value = json_object_get(row->expected, what);

	if (!json_is_integer(value))
		fail_msg("%s: the index does not say %s", row->file, what);
	if ((uint64_t)json_integer_value(value) != got)
		fail_msg("%s: %s is %d, not %d", row->file, what, (int)got,
			 (int)json_integer_value(value));
}

/* FINDING_KIND_COUNT: of any kind. */
static uint64_t count_kind(const struct report *report, enum finding_kind kind,
			   enum report_severity severity)
{
	uint64_t count = 0;

	for (size_t i = 0; i < report->finding_count; i++)
		count += !report->findings[i].suppressed &&
			 (kind == FINDING_KIND_COUNT ||
			  report->findings[i].kind == kind) &&
			 report->findings[i].severity == severity;
	return count;
}

/* {"high": 3, "low": 1}; what is not named is 0. */
static void expect_severities(const struct row *row, const char *what,
			      const struct report *report,
			      enum finding_kind kind)
{
	json_t *counts = json_object_get(row->expected, what);

	assert_true(json_is_object(counts));
	for (int s = 0; s < REPORT_SEVERITY_COUNT; s++) {
		const char *name = report_severity_name(s);
		json_int_t want =
			json_integer_value(json_object_get(counts, name));
		uint64_t got = count_kind(report, kind, s);

		if ((uint64_t)want != got)
			fail_msg("%s: %d %s %s, not %d", row->file, (int)got,
				 name, what, (int)want);
		if (kind == FINDING_KIND_COUNT)
			assert_int_equal(report->by_severity[s], want);
	}
}

static void check_trivy(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "trivy") != 0)
		return;
	report = read_row(row);
	expect(row, "total", report.open);
	expect(row, "suppressed", report.suppressed);
	expect(row, "targets", report.targets);
	expect(row, "fixable", report.fixable);
	expect_severities(row, "vulns", &report, FINDING_VULNERABILITY);
	expect_severities(row, "misconfig", &report, FINDING_MISCONFIGURATION);
	expect_severities(row, "secrets", &report, FINDING_SECRET);
	expect_severities(row, "licenses", &report, FINDING_LICENSE);
	report_release(&report);
}

static void check_sarif(const struct row *row)
{
	struct report report;

	if (strcmp(row->format, "sarif") != 0)
		return;
	report = read_row(row);
	expect(row, "total", report.open);
	expect(row, "suppressed", report.suppressed);
	expect(row, "distinct_rule_and_place", report.distinct);
	expect_severities(row, "findings", &report, FINDING_KIND_COUNT);
	report_release(&report);
}

static void check_tap(const struct row *row)
{
	struct report report;
	const char *verdict =
		json_string_value(json_object_get(row->expected, "verdict"));

	if (strcmp(row->format, "tap") != 0 || !verdict)
		return;
	report = read_row(row);
	expect(row, "points", report.totals.total);
	expect(row, "ok", report.totals.passed);
	expect(row, "not_ok", report.totals.failed);
	expect(row, "skip", report.totals.skipped);
	expect(row, "todo", report.totals.todo);
	assert_string_equal(report_verdict_name(report.verdict), verdict);
	report_release(&report);
}

/* Two plans in one stream; the rows give their numbers in words only. */
static void check_cmocka(const struct row *row)
{
	struct report report;
	bool tap = strcmp(row->file, "cmocka-two-groups.tap") == 0;

	if (!tap && strcmp(row->file, "cmocka-stdout.txt") != 0)
		return;
	report = read_row(row);
	assert_int_equal(report.totals.total, 5);
	assert_int_equal(report.totals.passed, 2);
	assert_int_equal(report.totals.failed, tap ? 2 : 1);
	assert_int_equal(report.totals.errors, tap ? 0 : 1);
	assert_int_equal(report.totals.skipped, 1);
	assert_int_equal(report.verdict, REPORT_FAIL);
	report_release(&report);
}

/* A program that is not there is an error to us, a skip to CTest. */
static void check_junit(const struct row *row)
{
	json_t *verdict = json_object_get(row->expected, "verdict");
	bool ctest = strcmp(row->file, "ctest-junit.xml") == 0;
	struct report report;

	if (strcmp(row->format, "junit") != 0 || !verdict)
		return;
	report = read_row(row);
	expect(row, "cases", report.totals.total);
	expect(row, "passed", report.totals.passed);
	expect(row, "failed", report.totals.failed);
	expect(row, "errors", report.totals.errors - ctest);
	expect(row, "skipped", report.totals.skipped + ctest);
	expect(row, "flaky", report.totals.flaky);
	assert_string_equal(report_verdict_name(report.verdict),
			    json_string_value(verdict));
	report_release(&report);
}

static void check_refused(const struct row *row)
{
	struct error err = ERROR_INIT;
	struct report report;

	if (is_known(row->format) &&
	    strcmp(row->file, "cmocka-two-groups.xml") != 0)
		return;
	if (report_read(row->path, NULL, &report, &err) == 0)
		fail_msg("%s was read as %s", row->file, report.format);
	if (strcmp(row->file, "npm-audit-405.json") == 0)
		assert_non_null(strstr(err.message, "405 Method Not Allowed"));
	error_clear(&err);
}

static void trivy_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_trivy);
}

static void sarif_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_sarif);
}

static void tap_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_tap);
}

static void cmocka_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_cmocka);
}

static void junit_agrees_with_the_index(void **state)
{
	(void)state;
	each_row(check_junit);
}

static void what_is_not_known_yet_is_refused(void **state)
{
	(void)state;
	each_row(check_refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trivy_agrees_with_the_index),
		cmocka_unit_test(sarif_agrees_with_the_index),
		cmocka_unit_test(tap_agrees_with_the_index),
		cmocka_unit_test(cmocka_agrees_with_the_index),
		cmocka_unit_test(junit_agrees_with_the_index),
		cmocka_unit_test(what_is_not_known_yet_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
