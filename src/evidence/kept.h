/* SPDX-License-Identifier: MIT */
/*
 * The evidence file: what the reports of one stage said, kept whole with its
 * run, one JSON object a line. Steps write it; the screen's tables, exports,
 * baselines and the comparison of runs read it.
 *
 *	struct evidence_writer *writer = evidence_writer_new("scan");
 *	evidence_report(writer, &report, &context);
 *	evidence_save(writer, path, digest, &err);
 *	evidence_writer_free(writer);
 *
 *	struct kept kept;
 *	if (kept_load(path, digest, &kept, &err) == 0)
 *		... kept.whole, kept.findings, kept.tests
 *	kept_release(&kept);
 *
 * The first line is the header, the last one says whether all of it is
 * there. A file that is cut, or not whole, is never a baseline. Texts are as
 * the tool wrote them but for secrets: make them printable before showing
 * them. Everything here but evidence_report() reads or writes files: call it
 * on a helper.
 */
#ifndef SIGNALBOX_EVIDENCE_KEPT_H
#define SIGNALBOX_EVIDENCE_KEPT_H

#include <jansson.h>

#include "base/digest.h"
#include "base/str.h"
#include "evidence/kept-path.h"
#include "report/report.h"

#define EVIDENCE_BYTES_MAX ((size_t)64 << 20)
#define FINDING_KEY_SIZE 33

/* What the stage knows of a report beside what the report says. */
struct evidence_context {
	const char *path;   /* below the work folder; "-": its output */
	const char *digest; /* of the raw file; NULL: it is not kept */
	int64_t bytes;	    /* of the raw file; 0 not known */
	bool fresh, ok;
	const char *reason; /* NULL: none */
};

struct evidence_writer;

struct evidence_writer *evidence_writer_new(const char *stage);
void evidence_writer_free(struct evidence_writer *writer);
/* Appends to out what of a text may be kept: without secrets. */
void evidence_mask(struct evidence_writer *writer,
		   void (*mask)(void *data, const char *text, size_t len,
				struct str *out),
		   void *data);
/* Beyond so many bytes no more is kept; EVIDENCE_BYTES_MAX at first. */
void evidence_bound(struct evidence_writer *writer, size_t bytes);
/* Goes on behind what the file holds, when there is one; a damaged one is
 * begun anew and never whole. */
void evidence_continue(struct evidence_writer *writer, const char *path);
/* report NULL: there is none that can be read; context->reason says why. */
void evidence_report(struct evidence_writer *writer,
		     const struct report *report,
		     const struct evidence_context *context);
/* Replaces the file, makes its folder; digest is that of the file. */
int evidence_save(struct evidence_writer *writer, const char *path,
		  char digest[DIGEST_TEXT_SIZE], struct error *err) MUST_CHECK;

/* 32 hexadecimal digits over kind, id, package and path, but no line and no
 * version: what is "new" is told by this. */
void finding_key(const struct finding *finding, char text[FINDING_KEY_SIZE]);
/* Over the sorted keys of all open ones. */
void findings_digest(const struct report *report, char text[DIGEST_TEXT_SIZE]);
/* Texts that a line has not got are NULL, numbers 0 (ms: -1). */
struct kept_finding {
	const char *id, *aliases, *kind, *title, *package, *installed, *fixed;
	const char *path, *purl, *url, *chain, *state, *source;
	/* Why it does not count: by ours, and by the report's own. */
	const char *exception, *suppression;
	const char *lapsed; /* which of ours would, and why it does not */
	const char *key;
	int64_t line, column;
	enum report_severity severity;
	bool is_new;   /* compared, and not open there */
	size_t report; /* of kept.reports */
};

struct kept_test {
	const char *name, *message, *file;
	int64_t line, ms;
	enum test_outcome outcome;
	bool flaky, newly_skipped;
	size_t report;
};

struct kept_component {
	const char *name, *version, *license, *purl, *path, *chain, *verdict;
	size_t report;
};

struct kept_coverage {
	const char *path;
	int64_t lines, covered, branches, branches_covered;
	size_t report;
};

struct kept {
	const char *stage;
	json_t *reports; /* an array of what the report lines hold */
	struct kept_finding *findings;
	size_t finding_count, finding_cap;
	struct kept_test *tests;
	size_t test_count, test_cap;
	struct kept_component *components;
	size_t component_count, component_cap;
	struct kept_coverage *coverage; /* one a source file */
	size_t coverage_count, coverage_cap;
	bool whole;
	const char *why; /* why not whole; NULL when it is */
	struct str text; /* owns every text above */
};

/* On failure kept is empty and need not be released. digest: what the journal
 * of its run tells of the file, "" nothing; another file is refused as
 * ERROR_CORRUPT. NULL: it is believed as it is. A file that is cut is loaded
 * up to there, and not whole; damage in the midst is refused. */
int kept_load(const char *path, const char *digest, struct kept *kept,
	      struct error *err) MUST_CHECK;
/* The same of bytes, which are taken over; name is for messages. */
int kept_parse_owned(struct str *text, const char *name, struct kept *kept,
		     struct error *err) MUST_CHECK;
void kept_release(struct kept *kept);

#endif
