/* SPDX-License-Identifier: MIT */
/*
 * report/ reads what test runners and scanners write, and makes plain
 * structs of it. This file: a report file of any known format, whole.
 *
 *	struct report report;
 *	if (report_read("trivy.json", NULL, &report, &err) < 0)
 *		... red: there is no report, or none that can be believed
 *	else if (report.kind == REPORT_OF_TESTS)
 *		... report.verdict, report.totals, report.cases
 *	else
 *		... findings_hold() of evidence/policy.h, report.findings
 *	report_release(&report);
 *
 * What is missing, empty, cut short, of an unknown format, a web page or an
 * error message fails to be read; it is never "no findings". A stage is good
 * when its exit status, its report and the report's freshness
 * (evidence/freshness.h) all are; none alone is enough. Counting live, while
 * a stage writes, is report/stream.h.
 *
 * All text is as the tool wrote it, bounded in length but hostile: make it
 * printable before showing it. Secrets and neighbouring source lines are not
 * kept.
 */
#ifndef SIGNALBOX_REPORT_REPORT_H
#define SIGNALBOX_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/strings.h"
#include "report/finding.h"
#include "report/formats/formats.h"

enum report_kind {
	REPORT_OF_TESTS,
	REPORT_OF_FINDINGS,
	REPORT_OF_COVERAGE,
	REPORT_OF_COMPONENTS, /* it may have findings as well */
	REPORT_OF_CHANGES,    /* what a plan or a play does to machines */
};

enum report_verdict {
	REPORT_PASS, /* of findings: the scan itself went well */
	REPORT_FAIL,
	REPORT_EMPTY, /* well-formed, but no test ran, no line was seen: red */
};

enum test_outcome {
	TEST_PASSED,
	TEST_FAILED,
	TEST_ERROR, /* could not run: set-up failed, no such program */
	TEST_SKIPPED,
	TEST_TODO,	 /* TAP: may fail, counts neither way */
	TEST_UNFINISHED, /* announced or begun, but without an end */
};

/* total is the sum of the outcomes, among which are the flaky ones. */
struct test_totals {
	uint64_t total;
	uint64_t passed;
	uint64_t failed;
	uint64_t errors;
	uint64_t skipped;
	uint64_t todo;
	uint64_t unfinished;
	uint64_t flaky; /* with a failed attempt before it passed */
};

struct test_case {
	const char *name;
	const char *message; /* why it did not pass; "" when it did */
	const char *file;    /* NULL when not told */
	int line;	     /* 0 when not told */
	int64_t ms;	     /* -1 when not told */
	enum test_outcome outcome;
	bool flaky;
	bool newly_skipped; /* it ran in what it is compared with */
};

/* A package of a bill of materials. NULL is what it does not tell. */
struct component {
	const char *name, *version, *purl;
	const char *license; /* an SPDX expression, or the words there */
	const char *path;
	const char *chain;   /* "app > a > b": who brought it in */
	const char *verdict; /* of the licence policy, once applied */
};

struct coverage_file {
	const char *path;
	uint64_t lines, covered, branches, branches_covered;
};

/* A plan counts resources, a play what it did and on how many hosts. */
struct report_changes {
	uint64_t adds, changes, destroys, replacements;
	uint64_t changed, failed, unreachable, hosts;
	bool is_plan;
};

struct report {
	enum report_kind kind;
	const char *format; /* the name in report_formats() */
	const char *tool;   /* who wrote it, "" when it does not say */
	enum report_verdict verdict;
	char *why;	      /* one sentence; NULL when the verdict is pass */
	struct strings notes; /* odd, but no failure; at most 16 */
	/* Of the bytes that were read from its file, "" without one. */
	char digest[DIGEST_TEXT_SIZE];

	/* REPORT_OF_TESTS */
	struct test_totals totals;
	struct test_case *cases; /* at most 100,000 passed, as many not, and
				  * 64 MiB of text */
	size_t case_count, case_cap;
	size_t passed_kept, others_kept;
	bool all_skipped; /* a plan said that there is nothing to run, and why
			   */

	/* REPORT_OF_FINDINGS, and of components with has_findings */
	bool has_findings;
	struct finding *findings; /* open and suppressed ones */
	size_t finding_count, finding_cap;
	uint64_t by_severity[REPORT_SEVERITY_COUNT]; /* open ones */
	uint64_t by_kind[FINDING_KIND_COUNT];	     /* open ones */
	uint64_t open;
	uint64_t suppressed;
	uint64_t excepted;    /* of these, by an exception of the repository */
	uint64_t distinct;    /* open ones, the same seen twice counted once */
	uint64_t fixable;     /* open ones with a version that mends them */
	uint64_t targets;     /* what was looked at; 0 when not told */
	uint64_t not_fixable; /* that the policy does not count, nor these: */
	uint64_t known;
	uint64_t tool_errors; /* what the tool could not look at */
	int64_t data_ms; /* wall: when what it knows was made; 0 not told */
	bool distinct_is_set; /* by the reader, which knows better */
	bool has_secrets;     /* its file must not be copied */
	bool nothing_scanned; /* it says that it looked at nothing */
	bool is_compared;     /* with what was known before */

	/* REPORT_OF_COMPONENTS */
	bool has_components;
	struct component *components;
	size_t component_count, component_cap;
	uint64_t license_unknown;

	/* REPORT_OF_COVERAGE; the sum has no path */
	struct coverage_file *files; /* in the report's order */
	size_t file_count, file_cap;
	struct coverage_file coverage;

	/* REPORT_OF_CHANGES */
	struct report_changes changes;

	struct report_pool *pool; /* owns every text above */
};

/*
 * Reads the file; format is one of report_formats(), or NULL to tell it by
 * its content. On failure report is empty and need not be released. Uses at
 * most 64 MiB and twelve times the file's size.
 */
int report_read(const char *path, const char *format, struct report *report,
		struct error *err) MUST_CHECK;
/* The same for bytes in memory, with a NUL after the last; `name` is for
 * messages. */
int report_parse(const char *text, size_t len, const char *name,
		 const char *format, struct report *report,
		 struct error *err) MUST_CHECK;
void report_release(struct report *report);
/* Of files below the folder `root`, be they told by path or as file:, keeps
 * what follows it. */
void report_relative(struct report *report, const char *root);
/* What follows it of one path; borrowed. */
const char *report_path_from(const char *root, const char *path);
/* A message of ours that names such a file, told from the folder; the
 * caller's. */
char *report_told_from(const char *root, const char *message);

/* Of what reports of the format are; one that is not known: tests. */
enum report_kind report_format_kind(const char *name);
/* "tests", "findings", "coverage", "components", "changes" */
const char *report_kind_name(enum report_kind kind);
const char *test_outcome_name(enum test_outcome outcome);
const char *report_verdict_name(enum report_verdict verdict);
/* Failed, in error or unfinished. */
uint64_t test_totals_bad(const struct test_totals *totals);

#endif
