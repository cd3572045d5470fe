/* SPDX-License-Identifier: MIT */
#include "step/environ.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"

extern char **environ;

/* Asked of each entry for each name, before each child: most differ in their
 * first byte. */
static bool is_named(const char *entry, const char *name)
{
	while (*name && *entry == *name) {
		entry++;
		name++;
	}
	return !*name && *entry == '=';
}

/* What make or git set for their own children would mislead a stage's. */
static bool is_foreign(const char *entry)
{
	static const char *const names[] = {
		"MAKEFLAGS",	     "MFLAGS",
		"MAKELEVEL",	     "GIT_DIR",
		"GIT_WORK_TREE",     "GIT_INDEX_FILE",
		"GIT_PREFIX",	     "CI",
		"SIGNALBOX_TEST_FD", "GIT_OBJECT_DIRECTORY",
		"SIGNALBOX_BRANCH",  "SIGNALBOX_OUTCOME",
	};

	if (!strchr("CGMS", *entry)) /* what each of them begins with */
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (is_named(entry, names[i]))
			return true;
	return false;
}

static bool is_secret(const struct pipeline *pipeline, const char *entry)
{
	for (size_t i = 0; i < pipeline->environment_count; i++) {
		const struct strings *names =
			&pipeline->environments[i].secrets;

		for (size_t j = 0; j < names->count; j++)
			if (is_named(entry, names->items[j]))
				return true;
	}
	return false;
}

/* The way to a receiver of notices. */
static bool is_receiver(const struct pipeline *pipeline, const char *entry)
{
	for (size_t i = 0; i < pipeline->notify_count; i++)
		if (pipeline->notify[i].post_env &&
		    is_named(entry, pipeline->notify[i].post_env))
			return true;
	return false;
}

/* Eight for each child: without printf(). */
static char *pair(const char *key, const char *value)
{
	struct str text = STR_INIT;

	str_reserve(&text, strlen(key) + strlen(value) + 1);
	str_add(&text, key);
	str_add_char(&text, '=');
	str_add(&text, value);
	return str_detach(&text);
}

void environ_put(struct strings *env, const char *key, const char *value)
{
	for (size_t i = 0; i < env->count; i++) {
		if (!is_named(env->items[i], key))
			continue;
		free(env->items[i]);
		env->items[i] = pair(key, value);
		return;
	}
	strings_add_owned(env, pair(key, value));
}

static void put_pairs(struct strings *env, const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		environ_put(env, pairs->items[i].key, pairs->items[i].value);
}

static void put_secrets(struct strings *env, const struct pipeline *pipeline,
			const char *environment)
{
	const struct environment_config *config =
		pipeline_environment(pipeline, environment);

	for (size_t i = 0; config && i < config->secrets.count; i++) {
		const char *name = config->secrets.items[i];
		const char *value = getenv(name);

		if (value)
			environ_put(env, name, value);
	}
}

int environ_check(const struct step_host *host,
		  const struct stage_config *stage, struct error *err)
{
	const struct environment_config *config =
		stage->environment ? pipeline_environment(host->pipeline,
							  stage->environment)
				   : NULL;

	if (!config || !config->secrets.count ||
	    host->is_let_through(host->data, config->name))
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "it gets the secrets of %s, whose gate has not let "
			 "this run pass; let it need the stage that deploys "
			 "there",
			 config->name);
}

/* What prints to a terminal asks this which one. */
static void put_terminal(struct strings *env)
{
	for (size_t i = 0; i < env->count; i++)
		if (is_named(env->items[i], "TERM") &&
		    strcmp(env->items[i], "TERM=dumb") != 0)
			return;
	environ_put(env, "TERM", "xterm-256color");
}

static void put_ours(const struct step_host *host, struct strings *env)
{
	for (char **entry = environ; *entry; entry++)
		if (!is_foreign(*entry) && !is_secret(host->pipeline, *entry) &&
		    !is_receiver(host->pipeline, *entry))
			strings_add(env, *entry);
	put_pairs(env, &host->pipeline->env);
}

/* What is so for every child of the run; no file's env is above it. */
static void put_run(const struct step_host *host, struct strings *env)
{
	const struct run_facts *run = host->run;
	char number[24];

	snprintf(number, sizeof(number), "%lld", (long long)run->number);
	environ_put(env, "SIGNALBOX_RUN", number);
	environ_put(env, ENVIRON_MARK, run->run_folder);
	environ_put(env, "SIGNALBOX_COMMIT", run->commit->id);
	environ_put(env, "SIGNALBOX_VERSION", run->version);
	if (run->commit->branch)
		environ_put(env, "SIGNALBOX_BRANCH", run->commit->branch);
}

void environ_build_outside(const struct step_host *host, struct strings *env)
{
	put_ours(host, env);
	if (host->run->number)
		put_run(host, env);
}

/* SIGNALBOX_SERVICE_MY_DB_PORT of my-db. */
static void put_service(const struct step_host *host, const char *name,
			struct strings *env)
{
	char *key = xasprintf("SIGNALBOX_SERVICE_%s_PORT", name);
	char value[16];

	for (char *at = key; *at; at++)
		*at = isalnum((unsigned char)*at)
			      ? (char)toupper((unsigned char)*at)
			      : '_';
	snprintf(value, sizeof(value), "%d",
		 host->service_port(host->data, name));
	environ_put(env, key, value);
	free(key);
}

void environ_build(const struct step_host *host,
		   const struct stage_config *stage, struct strings *env)
{
	put_ours(host, env);
	put_pairs(env, &stage->env);
	put_run(host, env);
	environ_put(env, "CI", "true");
	environ_put(env, "SIGNALBOX_STAGE", stage->name);
	for (size_t i = 0; i < stage->services.count; i++)
		put_service(host, stage->services.items[i], env);
	if (stage->tty)
		put_terminal(env);
	if (stage->environment)
		put_secrets(env, host->pipeline, stage->environment);
}

void environ_build_beside(const struct step_host *host,
			  const struct stage_config *stage,
			  const char *environment, struct strings *env)
{
	environ_build(host, stage, env);
	put_secrets(env, host->pipeline, environment);
}

void environ_build_service(const struct step_host *host,
			   const struct service_config *service, int port,
			   struct strings *env)
{
	char value[16];

	put_ours(host, env);
	put_pairs(env, &service->env);
	put_run(host, env);
	environ_put(env, "CI", "true");
	snprintf(value, sizeof(value), "%d", port);
	environ_put(env, "PORT", value);
}

void environ_put_outcome(struct strings *env, const char *outcome)
{
	if (outcome)
		environ_put(env, "SIGNALBOX_OUTCOME", outcome);
}

static void add_secret(struct strings *values, const char *name)
{
	const char *value = getenv(name);

	if (value && !strings_has(values, value))
		strings_add(values, value);
}

void environ_secrets(const struct pipeline *pipeline, struct strings *values)
{
	for (size_t i = 0; i < pipeline->environment_count; i++) {
		const struct strings *names =
			&pipeline->environments[i].secrets;

		for (size_t j = 0; j < names->count; j++)
			add_secret(values, names->items[j]);
	}
	for (size_t i = 0; i < pipeline->notify_count; i++)
		if (pipeline->notify[i].post_env)
			add_secret(values, pipeline->notify[i].post_env);
}
