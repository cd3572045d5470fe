/* SPDX-License-Identifier: MIT */
#include "report/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/formats/cmocka.h"
#include "report/formats/gotest.h"
#include "report/formats/subunit.h"
#include "report/formats/tap.h"

#define LINE_MAX_BYTES 65536

/* What reads the lines; cmocka may write either of the first two. */
enum { READS_TAP = 1, READS_CMOCKA = 2, READS_GOTEST = 4, READS_SUBUNIT = 8 };

struct report_stream {
	struct test_sink sink;
	unsigned reads;
	struct tap_reader tap;
	struct cmocka_reader cmocka;
	struct gotest_reader gotest;
	struct subunit_reader subunit;
	struct str line; /* begun in an earlier chunk */
	bool too_long;	 /* only the beginning of this line is kept */
};

static unsigned readers_of(const char *format)
{
	if (!format || strcmp(format, "cmocka") == 0)
		return READS_TAP | READS_CMOCKA;
	if (strcmp(format, "gotest") == 0)
		return READS_GOTEST;
	return strcmp(format, "subunit") == 0 ? READS_SUBUNIT : READS_TAP;
}

struct report_stream *
report_stream_new(const char *format, report_test_callback *on_test, void *data)
{
	struct report_stream *stream = xcalloc(1, sizeof(*stream));

	sink_init(&stream->sink, format ? format : "tap");
	stream->sink.on_test = on_test;
	stream->sink.data = data;
	stream->reads = readers_of(format);
	tap_init(&stream->tap, &stream->sink);
	stream->tap.plan_leads = str_equal(format, "cmocka");
	cmocka_init(&stream->cmocka, &stream->sink);
	gotest_init(&stream->gotest, &stream->sink);
	subunit_init(&stream->subunit, &stream->sink);
	str_init(&stream->line);
	return stream;
}

void report_stream_is_file(struct report_stream *stream)
{
	stream->gotest.is_file = true;
}

void report_stream_free(struct report_stream *stream)
{
	if (!stream)
		return;
	sink_release(&stream->sink);
	tap_release(&stream->tap);
	cmocka_release(&stream->cmocka);
	gotest_release(&stream->gotest);
	subunit_release(&stream->subunit);
	str_release(&stream->line);
	free(stream);
}

static void take_line(struct report_stream *stream, const char *line,
		      size_t len, bool ended)
{
	if (len && line[len - 1] == '\r')
		len--;
	if (stream->reads & READS_TAP)
		tap_line(&stream->tap, line, len, ended);
	if (stream->reads & READS_CMOCKA)
		cmocka_line(&stream->cmocka, line, len);
	if (stream->reads & READS_GOTEST && stream->too_long)
		gotest_long_line(&stream->gotest, line, len);
	else if (stream->reads & READS_GOTEST)
		gotest_line(&stream->gotest, line, len);
	if (stream->reads & READS_SUBUNIT)
		subunit_line(&stream->subunit, line, len, ended);
}

/* Of these bytes of a line, what of it there is room for. */
static size_t cut(struct report_stream *stream, size_t len)
{
	size_t room = LINE_MAX_BYTES - stream->line.len;

	if (len <= room)
		return len;
	stream->too_long = true;
	return room;
}

static void end_line(struct report_stream *stream, const char *bytes,
		     size_t len)
{
	len = cut(stream, len);
	if (stream->line.len) {
		str_add_bytes(&stream->line, bytes, len);
		bytes = stream->line.data;
		len = stream->line.len;
	}
	take_line(stream, bytes, len, true);
	stream->too_long = false;
	str_clear(&stream->line);
}

void report_stream_feed(struct report_stream *stream, const char *bytes,
			size_t len)
{
	while (len) {
		const char *newline = memchr(bytes, '\n', len);
		size_t part = newline ? (size_t)(newline - bytes) : len;

		if (!newline) {
			str_add_bytes(&stream->line, bytes, cut(stream, len));
			return;
		}
		end_line(stream, bytes, part);
		bytes += part + 1;
		len -= part + 1;
	}
}

const struct test_totals *
report_stream_totals(const struct report_stream *stream)
{
	return &stream->sink.report.totals;
}

void report_stream_finish(struct report_stream *stream, struct report *report)
{
	if (stream->line.len)
		take_line(stream, stream->line.data, stream->line.len, false);
	str_clear(&stream->line);
	if (stream->reads & READS_TAP)
		tap_finish(&stream->tap);
	if (stream->reads & READS_CMOCKA)
		cmocka_finish(&stream->cmocka);
	if (stream->reads & READS_GOTEST)
		gotest_finish(&stream->gotest);
	if (stream->reads & READS_SUBUNIT)
		subunit_finish(&stream->subunit);
	sink_settle(&stream->sink);
	if (stream->cmocka.groups && !stream->tap.documents)
		stream->sink.report.format = "cmocka";
	report_close(&stream->sink.report);
	*report = stream->sink.report;
	stream->sink.report = (struct report){.totals = report->totals};
}
