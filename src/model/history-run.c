/* SPDX-License-Identifier: MIT */
/* One run of the past: from its journal, and to and from a line of text. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/vector.h"
#include "event/journal.h"
#include "model/history.h"

#define FAILED_KEPT 100

struct wait { /* of a stage for people */
	char *stage;
	int64_t opened, ms; /* opened 0: not now */
};

struct history_reader {
	struct history_run run; /* but for what the model knows at the end */
	struct model *model;
	struct wait *waits;
	size_t wait_count, wait_cap;
	bool live;
};

void history_run_release(struct history_run *run)
{
	for (size_t i = 0; i < run->stage_count; i++)
		free(run->stages[i].name);
	for (size_t i = 0; i < run->failed_count; i++) {
		free(run->failed[i].stage);
		free(run->failed[i].name);
	}
	free(run->stages);
	free(run->failed);
	free(run->pipeline);
	free(run->version);
	free(run->commit);
	free(run->subject);
	free(run->person);
	free(run->gate);
	*run = (struct history_run){.run = 0};
}

static void add_failed(struct history_run *run, const char *stage,
		       const char *name)
{
	struct history_test *test;

	if (run->failed_count == FAILED_KEPT || !*name ||
	    strlen(name) > HISTORY_NAME)
		return;
	for (size_t i = 0; i < run->failed_count; i++)
		if (strcmp(run->failed[i].name, name) == 0 &&
		    strcmp(run->failed[i].stage, stage) == 0)
			return;
	test = VECTOR_ADD(run->failed, run->failed_count, run->failed_cap);
	test->stage = xstrdup(stage);
	test->name = xstrdup(name);
}

static struct wait *wait_of(struct history_reader *it, const char *stage,
			    bool make)
{
	struct wait *wait;

	for (size_t i = 0; i < it->wait_count; i++)
		if (strcmp(it->waits[i].stage, stage) == 0)
			return &it->waits[i];
	if (!make)
		return NULL;
	wait = VECTOR_ADD(it->waits, it->wait_count, it->wait_cap);
	wait->stage = xstrdup(stage);
	return wait;
}

static void take_gate(struct history_reader *it, const struct event *event)
{
	struct wait *wait = wait_of(it, event_stage(event), true);

	if (event->type == EVENT_GATE_OPENED && !wait->opened) {
		wait->opened = event->time_ms;
	} else if (event->type == EVENT_GATE_CLOSED && wait->opened) {
		wait->ms = number_sum(wait->ms, event->time_ms - wait->opened);
		wait->opened = 0;
	}
}

struct history_reader *history_reader_new(bool live)
{
	struct history_reader *it = xcalloc(1, sizeof(*it));

	it->model = model_new();
	it->model->without_notes = true;
	it->live = live;
	return it;
}

void history_reader_take(struct history_reader *it, const struct event *event)
{
	model_apply(it->model, event);
	switch (event->type) {
	case EVENT_TEST_FINISHED:
		if (strcmp(event_text(event, "outcome"), "failed") == 0)
			add_failed(&it->run, event_stage(event),
				   event_text(event, "name"));
		break;
	case EVENT_GATE_OPENED:
	case EVENT_GATE_CLOSED:
		take_gate(it, event);
		break;
	default:
		break;
	}
}

static void add_stage(struct history_reader *it,
		      const struct stage_model *stage)
{
	struct history_run *run = &it->run;
	const struct wait *wait = wait_of(it, stage->name, false);
	struct history_stage *past =
		VECTOR_ADD(run->stages, run->stage_count, run->stage_cap);

	past->name = xstrdup(stage->name);
	past->state = stage->state;
	past->ms = stage->ms - (wait ? wait->ms : 0);
	if (past->ms <= 0) /* what took no time is known, too */
		past->ms = stage->state == STATE_PASSED && !wait;
	past->has_tests = stage->has_tests;
}

static void settle(struct history_reader *it)
{
	const struct model *model = it->model;
	const struct stage_model *gate = model_open_gate(model);
	struct history_run *run = &it->run;

	run->started = model->started;
	run->finished = model->finished;
	run->state = model->state;
	run->pipeline = xstrdup(model->pipeline);
	run->version = xstrdup(model->version);
	run->commit = xstrdup(model->commit);
	run->subject = xstrdup(model->subject);
	run->person = xstrdup(model->person);
	run->gate = xstrdup(gate ? gate->name : "");
	run->decided = !gate && model_decided_gate(model);
	run->live = it->live;
	for (size_t i = 0; i < model->stage_count && i < HISTORY_STAGES; i++)
		if (model->stages[i].started)
			add_stage(it, &model->stages[i]);
}

void history_reader_end(struct history_reader *it, struct history_run *run)
{
	settle(it);
	*run = it->run;
	for (size_t i = 0; i < it->wait_count; i++)
		free(it->waits[i].stage);
	free(it->waits);
	model_free(it->model);
	free(it);
}

static int take(const struct event *event, void *data)
{
	struct history_reader *it = data;

	history_reader_take(it, event);
	return it->live && event->type == EVENT_RUN_STARTED ? -2 : 0;
}

int history_run_read(struct history_run *run, const char *folder, bool live,
		     struct error *err)
{
	struct history_reader *it = history_reader_new(live);
	int result = journal_read(folder, 1, take, it, err);

	history_reader_end(it, run);
	return result == -2 ? 0 : result;
}

/* As one text, "STATE MS TESTS NAME\n" each: there may be very many, and
 * every start of a run reads them. */
static json_t *stages_json(const struct history_run *run)
{
	struct str text = STR_INIT;
	json_t *json;

	for (size_t i = 0; i < run->stage_count; i++) {
		const struct history_stage *stage = &run->stages[i];

		if (!strchr(stage->name, '\n'))
			str_addf(&text, "%s %" PRId64 " %d %s\n",
				 state_name(stage->state), stage->ms,
				 stage->has_tests, stage->name);
	}
	json = json_foreign(text.data);
	str_release(&text);
	return json;
}

static json_t *failed_json(const struct history_run *run)
{
	json_t *array = json_array();

	for (size_t i = 0; i < run->failed_count; i++)
		json_array_append_new(
			array,
			json_pack("[o, o]", json_foreign(run->failed[i].stage),
				  json_foreign(run->failed[i].name)));
	return array;
}

void history_run_encode(const struct history_run *run, struct str *line)
{
	json_t *object = json_pack(
		"{s:I, s:I, s:I, s:I, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b, "
		"s:o, s:o}",
		"run", (json_int_t)run->run, "bytes", (json_int_t)run->bytes,
		"started", (json_int_t)run->started, "finished",
		(json_int_t)run->finished, "state", state_name(run->state),
		"pipeline", json_foreign(run->pipeline), "version",
		json_foreign(run->version), "commit", json_foreign(run->commit),
		"subject", json_foreign(run->subject), "person",
		json_foreign(run->person), "gate", json_foreign(run->gate),
		"decided", run->decided, "stages", stages_json(run), "failed",
		failed_json(run));
	char *text = json_dumps(object, JSON_COMPACT);

	str_addf(line, "%s\n", text);
	free(text);
	json_decref(object);
}

static const char *item_text(const json_t *array, size_t i)
{
	const char *text = json_string_value(json_array_get(array, i));

	return text ? text : "";
}

static void decode_stage(struct history_run *run, char *line)
{
	char *ms = strchr(line, ' ');
	struct history_stage *stage;
	char *end;

	if (!ms)
		return;
	*ms++ = '\0';
	stage = VECTOR_ADD(run->stages, run->stage_count, run->stage_cap);
	stage->state = state_parse(line);
	stage->ms = strtoll(ms, &end, 10);
	stage->has_tests = starts_with(end, " 1 ");
	stage->name = xstrdup(strlen(end) < 3 ? end : end + 3);
}

static void decode_lists(struct history_run *run, const json_t *object)
{
	char *stages = xstrdup(json_text(object, "stages"));
	const json_t *item;
	char *line = stages;
	char *end;
	size_t i;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		decode_stage(run, line);
	}
	free(stages);
	json_array_foreach(json_object_get(object, "failed"), i, item)
		add_failed(run, item_text(item, 0), item_text(item, 1));
}

bool history_run_decode(struct history_run *run, const char *line, size_t len)
{
	json_t *object = json_loadb(line, len, 0, NULL);

	*run = (struct history_run){
		.run = json_int(object, "run", 0),
		.bytes = json_int(object, "bytes", 0),
		.started = json_int(object, "started", 0),
		.finished = json_int(object, "finished", 0),
		.state = state_parse(json_text(object, "state")),
		.pipeline = xstrdup(json_text(object, "pipeline")),
		.version = xstrdup(json_text(object, "version")),
		.commit = xstrdup(json_text(object, "commit")),
		.subject = xstrdup(json_text(object, "subject")),
		.person = xstrdup(json_text(object, "person")),
		.gate = xstrdup(json_text(object, "gate")),
		.decided = json_is_true(json_object_get(object, "decided")),
	};
	decode_lists(run, object);
	json_decref(object);
	if (run->run > 0)
		return true;
	history_run_release(run);
	return false;
}
