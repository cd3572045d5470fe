/* SPDX-License-Identifier: MIT */
/* An engine takes up a run where another left it: what is over stays so,
 * what was under way goes on or runs again. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/internal.h"
#include "engine/recovery.h"
#include "proc/identity.h"
#include "step/environ.h"

/* What is killed is gone soon; what hangs in the kernel is not waited for. */
#define LEFTOVER_PASSES 200
#define LEFTOVER_PAUSE_NS 5000000

/* A gate keeps its votes, a deployment its step; the rest starts anew. */
static bool continues(const struct stage_recovery *past)
{
	return past->state == STATE_RUNNING &&
	       (strcmp(past->kind, "gate") == 0 ||
		strcmp(past->kind, "deploy") == 0);
}

static bool is_stored(const struct engine *engine,
		      const struct artifact *artifact)
{
	char *path = artifact_object_path(engine->options.state_folder,
					  artifact->digest);
	struct stat st;
	bool is = stat(path, &st) == 0 && st.st_size == artifact->bytes;

	free(path);
	return is;
}

static struct stage *maker_of(struct engine *engine, const char *path)
{
	const struct recovery *past = engine->options.past;

	for (size_t i = 0; i < past->maker_count; i++)
		if (strcmp(past->makers[i].path, path) == 0)
			return stages_find(engine, past->makers[i].stage);
	return NULL;
}

static void tell_again(struct engine *engine, struct stage *stage,
		       const char *why)
{
	struct event *event = stage_event(stage, EVENT_STAGE_READY);

	event_set(event, "reason", why);
	event_set_bool(event, "again", true);
	engine_emit(engine, event);
}

static void lose(struct engine *engine, struct stage *stage, const char *why,
		 bool *again)
{
	size_t index = (size_t)(stage - engine->stages);

	if (again[index])
		return;
	again[index] = true;
	engine_note(engine, "warning", "%s runs again: %s", stage->config->name,
		    why);
	tell_again(engine, stage, why);
}

/* What hangs on a stage that makes its artifacts anew was done with others. */
static void lose_dependents(struct engine *engine, bool *again)
{
	const struct pipeline *pipeline = engine->options.pipeline;
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < pipeline->stage_count; i++) {
			const struct stage_config *config =
				&pipeline->stages[i];
			struct stage_recovery *past = recovery_stage(
				engine->options.past, config->name);
			char *why = NULL;

			for (size_t j = 0; j < config->need_count; j++)
				if (!again[i] && again[config->needs[j]] &&
				    past && past->state == STATE_PASSED && !why)
					why = xasprintf(
						"it needs %s",
						pipeline->stages
							[config->needs[j]]
								.name);
			if (why)
				lose(engine, &engine->stages[i], why, again);
			more = more || why;
			free(why);
		}
	}
}

/* The set of artifacts as it was, but for what is gone from the store. */
static void restore_artifacts(struct engine *engine, bool *again)
{
	const struct artifacts *set = &engine->options.past->artifacts;

	for (size_t i = 0; i < set->count; i++) {
		const struct artifact *item = &set->items[i];
		struct stage *maker = maker_of(engine, item->path);
		char *why;

		if (!maker || is_stored(engine, item)) {
			artifacts_put(&engine->artifacts, item->path,
				      item->digest, item->bytes, item->mode);
			continue;
		}
		why = xasprintf("%s, which it made, is gone from the store",
				item->path);
		lose(engine, maker, why, again);
		free(why);
	}
	lose_dependents(engine, again);
}

static void restore_findings(struct engine *engine)
{
	const struct strings *findings = &engine->options.past->findings;

	for (size_t i = 0; i < findings->count; i++)
		digest_add(engine->findings, findings->items[i],
			   strlen(findings->items[i]) + 1);
}

/* A code that gives the exit status once more. */
static enum error_code code_of(int status)
{
	switch (status) {
	case 2:
		return ERROR_CONFIG;
	case 7:
		return ERROR_IO;
	case 8:
		return ERROR_REFUSED;
	default:
		return ERROR_NONE;
	}
}

/* It decides on, or deploys, what is made anew. */
static bool needs_again(const struct stage *stage, const bool *again)
{
	for (size_t i = 0; i < stage->config->need_count; i++)
		if (again[stage->config->needs[i]])
			return true;
	return false;
}

static void restore_stage(struct stage *stage, struct stage_recovery *past,
			  const bool *again)
{
	struct engine *engine = stage->engine;
	struct site *site;

	stage->attempt = past->attempt;
	if (continues(past) && !needs_again(stage, again))
		stage->past = &past->past;
	if (past->state == STATE_RUNNING)
		stage->retries_left -= past->tries < stage->retries_left
					       ? past->tries
					       : stage->retries_left;
	if (!state_is_final(past->state))
		return;
	stage->state = past->state;
	stage->reason = xstrdup_null(past->reason);
	stage->exit_status = past->exit_status;
	stage->error = code_of(past->status);
	site = past->let_through ? site_find(engine, past->let_through) : NULL;
	if (site)
		site->is_let_through = true;
}

static void restore_stages(struct engine *engine, const bool *again)
{
	const struct pipeline *pipeline = engine->options.pipeline;

	for (size_t i = 0; i < pipeline->stage_count; i++) {
		struct stage *stage = &engine->stages[i];
		struct stage_recovery *past = recovery_stage(
			engine->options.past, stage->config->name);

		if (past && again[i])
			stage->attempt = past->attempt;
		else if (past)
			restore_stage(stage, past, again);
	}
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (state_is_final(engine->stages[i].state))
			stages_were_ended(&engine->stages[i]);
}

/* By their environment: also those that have left their group or session. */
static size_t end_leftovers(struct engine *engine)
{
	const struct timespec pause = {.tv_nsec = LEFTOVER_PAUSE_NS};
	char *entry = xasprintf(ENVIRON_MARK "=%s", engine->folder);
	pid_t pids[64];
	size_t found = 0, most = 0;

	for (int pass = 0; pass < LEFTOVER_PASSES; pass++) {
		found = processes_marked(entry, pids, ARRAY_SIZE(pids));
		if (found > most)
			most = found;
		if (!found)
			break;
		for (size_t i = 0; i < found && i < ARRAY_SIZE(pids); i++)
			kill(pids[i], SIGKILL);
		nanosleep(&pause, NULL);
	}
	free(entry);
	return most;
}

static json_t *names_again(const struct engine *engine)
{
	const struct recovery *past = engine->options.past;
	json_t *names = json_array();

	for (size_t i = 0; i < past->stage_count; i++)
		if (past->stages[i].state == STATE_RUNNING &&
		    !continues(&past->stages[i]))
			json_array_append_new(
				names, json_string(past->stages[i].name));
	return names;
}

static char *sentence(const struct engine *engine, const json_t *again)
{
	struct str text = STR_INIT;
	const json_t *name;
	size_t i;

	str_addf(&text, "run %lld goes on after record %lld, by %s",
		 (long long)engine->run, (long long)engine->options.past->seq,
		 engine->options.by);
	if (engine->options.retry)
		str_addf(&text, "; %s is tried once more",
			 engine->options.retry);
	json_array_foreach(again, i, name) str_addf(
		&text, "%s%s",
		i ? ", " : "; from their start: ", json_string_value(name));
	if (engine->torn)
		str_addf(&text,
			 "; %zu bytes of a record that was half written were "
			 "cut off its journal",
			 engine->torn);
	return str_detach(&text);
}

static void tell_resumed(struct engine *engine)
{
	const struct engine_options *options = &engine->options;
	struct event *event = event_new(EVENT_RUN_RESUMED, NULL);
	json_t *again = names_again(engine);
	char *text = sentence(engine, again);

	event_set(event, "person", options->by);
	event_set_int(event, "uid", options->by_uid);
	event_set_int(event, "pid", getpid());
	event_set_int(event, "pid-start",
		      (int64_t)process_start_time(getpid()));
	event_set_int(event, "after", options->past->seq);
	if (engine->torn)
		event_set_int(event, "torn", (int64_t)engine->torn);
	event_set(event, "retry", options->retry);
	event_set_json_owned(event, "again", again);
	event_set(event, "text", text);
	engine_emit(engine, event);
	free(text);
}

/* Whether anything is left to do that earlier artifacts are for. */
static bool is_unfinished(const struct engine *engine)
{
	const struct recovery *past = engine->options.past;

	for (size_t i = 0; i < past->stage_count; i++)
		if (!state_is_final(past->stages[i].state))
			return true;
	return engine->options.retry != NULL;
}

static void stop(void *data)
{
	struct engine *engine = data;

	loop_stop(engine->loop);
}

static void cast(void *data)
{
	struct engine *engine = data;

	if (engine->has_voted)
		return;
	engine->has_voted = true;
	if (commands_execute(engine, engine->options.vote, &engine->owner,
			     &engine->refusal) < 0)
		engine->status = error_exit_status(engine->refusal.code);
	stream_on_disk(engine->stream, stop, engine);
}

void run_vote(struct engine *engine)
{
	loop_post(engine->loop, cast, engine);
}

void run_restore(struct engine *engine)
{
	const struct recovery *past = engine->options.past;
	bool *again =
		xcalloc(engine->options.pipeline->stage_count, sizeof(*again));
	size_t leftovers = engine->options.vote ? 0 : end_leftovers(engine);

	engine->started_us -= (clock_wall_ms() - past->started) * 1000;
	if (!engine->options.vote)
		tell_resumed(engine);
	engine_tell_clock(engine);
	if (leftovers)
		engine_note(engine, "warning",
			    "%zu process%s that the run had left running %s "
			    "ended",
			    leftovers, leftovers == 1 ? "" : "es",
			    leftovers == 1 ? "was" : "were");
	sites_open_known(engine);
	restore_findings(engine);
	if (is_unfinished(engine) && !engine->options.vote)
		restore_artifacts(engine, again);
	else
		for (size_t i = 0; i < past->artifacts.count; i++)
			artifacts_put(&engine->artifacts,
				      past->artifacts.items[i].path,
				      past->artifacts.items[i].digest,
				      past->artifacts.items[i].bytes,
				      past->artifacts.items[i].mode);
	restore_stages(engine, again);
	free(again);
}
