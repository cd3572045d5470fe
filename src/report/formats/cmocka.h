/* SPDX-License-Identifier: MIT */
/*
 * cmocka's standard output, a line at a time. Results are written to stdout,
 * the errors that explain them to stderr, so the two may come in any order:
 * an error told before any test runs waits for the next failed test.
 */
#ifndef SIGNALBOX_REPORT_FORMATS_CMOCKA_H
#define SIGNALBOX_REPORT_FORMATS_CMOCKA_H

#include "base/strings.h"
#include "report/sink.h"

struct cmocka_reader {
	struct test_sink *sink;
	unsigned groups;   /* closed ones */
	bool open;	   /* a group is under way */
	uint64_t expected; /* by the open one */
	uint64_t seen;	   /* tests begun in it */
	bool running;	   /* a test of it */
	struct str name;
	struct str explanation;	  /* of the test that runs */
	bool explaining;	  /* lines without a tag belong to it */
	struct strings unclaimed; /* explanations, oldest first */
	size_t claimed;
};

void cmocka_init(struct cmocka_reader *cmocka, struct test_sink *sink);
void cmocka_release(struct cmocka_reader *cmocka);
void cmocka_line(struct cmocka_reader *cmocka, const char *line, size_t len);
void cmocka_finish(struct cmocka_reader *cmocka);

/* Whether this line, by itself, shows that a text is of this format. */
bool cmocka_is_sign(const char *line, size_t len);

#endif
