/* SPDX-License-Identifier: MIT */
/*
 * What the readers of lines write into: a test is counted and, when it
 * passed, told at once; else it waits for the lines that explain it.
 */
#ifndef SIGNALBOX_REPORT_SINK_H
#define SIGNALBOX_REPORT_SINK_H

#include "base/str.h"
#include "report/collect.h"
#include "report/stream.h"

struct test_sink {
	struct report report;
	report_test_callback *on_test; /* may be NULL */
	void *data;

	bool pending; /* a test whose explanation may still come */
	bool told;
	enum test_outcome outcome;
	int64_t ms;
	int line;
	struct str name;
	struct str message;
	struct str file;
};

void sink_init(struct test_sink *sink, const char *format);
void sink_release(struct test_sink *sink);

/* Settles the one before, counts this one. */
void sink_begin(struct test_sink *sink, enum test_outcome outcome,
		const char *name, size_t len);
/* A line of the pending test's explanation; without one it is ignored. */
void sink_explain(struct test_sink *sink, const char *text, size_t len);
/* The same, of all lines of a text. */
void sink_explain_lines(struct test_sink *sink, const char *text);
/* Where the pending test failed; the first one told is kept. */
void sink_locate(struct test_sink *sink, const char *file, size_t len,
		 int line);
void sink_settle(struct test_sink *sink);

/* Finds "FILE:LINE:" or " at FILE line N" in a line of explanation. */
bool text_location(const char *text, size_t len, const char **file,
		   size_t *file_len, int *line);

#endif
