/* SPDX-License-Identifier: MIT */
/* What a stage's reports and scans are and must be. Part of
 * pipeline/pipeline.h; who includes that has this. */
#ifndef SIGNALBOX_PIPELINE_EVIDENCE_CONFIG_H
#define SIGNALBOX_PIPELINE_EVIDENCE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strings.h"
#include "yaml/problems.h"

enum severity { /* highest last; UNKNOWN is apart */
		SEVERITY_UNKNOWN,
		SEVERITY_INFO,
		SEVERITY_LOW,
		SEVERITY_MEDIUM,
		SEVERITY_HIGH,
		SEVERITY_CRITICAL,
};
#define SEVERITY_COUNT 6
#define FINDING_KINDS 5

struct report_config {
	const char *format; /* a key of `reports`, which report/ knows */
	char *path; /* a glob below the work folder, or "-": the output */
	struct place place;
};

/* Which licences are fine. */
struct license_policy_config {
	bool present;
	struct strings allow, deny, review; /* identifiers and globs */
	char *approvals;		    /* a CSV of the commit, or NULL */
	bool with_base;			    /* X WITH Y is judged as X */
	bool unknown_fails;		    /* else it means review */
};

struct scan_config {
	bool present;
	struct strings reports;	   /* globs below the work folder */
	char *format;		   /* NULL: by content */
	struct strings exceptions; /* files of the commit */
	enum severity fail_on;	   /* default high */
	enum { UNKNOWN_FAIL, UNKNOWN_WARN, UNKNOWN_COUNT } unknown;
	int *ok_exits; /* default {0} */
	size_t ok_exit_count;
	int *findings_exits; /* default {1} */
	size_t findings_exit_count;
	/* Most open ones; -1: no limit. In report/'s order. */
	int most_of_severity[SEVERITY_COUNT], most_of_kind[FINDING_KINDS];
	char *new_only; /* an environment, or NULL */
	char *baseline; /* a report of the commit, or NULL */
	bool only_fixable, strict, may_be_empty, keep;
	int64_t max_age_ms; /* of what the scanner knows; -1: no limit */
	enum { ORPHANS_DEFAULT, ORPHANS_FAIL, ORPHANS_WARN } orphans;
	struct strings reviewers; /* empty: anybody else */
	bool by_codeowners;
	struct license_policy_config licences;
	struct place place;
};

enum newly_skipped {
	NEWLY_SKIPPED_COUNT,
	NEWLY_SKIPPED_WARN,
	NEWLY_SKIPPED_FAIL,
};

/* What the reports of a stage must come to. */
struct require_config {
	bool present;
	int tests, skipped; /* at least, at most; -1: no limit */
	enum newly_skipped newly_skipped;
	double lines, branches; /* percent at least; -1: no limit */
	double drop;		/* percent points below `against` at most; -1 */
	char *against;		/* an environment, or NULL */
	struct place place;
};

#endif
