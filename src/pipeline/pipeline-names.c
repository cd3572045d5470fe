/* SPDX-License-Identifier: MIT */
/* The words of the file for the enums of pipeline.h, and finding by name. */
#include "pipeline/pipeline.h"

#include <string.h>

#include "base/memory.h"

const struct environment_config *
pipeline_environment(const struct pipeline *pipeline, const char *name)
{
	for (size_t i = 0; i < pipeline->environment_count; i++)
		if (strcmp(pipeline->environments[i].name, name) == 0)
			return &pipeline->environments[i];
	return NULL;
}

const struct service_config *pipeline_service(const struct pipeline *pipeline,
					      const char *name)
{
	for (size_t i = 0; i < pipeline->service_count; i++)
		if (strcmp(pipeline->services[i].name, name) == 0)
			return &pipeline->services[i];
	return NULL;
}

const struct stage_config *pipeline_stage(const struct pipeline *pipeline,
					  const char *name)
{
	const struct name_entry *entry =
		name_index_find(&pipeline->stage_names, name);

	return entry ? &pipeline->stages[entry->number] : NULL;
}

const struct person *pipeline_person(const struct pipeline *pipeline,
				     const char *login)
{
	for (size_t i = 0; i < pipeline->people_count; i++)
		if (strcmp(pipeline->people[i].login, login) == 0)
			return &pipeline->people[i];
	return NULL;
}

static const char *word(const char *const *words, size_t count, unsigned value)
{
	if (value >= count || !words[value])
		BUG("no word for value %u", value);
	return words[value];
}

const char *stage_kind_name(enum stage_kind kind)
{
	static const char *const words[] = {
		[STAGE_KIND_RUN] = "run",
		[STAGE_KIND_CHECK] = "check",
		[STAGE_KIND_GATE] = "gate",
		[STAGE_KIND_DEPLOY] = "deploy",
	};

	return word(words, ARRAY_SIZE(words), kind);
}

const char *plan_step_kind_name(enum plan_step_kind kind)
{
	static const char *const words[] = {
		[PLAN_START] = "start",	    [PLAN_HEALTHY] = "healthy",
		[PLAN_CHECK] = "check",	    [PLAN_WEIGHT] = "weight",
		[PLAN_PAUSE] = "pause",	    [PLAN_ANALYSIS] = "analysis",
		[PLAN_GATE] = "gate",	    [PLAN_REPLACE] = "replace",
		[PLAN_PROMOTE] = "promote", [PLAN_RUN] = "run",
		[PLAN_BATCH] = "batch",	    [PLAN_BAKE] = "bake",
	};

	return word(words, ARRAY_SIZE(words), kind);
}

const char *strategy_name(enum strategy strategy)
{
	static const char *const words[] = {
		[STRATEGY_BLUE_GREEN] = "blue-green",
		[STRATEGY_CANARY] = "canary",
		[STRATEGY_ALL_AT_ONCE] = "all-at-once",
		[STRATEGY_LINEAR] = "linear",
		[STRATEGY_ROLLING] = "rolling",
	};

	return word(words, ARRAY_SIZE(words), strategy);
}

const char *severity_name(enum severity severity)
{
	static const char *const words[] = {
		[SEVERITY_UNKNOWN] = "unknown",
		[SEVERITY_INFO] = "info",
		[SEVERITY_LOW] = "low",
		[SEVERITY_MEDIUM] = "medium",
		[SEVERITY_HIGH] = "high",
		[SEVERITY_CRITICAL] = "critical",
	};

	return word(words, ARRAY_SIZE(words), severity);
}

const char *mode_name(enum pipeline_mode mode)
{
	static const char *const words[] = {
		[MODE_DELIVERY] = "delivery",
		[MODE_DEPLOYMENT] = "deployment",
	};

	return word(words, ARRAY_SIZE(words), mode);
}

const char *traffic_kind_name(enum traffic_kind kind)
{
	static const char *const names[] = {
		[TRAFFIC_HAPROXY] = "haproxy",
		[TRAFFIC_NGINX] = "nginx",
		[TRAFFIC_EXEC] = "exec",
	};

	return names[kind];
}

const char *target_kind_name(enum target_kind kind)
{
	static const char *const names[] = {
		[TARGET_PROCESS] = "process",
		[TARGET_CONTAINER] = "container",
		[TARGET_EXEC] = "exec",
	};

	return names[kind];
}

const char *traffic_listen(const struct traffic_config *traffic)
{
	switch (traffic->kind) {
	case TRAFFIC_HAPROXY:
		return traffic->haproxy.listen;
	case TRAFFIC_NGINX:
		return traffic->nginx.listen;
	case TRAFFIC_EXEC:
		break;
	}
	return NULL;
}
