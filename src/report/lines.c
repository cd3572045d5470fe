/* SPDX-License-Identifier: MIT */
/* The formats of lines, as files: the same reader as for live output. */
#include <string.h>

#include "base/memory.h"
#include "report/format.h"
#include "report/formats/cmocka.h"
#include "report/formats/gotest.h"
#include "report/formats/subunit.h"
#include "report/formats/tap.h"
#include "report/stream.h"

static bool any_line(const struct report_input *input,
		     bool (*is_sign)(const char *line, size_t len))
{
	const char *at = input->text;
	const char *end = at + input->len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;
		size_t len = (size_t)(stop - at);

		if (is_sign(at, len && at[len - 1] == '\r' ? len - 1 : len))
			return true;
		at = newline ? newline + 1 : end;
	}
	return false;
}

/* Neither a line of a report nor what explains one: it was printed. */
static bool was_printed(const char *line, size_t len)
{
	static const char *const begins[] = {
		"ok",	     "not ok",	"1..", "TAP version",
		"Bail out!", "pragma ", "["};

	if (!len || strchr(" \t#}", *line) || subunit_is_test(line, len) ||
	    subunit_is_result(line, len))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
		if (len >= strlen(begins[i]) &&
		    memcmp(line, begins[i], strlen(begins[i])) == 0)
			return false;
	return true;
}

static bool begins_another(const char *line, size_t len)
{
	return len > 10 && (memcmp(line, "<testsuite", 10) == 0 ||
			    memcmp(line, "{\"Action\":", 10) == 0);
}

static int read_lines(const struct report_input *input, struct report *report,
		      struct error *err)
{
	struct report_stream *stream =
		report_stream_new(report->format, NULL, NULL);

	(void)err; /* bad lines fail a report, they do not refuse it */
	report_release(report);
	report_stream_is_file(stream);
	report_stream_feed(stream, input->text, input->len);
	report_stream_finish(stream, report);
	report_stream_free(stream);
	if (strcmp(report->format, "gotest") != 0 &&
	    any_line(input, begins_another))
		report_note(report, "it holds a report of another format as "
				    "well, which is not read");
	/* Each line of go test's is an event that tells what it is. */
	report->has_secrets |= strcmp(report->format, "gotest") != 0 &&
			       any_line(input, was_printed);
	return 0;
}

static bool is_tap(const struct report_input *input)
{
	return any_line(input, tap_is_sign);
}

static bool is_cmocka(const struct report_input *input)
{
	return any_line(input, cmocka_is_sign);
}

/* A person who says cmocka may well have it write TAP. */
static bool may_be_cmocka(const struct report_input *input)
{
	return is_cmocka(input) || is_tap(input);
}

static bool is_gotest(const struct report_input *input)
{
	return any_line(input, gotest_is_sign);
}

/* Its words are such that other formats' noise may have them as well. */
static bool is_subunit(const struct report_input *input)
{
	return any_line(input, subunit_is_test) &&
	       any_line(input, subunit_is_result) && !is_tap(input) &&
	       !is_cmocka(input);
}

const struct report_format_ops tap_format = {
	.name = "tap",
	.title = "TAP",
	.encoding = REPORT_LINES,
	.kind = REPORT_OF_TESTS,
	.matches = is_tap,
	.read = read_lines,
};

const struct report_format_ops cmocka_format = {
	.name = "cmocka",
	.title = "cmocka's standard output",
	.encoding = REPORT_LINES,
	.kind = REPORT_OF_TESTS,
	.matches = is_cmocka,
	.accepts = may_be_cmocka,
	.read = read_lines,
};

const struct report_format_ops gotest_format = {
	.name = "gotest",
	.title = "output of go test -json",
	.encoding = REPORT_LINES,
	.kind = REPORT_OF_TESTS,
	.matches = is_gotest,
	.read = read_lines,
};

const struct report_format_ops subunit_format = {
	.name = "subunit",
	.title = "subunit, version 1",
	.encoding = REPORT_LINES,
	.kind = REPORT_OF_TESTS,
	.matches = is_subunit,
	.read = read_lines,
};
