/* SPDX-License-Identifier: MIT */
/* `report`: what files of any known format say, outside of any run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/report-print.h"
#include "report/describe.h"

/* Whatever the reason, what cannot be believed is this to who asked. */
#define STATUS_UNBELIEVED 7

static void print_json(const struct report *report, const char *path)
{
	json_t *object = report_describe(report, path);
	char *text, *line;

	report_describe_oddities(object, report);
	text = json_dumps(object, JSON_COMPACT);
	line = xasprintf("%s\n", text);
	listing_json_line(line, strlen(line));
	free(line);
	free(text);
	json_decref(object);
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

/* Tests and changes may have failed and be told well; a scan or a measurement
 * that failed tells nothing that could be believed. */
static int check_scan(const struct report *report, const char *path)
{
	struct error err = ERROR_INIT;

	if (report->kind == REPORT_OF_TESTS ||
	    report->kind == REPORT_OF_CHANGES || report->verdict != REPORT_FAIL)
		return 0;
	error_set(&err, ERROR_FAILED,
		  "%s: %s; what it lists is not all there is: run the tool "
		  "again",
		  path, report->why);
	return refuse(&err, path);
}

/* What a user of a shell tries. */
static bool is_pipe(const char *path)
{
	return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0 ||
	       strncmp(path, "/dev/fd/", 8) == 0;
}

static int read_one(const char *path, const char *format, bool json)
{
	struct error err = ERROR_INIT;
	struct report report;
	int status;

	if (is_pipe(path)) {
		error_set(&err, ERROR_FAILED,
			  "%s: pipes are not read: write the report into a "
			  "file",
			  path);
		return refuse(&err, path);
	}
	if (report_read(path, format, &report, &err) < 0)
		return refuse(&err, path);
	if (json)
		print_json(&report, path);
	else
		report_print(&report, path);
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
