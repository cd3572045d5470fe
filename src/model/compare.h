/* SPDX-License-Identifier: MIT */
/*
 * What one run's evidence has over another's: tests that came, went, or are
 * skipped by now, and findings that the other did not have. Reads journals
 * and the lists of tests beside the logs: blocks, call it on a helper.
 *
 *	struct comparison it;
 *	comparison_make(&it, live_folder, run_folder, INT64_MAX);
 *	... it.tests_why is why the tests are not known, or NULL ...
 *	comparison_release(&it);
 */
#ifndef SIGNALBOX_MODEL_COMPARE_H
#define SIGNALBOX_MODEL_COMPARE_H

#include "model/model.h"

enum test_change_kind {
	TEST_CHANGE_SKIPPED, /* it ran before, and is skipped now */
	TEST_CHANGE_REMOVED,
	TEST_CHANGE_ADDED,
	TEST_CHANGE_COUNT
};

struct test_change {
	enum test_change_kind kind;
	char *name;
};

struct comparison {
	char *tests_why; /* why the tests cannot be compared; NULL: they are */
	/* In the order of the kinds, then by name; at most so many of a kind
	 * while the counts are whole. */
#define CHANGES_KEPT 10000
	struct test_change *tests;
	size_t test_count, test_cap;
	size_t counts[TEST_CHANGE_COUNT];
	struct strings not_run; /* stages with tests that have not run yet */

	char *findings_why; /* likewise */
	/* Open ones that the other run did not have open, worst first. */
	struct finding_model *fresh;
	size_t fresh_count, fresh_cap;
	size_t gone;	       /* open ones of the other that are no more */
	bool findings_partial; /* a report had more than its journal tells */
};

/* "added", "removed", "newly-skipped" */
const char *test_change_name(enum test_change_kind kind);

/* live: the folder of the run that is live, NULL where none is; run: the one
 * that would ship, NULL where none was; until: how far it has come, as a
 * number of its events. Never fails: what cannot be read is not known. */
void comparison_make(struct comparison *comparison, const char *live,
		     const char *run, int64_t until);
void comparison_release(struct comparison *comparison);

/* The newest run of the commit in the folder of runs, 0 when none of the last
 * hundred is. One of the files in a work tree is none. */
int64_t comparison_find_run(const char *runs, const char *commit);

struct finding_key {
	const char *id, *path, *package;
};

struct since {
	int64_t run;	 /* the first of those that had it without a gap */
	int64_t time_ms; /* its start; 0: the run that was asked about */
	bool is_least;	 /* it may be there for longer */
};

/* Since when the finding of a run is there. Runs that scanned nothing say
 * nothing of it. */
struct since comparison_since(const char *runs, int64_t run,
			      const struct finding_key *key);

#endif
