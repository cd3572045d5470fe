/* SPDX-License-Identifier: MIT */
/*
 * A stage's output as a stream: cut anywhere, it counts the same. The first
 * byte says how it is cut.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(const struct test_case *test,
		  const struct test_totals *totals, void *data)
{
	uint64_t *told = data;

	if (!test->name || !test->message || !totals->total)
		BUG("a test without words");
	++*told;
}

static struct report feed(const uint8_t *data, size_t size, size_t chunk,
			  const char *format)
{
	uint64_t told = 0;
	struct report_stream *stream = report_stream_new(format, count, &told);
	struct report report;

	for (size_t at = 0; at < size; at += chunk) {
		size_t len = size - at < chunk ? size - at : chunk;
		char *part = xmemdup(data + at, len);

		report_stream_feed(stream, part, len);
		free(part);
	}
	report_stream_finish(stream, &report);
	if (told > report.totals.total)
		BUG("more tests told than there are");
	report_stream_free(stream);
	return report;
}

static void compare(const uint8_t *data, size_t size, size_t chunk,
		    const char *format)
{
	struct report whole = feed(data, size, size + 1, format);
	struct report cut = feed(data, size, chunk, format);

	if (memcmp(&whole.totals, &cut.totals, sizeof(whole.totals)) != 0 ||
	    whole.verdict != cut.verdict)
		BUG("cut in parts of %zu it counts otherwise", chunk);
	report_release(&whole);
	report_release(&cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t chunk;

	if (!size)
		return 0;
	chunk = (size_t)data[0] + 1;
	data++;
	size--;
	compare(data, size, chunk, NULL);
	compare(data, size, chunk, "tap");
	compare(data, size, chunk, "cmocka");
	compare(data, size, chunk, "gotest");
	compare(data, size, chunk, "subunit");
	return 0;
}
