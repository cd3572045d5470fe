/* SPDX-License-Identifier: MIT */
/*
 * `scan`: reads the scanner's report that the stage's command wrote, and
 * holds it against the policy. The engine runs it after `run`; the report
 * must be newer than the stage.
 */
#include "step/scan-licences.h"
#include "step/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "step/reading.h"
#include "step/reasons.h"

#define FINDINGS_TOLD 200
#define FINDINGS_BLAMED 10

struct scan_step {
	struct step step;
	struct scan_job *job;
};

static void scan_read(void *data)
{
	scan_look(data);
}

static void tell_finding(struct step *step, const struct finding *finding,
			 bool blamed)
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
	event_set(event, "lapsed", finding->lapsed);
	if (finding->state == FINDING_KNOWN ||
	    finding->state == FINDING_NOT_FIXABLE)
		event_set(event, "state", finding_state_name(finding->state));
	if (finding->is_new)
		event_set_bool(event, "new", true);
	if (blamed)
		event_set_bool(event, "blamed", true);
	event_set(event, "source", finding->source);
	event_set(event, "chain", finding->chain);
	event_set(event, "aliases", finding->aliases);
	step_emit(step, event);
}

static int worst_first(const void *a, const void *b)
{
	const struct finding *fa = a;
	const struct finding *fb = b;
	bool counts_a = fa->state == FINDING_OPEN;
	bool counts_b = fb->state == FINDING_OPEN;

	if (counts_a != counts_b)
		return counts_b - counts_a;
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
		      (int64_t)(report->open + report->suppressed +
				report->known + report->not_fixable));
	event_set_int(event, "open", (int64_t)report->open);
	event_set_int(event, "suppressed", (int64_t)report->suppressed);
	if (report->excepted)
		event_set_int(event, "excepted", (int64_t)report->excepted);
	if (report->not_fixable)
		event_set_int(event, "not-fixable",
			      (int64_t)report->not_fixable);
	if (!report->is_compared)
		return;
	event_set_int(event, "known", (int64_t)report->known);
	event_set_int(event, "new", (int64_t)report->open);
}

static bool is_held_against(const struct scan_config *config,
			    const struct finding *finding)
{
	return finding->state == FINDING_OPEN &&
	       ((int)finding->severity >= (int)config->fail_on ||
		config->most_of_severity[finding->severity] >= 0 ||
		config->most_of_kind[finding->kind] >= 0);
}

/* held: the report is not what the stage fails of. */
static void tell_findings(struct step *step, const struct scan_config *config,
			  struct report *report, bool held)
{
	if (report->finding_count)
		qsort(report->findings, report->finding_count,
		      sizeof(*report->findings), worst_first);
	for (size_t i = 0; i < report->finding_count && i < FINDINGS_TOLD; i++)
		tell_finding(
			step, &report->findings[i],
			!held && i < FINDINGS_BLAMED &&
				is_held_against(config, &report->findings[i]));
}

/* Some texts name the file themselves. The caller's. */
static char *told_of(const char *path, const char *text)
{
	return starts_with(text, path) ? xstrdup(text)
				       : xasprintf("%s: %s", path, text);
}

/* which: so many'th of those kept. */
static void tell_reading(struct step *step, struct scan_job *job, size_t which)
{
	struct scan_reading *reading = &job->readings[which];
	const char *path = report_path_from(job->folder, reading->path);
	struct event *event = step_event(step, EVENT_REPORT_READ);
	char *line =
		told_of(path, reading->text ? reading->text : "no finding");

	event_set(event, "path", path);
	event_set(event, "kind", "findings");
	if (reading->is_read)
		set_counts(event, &reading->report);
	if (reading->is_read)
		reading_set_components(event, &reading->report);
	if (*reading->findings)
		event_set(event, "findings", reading->findings);
	event_set(event, "fail-on", severity_name(job->config->fail_on));
	event_set_bool(event, "fresh", reading->is_read);
	event_set_bool(event, "ok", reading->passed);
	event_set(event, "reason", reading->text);
	scan_tell_since(job, reading, event);
	keeping_tell(job->keeping, which, event);
	step_emit(step, event);
	stage_log_printf(step->options.log, "signalbox: %s\n", line);
	free(line);
	if (!reading->is_read)
		return;
	scan_licences_log(step->options.log, &reading->report);
	step_tell_notes(step, path, &reading->report.notes);
	tell_findings(step, job->config, &reading->report, reading->passed);
}

static void tell_scan(struct step *step, struct scan_job *job)
{
	for (size_t i = 0; i < job->count; i++)
		tell_reading(step, job, i);
	if (keeping_why(job->keeping))
		step_warn(step, "what %s says is not kept: %s",
			  job->config->reports.items[0],
			  keeping_why(job->keeping));
	step_tell_notes(step, "exceptions", &job->exception_notes);
	step_tell_notes(step, job->stage, &job->notes);
}

/* What is unread may hold anything. */
static int rank_of(const struct scan_reading *reading)
{
	int s = REPORT_SEVERITY_COUNT - 1;

	if (!reading->is_read)
		return 0;
	while (s > 0 && !reading->report.by_severity[s])
		s--;
	return REPORT_SEVERITY_COUNT - s;
}

/* NULL when all hold; the caller's. */
static char *why_red(const struct scan_job *job)
{
	struct reason *reasons = xcalloc(job->count + 1, sizeof(*reasons));
	size_t count = 0;
	char *why;

	for (size_t i = 0; i < job->count; i++) {
		const struct scan_reading *reading = &job->readings[i];

		if (!reading->passed)
			reasons[count++] = (struct reason){
				.file = job->count > 1 ? report_path_from(
								 job->folder,
								 reading->path)
						       : NULL,
				.text = reading->text,
				.rank = rank_of(reading),
			};
	}
	why = reasons_join(reasons, count);
	free(reasons);
	return why;
}

static void job_free(struct scan_job *job)
{
	for (size_t i = 0; i < job->count; i++) {
		if (job->readings[i].is_read)
			report_release(&job->readings[i].report);
		free(job->readings[i].path);
		free(job->readings[i].text);
	}
	free(job->readings);
	keeping_free(job->keeping);
	exceptions_release(&job->exceptions);
	strings_release(&job->exception_notes);
	report_files_release(&job->files);
	strings_release(&job->notes);
	free(job->folder);
	free(job);
}

static void scan_was_read(void *data)
{
	struct scan_job *job = data;
	struct scan_step *scan = job->step;
	char *why = why_red(job);

	if (scan) {
		scan->job = NULL;
		tell_scan(&scan->step, job);
		step_done(&scan->step, why ? STATE_FAILED : STATE_PASSED, why);
	}
	free(why);
	job_free(job);
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
	job->stage = options->stage->name;
	job->folder = xstrdup(options->folder);
	job->state_folder = options->host->run->state_folder;
	job->repository = options->host->run->repository_folder;
	job->pipeline = options->host->pipeline;
	if (!options->host->run->worktree)
		job->commit = options->host->run->commit->id;
	report_files_move(&job->files, &options->scan->files);
	job->found_exit = options->scan->found_exit;
	/* The command's own reports were read before. */
	job->keeping = keeping_new(step, options->stage->report_count > 0);
	job->step = scan;
	scan->job = job;
	helper_run(options->host->judge, scan_read, scan_was_read, job);
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
