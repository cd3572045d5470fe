/* SPDX-License-Identifier: MIT */
/*
 * One scan of a stage: its reports, from several tools or one a source file,
 * read and held against one policy. scan.c tells what scan_look() found.
 */
#ifndef SIGNALBOX_STEP_SCAN_H
#define SIGNALBOX_STEP_SCAN_H

#include "evidence/policy.h"
#include "evidence/report-files.h"
#include "exceptions/exceptions.h"
#include "step/keep.h"
#include "step/step.h"

struct scan_reading {
	char *path; /* whole */
	struct report report;
	bool is_read, passed;
	char *text; /* the verdict in words, or why it cannot be read */
	char findings[DIGEST_TEXT_SIZE]; /* of the open ones; "" */
};

struct scan_step;

struct scan_job { /* the helper's */
	const struct scan_config *config;
	const struct pipeline *pipeline;
	const char *stage;
	const char *repository, *state_folder;
	const char *commit; /* NULL: the work tree's files are run */
	char *folder;
	struct report_files files;
	int found_exit;		       /* as in struct scan_traces */
	struct scan_reading *readings; /* one at least */
	size_t count, cap;
	size_t reported;	      /* findings of the scanner's own */
	struct exceptions exceptions; /* hold texts of the reports */
	struct strings exception_notes;
	bool is_blind; /* the exceptions are not known: all findings count */
	struct strings notes; /* of what its findings were compared with */
	/* What they were compared with, an environment or a report; NULL. */
	const char *since;
	struct keeping *keeping;
	struct scan_step *step; /* NULL once cancelled */
};

/* On the helper: reads, judges and keeps. */
void scan_look(struct scan_job *job);

/*
 * What does not count because it is live, or in the baseline, already; NULL
 * in *known when the scan has no such rule. Fails when that cannot be told:
 * what was not seen whole makes nothing known.
 */
int scan_known(struct scan_job *job, struct known_findings **known,
	       struct error *err) MUST_CHECK;

/* On the helper, once they are judged: marks what is new since what is live,
 * where no rule compares. */
void scan_since(struct scan_job *job);
/* Into report.read. */
void scan_tell_since(const struct scan_job *job,
		     const struct scan_reading *reading, struct event *event);

#endif
