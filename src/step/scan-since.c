/* SPDX-License-Identifier: MIT */
/* What of a scan's findings the release that is live did not have: for who
 * looks, where no rule of the scan compares them. */
#include <string.h>

#include "base/memory.h"
#include "step/live-evidence.h"
#include "step/scan.h"

/* Where the pipeline leads to at last; NULL: nowhere. */
static const char *goal_of(const struct pipeline *pipeline)
{
	for (size_t i = pipeline->stage_count; i > 0; i--)
		if (pipeline->stages[i - 1].kind == STAGE_KIND_DEPLOY)
			return pipeline->stages[i - 1].deploy.environment;
	return NULL;
}

static void mark_new(struct report *report, struct known_findings *known)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		struct finding *finding = &report->findings[i];
		char key[FINDING_KEY_SIZE];

		if (finding->state != FINDING_OPEN)
			continue;
		finding_key(finding, key);
		finding->is_new =
			!known_take(known, key, finding->severity, false);
	}
}

void scan_since(struct scan_job *job)
{
	const struct scan_config *config = job->config;
	const char *goal = goal_of(job->pipeline);
	struct strings notes = STRINGS_INIT;
	struct known_findings *known;
	struct kept kept;
	int64_t run;

	if (config->new_only || config->baseline) {
		job->since =
			config->new_only ? config->new_only : config->baseline;
		return;
	}
	/* Nothing live, or nothing whole of it: nothing is called new. */
	if (!goal || live_evidence(job->state_folder, goal, job->stage, &kept,
				   &run, &notes, NULL) <= 0) {
		strings_release(&notes);
		return;
	}
	known = known_new();
	for (size_t i = 0; i < kept.finding_count; i++)
		known_add(known, kept.findings[i].key,
			  kept.findings[i].severity, false);
	for (size_t i = 0; i < job->count; i++)
		if (job->readings[i].is_read)
			mark_new(&job->readings[i].report, known);
	job->since = goal;
	known_free(known);
	kept_release(&kept);
	strings_release(&notes);
}

void scan_tell_since(const struct scan_job *job,
		     const struct scan_reading *reading, struct event *event)
{
	int64_t counts[REPORT_SEVERITY_COUNT] = {0};
	json_t *object;

	if (!job->since || !reading->is_read)
		return;
	for (size_t i = 0; i < reading->report.finding_count; i++) {
		const struct finding *it = &reading->report.findings[i];

		if (it->is_new && it->state == FINDING_OPEN)
			counts[it->severity]++;
	}
	object = json_object();
	for (int i = REPORT_SEVERITY_COUNT - 1; i >= 0; i--)
		json_object_set_new(
			object, report_severity_name((enum report_severity)i),
			json_integer((json_int_t)counts[i]));
	event_set(event, "since", job->since);
	event_set_json_owned(event, "new-by-severity", object);
}
