/* SPDX-License-Identifier: MIT */
/*
 * How the readers fill a struct report: bounded, interned text, and counts
 * that always agree with what was added.
 */
#ifndef SIGNALBOX_REPORT_COLLECT_H
#define SIGNALBOX_REPORT_COLLECT_H

#include "report/report.h"

/* Bytes kept of a text; longer ones are cut between characters. */
#define REPORT_NAME_MAX 512
#define REPORT_MESSAGE_MAX 4096
#define REPORT_WORD_MAX 256
#define REPORT_PATH_MAX 1024
/* Cases kept of the passed, and of the others, and of the text of both; all
 * are counted. */
#define REPORT_CASES_MAX 100000
#define REPORT_CASES_BYTES ((size_t)64 << 20)

void report_begin(struct report *report, enum report_kind kind,
		  const char *format);

/* The report's own copy, the same pointer for the same text. NULL is NULL. */
const char *report_text(struct report *report, const char *text, size_t limit);
const char *report_bytes(struct report *report, const char *text, size_t len,
			 size_t limit);
/* len or less: the cut at limit that halves no UTF-8 character. */
size_t text_cut(const char *text, size_t len, size_t limit);

/* Only the first reason is kept; the verdict becomes REPORT_FAIL. */
void report_fail(struct report *report, const char *format, ...)
	PRINTF_LIKE(2, 3);
void report_note(struct report *report, const char *format, ...)
	PRINTF_LIKE(2, 3);

void report_count_test(struct report *report, const struct test_case *test);
/* It was counted, but came out otherwise in the end. */
void report_recount_test(struct report *report, const struct test_case *was,
			 const struct test_case *is);
/* Keeps a copy, when there is room; does not count it. */
void report_keep_test(struct report *report, const struct test_case *test);
/* Announced tests of which nothing was seen. */
void report_count_unfinished(struct report *report, uint64_t count);
/* The texts in finding are the report's own (report_text). */
void report_add_finding(struct report *report, const struct finding *finding);
/* The same: its texts are the report's own. One without a licence counts as
 * unknown. */
void report_add_component(struct report *report,
			  const struct component *component);

/* Settles verdict and why from the counts; call it last. */
void report_close(struct report *report);

#endif
