/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/internal.h"
#include "engine/seen.h"

/* What a rollback acts on: the releases of the environment. */
static bool moves_release(enum event_type type)
{
	return type == EVENT_DEPLOY_PLANNED || type == EVENT_DEPLOY_FINISHED ||
	       type == EVENT_ROLLBACK_STARTED ||
	       type == EVENT_ROLLBACK_FINISHED;
}

bool site_has_candidate(const struct site *site)
{
	const struct environment_state *state =
		environment_state(site->environment);

	return state->has_candidate &&
	       state->candidate.run == site->engine->run;
}

static void site_emit(struct event *event, void *data)
{
	struct site *site = data;
	struct engine *engine = site->engine;
	bool moves = moves_release(event->type);

	if (site->claimed)
		event_set(event, "stage", site->claimed->options.stage->name);
	if (moves) {
		free(site->release_text);
		site->release_text = event_sentence(event);
	}
	if (environment_tells_foreign(site->environment))
		engine_emit_foreign(engine, event);
	else
		engine_emit(engine, event);
	if (moves)
		site->release_seq = stream_seq(engine->stream);
}

static void site_moved(const char *text, void *data)
{
	struct site *site = data;

	if (site->claimed)
		step_moved(site->claimed, text);
}

struct site *site_find(struct engine *engine, const char *name)
{
	struct site *site = engine->sites;

	while (site && strcmp(site->name, name) != 0)
		site = site->next;
	return site;
}

static struct site *site_open(struct engine *engine, const char *name,
			      struct error *err)
{
	struct site *site = xcalloc(1, sizeof(*site));
	struct environment_options options = {
		.loop = engine->loop,
		.state = engine->options.state_folder,
		.name = name,
		.pipeline = engine->options.pipeline,
		.pipeline_text = engine->options.pipeline_text,
		.emit = site_emit,
		.moved = site_moved,
		.data = site,
		.minds_proxy = true,
	};

	site->engine = engine;
	site->name = xstrdup(name);
	site->environment = environment_open(&options, err);
	if (!site->environment) {
		free(site->name);
		free(site);
		return NULL;
	}
	site->next = engine->sites;
	engine->sites = site;
	return site;
}

struct environment *site_environment(void *data, const char *name,
				     struct error *err)
{
	struct engine *engine = data;
	struct site *site = site_find(engine, name);

	if (!site)
		site = site_open(engine, name, err);
	return site ? site->environment : NULL;
}

void site_note_gate(struct engine *engine, const struct event *event)
{
	const char *outcome = event_text(event, "outcome");
	struct site *site = site_find(engine, event_text(event, "environment"));

	if (!site || event_has(event, "step")) /* a gate within a plan */
		return;
	site->is_let_through = strcmp(outcome, "approved") == 0 ||
			       strcmp(outcome, "overridden") == 0;
}

static bool has_gate(const struct pipeline *pipeline, const char *environment)
{
	const struct environment_config *config =
		pipeline_environment(pipeline, environment);

	return config && config->gate.present;
}

bool site_is_let_through(void *data, const char *environment)
{
	struct engine *engine = data;
	const struct site *site = site_find(engine, environment);
	const struct pipeline *live;

	if (!site || site->is_let_through)
		return site;
	if (environment_live_pipeline(site->environment, &live, NULL) < 0)
		return false;
	return !has_gate(engine->options.pipeline, environment) &&
	       !(live && has_gate(live, environment));
}

static void watch(struct site *site)
{
	if (!site->is_watched)
		environment_watch(site->environment);
	site->is_watched = true;
}

bool site_claim(void *data, const char *environment, struct step *step)
{
	struct site *site = site_find(data, environment);

	if (step && site->claimed && site->claimed != step)
		return false;
	site->claimed = step;
	if (step)
		watch(site);
	return true;
}

static void warn(struct engine *engine, const char *environment,
		 const struct error *err)
{
	struct str text = STR_INIT;

	str_add_named(&text, environment, error_text(err));
	engine_note(engine, "warning", "%s", text.data);
	str_release(&text);
}

static void recovered(void *data, const struct error *err)
{
	struct site *site = data;

	site->busy--;
	if (err && !site->is_rolling_back) /* which ends what is under way */
		warn(site->engine, site->name, err);
	watch(site);
	engine_stop_if_done(site->engine);
}

bool sites_have_of(const struct engine *engine, int64_t run)
{
	for (struct site *site = engine->sites; site; site = site->next) {
		const struct environment_state *state =
			environment_state(site->environment);

		if (state->has_candidate && state->candidate.run == run)
			return true;
	}
	return false;
}

/* What a run that died left half done. */
static void tell_cut_off(struct site *site)
{
	const struct environment_state *state =
		environment_state(site->environment);
	const struct release *candidate = &state->candidate;
	char *holder = environment_holder(site->environment);
	bool is_held = holder != NULL;

	free(holder);
	if (is_held || !state->has_candidate ||
	    candidate->run == site->engine->run)
		return;
	if (state->is_left)
		engine_note(site->engine, "warning",
			    "%s: a way back from %s was begun and did not get "
			    "there: it has %.3g %% of the traffic; signalbox "
			    "rollback %s takes it back, and so does the next "
			    "deployment there",
			    site->name, candidate->version,
			    state->split[candidate->colour], site->name);
	else
		engine_note(site->engine, "warning",
			    "%s: run %lld was cut off while it deployed %s, "
			    "which has %.3g %% of the traffic; signalbox "
			    "resume %lld goes on with it, signalbox rollback "
			    "%s takes it back, and so does the next "
			    "deployment there",
			    site->name, (long long)candidate->run,
			    candidate->version, state->split[candidate->colour],
			    (long long)candidate->run, site->name);
}

void sites_open_known(struct engine *engine)
{
	const struct pipeline *pipeline = engine->options.pipeline;

	for (size_t i = 0; i < pipeline->environment_count; i++) {
		const char *name = pipeline->environments[i].name;
		struct error err = ERROR_INIT;
		struct site *site = site_open(engine, name, &err);

		if (!site) {
			warn(engine, name, &err);
			error_clear(&err);
			continue;
		}
		tell_cut_off(site);
		engine_emit(engine, environment_seen_event(site->environment));
		if (!environment_state(site->environment)->has_live)
			continue;
		site->busy++;
		environment_recover(site->environment, recovered, site);
	}
}

void sites_free(struct engine *engine)
{
	while (engine->sites) {
		struct site *site = engine->sites;

		engine->sites = site->next;
		environment_close(site->environment);
		free(site->name);
		free(site->release_text);
		free(site);
	}
}

static void commanded(void *data, const struct error *err)
{
	struct site *site = data;

	site->busy--;
	site->is_rolling_back = false;
	if (err)
		warn(site->engine, site->name, err);
	engine_stop_if_done(site->engine);
}

int site_command(struct site *site, const struct command *command,
		 const struct sender *sender, struct error *err)
{
	struct rollback_request request = {
		.by = "person",
		.person = sender->login,
		.reason = command->reason,
		.run = site->engine->run,
		.asked_us = clock_monotonic_us(),
	};

	if (command->kind != COMMAND_ROLLBACK)
		return error_set(err, ERROR_REFUSED,
				 "%s has no deployment under way; nothing to "
				 "%s",
				 site->name, command_name(command->kind));
	if (site->is_rolling_back)
		return error_set(err, ERROR_REFUSED,
				 "%s is on its way back already", site->name);
	site->is_rolling_back = true;
	site->busy++;
	environment_rollback(site->environment, &request, commanded, site);
	return 0;
}
