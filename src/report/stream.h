/* SPDX-License-Identifier: MIT */
/*
 * A stage's output read as it comes: TAP (13, 14, cmocka's dialect, several
 * documents one after the other), cmocka's standard output, `go test -json` and
 * subunit, counted test by test among whatever else the stage prints.
 *
 *	struct report_stream *stream =
 *		report_stream_new("tap", on_test, stage);
 *	report_stream_feed(stream, bytes, n);	// cut anywhere
 *	report_stream_finish(stream, &report);	// the verdict
 *	report_stream_free(stream);
 *
 * Of a line over 64 KiB the beginning is read; an event of go test that long
 * fails the report. Memory does not grow with the output, but for
 * the cases kept for the report: some 100 MiB at most.
 */
#ifndef SIGNALBOX_REPORT_STREAM_H
#define SIGNALBOX_REPORT_STREAM_H

#include "report/report.h"

struct report_stream;

/*
 * Called once for each test that ended; test is borrowed for the call. One
 * that did not pass is told when its explanation is complete, which may be a
 * few lines later than totals count it.
 */
typedef void report_test_callback(const struct test_case *test,
				  const struct test_totals *totals, void *data);

/*
 * format: "tap"; "cmocka" (its standard output, or its TAP); NULL: either,
 * whichever appears; "gotest"; "subunit". on_test may be NULL.
 */
struct report_stream *report_stream_new(const char *format,
					report_test_callback *on_test,
					void *data);
void report_stream_feed(struct report_stream *stream, const char *bytes,
			size_t len);
/* Before the first byte: these are no stage's output but a file of nothing
 * else, of which every line has to be understood. */
void report_stream_is_file(struct report_stream *stream);
/* What was counted so far, after the finish too; borrowed. */
const struct test_totals *
report_stream_totals(const struct report_stream *stream);
/*
 * The output ended: tells the last test and gives the report, which is the
 * caller's to release. No plan, a short plan, a bail out, a group cut short
 * is REPORT_FAIL; no test at all is REPORT_EMPTY. Nothing may be fed later.
 */
void report_stream_finish(struct report_stream *stream, struct report *report);
void report_stream_free(struct report_stream *stream);

#endif
