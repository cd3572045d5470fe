/* SPDX-License-Identifier: MIT */
/* What a pipeline file itself lets stand: exceptions as any other. */
#include "base/memory.h"
#include "base/vector.h"
#include "step/waivers.h"

static void add(struct exceptions *all, const char *id, const char *scope,
		const struct exception_config *config)
{
	struct exception *it;

	if (!config->reason)
		return;
	it = VECTOR_ADD(all->items, all->count, all->cap);
	it->file = all->files.items[all->files.count - 1];
	it->line = config->place.line;
	it->last_line = config->last_line;
	it->until_ms = config->until_ms;
	it->text = xstrdup("");
	it->record.id = xstrdup(id);
	it->record.scope = xstrdup(scope);
	it->record.reason = xstrdup(config->reason);
	it->record.owner = xstrdup_null(config->owner);
	it->record.reviewer = xstrdup_null(config->reviewer);
	it->record.until = xstrdup_null(config->until);
	it->record.lines[RECORD_REVIEWER] = config->reviewer_line;
}

void waivers_add_settings(const struct pipeline *pipeline,
			  struct exceptions *all)
{
	strings_add(&all->files, PIPELINE_FILE);
	for (size_t i = 0; i < pipeline->stage_count; i++)
		add(all, "allow-failure", pipeline->stages[i].name,
		    &pipeline->stages[i].allow_failure);
}
