/* SPDX-License-Identifier: MIT */
/* `report`: what files of any known format say, outside of any run. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "evidence/describe.h"

/* Of what is not as it should be, this many are named. */
#define NAMED 5
/* Whatever the reason, what cannot be believed is this to who asked. */
#define STATUS_UNBELIEVED 7

static void print_json(const struct report *report, const char *path)
{
	json_t *object = report_describe(report, path);
	char *text = json_dumps(object, JSON_COMPACT);
	char *line = xasprintf("%s\n", text);

	listing_json_line(line, strlen(line));
	free(line);
	free(text);
	json_decref(object);
}

static void print_count(uint64_t count, const char *what)
{
	if (count)
		listing_print(", %" PRIu64 " %s", count, what);
}

static void print_finding(const struct finding *finding)
{
	listing_print("  %-8s  %s", report_severity_name(finding->severity),
		      finding->id);
	if (finding->package)
		listing_print("  %s %s%s%s", finding->package,
			      finding->installed ? finding->installed : "",
			      finding->fixed ? " -> " : "",
			      finding->fixed ? finding->fixed : "");
	else if (finding->path && finding->line)
		listing_print("  %s:%d", finding->path, finding->line);
	else if (finding->path)
		listing_print("  %s", finding->path);
	listing_print("  %s\n", finding->title);
}

/* The worst first, each in the report's order. */
static void print_worst(const struct report *report)
{
	int left = NAMED;

	for (int s = REPORT_SEVERITY_COUNT - 1; s >= 0; s--)
		for (size_t i = 0; i < report->finding_count && left; i++) {
			const struct finding *finding = &report->findings[i];

			if (finding->suppressed || (int)finding->severity != s)
				continue;
			print_finding(finding);
			left--;
		}
}

static void print_findings(const struct report *report)
{
	listing_print("%" PRIu64 " finding%s", report->open,
		      report->open == 1 ? "" : "s");
	for (int s = REPORT_SEVERITY_COUNT - 1; s >= 0; s--)
		print_count(report->by_severity[s], report_severity_name(s));
	print_count(report->suppressed, "suppressed");
	print_count(report->fixable, "with a fix");
	listing_print("\n");
	print_worst(report);
}

static void print_bad_tests(const struct report *report)
{
	int left = NAMED;

	for (size_t i = 0; i < report->case_count && left; i++) {
		const struct test_case *test = &report->cases[i];

		if (test->outcome != TEST_FAILED &&
		    test->outcome != TEST_ERROR &&
		    test->outcome != TEST_UNFINISHED)
			continue;
		listing_print("  %-10s  %s", test_outcome_name(test->outcome),
			      test->name);
		if (test->file)
			listing_print("  %s:%d", test->file, test->line);
		listing_print("\n");
		left--;
	}
}

static void print_tests(const struct report *report)
{
	const struct test_totals *totals = &report->totals;

	listing_print("%" PRIu64 " test%s", totals->total,
		      totals->total == 1 ? "" : "s");
	print_count(totals->passed, "passed");
	print_count(totals->failed, "failed");
	print_count(totals->errors, "in error");
	print_count(totals->unfinished, "unfinished");
	print_count(totals->skipped, "skipped");
	print_count(totals->todo, "to do");
	print_count(totals->flaky, "flaky");
	listing_print("\n");
	print_bad_tests(report);
}

static void print_text(const struct report *report, const char *path)
{
	listing_print("%s: %s: ", path, report->format);
	if (report->kind == REPORT_OF_TESTS)
		print_tests(report);
	else
		print_findings(report);
	if (report->why)
		listing_print("  %s: %s\n",
			      report_verdict_name(report->verdict),
			      report->why);
	for (size_t i = 0; i < report->notes.count; i++)
		listing_print("  note: %s\n", report->notes.items[i]);
}

static int refuse(struct error *err, const char *path)
{
	struct error gone = ERROR_INIT;

	if (err->code == ERROR_NOT_FOUND) {
		error_clear(err);
		error_set(&gone, ERROR_NOT_FOUND,
			  "there is no file %s: is the path right, and did "
			  "the tool write it?",
			  path);
		err = &gone;
	}
	cli_fail(err);
	return STATUS_UNBELIEVED;
}

/* Tests may have failed and be told well; a scan that failed tells nothing
 * that could be believed. */
static int check_scan(const struct report *report, const char *path)
{
	struct error err = ERROR_INIT;

	if (report->kind == REPORT_OF_TESTS || report->verdict == REPORT_PASS)
		return 0;
	error_set(&err, ERROR_FAILED,
		  "%s: %s; what it lists is not all there is: run the tool "
		  "again",
		  path, report->why);
	return refuse(&err, path);
}

static int read_one(const char *path, const char *format, bool json)
{
	struct error err = ERROR_INIT;
	struct report report;
	int status;

	if (report_read(path, format, &report, &err) < 0)
		return refuse(&err, path);
	if (json)
		print_json(&report, path);
	else
		print_text(&report, path);
	fflush(stdout); /* before what goes to the standard error */
	status = check_scan(&report, path);
	report_release(&report);
	return status;
}

static int check_format(const char *format, struct error *err)
{
	const char *const *known = report_formats();
	size_t count = 0;
	const char *near;

	for (; known[count]; count++)
		if (!format || strcmp(known[count], format) == 0)
			return 0;
	near = strings_nearest(format, known, count);
	return error_set(err, ERROR_USAGE,
			 "there is no report format '%s'; %s%s%s", format,
			 near ? "did you mean '" : "see man signalbox",
			 near ? near : "", near ? "'?" : "");
}

int cli_report(int argc, char **argv)
{
	const char *format = NULL;
	const char *output = NULL;
	const char **words = xcalloc((size_t)argc + 1, sizeof(*words));
	const struct cli_option options[] = {
		{"--format", &format, NULL, NULL, "FORMAT",
		 "what the files are, when their content does not tell"},
		{"--output", &output, NULL, NULL, "text|json",
		 "lines for people, or a JSON object for each file"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, argc, 1};
	struct error err = ERROR_INIT;
	int status = 0;
	bool json;

	if (cli_parse(argc, argv, &arguments, &err) < 0 ||
	    cli_is_json(output, &json, &err) < 0 ||
	    check_format(format, &err) < 0) {
		free(words);
		return cli_fail(&err);
	}
	for (size_t i = 0; words[i]; i++)
		if (read_one(words[i], format, json) != 0)
			status = STATUS_UNBELIEVED;
	free(words);
	return status;
}
