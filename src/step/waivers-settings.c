/* SPDX-License-Identifier: MIT */
/* What a pipeline file itself lets stand: exceptions as any other. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vector.h"
#include "step/waivers.h"

/* Takes the scope over. */
static void add(struct waiver_settings *all, const char *id, char *scope,
		const struct stage_config *stage,
		const struct exception_config *config)
{
	if (config->reason)
		*VECTOR_ADD(all->items, all->count, all->cap) =
			(struct waiver_setting){id, scope, stage, config};
	else
		free(scope);
}

static void add_metrics(struct waiver_settings *all,
			const struct stage_config *stage,
			const struct analysis_config *analysis)
{
	for (size_t i = 0; i < analysis->metric_count; i++) {
		const struct metric_config *metric = &analysis->metrics[i];

		add(all, "tls",
		    xasprintf("metric %s of %s", metric->name, stage->name),
		    stage, &metric->tls);
	}
}

static void add_stage(struct waiver_settings *all,
		      const struct stage_config *stage)
{
	const struct deploy_config *deploy = &stage->deploy;

	add(all, "allow-failure", xstrdup(stage->name), stage,
	    &stage->allow_failure);
	add(all, "tls", xstrdup(stage->name), stage, &stage->check.tls);
	add_metrics(all, stage, &deploy->analysis);
	for (size_t i = 0; i < deploy->step_count; i++) {
		const struct analysis_config *own = &deploy->steps[i].analysis;

		if (own->metrics != deploy->analysis.metrics)
			add_metrics(all, stage, own);
	}
}

void waiver_settings_list(const struct pipeline *pipeline,
			  struct waiver_settings *all)
{
	for (size_t i = 0; i < pipeline->stage_count; i++)
		add_stage(all, &pipeline->stages[i]);
	for (size_t i = 0; i < pipeline->notify_count; i++)
		add(all, "tls", xasprintf("notice %zu", i + 1), NULL,
		    &pipeline->notify[i].tls);
}

void waiver_settings_release(struct waiver_settings *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->items[i].scope);
	free(all->items);
	memset(all, 0, sizeof(*all));
}

static void add_exception(struct exceptions *all,
			  const struct waiver_setting *setting)
{
	const struct exception_config *config = setting->config;
	struct exception *it = VECTOR_ADD(all->items, all->count, all->cap);

	it->file = all->files.items[all->files.count - 1];
	it->line = config->place.line;
	it->last_line = config->last_line;
	it->until_ms = config->until_ms;
	it->text = xstrdup("");
	it->record.id = xstrdup(setting->id);
	it->record.scope = xstrdup(setting->scope);
	it->record.reason = xstrdup(config->reason);
	it->record.owner = xstrdup_null(config->owner);
	it->record.reviewer = xstrdup_null(config->reviewer);
	it->record.until = xstrdup_null(config->until);
	it->record.lines[RECORD_REVIEWER] = config->reviewer_line;
	/* Else the reviewer writes more there than who reviewed it. */
	if (!config->reviewer_is_alone)
		it->record.lines[RECORD_REASON] = config->reviewer_line;
}

void waivers_add_settings(const struct pipeline *pipeline,
			  struct exceptions *all)
{
	struct waiver_settings settings = {NULL, 0, 0};

	strings_add(&all->files, PIPELINE_FILE);
	waiver_settings_list(pipeline, &settings);
	for (size_t i = 0; i < settings.count; i++)
		add_exception(all, &settings.items[i]);
	waiver_settings_release(&settings);
}
