/* SPDX-License-Identifier: MIT */
/* One finding of a scanner, whatever wrote it. */
#ifndef SIGNALBOX_REPORT_FINDING_H
#define SIGNALBOX_REPORT_FINDING_H

#include <stdbool.h>

/* Lowest first; the same order as the pipeline file's severities. */
enum report_severity {
	REPORT_SEVERITY_UNKNOWN,
	REPORT_SEVERITY_INFO,
	REPORT_SEVERITY_LOW,
	REPORT_SEVERITY_MEDIUM,
	REPORT_SEVERITY_HIGH,
	REPORT_SEVERITY_CRITICAL,
	REPORT_SEVERITY_COUNT
};

enum finding_kind {
	FINDING_VULNERABILITY,
	FINDING_MISCONFIGURATION,
	FINDING_SECRET,
	FINDING_LICENSE,
	FINDING_CODE,
	FINDING_KIND_COUNT
};

/* What became of it: only an open one counts. */
enum finding_state {
	FINDING_OPEN,
	FINDING_SUPPRESSED,  /* by the report itself */
	FINDING_EXCEPTED,    /* by an exception of the repository */
	FINDING_NOT_FIXABLE, /* no version mends it; the policy: only-fixable */
	FINDING_KNOWN,	     /* it is live or in the baseline already */
	FINDING_STATE_COUNT
};

struct finding {
	const char *id; /* rule or CVE */
	const char *title;
	/* NULL where the format does not tell: */
	const char *aliases; /* "CVE-1 GHSA-2" */
	const char *package;
	const char *installed; /* version */
	const char *fixed;     /* version that mends it */
	const char *path;      /* below the scanned root, or an image's name */
	const char *purl;
	const char *url;
	const char *chain;	 /* "app > a > b": who brought the package in */
	const char *suppression; /* why suppressed, in the report's words */
	const char *lapsed; /* which exception would cover it, and why not */
	const char *source; /* who suppressed: ".trivyignore.yaml", "vex" */
	int line, column;   /* 0 when not told */
	enum finding_kind kind;
	enum report_severity severity;
	enum finding_state state;
	bool suppressed; /* by the report itself: an ignore like any other */
	bool excepted;	 /* by an exception of the repository */
	bool is_new;	 /* compared, and not open there */
};

/* "critical"; "unknown" too. */
const char *report_severity_name(enum report_severity severity);
/* The other way round, of our own words alone; word may be NULL. */
bool report_severity_parse(const char *word, enum report_severity *severity);
/* "vulnerability", "misconfiguration", "secret", "license", "code" */
const char *finding_kind_name(enum finding_kind kind);
/* "open", "suppressed", "excepted", "not-fixable", "known" */
const char *finding_state_name(enum finding_state state);

#endif
