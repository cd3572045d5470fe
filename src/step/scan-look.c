/* SPDX-License-Identifier: MIT */
/* Reads the reports of a scan and holds them against its policy: everything
 * that is done on the helper. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "report/collect.h"
#include "step/scan-licences.h"
#include "step/scan.h"
#include "step/waivers.h"

static struct scan_reading *add_reading(struct scan_job *job, char *path)
{
	struct scan_reading *reading =
		VECTOR_ADD(job->readings, job->count, job->cap);

	reading->path = path;
	return reading;
}

/* A name that is there, or that no glob is, is a file to be read. */
static void find_reports(struct scan_job *job, const char *pattern)
{
	struct strings paths = STRINGS_INIT;
	struct error err = ERROR_INIT;
	char *path = xasprintf("%s/%s", job->folder, pattern);

	if (report_find(job->folder, pattern, &paths, &err) < 0)
		add_reading(job, path)->text = xstrdup(error_text(&err));
	else if (!paths.count && strpbrk(pattern, "*?["))
		add_reading(job, path)->text =
			xasprintf("no report matches %s; the stage must "
				  "write it",
				  pattern);
	else if (!paths.count)
		add_reading(job, path);
	else
		free(path);
	for (size_t i = 0; i < paths.count; i++)
		if (report_files_take(&job->files, paths.items[i], NULL) ==
		    REPORT_NEW)
			add_reading(job, xstrdup(paths.items[i]));
	strings_release(&paths);
	error_clear(&err);
}

static void read_one(struct scan_job *job, struct scan_reading *reading)
{
	const struct report_identity *before =
		report_files_before(&job->files, reading->path);
	struct error err = ERROR_INIT;

	if (reading->text)
		return;
	reading->is_read = report_is_fresh(before, reading->path, &err) &&
			   report_read(reading->path, job->config->format,
				       &reading->report, &err) == 0;
	if (reading->is_read) {
		report_relative(&reading->report, job->folder);
		/* Before licences are judged, which adds some of ours. */
		job->reported += reading->report.finding_count;
	} else {
		reading->text = report_told_from(job->folder, error_text(&err));
	}
	error_clear(&err);
}

/* One more reason why it is red. Takes why over. */
static void blame(struct scan_reading *reading, char *why)
{
	char *both;

	if (!reading->passed && reading->text) {
		both = xasprintf("%s; %s", reading->text, why);
		free(why);
		why = both;
	}
	free(reading->text);
	reading->text = why;
	reading->passed = false;
}

/* What is wrong whatever it found is told before that. */
static void blame_first(struct scan_reading *reading, const char *why)
{
	char *found = reading->passed ? NULL : reading->text;

	if (reading->passed) {
		free(reading->text);
		reading->passed = false;
	}
	reading->text = found ? xasprintf("%s; %s", why, found) : xstrdup(why);
	free(found);
}

static struct scan_reading *last_of(struct scan_job *job)
{
	return &job->readings[job->count - 1];
}

/* A scanner that says with its exit status that it found something, and
 * reports nothing, did not write its report. */
static void check_exit(struct scan_job *job)
{
	const char *pattern = job->config->reports.items[0];

	for (size_t i = 0; i < job->count; i++)
		if (!job->readings[i].is_read)
			return;
	if (job->found_exit && !job->reported)
		blame(last_of(job),
		      xasprintf("the command ended with exit status %d, which "
				"says that it found something, but %s holds "
				"no finding",
				job->found_exit, pattern));
}

/* A bad exception is red whatever the findings are. */
static void check_exceptions(struct scan_job *job)
{
	bool fail = job->config->orphans == ORPHANS_DEFAULT
			    ? job->config->exceptions.count > 0
			    : job->config->orphans == ORPHANS_FAIL;
	char *why = NULL;

	if (!job->is_blind && !exceptions_hold(&job->exceptions, fail, &why,
					       &job->exception_notes))
		blame(last_of(job), why);
}

static void check_limits(struct scan_job *job)
{
	const struct scan_config *config = job->config;
	struct findings_limits limits;
	struct findings_sum sum = {{0}, {0}};
	char *why = NULL;

	memcpy(limits.by_severity, config->most_of_severity,
	       sizeof(limits.by_severity));
	memcpy(limits.by_kind, config->most_of_kind, sizeof(limits.by_kind));
	for (size_t i = 0; i < job->count; i++)
		if (job->readings[i].is_read)
			findings_add(&sum, &job->readings[i].report);
	if (!findings_within(&sum, &limits, &why))
		blame(last_of(job), why);
}

static bool has_exceptions(const struct scan_job *job)
{
	return !job->is_blind && (job->config->exceptions.count ||
				  job->config->orphans != ORPHANS_DEFAULT);
}

/* From the commit, not the folder: what the stage ran may have written
 * there. */
static int read_exceptions(struct scan_job *job, struct error *err)
{
	const struct scan_config *config = job->config;
	const struct waivers_options options = {
		.repository = job->repository,
		.commit = job->commit,
		.pipeline = job->pipeline,
		.files = &config->exceptions,
		.reviewers = &config->reviewers,
		.by_codeowners = config->by_codeowners,
	};

	return has_exceptions(job)
		       ? waivers_read(&options, &job->exceptions, err)
		       : 0;
}

/* Beside a bill of materials a report of findings need not be one. */
static bool has_licences(const struct scan_job *job,
			 const struct scan_reading *reading)
{
	if (reading->report.has_components)
		return true;
	for (size_t i = 0; i < job->count; i++)
		if (job->readings[i].is_read &&
		    job->readings[i].report.has_components)
			return false;
	return true;
}

static void judge_one(struct scan_job *job, struct scan_reading *reading,
		      const struct findings_policy *policy)
{
	struct error err = ERROR_INIT;

	if (!reading->is_read)
		return;
	/* Before exceptions, which hold for licences too. */
	if (has_licences(job, reading) &&
	    scan_licences(job->config, job->repository, job->commit,
			  &reading->report, &err) < 0) {
		blame(reading, xstrdup(error_text(&err)));
		error_clear(&err);
		return;
	}
	if (has_exceptions(job))
		exceptions_apply(&job->exceptions, &reading->report);
	findings_digest(&reading->report, reading->findings);
	if (!policy->strict && reading->report.tool_errors)
		report_note(&reading->report,
			    "the tool itself had %" PRIu64 " errors, so it "
			    "may have seen less than all; strict: true makes "
			    "that red",
			    reading->report.tool_errors);
	findings_sort_out(&reading->report, policy);
	reading->passed =
		findings_hold(&reading->report, policy, &reading->text);
}

static void judge(struct scan_job *job, struct known_findings *known)
{
	const struct scan_config *config = job->config;
	struct findings_policy policy = {
		.fail_on = (enum report_severity)config->fail_on,
		.unknown = (enum findings_unknown)config->unknown,
		.only_fixable = config->only_fixable,
		.strict = config->strict,
		.may_be_empty = config->may_be_empty,
		.max_age_ms = config->max_age_ms,
		.now_ms = clock_wall_ms(),
		.known = known,
	};

	for (size_t i = 0; i < job->count; i++)
		judge_one(job, &job->readings[i], &policy);
	check_exceptions(job);
	check_exit(job);
	check_limits(job);
}

static void keep(struct scan_job *job)
{
	for (size_t i = 0; i < job->count; i++) {
		struct scan_reading *reading = &job->readings[i];
		struct evidence_context context = {
			.path = report_path_from(job->folder, reading->path),
			.fresh = reading->is_read,
			.ok = reading->passed,
			.reason = reading->text,
		};

		keeping_report(job->keeping,
			       reading->is_read ? &reading->report : NULL,
			       &context, reading->path, job->config->keep);
	}
	keeping_save(job->keeping);
}

void scan_look(struct scan_job *job)
{
	const struct scan_config *config = job->config;
	struct known_findings *known = NULL;
	struct error err = ERROR_INIT;
	bool failed;

	for (size_t i = 0; i < config->reports.count; i++)
		find_reports(job, config->reports.items[i]);
	for (size_t i = 0; i < job->count; i++)
		read_one(job, &job->readings[i]);
	job->is_blind = read_exceptions(job, &err) < 0;
	failed = job->is_blind || scan_known(job, &known, &err) < 0;
	judge(job, known);
	for (size_t i = 0; failed && i < job->count; i++)
		blame_first(&job->readings[i], error_text(&err));
	error_clear(&err);
	known_free(known);
	scan_since(job);
	keep(job);
}
