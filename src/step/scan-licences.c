/* SPDX-License-Identifier: MIT */
#include "step/scan-licences.h"

#include <string.h>

#include "base/str.h"
#include "licences/licences.h"
#include "source/repository.h"
#include "step/scan-files.h"

/* Of what no approval covers, this many are named in the log. */
#define LOGGED 50
#define APPROVALS_BYTES ((size_t)4 << 20)

static int read_approvals(const char *name, const char *folder,
			  const char *commit, struct approvals *approvals,
			  struct error *err)
{
	struct repository *repository = repository_open(folder, err);
	struct str text = STR_INIT;
	int result = -1;

	if (repository && scan_file_read(repository, commit, name, "approvals",
					 APPROVALS_BYTES, &text, err) == 0)
		result = strlen(text.data) == text.len
				 ? approvals_parse(approvals, text.data, name,
						   err)
				 : error_set(err, ERROR_FAILED,
					     "%s holds a NUL byte", name);
	repository_free(repository);
	str_release(&text);
	return result;
}

static int check_components(const struct scan_config *config,
			    const struct report *report, struct error *err)
{
	if (!report->has_components)
		return error_set(err, ERROR_FAILED,
				 "a %s report lists no components, so their "
				 "licences are not known; write one in "
				 "CycloneDX, SPDX or licensecheck's form",
				 report->format);
	if (!report->component_count && !config->may_be_empty)
		return error_set(err, ERROR_FAILED,
				 "it lists not one component, so nothing was "
				 "looked at");
	return 0;
}

int scan_licences(const struct scan_config *config, const char *repository,
		  const char *commit, struct report *report, struct error *err)
{
	const struct license_policy_config *licences = &config->licences;
	struct approvals approvals = {0};
	struct license_policy policy = {
		.allow = &licences->allow,
		.deny = &licences->deny,
		.review = &licences->review,
		.approvals = &approvals,
		.with_base = licences->with_base,
		.unknown_fails = licences->unknown_fails,
	};

	if (!licences->present)
		return 0;
	if (check_components(config, report, err) < 0 ||
	    (licences->approvals &&
	     read_approvals(licences->approvals, repository, commit, &approvals,
			    err) < 0))
		return -1;
	licences_apply(&policy, report);
	approvals_release(&approvals);
	return 0;
}

void scan_licences_log(struct stage_log *log, const struct report *report)
{
	size_t told = 0;

	for (size_t i = 0; i < report->finding_count && told < LOGGED; i++) {
		const struct finding *it = &report->findings[i];
		const char *what = it->package ? it->package : it->path;

		if (it->kind != FINDING_LICENSE || it->state != FINDING_OPEN)
			continue;
		told++;
		stage_log_printf(
			log, "signalbox: %s: %s%s%s%s\n", what ? what : it->id,
			it->title, it->chain ? " (" : "",
			it->chain ? it->chain : "", it->chain ? ")" : "");
	}
}
