/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"

#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "engine/internal.h"
#include "engine/bound.h"
#include "engine/recovery.h"
#include "engine/remember.h"
#include "engine/runs.h"
#include "step/environ.h"
#include "step/mask.h"

/* How long decisions wait for a disk that refuses the journal. */
#define JOURNAL_PATIENCE_MS 10000

static void look_whether_done(void *data)
{
	engine_stop_if_done(data);
}

void engine_emit(struct engine *engine, struct event *event)
{
	mask_event(engine->host.mask, event);
	if (event->type == EVENT_TEST_FINISHED)
		stages_note_test(engine, event);
	if (!event_is_transient(event->type))
		notices_take(engine->notices, event,
			     stream_seq(engine->stream) + 1);
	engine_emit_foreign(engine, event);
}

static void bind_findings(struct engine *engine, const struct event *event)
{
	struct strings open = STRINGS_INIT;

	bound_add(&open, event);
	for (size_t i = 0; i < open.count; i++)
		digest_add(engine->findings, open.items[i],
			   strlen(open.items[i]) + 1);
	strings_release(&open);
}

void engine_emit_foreign(struct engine *engine, struct event *event)
{
	enum event_type type = event->type;
	bool transient = event_is_transient(type);

	bind_findings(engine, event);
	if (!transient)
		stages_note_event(engine, event,
				  stream_seq(engine->stream) + 1);
	if (!transient && engine->reader)
		history_reader_take(engine->reader, event);
	stream_emit(engine->stream, event);
	/* Later: in deployment mode the gate lets itself pass in this turn. */
	if (type == EVENT_GATE_OPENED)
		loop_post(engine->loop, look_whether_done, engine);
	if (engine->options.vote && type == EVENT_GATE_OPENED)
		run_vote(engine);
}

static void host_emit(void *data, struct event *event)
{
	engine_emit(data, event);
}

/* A vote on a run that has no engine decides, and nothing acts on it here. */
static void host_on_disk(void *data, void (*then)(void *argument),
			 void *argument)
{
	struct engine *engine = data;

	if (engine->options.vote)
		engine->decided = (struct decided){then, argument};
	else
		stream_on_disk(engine->stream, then, argument);
}

static void host_checks(void *data, json_t *array,
			char findings[DIGEST_TEXT_SIZE])
{
	struct engine *engine = data;

	for (size_t i = 0; i < engine->options.pipeline->stage_count; i++) {
		const struct stage *stage = &engine->stages[i];

		if (state_is_final(stage->state))
			json_array_append_new(
				array,
				json_pack("{s:s, s:s, s:o*}", "name",
					  stage->config->name, "outcome",
					  state_name(stage->state), "text",
					  stage->reason
						  ? json_foreign(stage->reason)
						  : NULL));
	}
	digest_peek(engine->findings, findings);
}

void engine_note(struct engine *engine, const char *level, const char *format,
		 ...)
{
	struct event *event = event_new(EVENT_NOTE_ADDED, NULL);
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	event_set(event, "text", text);
	event_set(event, "level", level);
	engine_emit(engine, event);
	free(text);
}

static bool is_busy(const struct engine *engine)
{
	for (struct site *site = engine->sites; site; site = site->next)
		if (site->busy)
			return true;
	return work_pool_is_busy(engine->work);
}

static bool waits_only_for_people(const struct engine *engine)
{
	return !engine->is_over && !engine->options.wait &&
	       engine->at_gates > 0 && engine->at_gates == engine->unfinished;
}

static bool may_stop(const struct engine *engine)
{
	if (is_busy(engine) || engine->is_telling)
		return false;
	if (engine->is_over)
		return !engine->options.linger || !engine->screen;
	return waits_only_for_people(engine);
}

/* Since it was asked for a rollback may have begun, or people decided. */
static void stop(void *data)
{
	struct engine *engine = data;

	engine->is_stopping = false;
	if (!may_stop(engine) || notices_hold_the_end(engine->notices))
		return;
	if (!engine->is_over)
		engine->status = 6;
	engine->is_over = true;
	loop_stop(engine->loop);
}

/* Ends the thread when nothing more can come: the run is over and nobody
 * looks, or only people could go on and it was not asked to wait. */
void engine_stop_if_done(struct engine *engine)
{
	if (waits_only_for_people(engine))
		services_end(engine);
	if (engine->services_busy || !may_stop(engine)) {
		notices_go_on(engine->notices);
		return;
	}
	if (engine->is_stopping)
		return;
	engine->is_stopping = true;
	stream_on_disk(engine->stream, stop, engine);
}

/* Nothing can be decided any more, and what runs goes on unrecorded. */
static void journal_failed(void *data, const char *why)
{
	struct engine *engine = data;

	engine->failure = xstrdup(why);
	engine->is_over = true;
	loop_stop(engine->loop);
}

static void set_facts(struct engine *engine)
{
	const struct engine_options *options = &engine->options;

	engine->facts = (struct run_facts){
		.number = engine->run,
		.commit = options->commit,
		.version = options->version,
		.person = options->person,
		.uid = options->uid,
		.email = options->email,
		.state_folder = options->state_folder,
		.run_folder = engine->folder,
		.repository_folder = options->repository_folder,
		.pipeline_text = options->pipeline_text,
		.worktree = options->worktree,
	};
	engine->allowances =
		allowances_new(options->pipeline, options->repository_folder,
			       options->worktree ? NULL : options->commit->id);
	engine->host = (struct step_host){
		.loop = engine->loop,
		.helper = engine->helper,
		.judge = engine->judge,
		.logs = engine->logs,
		.mask = mask_new(&engine->secrets),
		.http = engine->http,
		.pipeline = options->pipeline,
		.allowances = engine->allowances,
		.run = &engine->facts,
		.artifacts = &engine->artifacts,
		.data = engine,
		.emit = host_emit,
		.on_disk = host_on_disk,
		.environment = site_environment,
		.claim = site_claim,
		.is_let_through = site_is_let_through,
		.is_operator_lost = control_is_operator_lost,
		.service_port = services_port,
		.checks = host_checks,
	};
}

static int open_work(struct engine *engine, struct error *err)
{
	struct work_pool_options options = {
		.loop = engine->loop,
		.helper = engine->helper,
		.jobs = engine->options.jobs,
		.keep_failed = engine->options.pipeline->keep_failed,
		.idle = look_whether_done,
		.data = engine,
	};

	engine->repository =
		repository_open(engine->options.repository_folder, err);
	if (!engine->repository)
		return -1;
	engine->work = work_pool_new(engine->repository, &options, err);
	return engine->work ? 0 : -1;
}

/* Checked by who asked, but for what only the graph tells. */
static void retry(struct engine *engine)
{
	const struct engine_options *options = &engine->options;

	if (stages_retry(engine, options->retry, options->by,
			 &engine->refusal) < 0)
		stages_advance(engine);
}

/* Goes on with a run that is there. */
static void take_up(struct engine *engine)
{
	const struct engine_options *options = &engine->options;

	run_restore(engine);
	if (options->vote)
		engine->only = stages_find(engine, options->vote->stage);
	if (options->retry)
		retry(engine);
	else if (options->past->is_cancelled && !options->vote)
		stages_cancel_again(engine);
	else
		stages_advance(engine);
}

/* Of the run before this one; its deployment was told of with its place. */
static void offer_resume(struct engine *engine)
{
	const char *state = engine->options.state_folder;
	int64_t run = engine->run - 1;
	char *text;

	if (run < 1 || run_is_live(state, run) || sites_have_of(engine, run))
		return;
	text = recovery_offer(state, run);
	if (text)
		engine_note(engine, "info", "%s", text);
	free(text);
}

static void warn(void *data, const char *text)
{
	engine_note(data, "warning", "%s", text);
}

static void judged(void *data)
{
	struct engine *engine = data;

	engine->is_judging = false;
	if (!engine->stages)
		return; /* closing */
	if (!engine->options.vote)
		allowances_tell_tls(engine->allowances, NULL, warn, engine);
	notices_were_judged(engine->notices);
	stages_advance(engine);
}

/* Who wrote what the pipeline file lets stand is known before it does. */
static void judge_allowances(struct engine *engine)
{
	if (!engine->allowances)
		return;
	engine->is_judging = true;
	allowances_judge(engine->allowances, engine->helper, judged, engine);
}

static void begin(void *data)
{
	struct engine *engine = data;

	judge_allowances(engine);
	if (engine->options.past) {
		take_up(engine);
		return;
	}
	engine_tell_started(engine);
	sites_open_known(engine);
	offer_resume(engine);
	stages_advance(engine);
}

static void close_all(struct engine *engine)
{
	sites_free(engine); /* they may still tell of a stage's traffic */
	stages_free(engine);
	if (engine->decided.then) /* for nobody: what it kept is let go */
		engine->decided.then(engine->decided.argument);
	services_free(engine);
	notices_free(engine->notices);
	engine->notices = NULL;
	http_free(engine->http);
	work_pool_free(engine->work);
	helper_free(engine->judge);
	helper_free(engine->helper);
	helper_free(engine->writer);
	allowances_free(engine->allowances);
	control_free(engine);
	stream_free(engine->stream);
	log_pool_free(engine->logs);
	repository_free(engine->repository);
	artifacts_release(&engine->artifacts);
	loop_free(engine->loop);
}

static void *work(void *data)
{
	struct engine *engine = data;
	sigset_t children;

	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	pthread_sigmask(SIG_UNBLOCK, &children, NULL);
	if (!engine->options.past)
		engine->reader = history_reader_new(false);
	loop_post(engine->loop, begin, engine);
	loop_run(engine->loop);
	close_all(engine);
	remember_run(engine->options.state_folder, engine->run, engine->reader);
	return NULL;
}

static void log_marred(void *data, const char *why)
{
	engine_note(data, "warning", "a log is not whole: %s", why);
}

static void open_notices(struct engine *engine)
{
	const struct notices_options options = {
		.host = &engine->host,
		.stream = engine->stream,
		.failed = warn,
		.idle = look_whether_done,
		.data = engine,
	};

	engine->notices = notices_new(&options);
}

static int set_up(struct engine *engine, struct error *err)
{
	struct journal *journal;

	if (engine_open_folder(engine, &journal, err) < 0)
		return -1;
	engine->loop = loop_new();
	engine->writer = helper_new(engine->loop, "writer");
	engine->helper = helper_new(engine->loop, "helper");
	engine->judge = helper_new(engine->loop, "judge");
	engine->http = http_new(engine->loop);
	engine->logs =
		log_pool_new(engine->loop, engine->writer, log_marred, engine);
	engine->stream = stream_new(engine->loop, engine->writer, journal);
	stream_on_failure(engine->stream, JOURNAL_PATIENCE_MS, journal_failed,
			  engine);
	environ_secrets(engine->options.pipeline, &engine->secrets);
	remember_newest(engine->options.state_folder, engine->run,
			&engine->history);
	engine->findings = digest_new();
	set_facts(engine);
	open_notices(engine);
	services_init(engine);
	if (stages_init(engine, err) < 0 || open_work(engine, err) < 0)
		return -1;
	return control_start(engine, err);
}

static void engine_free(struct engine *engine)
{
	char digest[DIGEST_TEXT_SIZE];

	if (engine->findings)
		digest_finish(engine->findings, digest);
	strings_release(&engine->secrets);
	mask_free(engine->host.mask);
	history_release(&engine->history);
	if (engine->lock >= 0)
		close(engine->lock);
	free(engine->failure);
	free(engine->folder);
	free(engine);
}

static int start_thread(struct engine *engine, struct error *err)
{
	sigset_t all, old;
	int result;

	/* Signals are the main thread's, but for SIGCHLD: it wakes the thread
	 * that has the children, and no other first. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	result = pthread_create(&engine->thread, NULL, work, engine);
	sigaddset(&old, SIGCHLD);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (result)
		return error_set(err, ERROR_IO, "cannot start a thread");
	return 0;
}

struct engine *engine_start(const struct engine_options *options,
			    struct error *err)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));

	engine->options = *options;
	engine->lock = -1;
	engine->started_us = clock_monotonic_us();
	if (engine->options.jobs <= 0)
		engine->options.jobs = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (set_up(engine, err) < 0) {
		if (engine->loop)
			close_all(engine);
		engine_free(engine);
		return NULL;
	}
	if (start_thread(engine, err) < 0) {
		close_all(engine);
		engine_free(engine);
		return NULL;
	}
	return engine;
}

int64_t engine_run_number(const struct engine *engine)
{
	return engine->run;
}

const char *engine_run_folder(const struct engine *engine)
{
	return engine->folder;
}

int engine_join(struct engine *engine, struct error *err)
{
	int status;

	pthread_join(engine->thread, NULL);
	status = engine->status;
	if (engine->failure)
		status = error_set(err, ERROR_IO,
				   "run %lld is cut off, for its journal "
				   "cannot be written: %s",
				   (long long)engine->run, engine->failure);
	if (engine->refusal.code)
		status = error_move(err, &engine->refusal);
	engine_free(engine);
	return status;
}
