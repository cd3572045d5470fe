/* SPDX-License-Identifier: MIT */
#include "step/allowances.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "step/people.h"
#include "step/waivers.h"

struct allowances {
	const struct pipeline *pipeline;
	char *repository, *commit;
	struct waiver_settings settings;
	struct exceptions judged; /* one for each of them, in their order */
	bool has_failed;	  /* they could not be */
	bool is_judged;		  /* the loop's, all else is the helper's */
	void (*tell)(void *data);
	void *data;
};

struct allowances *allowances_new(const struct pipeline *pipeline,
				  const char *repository, const char *commit)
{
	struct waiver_settings settings = {NULL, 0, 0};
	struct allowances *all;

	waiver_settings_list(pipeline, &settings);
	if (!settings.count) {
		waiver_settings_release(&settings);
		return NULL;
	}
	all = xcalloc(1, sizeof(*all));
	all->pipeline = pipeline;
	all->repository = xstrdup(repository);
	all->commit = xstrdup_null(commit);
	all->settings = settings;
	return all;
}

void allowances_free(struct allowances *all)
{
	if (!all)
		return;
	waiver_settings_release(&all->settings);
	exceptions_release(&all->judged);
	free(all->repository);
	free(all->commit);
	free(all);
}

static void judge(void *data)
{
	struct allowances *all = data;
	const struct waivers_options options = {
		.repository = all->repository,
		.commit = all->commit,
		.pipeline = all->pipeline,
	};

	all->has_failed =
		waivers_read_settings(&options, &all->judged, NULL) < 0;
}

static void was_judged(void *data)
{
	struct allowances *all = data;

	all->is_judged = true;
	all->tell(all->data);
}

void allowances_judge(struct allowances *all, struct helper *helper,
		      void (*judged)(void *data), void *data)
{
	all->tell = judged;
	all->data = data;
	helper_run(helper, judge, was_judged, all);
}

bool allowances_are_judged(const struct allowances *all)
{
	return all->is_judged;
}

/* NULL, or what is wrong with who wrote it. */
static const char *fault_of(const struct allowances *all,
			    const struct exception_config *config)
{
	if (!all || !all->is_judged || all->has_failed)
		return "stands on lines of which nobody can tell who wrote "
		       "them";
	for (size_t i = 0; i < all->judged.count; i++)
		if (all->settings.items[i].config == config)
			return exception_is_in_force(&all->judged.items[i])
				       ? NULL
				       : all->judged.items[i].why;
	return "is none of this file";
}

char *allowance_flaw(const struct allowances *all,
		     const struct exception_config *config, const char *what)
{
	const char *fault;

	if (clock_wall_ms() > config->until_ms)
		return xasprintf("%s allowed %s until %s", config->owner, what,
				 config->until);
	if (!config->reviewer || !*config->reviewer)
		return xasprintf("%s allowed %s, but nobody reviewed that: a "
				 "reviewer: is missing",
				 config->owner, what);
	if (people_same(all ? all->pipeline : NULL, config->owner,
			config->reviewer))
		return xasprintf("%s allowed %s, and reviewed that alone",
				 config->owner, what);
	fault = fault_of(all, config);
	return fault ? xasprintf("%s allowed %s, but that %s", config->owner,
				 what, fault)
		     : NULL;
}

static char *tls_flaw(const struct allowances *all,
		      const struct exception_config *tls)
{
	return allowance_flaw(all, tls, "any certificate");
}

bool allowance_tls(const struct allowances *all,
		   const struct exception_config *tls)
{
	char *flaw = tls->reason ? tls_flaw(all, tls) : NULL;
	bool stands = tls->reason && !flaw;

	free(flaw);
	return stands;
}

static char *tls_text(const struct allowances *all,
		      const struct waiver_setting *setting)
{
	const struct exception_config *tls = setting->config;
	char *flaw = tls_flaw(all, tls);
	char *text;

	if (flaw)
		text = xasprintf("%s: the certificate is verified: %s",
				 setting->scope, flaw);
	else
		text = xasprintf("%s: the certificate is not verified; allowed "
				 "by %s until %s, reviewer %s: %s",
				 setting->scope, tls->owner, tls->until,
				 tls->reviewer, tls->reason);
	free(flaw);
	return text;
}

void allowances_tell_tls(const struct allowances *all,
			 const struct stage_config *stage,
			 void (*tell)(void *data, const char *text), void *data)
{
	for (size_t i = 0; all && i < all->settings.count; i++) {
		const struct waiver_setting *setting = &all->settings.items[i];
		char *text;

		if (setting->stage != stage || strcmp(setting->id, "tls") != 0)
			continue;
		text = tls_text(all, setting);
		tell(data, text);
		free(text);
	}
}
