/* SPDX-License-Identifier: MIT */
#include "report/sink.h"

#include <string.h>

void sink_init(struct test_sink *sink, const char *format)
{
	memset(sink, 0, sizeof(*sink));
	report_begin(&sink->report, REPORT_OF_TESTS, format);
	str_init(&sink->name);
	str_init(&sink->message);
	str_init(&sink->file);
}

void sink_release(struct test_sink *sink)
{
	report_release(&sink->report);
	str_release(&sink->name);
	str_release(&sink->message);
	str_release(&sink->file);
}

static struct test_case pending_case(const struct test_sink *sink)
{
	return (struct test_case){
		.name = sink->name.data,
		.message =
			sink->outcome == TEST_PASSED ? "" : sink->message.data,
		.file = sink->file.len ? sink->file.data : NULL,
		.line = sink->line,
		.ms = sink->ms,
		.outcome = sink->outcome,
	};
}

static void tell(struct test_sink *sink)
{
	struct test_case test = pending_case(sink);

	sink->told = true;
	if (sink->on_test)
		sink->on_test(&test, &sink->report.totals, sink->data);
}

void sink_begin(struct test_sink *sink, enum test_outcome outcome,
		const char *name, size_t len)
{
	struct test_case test;

	sink_settle(sink);
	str_clear(&sink->name);
	str_clear(&sink->message);
	str_clear(&sink->file);
	str_add_bytes(&sink->name, name, text_cut(name, len, REPORT_NAME_MAX));
	sink->outcome = outcome;
	sink->ms = -1;
	sink->line = 0;
	sink->pending = true;
	sink->told = false;
	test = pending_case(sink);
	report_count_test(&sink->report, &test);
	if (outcome == TEST_PASSED)
		tell(sink);
}

void sink_settle(struct test_sink *sink)
{
	struct test_case test;

	if (!sink->pending)
		return;
	if (!sink->told)
		tell(sink);
	test = pending_case(sink);
	report_keep_test(&sink->report, &test);
	sink->pending = false;
}

void sink_explain(struct test_sink *sink, const char *text, size_t len)
{
	const char *file;
	size_t file_len;
	size_t room = REPORT_MESSAGE_MAX - sink->message.len;
	int line;

	if (!sink->pending || !len)
		return;
	if (text_location(text, len, &file, &file_len, &line))
		sink_locate(sink, file, file_len, line);
	if (room < 2)
		return;
	if (sink->message.len)
		str_add_char(&sink->message, '\n');
	str_add_bytes(&sink->message, text, text_cut(text, len, room - 1));
}

void sink_explain_lines(struct test_sink *sink, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		sink_explain(sink, text, len);
		text += len + (text[len] == '\n');
	}
}

void sink_locate(struct test_sink *sink, const char *file, size_t len, int line)
{
	if (!sink->pending || sink->file.len || !len || len > REPORT_PATH_MAX)
		return;
	str_add_bytes(&sink->file, file, len);
	sink->line = line;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number of at most 8 digits at text; how many were read, 0 for none. */
static size_t read_line_number(const char *text, size_t len, int *line)
{
	size_t digits = 0;

	*line = 0;
	while (digits < len && is_digit(text[digits]))
		if (++digits <= 8)
			*line = *line * 10 + (text[digits - 1] - '0');
	return digits <= 8 && *line ? digits : 0;
}

/* "t.c:7: error": the first word with a dot before ":N". */
static bool colon_location(const char *text, size_t len, const char **file,
			   size_t *file_len, int *line)
{
	size_t start = 0;
	bool dot = false;

	for (size_t i = 0; i + 1 < len; i++) {
		if (text[i] == ' ' || text[i] == '\t' || text[i] == '(') {
			start = i + 1;
			dot = false;
		}
		dot |= text[i] == '.';
		if (text[i] != ':' || !dot || i == start)
			continue;
		if (!read_line_number(text + i + 1, len - i - 1, line))
			continue;
		*file = text + start;
		*file_len = i - start;
		return true;
	}
	return false;
}

/* Perl's "at t/a.t line 7." */
static bool perl_location(const char *text, size_t len, const char **file,
			  size_t *file_len, int *line)
{
	const char *end = text + len;
	const char *at = memmem(text, len, "at ", 3);
	const char *word;

	if (!at || (at != text && at[-1] != ' '))
		return false;
	word = memmem(at, (size_t)(end - at), " line ", 6);
	if (!word || word <= at + 3)
		return false;
	if (!read_line_number(word + 6, (size_t)(end - word) - 6, line))
		return false;
	*file = at + 3;
	*file_len = (size_t)(word - at) - 3;
	return !memchr(*file, ' ', *file_len);
}

bool text_location(const char *text, size_t len, const char **file,
		   size_t *file_len, int *line)
{
	return perl_location(text, len, file, file_len, line) ||
	       colon_location(text, len, file, file_len, line);
}
