/* SPDX-License-Identifier: MIT */
/* Is a report good enough? The policy half of reading one. */
#ifndef SIGNALBOX_EVIDENCE_POLICY_H
#define SIGNALBOX_EVIDENCE_POLICY_H

#include "evidence/report.h"

/* Findings of unknown severity. In the pipeline file's order. */
enum findings_unknown {
	FINDINGS_UNKNOWN_FAIL,	/* are above every threshold (the default) */
	FINDINGS_UNKNOWN_WARN,	/* pass, and the reason says so */
	FINDINGS_UNKNOWN_COUNT, /* are only counted */
};

/*
 * Whether no open finding is as bad as fail_on or worse. *reason (unless
 * reason is NULL) is one sentence either way, the caller's to free. A report
 * whose verdict is not REPORT_PASS, or which is not of findings, fails.
 */
bool findings_pass(const struct report *report, enum report_severity fail_on,
		   enum findings_unknown unknown, char **reason);

/* The same for tests: the verdict, with a sentence. */
bool tests_pass(const struct report *report, char **reason);

#endif
