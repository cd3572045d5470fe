/* SPDX-License-Identifier: MIT */
/*
 * `scan`: reads the scanner's report that the stage's command wrote, and
 * holds it against the policy. The engine runs it after `run`; the report
 * must be newer than the stage.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "evidence/exceptions.h"
#include "evidence/freshness.h"
#include "evidence/kept.h"
#include "evidence/policy.h"
#include "evidence/report.h"
#include "step/keep.h"
#include "step/scan-licences.h"
#include "step/step.h"
#include "step/waivers.h"

#define FINDINGS_TOLD 200

struct scan_job { /* the helper's */
	char *path;
	const char *repository;
	const struct pipeline *pipeline;
	const char *commit;	      /* NULL: the work tree's files are run */
	struct exceptions exceptions; /* hold texts of the report */
	struct strings notes;	      /* exceptions that hide nothing */
	const struct scan_config *config;
	struct scan_traces traces;
	struct report report;
	char findings[DIGEST_TEXT_SIZE]; /* of the open ones */
	bool is_read, passed;
	char *text; /* the verdict in words, or why it cannot be read */
	struct keeping *keeping;
	struct scan_step *step; /* NULL once cancelled */
};

struct scan_step {
	struct step step;
	struct scan_job *job;
};

/* From the commit, not the folder: what the stage ran may have written
 * there. */
static int except(struct scan_job *job, struct error *err)
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

	if (!config->exceptions.count && config->orphans == ORPHANS_DEFAULT)
		return 0;
	if (waivers_read(&options, &job->exceptions, err) < 0)
		return -1;
	exceptions_apply(&job->exceptions, &job->report);
	return 0;
}

/* A bad exception is red whatever the findings are. */
static bool are_exceptions_good(struct scan_job *job)
{
	bool fail = job->config->orphans == ORPHANS_DEFAULT
			    ? job->config->exceptions.count > 0
			    : job->config->orphans == ORPHANS_FAIL;
	char *why = NULL, *text = job->text;

	if (exceptions_hold(&job->exceptions, fail, &why, &job->notes))
		return true;
	job->text =
		xasprintf("%s%s%s", why, text ? "; " : "", text ? text : "");
	free(why);
	free(text);
	return false;
}

/* A scanner that says with its exit status that it found something, and
 * reports nothing, did not write its report. */
static bool contradicts(struct scan_job *job)
{
	if (!job->traces.found_exit || job->report.finding_count)
		return false;
	job->text = xasprintf("the command ended with exit status %d, which "
			      "says that it found something, but %s holds no "
			      "finding",
			      job->traces.found_exit,
			      job->config->reports.items[0]);
	return true;
}

static void judge(struct scan_job *job)
{
	struct error err = ERROR_INIT;

	if (!report_is_fresh(&job->traces.before, job->path, &err) ||
	    report_read(job->path, job->config->format, &job->report, &err) <
		    0) {
		job->text = xstrdup(error_text(&err));
		error_clear(&err);
		return;
	}
	job->is_read = true;
	/* Before exceptions, which hold for licences too. */
	if (scan_licences(job->config, job->repository, job->commit,
			  &job->report, &err) < 0 ||
	    except(job, &err) < 0) {
		job->text = xstrdup(error_text(&err));
		error_clear(&err);
		return;
	}
	findings_digest(&job->report, job->findings);
	job->passed = !contradicts(job) &&
		      findings_pass(&job->report,
				    (enum report_severity)job->config->fail_on,
				    (enum findings_unknown)job->config->unknown,
				    &job->text);
	if (!are_exceptions_good(job))
		job->passed = false;
}

static void scan_read(void *data)
{
	struct scan_job *job = data;
	struct evidence_context context = {
		.path = job->config->reports.items[0]};

	judge(job);
	context.fresh = job->is_read;
	context.ok = job->passed;
	context.reason = job->text;
	keeping_report(job->keeping, job->is_read ? &job->report : NULL,
		       &context, job->path, true);
	keeping_save(job->keeping);
}

static void tell_finding(struct step *step, const struct finding *finding)
{
	struct event *event = step_event(step, EVENT_FINDING_FOUND);

	event_set(event, "id", finding->id);
	event_set(event, "severity", report_severity_name(finding->severity));
	event_set(event, "title", finding->title);
	event_set(event, "kind", finding_kind_name(finding->kind));
	event_set(event, "package", finding->package);
	event_set(event, "installed", finding->installed);
	event_set(event, "fixed", finding->fixed);
	event_set(event, "path", finding->path);
	if (finding->line)
		event_set_int(event, "line", finding->line);
	if (finding->suppressed)
		event_set_bool(event, "suppressed", true);
	if (finding->excepted)
		event_set(event, "exception", finding->suppression);
	event_set(event, "source", finding->source);
	event_set(event, "chain", finding->chain);
	event_set(event, "aliases", finding->aliases);
	step_emit(step, event);
}

static int worst_first(const void *a, const void *b)
{
	const struct finding *fa = a;
	const struct finding *fb = b;

	if (fa->suppressed != fb->suppressed)
		return fa->suppressed - fb->suppressed;
	return (int)fb->severity - (int)fa->severity;
}

static json_t *kinds_json(const struct report *report)
{
	json_t *counts = json_object();

	for (int i = 0; i < FINDING_KIND_COUNT; i++)
		json_object_set_new(
			counts, finding_kind_name((enum finding_kind)i),
			json_integer((json_int_t)report->by_kind[i]));
	return counts;
}

static void set_counts(struct event *event, const struct report *report)
{
	for (int i = 0; i < REPORT_SEVERITY_COUNT; i++)
		event_set_int(event,
			      report_severity_name((enum report_severity)i),
			      (int64_t)report->by_severity[i]);
	event_set_json_owned(event, "by-kind", kinds_json(report));
	event_set(event, "format", report->format);
	event_set_int(event, "distinct", (int64_t)report->distinct);
	event_set_int(event, "fixable", (int64_t)report->fixable);
	event_set_int(event, "total",
		      (int64_t)(report->open + report->suppressed));
	event_set_int(event, "open", (int64_t)report->open);
	event_set_int(event, "suppressed", (int64_t)report->suppressed);
	if (report->excepted)
		event_set_int(event, "excepted", (int64_t)report->excepted);
}

static void tell_scan(struct step *step, struct scan_job *job)
{
	struct event *event = step_event(step, EVENT_REPORT_READ);
	struct report *report = &job->report;

	event_set(event, "path", job->config->reports.items[0]);
	event_set(event, "kind", "findings");
	if (job->is_read)
		set_counts(event, report);
	if (*job->findings)
		event_set(event, "findings", job->findings);
	event_set(event, "fail-on", severity_name(job->config->fail_on));
	event_set_bool(event, "fresh", job->is_read);
	event_set_bool(event, "ok", job->passed);
	event_set(event, "reason", job->text);
	keeping_tell(job->keeping, 0, event);
	step_emit(step, event);
	if (keeping_why(job->keeping))
		step_warn(step, "what %s says is not kept: %s",
			  job->config->reports.items[0],
			  keeping_why(job->keeping));
	step_tell_notes(step, "exceptions", &job->notes);
	if (!job->is_read)
		return;
	step_tell_notes(step, job->config->reports.items[0], &report->notes);
	if (report->finding_count)
		qsort(report->findings, report->finding_count,
		      sizeof(*report->findings), worst_first);
	for (size_t i = 0; i < report->finding_count && i < FINDINGS_TOLD; i++)
		tell_finding(step, &report->findings[i]);
}

static void scan_was_read(void *data)
{
	struct scan_job *job = data;
	struct scan_step *scan = job->step;

	if (scan) {
		scan->job = NULL;
		tell_scan(&scan->step, job);
		stage_log_printf(scan->step.options.log, "signalbox: %s: %s\n",
				 job->config->reports.items[0],
				 job->text ? job->text : "no finding");
		step_done(&scan->step,
			  job->passed ? STATE_PASSED : STATE_FAILED,
			  job->passed ? NULL : job->text);
	}
	if (job->is_read)
		report_release(&job->report);
	keeping_free(job->keeping);
	exceptions_release(&job->exceptions);
	strings_release(&job->notes);
	free(job->path);
	free(job->text);
	free(job);
}

static int scan_start(struct step *step, struct error *err)
{
	struct scan_step *scan = (struct scan_step *)step;
	const struct step_options *options = &step->options;
	struct scan_job *job;

	if (!options->folder)
		return error_set(err, ERROR_CONFIG,
				 "%s has no work folder to find %s in",
				 options->stage->name,
				 options->stage->scan.reports.items[0]);
	job = xcalloc(1, sizeof(*job));
	job->config = &options->stage->scan;
	job->path = xasprintf("%s/%s", options->folder,
			      job->config->reports.items[0]);
	job->repository = options->host->run->repository_folder;
	job->pipeline = options->host->pipeline;
	if (!options->host->run->worktree)
		job->commit = options->host->run->commit->id;
	job->traces = *options->scan;
	/* The command's own reports were read before. */
	job->keeping = keeping_new(step, options->stage->report_count > 0);
	job->step = scan;
	scan->job = job;
	helper_run(options->host->helper, scan_read, scan_was_read, job);
	return 0;
}

static void scan_release(struct step *step)
{
	struct scan_step *scan = (struct scan_step *)step;

	if (scan->job)
		scan->job->step = NULL;
	scan->job = NULL;
}

static void scan_cancel(struct step *step, enum state why)
{
	scan_release(step);
	step_done(step, why, "cancelled");
}

const struct step_ops step_scan_ops = {
	.name = "scan",
	.size = sizeof(struct scan_step),
	.start = scan_start,
	.cancel = scan_cancel,
	.release = scan_release,
};
