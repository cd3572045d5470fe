/* SPDX-License-Identifier: MIT */
/*
 * Is a report good enough? The policy half of reading one.
 *
 *	findings_sort_out(&report, &policy);	// what does not count
 *	if (!findings_hold(&report, &policy, &reason))
 *		... red, and reason says by which rules
 *	findings_add(&sum, &report);		// of several reports
 *	if (!findings_within(&sum, &limits, &reason))
 *		... red: more than the thresholds let stand
 */
#ifndef SIGNALBOX_EVIDENCE_POLICY_H
#define SIGNALBOX_EVIDENCE_POLICY_H

#include "evidence/known.h"
#include "report/report.h"

/* Findings of unknown severity. In the pipeline file's order. */
enum findings_unknown {
	FINDINGS_UNKNOWN_FAIL,	/* are above every threshold (the default) */
	FINDINGS_UNKNOWN_WARN,	/* pass, and the reason says so */
	FINDINGS_UNKNOWN_COUNT, /* are only counted */
};

struct findings_policy {
	enum report_severity fail_on;
	enum findings_unknown unknown;
	bool only_fixable;  /* a vulnerability that nothing mends is shown */
	bool strict;	    /* what the tool could not look at is red */
	bool may_be_empty;  /* a scan that looked at nothing is fine */
	int64_t max_age_ms; /* of what the scanner knows; -1: any */
	int64_t now_ms;
	/* What does not count; NULL: all does. Each one takes one away. */
	struct known_findings *known;
};

/* Takes what the policy does not count out of the report's counts; the
 * finding's state says why. Call it once, after the exceptions. */
void findings_sort_out(struct report *report,
		       const struct findings_policy *policy);
/*
 * Whether what is left holds. *reason (unless reason is NULL) is one sentence
 * either way, the caller's to free. A report whose verdict is not
 * REPORT_PASS, or which has no findings in it, fails.
 */
bool findings_hold(const struct report *report,
		   const struct findings_policy *policy, char **reason);

struct findings_sum {
	uint64_t by_severity[REPORT_SEVERITY_COUNT];
	uint64_t by_kind[FINDING_KIND_COUNT];
};
struct findings_limits { /* most open ones; -1: no limit */
	int by_severity[REPORT_SEVERITY_COUNT];
	int by_kind[FINDING_KIND_COUNT];
};
void findings_add(struct findings_sum *sum, const struct report *report);
/* *reason is untouched when it is so. */
bool findings_within(const struct findings_sum *sum,
		     const struct findings_limits *limits, char **reason);

/* The same for tests: the verdict, with a sentence. */
bool tests_pass(const struct report *report, char **reason);

#endif
