/* SPDX-License-Identifier: MIT */
/* The pipeline files that an environment knows: its own, and those that its
 * releases came with. */
#include "delivery/operation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/vector.h"

const struct pipeline *
environment_pipeline(const struct environment *environment)
{
	return environment->own_pipeline ? environment->own_pipeline
					 : environment->options.pipeline;
}

static char *pipeline_path(const struct environment *environment,
			   const char *digest)
{
	return xasprintf("%s/pipelines/%s.yaml", environment->folder, digest);
}

/* The file that a release came with; NULL when it is not there any more. */
static struct pipeline *stored_pipeline(const struct environment *environment,
					const char *digest, struct error *err)
{
	struct problems problems = PROBLEMS_INIT;
	char *path = pipeline_path(environment, digest);
	struct str text = STR_INIT;
	struct pipeline *pipeline = NULL;

	if (file_read(path, &text, PIPELINE_FILE_LIMIT, err) == 0) {
		pipeline = pipeline_parse(text.data, text.len, path, &problems);
		if (!pipeline)
			error_set(err, ERROR_CORRUPT,
				  "%s cannot be read any more; mend it there",
				  path);
	}
	problems_release(&problems);
	str_release(&text);
	free(path);
	return pipeline;
}

/* Of what is there: its record would be no use without the file. */
static struct pipeline *recorded_pipeline(const struct environment *environment,
					  const struct release *release,
					  struct error *err)
{
	struct error why = ERROR_INIT;
	struct pipeline *pipeline =
		stored_pipeline(environment, release->pipeline, &why);
	char *path;

	if (pipeline)
		return pipeline;
	if (why.code == ERROR_CORRUPT) {
		(void)!error_move(err, &why);
		return NULL;
	}
	path = pipeline_path(environment, release->pipeline);
	error_set(err, ERROR_CORRUPT,
		  "%s; put it back with git show %.10s:" PIPELINE_FILE " >%s",
		  error_text(&why), release->commit, path);
	error_clear(&why);
	free(path);
	return NULL;
}

/* Of that name, though it may have been mended since. */
static struct older_pipeline *find_older(const struct environment *environment,
					 const char *digest)
{
	for (size_t i = 0; i < environment->older_count; i++)
		if (strcmp(environment->older[i].digest, digest) == 0)
			return &environment->older[i];
	return NULL;
}

/* NULL: the one that the environment was opened with. */
static int pipeline_of(struct environment *environment,
		       const struct release *release,
		       const struct pipeline **pipeline, struct error *err)
{
	struct older_pipeline *older;
	struct pipeline *read;

	*pipeline = NULL;
	if (!release->pipeline || !*release->pipeline ||
	    strcmp(release->pipeline, environment->pipeline_digest) == 0)
		return 0;
	older = find_older(environment, release->pipeline);
	if (!older) {
		read = recorded_pipeline(environment, release, err);
		if (!read)
			return -1;
		older = VECTOR_ADD(environment->older, environment->older_count,
				   environment->older_cap);
		older->digest = xstrdup(release->pipeline);
		older->pipeline = read;
	}
	*pipeline = older->pipeline;
	return 0;
}

int environment_live_pipeline(struct environment *environment,
			      const struct pipeline **pipeline,
			      struct error *err)
{
	const struct environment_state *state = environment_state(environment);

	*pipeline = NULL;
	if (!state->has_live)
		return 0;
	return pipeline_of(environment, &state->live, pipeline, err);
}

/* The release that was deployed last: by its file the proxy was written and
 * the colours have their ports, though people went back behind it. */
const struct environment_config *
environment_places(struct environment *environment)
{
	const struct environment_state *state = &environment->state;
	const struct release *last =
		state->history_count ? &state->history[state->history_count - 1]
		: state->has_live    ? &state->live
				     : NULL;
	const struct pipeline *pipeline;

	if (!last || pipeline_of(environment, last, &pipeline, NULL) < 0)
		return NULL;
	return pipeline ? pipeline_environment(pipeline, environment->name)
			: environment->config;
}

/* What has it at the same places, so that traffic finds it there. */
static bool has_its_places(const struct target_config *target,
			   const struct target_config *now)
{
	return target->kind == now->kind &&
	       target->instances == now->instances &&
	       strcmp(target->host, now->host) == 0 &&
	       memcmp(target->ports, now->ports, sizeof(now->ports)) == 0;
}

/* Opened by the file of what is live, it serves where that is served. */
static void follow_places(struct environment *environment)
{
	const struct environment_config *own = environment->config;
	const struct environment_config *places =
		environment_places(environment);

	if (places && (!has_its_places(&places->target, &own->target) ||
		       !str_equal(traffic_listen(&places->traffic),
				  traffic_listen(&own->traffic))))
		environment->config = places;
}

int environment_find_config(struct environment *environment, struct error *err)
{
	const struct environment_options *options = &environment->options;
	const struct pipeline *pipeline = options->pipeline;
	const struct environment_state *state = &environment->state;

	if (!pipeline && !state->has_live && !state->has_candidate)
		return error_set(err, ERROR_NOT_FOUND,
				 "%s: nothing was ever released there",
				 environment->name);
	if (!pipeline) {
		const struct release *release =
			state->has_live ? &state->live : &state->candidate;

		pipeline = environment->own_pipeline =
			recorded_pipeline(environment, release, err);
		if (!pipeline)
			return error_prefix(err, "%s", environment->name);
		snprintf(environment->pipeline_digest,
			 sizeof(environment->pipeline_digest), "%s",
			 release->pipeline);
	} else {
		digest_bytes(options->pipeline_text,
			     strlen(options->pipeline_text),
			     environment->pipeline_digest);
	}
	environment->config = pipeline_environment(pipeline, environment->name);
	if (!environment->config)
		return error_set(err, ERROR_NOT_FOUND,
				 "the pipeline file names no environment %s",
				 environment->name);
	if (environment->own_pipeline)
		follow_places(environment);
	return 0;
}

/* The configuration that a release is started by: that of its own file, when
 * its ports are still those that the traffic goes to. */
const struct environment_config *
environment_config_of(struct environment *environment,
		      const struct release *release)
{
	const struct pipeline *pipeline;
	const struct environment_config *config;

	if (pipeline_of(environment, release, &pipeline, NULL) < 0 || !pipeline)
		return environment->config;
	config = pipeline_environment(pipeline, environment->name);
	if (config &&
	    has_its_places(&config->target, &environment->config->target))
		return config;
	return environment->config;
}

int environment_check_kind(struct environment *environment,
			   const struct release *release, struct error *err)
{
	const struct pipeline *pipeline;
	const struct environment_config *then = NULL;
	enum target_kind now = environment->config->target.kind;

	if (pipeline_of(environment, release, &pipeline, NULL) == 0 && pipeline)
		then = pipeline_environment(pipeline, environment->name);
	if (!then || then->target.kind == now)
		return 0;
	return error_set(err, ERROR_REFUSED,
			 "%s was released by target: %s, and %s has target: %s "
			 "now: it cannot be started again; release its commit "
			 "anew",
			 release->version, target_kind_name(then->target.kind),
			 environment->name, target_kind_name(now));
}

int environment_store_pipeline(struct environment *environment,
			       struct error *err)
{
	const char *text = environment->options.pipeline_text;
	char *folder = path_join(environment->folder, "pipelines");
	char *path = pipeline_path(environment, environment->pipeline_digest);
	int result = 0;

	if (text && !file_exists(path))
		result = folder_make(folder, 0700, err) < 0 ||
					 file_replace(path, text, strlen(text),
						      0600, err) < 0
				 ? -1
				 : 0;
	free(folder);
	free(path);
	return result;
}
