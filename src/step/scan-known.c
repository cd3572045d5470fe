/* SPDX-License-Identifier: MIT */
/* What a scan's findings are compared with: those of the release that is
 * live somewhere, or a report that the commit holds. */
#include <string.h>

#include "source/repository.h"
#include "step/live-evidence.h"
#include "step/scan-files.h"
#include "step/scan.h"

/* As large as a report may be. */
#define BASELINE_BYTES ((size_t)256 << 20)

static bool is_open(const struct kept_finding *finding)
{
	return finding->key && finding->state &&
	       strcmp(finding->state, "suppressed") != 0 &&
	       strcmp(finding->state, "excepted") != 0;
}

static int know_live(struct scan_job *job, struct known_findings *known,
		     struct error *err)
{
	struct kept kept;
	int64_t run;
	int found = live_evidence(job->state_folder, job->config->new_only,
				  job->stage, &kept, &run, &job->notes, err);

	if (found <= 0)
		return found;
	for (size_t i = 0; i < kept.finding_count; i++)
		if (is_open(&kept.findings[i]))
			known_add(known, kept.findings[i].key,
				  kept.findings[i].severity,
				  strcmp(kept.findings[i].state,
					 "not-fixable") == 0);
	kept_release(&kept);
	return 0;
}

static int know_report(const struct scan_job *job, const struct str *text,
		       struct known_findings *known, struct error *err)
{
	const char *name = job->config->baseline;
	char key[FINDING_KEY_SIZE];
	struct report report;
	int result = 0;

	if (report_parse(text->data, text->len, name, job->config->format,
			 &report, err) < 0)
		return -1;
	if (!report.has_findings || report.verdict != REPORT_PASS)
		result = error_set(
			err, ERROR_FAILED, "%s is no baseline: %s", name,
			report.why ? report.why : "it has no findings in it");
	for (size_t i = 0; result == 0 && i < report.finding_count; i++) {
		if (report.findings[i].suppressed)
			continue;
		finding_key(&report.findings[i], key);
		known_add(known, key, report.findings[i].severity, false);
	}
	report_release(&report);
	return result;
}

static int know_baseline(const struct scan_job *job,
			 struct known_findings *known, struct error *err)
{
	struct repository *repository = repository_open(job->repository, err);
	struct str text = STR_INIT;
	int result;

	if (!repository)
		return -1;
	result = scan_file_read(repository, job->commit, job->config->baseline,
				"baseline", BASELINE_BYTES, &text, err);
	if (result == 0)
		result = know_report(job, &text, known, err);
	repository_free(repository);
	str_release(&text);
	return result;
}

int scan_known(struct scan_job *job, struct known_findings **known,
	       struct error *err)
{
	int result = 0;

	*known = NULL;
	if (!job->config->new_only && !job->config->baseline)
		return 0;
	*known = known_new();
	if (job->config->new_only)
		result = know_live(job, *known, err);
	else
		result = know_baseline(job, *known, err);
	if (result < 0) {
		known_free(*known);
		*known = NULL;
	}
	return result;
}
