/* SPDX-License-Identifier: MIT */
/*
 * What a run found, in one file that other programs and people read. Every
 * text is made printable: what a tool wrote steers no terminal and no page.
 */
#ifndef SIGNALBOX_EVIDENCE_EXPORT_H
#define SIGNALBOX_EVIDENCE_EXPORT_H

#include "evidence/kept.h"

struct export_stage {
	const char *name, *state; /* "passed" */
	const char *reason;	  /* "" none */
	const char *fail_on;	  /* the severity that fails it, "" none */
	int64_t started, ms;	  /* wall ms, 0 not known */
	bool bad, skipped;
	const char *changes; /* of its plans and plays, in words; NULL none */
	/* Percent covered in what is live, when it was compared. */
	bool is_compared;
	double lines_before, branches_before;
	struct kept kept; /* is_kept; text.data NULL else */
	bool is_kept;
	const char *why; /* why what it found is not here; NULL it is */
};

struct export_run {
	int64_t number, started, ms;
	const char *pipeline, *commit, *version, *branch, *subject;
	const char *state, *text; /* "failed", and in words */
	struct export_stage *stages;
	size_t count;
};

/* A suite a stage, a case a test and a finding; what does not let a stage
 * pass has failed, a finding that does is skipped. */
void export_junit(const struct export_run *run, struct str *out);
/* A run a report of findings. False: there is none, and nothing is added. */
bool export_sarif(const struct export_run *run, struct str *out);
/* At most EXPORT_MARKDOWN_MAX bytes. */
void export_markdown(const struct export_run *run, struct str *out);
#define EXPORT_MARKDOWN_MAX 60000

/* Whether it keeps its stage from passing. */
bool export_fails(const struct export_stage *stage,
		  const struct kept_finding *finding);
/* Failed, in error or unfinished. */
bool export_is_bad(const struct kept_test *test);
/* Printable, on one line; the caller's. NULL is "". */
char *export_text(const char *text);
/* "libxml2 2.9.14 -> 2.9.15", "src/a.c:12", or ""; the caller's. */
char *export_place(const struct kept_finding *finding);
/* What its reports say beside tests and findings, "" nothing; the caller's. */
char *export_others(const struct export_stage *stage);
/* Of its reports: a number of theirs; 0 when it is none. */
int64_t export_number(const json_t *report, const char *key);

#endif
