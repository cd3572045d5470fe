/* SPDX-License-Identifier: MIT */
/*
 * `go test -json`, a line at a time: an event each. The last result of each
 * test of each package counts, parents and subtests alike; a test or a
 * package that began and has no end did not pass.
 */
#ifndef SIGNALBOX_REPORT_FORMATS_GOTEST_H
#define SIGNALBOX_REPORT_FORMATS_GOTEST_H

#include <jansson.h>

#include "report/pool.h"
#include "report/sink.h"

struct gotest_unit;

struct gotest_reader {
	struct test_sink *sink;
	/* In a file a line that is no event is a failure to build; among
	 * what a stage prints it is noise, unless it says FAIL. */
	bool is_file;
	struct report_pool *names; /* of tests and packages: their numbers */
	struct gotest_unit *units; /* by those numbers */
	size_t count, cap;
	size_t failed_packages;
	size_t output_bytes; /* held by the units */
};

void gotest_init(struct gotest_reader *gotest, struct test_sink *sink);
void gotest_release(struct gotest_reader *gotest);
void gotest_line(struct gotest_reader *gotest, const char *line, size_t len);
/* The beginning of a line that is too long to be read. */
void gotest_long_line(struct gotest_reader *gotest, const char *line,
		      size_t len);
void gotest_finish(struct gotest_reader *gotest);

/* Whether this line, by itself, shows that a text is of this format. */
bool gotest_is_sign(const char *line, size_t len);

#endif
