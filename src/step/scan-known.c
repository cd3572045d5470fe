/* SPDX-License-Identifier: MIT */
/* What a scan's findings are compared with: those of the release that is
 * live somewhere, or a report that the commit holds. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/state.h"
#include "delivery/ledger.h"
#include "source/repository.h"
#include "step/scan.h"

/* As large as a report may be. */
#define BASELINE_BYTES ((size_t)256 << 20)

static int fold(const struct event *event, void *data)
{
	environment_state_apply(data, event);
	return 0;
}

/* The run whose release is live there; 0: none, or not one of ours. */
static int find_live(const struct scan_job *job, int64_t *run,
		     struct error *err)
{
	char *folder = xasprintf("%s/environments/%s", job->state_folder,
				 job->config->new_only);
	struct environment_state state;
	int result;

	environment_state_init(&state);
	result = ledger_read_all(folder, fold, &state, err);
	*run = state.has_live ? state.live.run : 0;
	environment_state_release(&state);
	free(folder);
	return result;
}

static bool is_open(const struct kept_finding *finding)
{
	return finding->key && finding->state &&
	       strcmp(finding->state, "suppressed") != 0 &&
	       strcmp(finding->state, "excepted") != 0;
}

static int add_kept(const char *path, int64_t run, struct known_findings *known,
		    struct error *err)
{
	struct kept kept;
	int result = 0;

	if (kept_load(path, &kept, err) < 0)
		return -1;
	if (!kept.whole)
		result = error_set(err, ERROR_FAILED,
				   "what run %lld found, which is live, is not "
				   "whole (%s), so nothing can be told to be "
				   "new: take new-only out for one release",
				   (long long)run,
				   kept.why ? kept.why : "no reason is told");
	for (size_t i = 0; result == 0 && i < kept.finding_count; i++)
		if (is_open(&kept.findings[i]))
			known_add(known, kept.findings[i].key);
	kept_release(&kept);
	return result;
}

static int know_live(struct scan_job *job, struct known_findings *known,
		     struct error *err)
{
	const char *environment = job->config->new_only;
	struct error why = ERROR_INIT;
	char *folder, *path;
	int64_t run = 0;
	int result;

	if (find_live(job, &run, err) < 0)
		return -1;
	if (!run) {
		strings_addf(&job->notes,
			     "nothing of ours is live in %s, so all of it is "
			     "new",
			     environment);
		return 0;
	}
	folder = xasprintf("%s/runs/%lld", job->state_folder, (long long)run);
	path = evidence_path(folder, job->stage);
	result = add_kept(path, run, known, &why);
	if (result < 0 && why.code == ERROR_NOT_FOUND) {
		strings_addf(&job->notes,
			     "run %lld, which is live in %s, kept nothing of "
			     "%s, so all of it is new",
			     (long long)run, environment, job->stage);
		error_clear(&why);
		result = 0;
	} else if (result < 0) {
		error_move(err, &why);
	}
	free(folder);
	free(path);
	return result;
}

static int know_report(const struct scan_job *job, const struct str *text,
		       struct known_findings *known, struct error *err)
{
	const char *name = job->config->baseline;
	char key[FINDING_KEY_SIZE];
	struct report report;
	int result = 0;

	if (report_parse(text->data, text->len, name, NULL, &report, err) < 0)
		return -1;
	if (!report.has_findings || report.verdict != REPORT_PASS)
		result = error_set(
			err, ERROR_FAILED, "%s is no baseline: %s", name,
			report.why ? report.why : "it has no findings in it");
	for (size_t i = 0; result == 0 && i < report.finding_count; i++) {
		if (report.findings[i].suppressed)
			continue;
		finding_key(&report.findings[i], key);
		known_add(known, key);
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
	result = repository_read_file(repository, job->commit,
				      job->config->baseline, BASELINE_BYTES,
				      &text, err);
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
