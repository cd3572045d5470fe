/* SPDX-License-Identifier: MIT */
/* Subunit version 1, a line at a time: "test: NAME", then its result, with
 * details between [ and ]. */
#ifndef SIGNALBOX_REPORT_FORMATS_SUBUNIT_H
#define SIGNALBOX_REPORT_FORMATS_SUBUNIT_H

#include "report/sink.h"

struct subunit_reader {
	struct test_sink *sink;
	bool runs; /* a test began and has no result yet */
	struct str name;
	bool in_details; /* until a line of a ] alone */
};

void subunit_init(struct subunit_reader *subunit, struct test_sink *sink);
void subunit_release(struct subunit_reader *subunit);
/* ended is false for a last line without its end. */
void subunit_line(struct subunit_reader *subunit, const char *line, size_t len,
		  bool ended);
void subunit_finish(struct subunit_reader *subunit);

/* Whether this line begins a test, and whether it is a result. */
bool subunit_is_test(const char *line, size_t len);
bool subunit_is_result(const char *line, size_t len);

#endif
