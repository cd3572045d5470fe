/* SPDX-License-Identifier: MIT */
#include "step/require.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "base/vector.h"
#include "step/live-evidence.h"

struct judging {
	const struct require_options *options;
	struct reading *const *readings;
	size_t count;
	struct reading *tests, *coverage; /* the last of each, or NULL */
	struct test_totals totals;
	struct coverage_file sum, before;
	struct strings *notes;
	struct str why; /* of what no report is to blame for */
};

static void blame(struct judging *judging, struct reading *reading, char *why)
{
	if (reading) {
		reading_blame(reading, why);
		return;
	}
	str_addf(&judging->why, "%s%s", judging->why.len ? "; " : "", why);
	free(why);
}

static void add_file(struct coverage_file *sum, const struct coverage_file *it)
{
	sum->lines += it->lines;
	sum->covered += it->covered;
	sum->branches += it->branches;
	sum->branches_covered += it->branches_covered;
}

static void sum_up(struct judging *judging)
{
	for (size_t i = 0; i < judging->count; i++) {
		struct reading *reading = judging->readings[i];
		const struct test_totals *totals = &reading->report.totals;

		if (!reading->is_read)
			continue;
		if (reading->kind == REPORT_OF_TESTS) {
			judging->tests = reading;
			judging->totals.total += totals->total;
			judging->totals.skipped +=
				totals->skipped + totals->todo;
		} else if (reading->kind == REPORT_OF_COVERAGE) {
			judging->coverage = reading;
			add_file(&judging->sum, &reading->report.coverage);
		}
	}
}

static void check_tests(struct judging *judging)
{
	const struct require_config *config = judging->options->config;
	uint64_t skipped = judging->totals.skipped;
	uint64_t ran = judging->totals.total - skipped;

	if (config->tests >= 0 && ran < (uint64_t)config->tests)
		blame(judging, judging->tests,
		      xasprintf("%llu test%s ran, and %d must",
				(unsigned long long)ran, ran == 1 ? "" : "s",
				config->tests));
	if (config->skipped >= 0 && skipped > (uint64_t)config->skipped)
		blame(judging, judging->tests,
		      xasprintf("%llu test%s %s skipped, and %d may be",
				(unsigned long long)skipped,
				skipped == 1 ? "" : "s",
				skipped == 1 ? "was" : "were",
				config->skipped));
}

/* What nobody forbids, but nobody may have meant. */
static void note_skipped(struct judging *judging)
{
	const struct require_config *config = judging->options->config;
	uint64_t total = judging->totals.total;

	if (!total || judging->totals.skipped < total ||
	    (config->present && config->tests >= 0))
		return;
	strings_add_owned(judging->notes,
			  xasprintf("no test ran, %llu skipped; tests: 1 "
				    "makes that red",
				    (unsigned long long)total));
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : -1;
}

/* Rounding makes nobody fail. */
#define SLACK 1e-9

/* What is just short of a number is not shown as that number. */
static double shown(double share)
{
	return share < 0 ? 0 : floor(share * 100 + SLACK) / 100;
}

static void check_share(struct judging *judging, double least, uint64_t part,
			uint64_t whole, const char *what)
{
	double share = percent(part, whole);

	if (least < 0 || share + SLACK >= least)
		return;
	if (share < 0)
		blame(judging, judging->coverage,
		      xasprintf("no %s were measured, and %g%% of them must "
				"be covered",
				what, least));
	else
		blame(judging, judging->coverage,
		      xasprintf("%g%% of %s are covered, and %g%% must be",
				shown(share), what, least));
}

static void check_drop(struct judging *judging, double before, double now,
		       const char *what)
{
	double drop = judging->options->config->drop;

	if (drop < 0 || before < 0 || before - now <= drop + SLACK)
		return;
	blame(judging, judging->coverage,
	      xasprintf("%g%% of %s are covered, after %g%% in what is "
			"live, and it may lose %g points",
			shown(now), what, shown(before), drop));
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names { /* borrowed */
	const char **items;
	size_t count, cap;
};

/* What ran when the release that is live was made, sorted. */
static struct names names_that_ran(const struct kept *kept)
{
	struct names ran = {0};

	for (size_t i = 0; i < kept->test_count; i++) {
		const struct kept_test *test = &kept->tests[i];

		if (test->name && test->outcome != TEST_SKIPPED &&
		    test->outcome != TEST_TODO)
			*VECTOR_ADD(ran.items, ran.count, ran.cap) = test->name;
	}
	if (ran.count)
		qsort(ran.items, ran.count, sizeof(*ran.items), compare_names);
	return ran;
}

static size_t mark_newly_skipped(const struct judging *judging,
				 const struct names *ran, const char **first)
{
	size_t found = 0;

	for (size_t i = 0; i < judging->count; i++) {
		const struct report *report = &judging->readings[i]->report;

		for (size_t j = 0; j < report->case_count; j++) {
			struct test_case *test = &report->cases[j];

			if ((test->outcome != TEST_SKIPPED &&
			     test->outcome != TEST_TODO) ||
			    !ran->count ||
			    !bsearch(&test->name, ran->items, ran->count,
				     sizeof(*ran->items), compare_names))
				continue;
			test->newly_skipped = true;
			if (!found++)
				*first = test->name;
		}
	}
	return found;
}

static void check_skipped(struct judging *judging, const struct kept *kept,
			  int64_t run)
{
	enum newly_skipped rule = judging->options->config->newly_skipped;
	struct names ran = names_that_ran(kept);
	const char *first = NULL;
	size_t found = mark_newly_skipped(judging, &ran, &first);
	char *text;

	free(ran.items);
	if (judging->tests)
		judging->tests->newly_skipped = (int64_t)found;
	if (!found || rule == NEWLY_SKIPPED_COUNT)
		return;
	text = xasprintf("%zu test%s that ran in run %lld, which is live, %s "
			 "skipped now, the first: %s",
			 found, found == 1 ? "" : "s", (long long)run,
			 found == 1 ? "is" : "are", first);
	if (rule == NEWLY_SKIPPED_FAIL)
		blame(judging, judging->tests, text);
	else
		strings_add_owned(judging->notes, text);
}

static void compare_coverage(struct judging *judging, const struct kept *kept)
{
	const struct coverage_file *now = &judging->sum;
	struct coverage_file *before = &judging->before;
	double lines, branches;

	for (size_t i = 0; i < kept->coverage_count; i++) {
		const struct kept_coverage *it = &kept->coverage[i];
		struct coverage_file file = {
			.lines = (uint64_t)it->lines,
			.covered = (uint64_t)it->covered,
			.branches = (uint64_t)it->branches,
			.branches_covered = (uint64_t)it->branches_covered,
		};

		add_file(before, &file);
	}
	if (!before->lines && judging->coverage)
		strings_add(judging->notes,
			    "what is live kept no coverage, so nothing is "
			    "held against it");
	lines = percent(before->covered, before->lines);
	branches = percent(before->branches_covered, before->branches);
	if (judging->coverage) {
		judging->coverage->lines_before = lines;
		judging->coverage->branches_before = branches;
	}
	check_drop(judging, lines, percent(now->covered, now->lines), "lines");
	check_drop(judging, branches,
		   percent(now->branches_covered, now->branches), "branches");
}

static void compare(struct judging *judging)
{
	const struct require_options *options = judging->options;
	struct error err = ERROR_INIT;
	struct kept kept;
	int64_t run;
	int found;

	if (!options->config->against)
		return;
	found = live_evidence(options->state_folder, options->config->against,
			      options->stage, &kept, &run, judging->notes,
			      &err);
	if (found < 0)
		blame(judging, NULL, xstrdup(error_text(&err)));
	error_clear(&err);
	if (found <= 0)
		return;
	check_skipped(judging, &kept, run);
	compare_coverage(judging, &kept);
	kept_release(&kept);
}

char *require_judge(const struct require_options *options,
		    struct reading *const *readings, size_t count,
		    struct strings *notes)
{
	const struct require_config *config = options->config;
	struct judging judging = {
		.options = options,
		.readings = readings,
		.count = count,
		.notes = notes,
		.why = STR_INIT,
	};
	const struct coverage_file *sum = &judging.sum;

	sum_up(&judging);
	note_skipped(&judging);
	if (!config->present)
		return NULL;
	check_tests(&judging);
	check_share(&judging, config->lines, sum->covered, sum->lines, "lines");
	check_share(&judging, config->branches, sum->branches_covered,
		    sum->branches, "branches");
	compare(&judging);
	if (judging.why.len)
		return str_detach(&judging.why);
	str_release(&judging.why);
	return NULL;
}
