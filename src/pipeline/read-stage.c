/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include <string.h>

#include "base/memory.h"
#include "base/vector.h"

#define GRACE_MS 10000

/* Resolving waits until every stage is known; see resolve-needs.c. */
static void read_needs(struct reader *reader, const struct node *value,
		       void *into)
{
	struct strings needs = STRINGS_INIT;

	(void)into;
	read_lines(reader, value, &needs);
	strings_release(&needs);
}

static void read_source(struct reader *reader, const struct node *value,
			void *into)
{
	static const char *const words[] = {"none"};
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word == 0)
		*(bool *)into = false;
}

static const struct key check_keys[] = {
	{"environment", read_environment_name,
	 offsetof(struct stage_config, check.environment), false},
	{"url", read_url, offsetof(struct stage_config, check.url), false},
	{"tls", read_tls, offsetof(struct stage_config, check.tls), false},
	{"requests", read_request_list,
	 offsetof(struct stage_config, check.requests), true},
	{"repeat", NULL, 0, false},
	{"parallel", NULL, 0, false},
	{"headers", NULL, 0, false},
};
static const struct schema check_schema = SCHEMA("a check", check_keys);

static const struct environment_config *
environment_of(const struct reader *reader, const char *name)
{
	return &reader->pipeline->environments
			[name_index_find(&reader->environments, name)->number];
}

/* Of an HAProxy of others only the admin socket is known. */
static void check_has_url(struct reader *reader, const struct node *value,
			  const char *name)
{
	const struct environment_config *environment;

	if (!name)
		return;
	environment = environment_of(reader, name);
	if (!environment->url && environment->traffic.haproxy.socket)
		complain_about(reader, value,
			       "where '%s' is reached is not known: its "
			       "HAProxy is one that is there, so write its "
			       "'url'",
			       name);
}

static void check_tls(struct reader *reader, const struct node *value,
		      const struct stage_config *stage)
{
	const char *url = stage->check.url;

	if (!url && stage->check.environment)
		url = environment_of(reader, stage->check.environment)->url;
	if (stage->check.url || !node_find(value, "url"))
		tls_check(reader, value, url);
}

static void read_check(struct reader *reader, const struct node *value,
		       void *into)
{
	const struct stage_config *stage = into;
	bool environment = node_find(value, "environment");
	bool url = node_find(value, "url");

	read_map(reader, value, &check_schema, into);
	if (environment)
		check_has_url(reader, node_find(value, "environment"),
			      stage->check.environment);
	check_tls(reader, value, stage);
	if (value->kind == NODE_MAP && environment == url &&
	    (environment || !has_strange_key(value, &check_schema)))
		complain_at(reader, node_place(value),
			    environment
				    ? "a check has an environment or a url, "
				      "not both"
				    : "a check needs an environment, through "
				      "whose traffic it asks, or a url");
}

static const struct key stage_keys[] = {
	{"why", read_line, offsetof(struct stage_config, why), false},
	{"needs", read_needs, 0, false},
	{"source", read_source, offsetof(struct stage_config, source), false},
	{"run", read_text, offsetof(struct stage_config, run), false},
	{"shell", read_shell, offsetof(struct stage_config, shell), false},
	{"workdir", read_glob, offsetof(struct stage_config, workdir), false},
	{"tty", read_truth, offsetof(struct stage_config, tty), false},
	{"resume", read_truth, offsetof(struct stage_config, resume), false},
	{"services", read_service_names,
	 offsetof(struct stage_config, services), false},
	{"artifacts", read_globs, offsetof(struct stage_config, artifacts),
	 false},
	{"reports", read_reports, 0, false},
	{"require", read_require, offsetof(struct stage_config, require),
	 false},
	{"scan", read_scan, offsetof(struct stage_config, scan), false},
	{"timeout", read_time_limit, offsetof(struct stage_config, timeout_ms),
	 false},
	{"grace", read_duration, offsetof(struct stage_config, grace_ms),
	 false},
	{"retries", read_retries, 0, false},
	{"allow-failure", read_allow_failure, 0, false},
	{"cleanup", read_cleanup, offsetof(struct stage_config, cleanup),
	 false},
	{"finally", read_truth, offsetof(struct stage_config, finally), false},
	{"log-limit", read_size, offsetof(struct stage_config, log_limit),
	 false},
	{"env", read_environment_pairs, offsetof(struct stage_config, env),
	 false},
	{"environment", read_environment_name,
	 offsetof(struct stage_config, environment), false},
	{"check", read_check, 0, false},
	{"gate", read_gate, offsetof(struct stage_config, gate), false},
	{"deploy", read_deploy, offsetof(struct stage_config, deploy), false},
	{"matrix", NULL, 0, false},
	{"if", NULL, 0, false},
	{"when", NULL, 0, false},
	{"conditions", NULL, 0, false},
	{"caches", NULL, 0, false},
	{"outputs", NULL, 0, false},
	{"branches", NULL, 0, false},
	{"windows", NULL, 0, false},
	{"notify", NULL, 0, false},
	{"migrations", NULL, 0, false},
	{"concurrency", NULL, 0, false},
	{"keep-failed", NULL, 0, false},
	{"secrets", NULL, 0, false},
	{"steps", NULL, 0, false},
	{"coverage", NULL, 0, false},
	{"container", NULL, 0, false},
};
static const struct schema stage_schema = SCHEMA("a stage", stage_keys);

static const char *const kind_keys[] = {
	[STAGE_KIND_RUN] = "run",
	[STAGE_KIND_CHECK] = "check",
	[STAGE_KIND_GATE] = "gate",
	[STAGE_KIND_DEPLOY] = "deploy",
};

/* Where else it may be said how long things take, in stages that run
 * nothing. */
static const char *const timeout_mends[] = {
	[STAGE_KIND_RUN] = "",
	[STAGE_KIND_CHECK] = "; each request has its own",
	[STAGE_KIND_GATE] = "; a gate has 'expires'",
	[STAGE_KIND_DEPLOY] = "; a target has 'start-timeout'",
};

/* Keys that say something only beside 'run'. */
static void check_run_keys(struct reader *reader, const struct node *value,
			   enum stage_kind kind)
{
	static const char *const keys[] = {
		"source",   "artifacts", "reports", "scan",	   "grace",
		"env",	    "timeout",	 "retries", "environment", "shell",
		"workdir",  "tty",	 "cleanup", "log-limit",   "resume",
		"services", "require",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct node *child = node_find(value, keys[i]);

		if (child)
			complain_at(reader, child->key_place,
				    "'%s' says nothing in a %s stage%s",
				    keys[i], kind_keys[kind],
				    strcmp(keys[i], "timeout") == 0
					    ? timeout_mends[kind]
					    : "; take it out");
	}
}

/* A person's decision and a release are neither excused nor an epilogue. */
static void check_decisions(struct reader *reader, const struct node *value,
			    const struct stage_config *stage)
{
	static const char *const keys[] = {"allow-failure", "finally"};
	bool decides = stage->kind == STAGE_KIND_GATE ||
		       stage->kind == STAGE_KIND_DEPLOY;

	for (size_t i = 0; decides && i < ARRAY_SIZE(keys); i++) {
		const struct node *child = node_find(value, keys[i]);

		if (child)
			complain_at(reader, child->key_place,
				    "'%s' is not for a %s stage; take it out",
				    keys[i], kind_keys[stage->kind]);
	}
	if (stage->finally && node_find(value, "needs"))
		complain_at(reader, node_place(node_find(value, "needs")),
			    "a stage that is 'finally' waits for all others; "
			    "take 'needs' out");
}

static void check_folder(struct reader *reader, const struct node *value,
			 const struct stage_config *stage)
{
	if (stage->workdir && !stage->source)
		complain_at(reader, node_place(node_find(value, "workdir")),
			    "'workdir' is below the commit's files, and "
			    "'source: none' has none");
}

static void find_kind(struct reader *reader, const struct node *value,
		      struct stage_config *stage)
{
	const struct node *first = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(kind_keys); i++) {
		const struct node *child = node_find(value, kind_keys[i]);

		if (!child)
			continue;
		if (first)
			complain_at(reader, child->key_place,
				    "a stage does one thing: '%s' and '%s' "
				    "are two stages",
				    first->key, child->key);
		else
			stage->kind = (enum stage_kind)i;
		first = child;
	}
	if (first && !node_find(value, "run"))
		check_run_keys(reader, value, stage->kind);
	else if (first)
		return;
	else if (node_find(value, "scan"))
		complain_at(reader, node_place(value),
			    "a scan reads what 'run' writes; add the scanner "
			    "as run: ...");
	else if (!has_strange_key(value, &stage_schema))
		complain_at(reader, node_place(value),
			    "stage '%s' does nothing; give it run, check, "
			    "gate or deploy",
			    value->key);
}

static void check_log_name(struct reader *reader, const struct node *value)
{
	const char *prefix = "service-";

	if (starts_with(value->key, prefix) &&
	    pipeline_service(reader->pipeline, value->key + strlen(prefix)))
		complain_at(reader, value->key_place,
			    "'%.80s' is what the log of a service is called; "
			    "name the stage otherwise",
			    value->key);
}

static void read_stage(struct reader *reader, const struct node *value)
{
	struct pipeline *pipeline = reader->pipeline;
	struct stage_config *stage;

	if (!is_name(value->key))
		complain_at(reader, value->key_place,
			    "'%.80s' is no name of a stage; use letters, "
			    "digits, '-', '_' and '.'",
			    value->key);
	check_log_name(reader, value);
	stage = VECTOR_ADD(pipeline->stages, pipeline->stage_count,
			   pipeline->stage_cap);
	stage->name = xstrdup(value->key);
	stage->place = value->key_place;
	stage->source = stage->resume = stage->keep_reports = true;
	stage->timeout_ms = -1;
	stage->log_limit = -1;
	stage->grace_ms = GRACE_MS;
	gate_defaults(&stage->gate);
	read_map(reader, value, &stage_schema, stage);
	if (value->kind != NODE_MAP)
		return;
	find_kind(reader, value, stage);
	check_decisions(reader, value, stage);
	check_folder(reader, value, stage);
	if (stage->require.present && !node_find(value, "reports"))
		complain_at(reader, stage->require.place,
			    "'require' holds reports against something, and "
			    "this stage has none; add reports");
}

void read_stages(struct reader *reader, const struct node *value, void *into)
{
	struct pipeline *pipeline = reader->pipeline;

	(void)into;
	if (!expect_kind(reader, value, NODE_MAP, "a map of stages"))
		return;
	if (!value->count)
		complain_at(reader, node_place(value),
			    "there is no stage; a pipeline has at least one");
	for (size_t i = 0; i < value->count; i++)
		if (!value->children[i].repeated)
			read_stage(reader, &value->children[i]);
	for (size_t i = 0; i < pipeline->stage_count; i++)
		name_index_add(&pipeline->stage_names, pipeline->stages[i].name,
			       i);
	name_index_sort(&pipeline->stage_names);
	needs_resolve(reader, value);
}
