/* SPDX-License-Identifier: MIT */
/* What a run's journal says first and last of it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/str.h"
#include "engine/internal.h"
#include "engine/kept-logs.h"
#include "proc/identity.h"

#define ALSO_NAMED 3

/* The first that ended so with its reason, and the names of others. */
static char *blame(const struct engine *engine, enum state outcome,
		   const char *took)
{
	struct str out = STR_INIT;
	size_t count = 0;

	str_addf(&out, "run %lld %s after %s", (long long)engine->run,
		 state_name(outcome), took);
	for (size_t i = 0; i < engine->options.pipeline->stage_count; i++) {
		const struct stage *stage = &engine->stages[i];
		const char *name = stage->config->name;

		if (stage->state != outcome)
			continue;
		if (!count++)
			str_addf(&out, ": %s%s%s", name,
				 stage->reason ? ": " : "",
				 stage->reason ? stage->reason : "");
		else if (count <= ALSO_NAMED + 1)
			str_addf(&out, "%s%s", count == 2 ? "; also " : ", ",
				 name);
	}
	if (count > ALSO_NAMED + 1)
		str_addf(&out, " and %zu more", count - ALSO_NAMED - 1);
	return str_detach(&out);
}

static char *run_sentence(const struct engine *engine, enum state outcome)
{
	char took[CLOCK_TEXT_SIZE];
	size_t left_out = 0;

	duration_format((clock_monotonic_us() - engine->started_us) / 1000,
			took);
	if (state_is_bad(outcome))
		return blame(engine, outcome, took);
	for (size_t i = 0; i < engine->options.pipeline->stage_count; i++)
		left_out += engine->left_out[i] != NULL;
	if (!left_out)
		return xasprintf("run %lld %s in %s", (long long)engine->run,
				 state_name(outcome), took);
	return xasprintf("run %lld %s in %s, %zu stage%s left out",
			 (long long)engine->run, state_name(outcome), took,
			 left_out, left_out == 1 ? "" : "s");
}

static char *next_command(const struct engine *engine, enum state outcome)
{
	for (size_t i = 0; i < engine->options.pipeline->stage_count; i++)
		if (engine->stages[i].state == outcome && state_is_bad(outcome))
			return xasprintf("signalbox log %lld %s",
					 (long long)engine->run,
					 engine->stages[i].config->name);
	return xstrdup("signalbox status");
}

struct ending { /* the writer's */
	struct engine *engine;
	char *folder;
	char digest[DIGEST_TEXT_SIZE]; /* of the list of its logs; "" */
};

/* After all that was to be written into the logs. */
static void keep_logs(void *data)
{
	struct ending *ending = data;
	struct error err = ERROR_INIT;

	if (kept_logs_write(ending->folder, ending->digest, &err) < 0)
		ending->digest[0] = '\0';
	error_clear(&err);
}

static void tell_end(struct engine *engine, const char *logs)
{
	enum state outcome = stages_outcome(engine, &engine->status);
	struct event *event = event_new(EVENT_RUN_FINISHED, NULL);
	char *text = run_sentence(engine, outcome);
	char *next = next_command(engine, outcome);

	event_set(event, "outcome", state_name(outcome));
	event_set_int(event, "status", engine->status);
	if (*logs)
		event_set(event, "logs", logs);
	event_set_int(event, "ms",
		      (clock_monotonic_us() - engine->started_us) / 1000);
	event_set(event, "text", text);
	event_set(event, "next", next);
	engine_emit(engine, event);
	free(text);
	free(next);
}

static void logs_kept(void *data)
{
	struct ending *ending = data;
	struct engine *engine = ending->engine;

	engine->is_telling = false;
	if (!engine->failure) {
		tell_end(engine, ending->digest);
		engine_stop_if_done(engine);
	}
	free(ending->folder);
	free(ending);
}

void engine_finish_run(struct engine *engine)
{
	struct ending *ending = xcalloc(1, sizeof(*ending));

	engine->is_over = engine->is_telling = true;
	ending->engine = engine;
	ending->folder = xstrdup(engine->folder);
	helper_run(engine->writer, keep_logs, logs_kept, ending);
}

/* What it was told to do, for whoever takes it up again. */
static json_t *options_json(const struct engine *engine)
{
	json_t *json = selection_json(engine->options.selection);

	json_object_set_new(json, "jobs", json_integer(engine->options.jobs));
	return json;
}

/* The first stage that ended badly. */
static const char *bad_stage(const struct history_run *run)
{
	for (size_t i = 0; i < run->stage_count; i++)
		if (state_is_bad(run->stages[i].state))
			return run->stages[i].name;
	return NULL;
}

/* Of the same pipeline those that ended, the newest first. */
static json_t *past_json(const struct engine *engine)
{
	const struct history *past = &engine->history;
	json_t *array = json_array();

	for (size_t i = 0; i < past->count; i++) {
		const struct history_run *run = &past->runs[i];

		if (json_array_size(array) == PAST_RUNS_KEPT)
			break;
		if (!run->finished ||
		    strcmp(run->pipeline, engine->options.pipeline->name) != 0)
			continue;
		json_array_append_new(
			array,
			json_pack("{s:I, s:s, s:I, s:s*}", "run",
				  (json_int_t)run->run, "outcome",
				  state_name(run->state), "ms",
				  (json_int_t)(run->finished - run->started),
				  "stage", bad_stage(run)));
	}
	return array;
}

void engine_tell_started(struct engine *engine)
{
	const struct engine_options *options = &engine->options;
	const struct commit *commit = options->commit;
	struct event *event = event_new(EVENT_RUN_STARTED, NULL);

	event_set_int(event, "run", engine->run);
	event_set(event, "pipeline", options->pipeline->name);
	event_set(event, "mode", mode_name(options->pipeline->mode));
	event_set(event, "commit", commit->id);
	event_set(event, "subject", commit->subject);
	event_set(event, "author", commit->author_name);
	event_set(event, "author-email", commit->author_email);
	event_set_time(event, "committed", commit->time_ms);
	event_set(event, "branch", commit->branch);
	event_set(event, "version", options->version);
	event_set(event, "person", options->person);
	event_set_int(event, "uid", options->uid);
	event_set_int(event, "pid", getpid());
	event_set_int(event, "pid-start",
		      (int64_t)process_start_time(getpid()));
	event_set(event, "file-digest", options->pipeline->digest);
	event_set_bool(event, "worktree", options->worktree);
	event_set_json_owned(event, "stages", stages_json(engine));
	event_set_json_owned(event, "options", options_json(engine));
	event_set_json_owned(event, "past", past_json(engine));
	engine_emit(engine, event);
	engine_tell_clock(engine);
}

void engine_tell_clock(struct engine *engine)
{
	char time[CLOCK_TEXT_SIZE];

	if (clock_is_fixed())
		engine_note(engine, "warning",
			    "the clock stands at %s, as SIGNALBOX_NOW says: "
			    "what has ended since, exceptions and approvals, "
			    "holds again in this run",
			    clock_format_utc(clock_wall_ms(), time));
}
