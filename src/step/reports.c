/* SPDX-License-Identifier: MIT */
#include "step/reports.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "evidence/policy.h"
#include "evidence/report-files.h"
#include "report/collect.h"
#include "report/stream.h"
#include "step/keep.h"
#include "step/reasons.h"
#include "step/require.h"
#include "step/test-names.h"

#define TELL_US 250000	   /* counts alone at most so often */
#define BAD_CASES_TOLD 100 /* of a report; all are counted and kept */

struct reports {
	struct step *step; /* the loop's; not for the helper */
	const struct stage_config *stage;
	char *folder; /* NULL: none */
	const char *state_folder;
	struct report_stream *stream; /* of the output; NULL: none */
	struct str names;	      /* of its tests, and what came of them */
	struct timer *tell;
	int64_t told_us;
	struct test_totals told;
	size_t bad_told;	   /* of the stream */
	struct report_files files; /* as they were before the command */
	struct reading live;	   /* what the stream has come to */
	struct reading *readings;
	size_t reading_count, reading_cap;
	char *why;		 /* what none of them is to blame for */
	struct strings notes;	 /* of what they were held against */
	struct keeping *keeping; /* NULL until it is finished */
	void (*done)(const char *why, void *data);
	void *data;
	bool is_busy, is_dropped;
};

static void tell_totals(void *data)
{
	struct reports *reports = data;
	const struct test_totals *totals =
		report_stream_totals(reports->stream);
	struct event *event;

	if (totals->total == reports->told.total)
		return;
	reports->told = *totals;
	reports->told_us = clock_monotonic_us();
	event = step_event(reports->step, EVENT_TEST_FINISHED);
	reading_set_totals(event, totals);
	step_emit(reports->step, event);
}

static bool is_bad(const struct test_case *test)
{
	return test->outcome == TEST_FAILED || test->outcome == TEST_ERROR ||
	       test->outcome == TEST_UNFINISHED;
}

static void tell_case(struct reports *reports, const struct test_case *test,
		      const struct test_totals *totals)
{
	struct event *event = step_event(reports->step, EVENT_TEST_FINISHED);

	reports->told = *totals;
	reading_set_totals(event, totals);
	event_set(event, "name", test->name);
	event_set(event, "outcome", is_bad(test) ? "failed" : "skipped");
	if (test->message && *test->message)
		event_set(event, "message", test->message);
	event_set(event, "file", test->file);
	if (test->line)
		event_set_int(event, "line", test->line);
	if (test->ms >= 0)
		event_set_int(event, "ms", test->ms);
	if (test->newly_skipped)
		event_set_bool(event, "newly-skipped", true);
	step_emit(reports->step, event);
}

static bool is_newly_skipped(const struct test_case *test)
{
	return test->newly_skipped;
}

static void tell_cases(struct reports *reports, const struct report *report,
		       bool (*which)(const struct test_case *test))
{
	size_t told = 0;

	for (size_t i = 0; i < report->case_count; i++)
		if (which(&report->cases[i]) && told++ < BAD_CASES_TOLD)
			tell_case(reports, &report->cases[i], &report->totals);
}

static void on_test(const struct test_case *test,
		    const struct test_totals *totals, void *data)
{
	struct reports *reports = data;

	test_names_add(&reports->names, reports->step->options.host->mask,
		       test);
	if (is_bad(test) && reports->bad_told < BAD_CASES_TOLD) {
		reports->bad_told++;
		tell_case(reports, test, totals);
		return;
	}
	if (clock_monotonic_us() - reports->told_us >= TELL_US)
		tell_totals(reports);
	else
		timer_set(reports->tell, reports->told_us + TELL_US);
}

struct reports *reports_new(struct step *step)
{
	const struct stage_config *stage = step->options.stage;
	struct reports *reports = xcalloc(1, sizeof(*reports));

	str_init(&reports->names);
	reports->step = step;
	reports->stage = stage;
	reports->folder = xstrdup_null(step->options.folder);
	reports->state_folder = step->options.host->run->state_folder;
	reports->tell = loop_timer(step->options.host->loop, INT64_MAX,
				   tell_totals, reports);
	for (size_t i = 0; i < stage->report_count; i++) {
		const struct report_config *config = &stage->reports[i];

		if (strcmp(config->path, "-") == 0)
			reports->stream = report_stream_new(config->format,
							    on_test, reports);
	}
	return reports;
}

void reports_note(const struct stage_config *stage, const char *folder,
		  struct report_files *files)
{
	report_files_begin(files, folder);
	for (size_t i = 0; i < stage->report_count; i++)
		if (strcmp(stage->reports[i].path, "-") != 0)
			report_files_note(files, stage->reports[i].path);
}

void reports_noted(struct reports *reports, struct report_files *files)
{
	report_files_move(&reports->files, files);
}

bool reports_want_output(const struct reports *reports)
{
	return reports->stream;
}

void reports_output(struct reports *reports, const char *bytes, size_t len)
{
	if (reports->stream)
		report_stream_feed(reports->stream, bytes, len);
}

/* NULL when it is good, else why not; the caller owns it. */
static char *verdict(const struct report *report)
{
	char *why = NULL;

	if (report->kind != REPORT_OF_TESTS)
		return report->verdict == REPORT_PASS ? NULL
		       : report->why		      ? xstrdup(report->why)
						      : xstrdup("it is red");
	if (!tests_pass(report, &why))
		return why ? why : xstrdup("the report is red");
	free(why);
	return NULL;
}

static struct reading *add_reading(struct reports *reports, const char *path,
				   const char *format)
{
	struct reading *reading =
		VECTOR_ADD(reports->readings, reports->reading_count,
			   reports->reading_cap);

	*reading = (struct reading){
		.path = xstrdup(path),
		.kind = report_format_kind(format),
		.newly_skipped = -1,
		.lines_before = -1,
		.branches_before = -1,
	};
	return reading;
}

/* They belong into a scan, where there is a policy. */
static void note_findings(struct report *report)
{
	if (report->has_findings && report->finding_count)
		report_note(report,
			    "its %zu findings are held against nothing here: "
			    "name it as the report of a scan",
			    report->finding_count);
}

static void fill_reading(struct reports *reports, struct reading *reading,
			 const char *format)
{
	const char *path = reading->path;
	const struct report_identity *before =
		report_files_before(&reports->files, path);
	struct error err = ERROR_INIT;

	if (!report_is_fresh(before, path, &err) ||
	    report_read(path, format, &reading->report, &err) < 0) {
		reading->why =
			report_told_from(reports->folder, error_text(&err));
		error_clear(&err);
		return;
	}
	reading->is_read = true;
	reading->kind = reading->report.kind;
	report_relative(&reading->report, reports->folder);
	note_findings(&reading->report);
	reading->why = verdict(&reading->report);
}

static void read_one(struct reports *reports, const char *path,
		     const char *format)
{
	enum report_taken taken =
		report_files_take(&reports->files, path, format);
	struct reading *reading;

	if (taken == REPORT_AGAIN)
		return;
	reading = add_reading(reports, path, format);
	if (taken == REPORT_NEW)
		fill_reading(reports, reading, format);
	else
		reading->why = xstrdup("it is read in another format already");
}

static void add_missing(struct reports *reports,
			const struct report_config *config, const char *why)
{
	const char *pattern = config->path;
	struct reading *reading = add_reading(reports, pattern, config->format);

	reading->why = why && *why
			       ? xstrdup(why)
			       : xasprintf("no report matches %s; the stage "
					   "must write it",
					   pattern);
}

static void keep(struct reports *reports, const struct reading *reading,
		 const char *file)
{
	struct evidence_context context = {
		.path = report_path_from(reports->folder, reading->path),
		.fresh = reading->is_read,
		.ok = !reading->why,
		.reason = reading->why,
	};

	keeping_report(reports->keeping,
		       reading->is_read ? &reading->report : NULL, &context,
		       file, reports->stage->keep_reports);
}

/* In the order in which they are told. */
static void keep_all(struct reports *reports)
{
	if (reports->live.is_read)
		keep(reports, &reports->live, NULL);
	for (size_t i = 0; i < reports->reading_count; i++)
		keep(reports, &reports->readings[i], reports->readings[i].path);
	if (reports->live.is_read || reports->reading_count)
		keeping_save(reports->keeping);
}

static void check_required(struct reports *reports)
{
	struct require_options options = {
		.config = &reports->stage->require,
		.stage = reports->stage->name,
		.state_folder = reports->state_folder,
	};
	size_t count = 0;
	struct reading **all =
		xcalloc(reports->reading_count + 1, sizeof(struct reading *));

	if (reports->live.is_read)
		all[count++] = &reports->live;
	for (size_t i = 0; i < reports->reading_count; i++)
		all[count++] = &reports->readings[i];
	reports->why = require_judge(&options, all, count, &reports->notes);
	free(all);
}

/* On the helper. */
static void read_files(void *data)
{
	struct reports *reports = data;
	const struct stage_config *stage = reports->stage;

	for (size_t i = 0; i < stage->report_count; i++) {
		const struct report_config *config = &stage->reports[i];
		struct strings paths = STRINGS_INIT;
		struct error err = ERROR_INIT;

		if (strcmp(config->path, "-") == 0)
			continue;
		if (!reports->folder ||
		    report_find(reports->folder, config->path, &paths, &err) <
			    0 ||
		    !paths.count)
			add_missing(reports, config, error_text(&err));
		for (size_t j = 0; j < paths.count; j++)
			read_one(reports, paths.items[j], config->format);
		strings_release(&paths);
		error_clear(&err);
	}
	check_required(reports);
	keep_all(reports);
}

/* which: so many'th of those kept. */
static void tell_report(struct reports *reports, size_t which,
			const struct reading *reading)
{
	struct event *event = step_event(reports->step, EVENT_REPORT_READ);

	event_set(event, "path",
		  report_path_from(reports->folder, reading->path));
	reading_set(event, reading);
	keeping_tell(reports->keeping, which, event);
	step_emit(reports->step, event);
}

static void tell_reading(struct reports *reports, size_t which,
			 const struct reading *reading)
{
	const struct report *report = &reading->report;

	for (size_t i = 0; reading->is_read && i < report->case_count; i++)
		test_names_add(&reports->names,
			       reports->step->options.host->mask,
			       &report->cases[i]);
	if (reading->is_read) {
		tell_cases(reports, report, is_bad);
		tell_cases(reports, report, is_newly_skipped);
	}
	tell_report(reports, which, reading);
	if (reading->is_read)
		step_tell_notes(
			reports->step,
			report_path_from(reports->folder, reading->path),
			&report->notes);
}

/* Once the output is over. */
static void finish_stream(struct reports *reports)
{
	struct reading *live = &reports->live;

	if (!reports->stream)
		return;
	report_stream_finish(reports->stream, &live->report);
	live->path = xstrdup("-");
	live->is_read = true;
	live->kind = REPORT_OF_TESTS;
	report_relative(&live->report, reports->folder);
	live->newly_skipped = -1;
	live->lines_before = live->branches_before = -1;
	live->why = verdict(&live->report);
}

static void tell_stream(struct reports *reports)
{
	if (!reports->live.is_read)
		return;
	tell_cases(reports, &reports->live.report, is_newly_skipped);
	tell_totals(reports);
	tell_report(reports, 0, &reports->live);
	step_tell_notes(reports->step, "its output",
			&reports->live.report.notes);
}

static void reports_release(struct reports *reports)
{
	for (size_t i = 0; i < reports->reading_count; i++)
		reading_release(&reports->readings[i]);
	reading_release(&reports->live);
	keeping_free(reports->keeping);
	str_release(&reports->names);
	strings_release(&reports->notes);
	free(reports->why);
	free(reports->folder);
	report_files_release(&reports->files);
	free(reports->readings);
	report_stream_free(reports->stream);
	timer_free(reports->tell);
	free(reports);
}

/* What cannot be believed first, then what failed, then what falls short. */
static int rank_of(const struct reading *reading)
{
	return !reading->is_read ? 0 : reading->kind == REPORT_OF_TESTS ? 1 : 2;
}

/* Of all of them; NULL: they are good. The caller's. */
static char *why_red(const struct reports *reports)
{
	size_t count = 0;
	struct reason *reasons =
		xcalloc(reports->reading_count + 2, sizeof(*reasons));
	char *why;

	if (reports->live.why)
		reasons[count++] =
			(struct reason){.text = reports->live.why,
					.rank = rank_of(&reports->live)};
	for (size_t i = 0; i < reports->reading_count; i++)
		if (reports->readings[i].why)
			reasons[count++] = (struct reason){
				.text = reports->readings[i].why,
				.rank = rank_of(&reports->readings[i])};
	if (reports->why)
		reasons[count++] =
			(struct reason){.text = reports->why, .rank = 3};
	why = reasons_join(reasons, count);
	free(reasons);
	return why;
}

static void files_read(void *data)
{
	struct reports *reports = data;
	char *why;
	size_t lives = reports->live.is_read;

	reports->is_busy = false;
	if (reports->is_dropped) {
		reports_release(reports);
		return;
	}
	tell_stream(reports);
	for (size_t i = 0; i < reports->reading_count; i++)
		tell_reading(reports, lives + i, &reports->readings[i]);
	if (reports->stream || reports->reading_count)
		test_names_keep_owned(reports->step, &reports->names);
	step_tell_notes(reports->step, "require", &reports->notes);
	if (keeping_why(reports->keeping))
		step_warn(reports->step, "what its reports say is not kept: %s",
			  keeping_why(reports->keeping));
	why = why_red(reports);
	reports->done(why, reports->data);
	free(why);
}

void reports_finish(struct reports *reports,
		    void (*done)(const char *why, void *data), void *data)
{
	const struct step_host *host = reports->step->options.host;

	reports->done = done;
	reports->data = data;
	reports->is_busy = true;
	finish_stream(reports);
	reports->keeping = keeping_new(reports->step, false);
	timer_stop(reports->tell);
	helper_run(host->judge, read_files, files_read, reports);
}

void reports_free(struct reports *reports)
{
	if (!reports)
		return;
	if (reports->is_busy)
		reports->is_dropped = true;
	else
		reports_release(reports);
}
