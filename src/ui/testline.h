/* SPDX-License-Identifier: MIT */
/*
 * What a line of a log says of a test, in the words of TAP, automake, cmocka
 * and googletest, go, pytest, cargo, ctest, and of our own checks; and of a
 * compiler or make that gave up.
 */
#ifndef SIGNALBOX_UI_TESTLINE_H
#define SIGNALBOX_UI_TESTLINE_H

#include <stdbool.h>
#include <stddef.h>

enum testline {
	TESTLINE_NONE,
	TESTLINE_BEGUN,	 /* a test starts here: "[ RUN      ] it" */
	TESTLINE_PASSED, /* or was skipped */
	TESTLINE_FAILED,
};

enum testline testline_of(const char *text, size_t len);
/* Whether a line after that of a test is part of what it printed: indented,
 * or a diagnostic "# ...". */
bool testline_is_output(const char *text, size_t len);

/* One of these is in every failed line, in either case of letters; NULL ends
 * them. */
extern const char *const testline_needles[];

#endif
