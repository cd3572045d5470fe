/* SPDX-License-Identifier: MIT */
#include "unit/step/rig.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "support/pipelines.h"

#define PATIENCE_US (20 * 1000000)

static void emit(void *data, struct event *event)
{
	struct rig *rig = data;

	event_encode(event, NULL, &rig->events);
	event_free(event);
}

static void on_disk(void *data, void (*then)(void *argument), void *argument)
{
	struct rig *rig = data;

	assert_in_range(rig->waiter_count, 0, ARRAY_SIZE(rig->waiters) - 1);
	rig->waiters[rig->waiter_count++] = (struct rig_waiter){then, argument};
}

void rig_sync(struct rig *rig)
{
	while (rig->waiter_count) {
		struct rig_waiter first = rig->waiters[0];

		rig->waiter_count--;
		memmove(rig->waiters, rig->waiters + 1,
			rig->waiter_count * sizeof(first));
		first.then(first.argument);
	}
}

static struct environment *environment(void *data, const char *name,
				       struct error *err)
{
	struct rig *rig = data;

	if (!rig->environment)
		error_set(err, ERROR_NOT_FOUND, "no environment %s", name);
	return rig->environment;
}

static bool claim(void *data, const char *name, struct step *step)
{
	struct rig *rig = data;

	(void)name;
	if (step && rig->claimed)
		return false;
	rig->claimed = step;
	return true;
}

static bool is_operator_lost(void *data)
{
	(void)data;
	return false;
}

static void checks(void *data, json_t *array, char findings[DIGEST_TEXT_SIZE])
{
	const struct rig *rig = data;

	(void)array;
	snprintf(findings, DIGEST_TEXT_SIZE, "%s", rig->findings);
}

static void grew(void *data, int64_t bytes, int64_t lines)
{
	(void)data;
	(void)bytes;
	(void)lines;
}

static void bytes(void *data, const char *text, size_t len)
{
	struct rig *rig = data;

	if (rig->step)
		step_output(rig->step, text, len);
}

static void ended(void *data)
{
	struct rig *rig = data;

	if (rig->step)
		step_output_ended(rig->step);
}

static void log_failed(void *data, const char *why)
{
	struct rig *rig = data;

	free(rig->log_failure);
	rig->log_failure = xstrdup(why);
}

static const struct log_handlers handlers = {
	.grew = grew,
	.bytes = bytes,
	.ended = ended,
};

static void set_host(struct rig *rig)
{
	rig->facts = (struct run_facts){
		.number = 7,
		.commit = &rig->commit,
		.version = "v2",
		.person = "ana",
		.uid = 1,
		.state_folder = rig->folder,
		.run_folder = rig->folder,
		.repository_folder = rig->folder,
		.pipeline_text = "",
	};
	rig->host = (struct step_host){
		.loop = rig->loop,
		.helper = rig->helper,
		.judge = rig->judge,
		.logs = rig->logs,
		.http = rig->http,
		.pipeline = rig->pipeline,
		.run = &rig->facts,
		.artifacts = &rig->artifacts,
		.data = rig,
		.emit = emit,
		.on_disk = on_disk,
		.environment = environment,
		.claim = claim,
		.is_operator_lost = is_operator_lost,
		.checks = checks,
	};
}

void rig_init(struct rig *rig, const char *pipeline_text)
{
	char *path;

	memset(rig, 0, sizeof(*rig));
	str_init(&rig->events);
	rig->findings = "";
	rig->folder = xstrdup("/tmp/signalbox-step-XXXXXX");
	assert_non_null(mkdtemp(rig->folder));
	rig->pipeline = pipeline_of(pipeline_text);
	rig->loop = loop_new();
	rig->writer = helper_new(rig->loop, "writer");
	rig->helper = helper_new(rig->loop, "helper");
	rig->judge = helper_new(rig->loop, "judge");
	assert_int_equal(net_init(NULL), 0);
	rig->http = http_new(rig->loop);
	rig->logs = log_pool_new(rig->loop, rig->writer, log_failed, rig);
	rig->commit.id = xstrdup("0123456789abcdef0123456789abcdef01234567");
	set_host(rig);
	path = path_join(rig->folder, "stage.log");
	rig->log = stage_log_new(rig->logs, path, NULL, &handlers, rig);
	free(path);
}

void rig_release(struct rig *rig)
{
	step_free(rig->step);
	stage_log_finish(rig->log);
	http_free(rig->http);
	helper_free(rig->judge);
	helper_free(rig->helper);
	rig_sync(rig); /* as the engine does: who is gone lets go */
	helper_free(rig->writer);
	log_pool_free(rig->logs);
	loop_free(rig->loop);
	net_cleanup();
	artifacts_release(&rig->artifacts);
	pipeline_free(rig->pipeline);
	commit_release(&rig->commit);
	str_release(&rig->events);
	free(rig->log_failure);
	assert_int_equal(folder_remove(rig->folder, NULL), 0);
	free(rig->folder);
}

/* As the engine: what ends may not be freed before this returns. */
static void step_ended(struct step *step, void *data)
{
	struct rig *rig = data;

	assert_ptr_equal(step, rig->step);
	assert_false(rig->done);
	rig->done = true;
	rig->outcome = step->outcome;
	snprintf(rig->reason, sizeof(rig->reason), "%s",
		 step->reason ? step->reason : "");
}

struct step *rig_step(struct rig *rig, enum step_kind kind)
{
	struct step_options options = {
		.host = &rig->host,
		.stage = rig->stage ? pipeline_stage(rig->pipeline, rig->stage)
				    : &rig->pipeline->stages[0],
		.folder = rig->folder,
		.folder_lock_fd = -1,
		.log = rig->log,
		.done = step_ended,
		.data = rig,
	};

	rig->done = false;
	rig->step = step_new(kind, &options);
	return rig->step;
}

void rig_start(struct rig *rig, enum step_kind kind)
{
	struct error err = ERROR_INIT;

	if (step_start(rig_step(rig, kind), &err) < 0)
		fail_msg("%s", error_text(&err));
}

static void turn(struct rig *rig, int64_t until)
{
	if (clock_monotonic_us() >= until)
		fail_msg("%s", rig->events.data);
	loop_turn(rig->loop, 100);
	if (!rig->disk_is_slow)
		rig_sync(rig);
}

void rig_until(struct rig *rig, const bool *flag)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!*flag)
		turn(rig, until);
}

void rig_until_told(struct rig *rig, const char *text)
{
	int64_t until = clock_monotonic_us() + PATIENCE_US;

	while (!rig_told(rig, text))
		turn(rig, until);
}

void rig_until_done(struct rig *rig)
{
	rig_until(rig, &rig->done);
}

int rig_told(const struct rig *rig, const char *text)
{
	int count = 0;

	for (const char *at = rig->events.data; (at = strstr(at, text)); at++)
		count++;
	return count;
}

int rig_command(struct rig *rig, enum command_kind kind, const char *login,
		uid_t uid, const char *reason)
{
	struct command command = {.kind = kind, .reason = (char *)reason};
	struct sender sender = {uid, login};

	return step_command(rig->step, &command, &sender, NULL);
}
