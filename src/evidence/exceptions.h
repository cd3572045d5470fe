/* SPDX-License-Identifier: MIT */
/*
 * The exceptions of a repository: which findings may stand, and until when.
 * The file's form is that of evidence/record.h.
 *
 *	if (exceptions_parse(&it, text, ".signalbox-exceptions", &err) < 0)
 *		... red: a file with a mistake hides nothing
 *	exceptions_apply(&it, &report, clock_wall_ms(), &notes);
 *	... the report's texts hold until exceptions_release(&it) ...
 */
#ifndef SIGNALBOX_EVIDENCE_EXCEPTIONS_H
#define SIGNALBOX_EVIDENCE_EXCEPTIONS_H

#include "evidence/record.h"
#include "evidence/report.h"

struct exception {
	struct record record;
	int64_t until_ms; /* the last moment of its day, UTC */
	int line;
	char *text;	  /* "REASON (owner ana, reviewed by lee, until DAY)" */
	size_t hides;	  /* findings, once applied */
	bool is_too_long; /* it met one too bad for its end */
};

struct exceptions {
	struct exception *items;
	size_t count, cap;
};

/* Fails with name:line on any block that is not whole, a poor reason, a
 * reviewer who is the owner, or no such day. */
int exceptions_parse(struct exceptions *exceptions, const char *text,
		     const char *name, struct error *err) MUST_CHECK;
/* What an exception with a reviewer covers that has not ended, and does not
 * end later than its severity allows, counts as suppressed, and excepted. Of
 * every other one a note says why it hides nothing. */
void exceptions_apply(struct exceptions *exceptions, struct report *report,
		      int64_t now_ms, struct strings *notes);
void exceptions_release(struct exceptions *exceptions);

/* The most days that a finding of the severity may be let stand. */
int exception_days(enum report_severity severity);

#endif
