/* SPDX-License-Identifier: MIT */
/* `status`: what is live where, and how a run stands. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "delivery/queue.h"
#include "delivery/words.h"
#include "cli/until.h"
#include "engine/runs.h"

static json_t *lock_json(const struct environment_state *state)
{
	char since[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE];

	clock_format_utc(state->lock_since, since);
	if (state->lock_until)
		clock_format_utc(state->lock_until, until);
	return json_pack("{s:s, s:s, s:s, s:s*}", "person", state->lock_person,
			 "reason", state->lock_reason, "since", since, "until",
			 state->lock_until ? until : NULL);
}

static void read_queue(struct environment *environment, struct queue_line *line)
{
	struct error err = ERROR_INIT;

	if (queue_read(environment_folder(environment), line, &err) < 0)
		error_clear(&err);
}

static json_t *queue_json(struct environment *environment)
{
	struct queue_line line = {0};
	json_t *array = json_array();

	read_queue(environment, &line);
	for (size_t i = 0; i < line.count; i++) {
		const struct queue_entry *entry = &line.items[i];
		char since[CLOCK_TEXT_SIZE];

		json_array_append_new(
			array,
			json_pack("{s:I, s:s, s:s, s:s, s:s}", "run",
				  (json_int_t)entry->run, "state",
				  queue_state_name(entry->state), "person",
				  entry->person, "commit", entry->commit,
				  "since",
				  clock_format_utc(entry->since, since)));
	}
	queue_line_release(&line);
	return array;
}

static void print_queue(struct environment *environment)
{
	struct queue_line line = {0};

	read_queue(environment, &line);
	for (size_t i = 0; i < line.count; i++) {
		const struct queue_entry *entry = &line.items[i];
		char since[32];

		if (entry->state == QUEUE_HOLDS)
			continue;
		listing_print("%-14s %s: run %lld by %s since %s\n", "",
			      entry->state == QUEUE_WAITS ? "waits"
							  : "at its gate",
			      (long long)entry->run, entry->person,
			      listing_time(entry->since, since));
	}
	queue_line_release(&line);
}

static json_t *last_back_json(const struct readiness *way_back)
{
	char time[CLOCK_TEXT_SIZE];

	return json_pack("{s:I, s:s, s:b}", "ms", (json_int_t)way_back->last_ms,
			 "time", clock_format_utc(way_back->last_at, time),
			 "drill", way_back->last_was_drill);
}

static json_t *vetoes_json(const struct environment_state *state)
{
	json_t *array = json_array();
	char time[CLOCK_TEXT_SIZE];

	for (size_t i = 0; i < state->veto_count; i++) {
		const struct veto *it = &state->vetoes[i];

		json_array_append_new(
			array,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "commit",
				  it->commit, "version", it->version, "by",
				  it->by, "person", it->person, "reason",
				  it->reason, "since",
				  clock_format_utc(it->since, time)));
	}
	return array;
}

static json_t *environment_json(struct environment *environment)
{
	const struct environment_state *state = environment_state(environment);
	struct readiness way_back;
	char *holder = environment_holder(environment);
	json_t *object;

	environment_readiness(environment, &way_back);
	object = json_pack("{s:s, s:I, s:b, s:s, s:s*}", "environment",
			   environment_config(environment)->name, "seq",
			   (json_int_t)state->seq, "way-back-ready",
			   way_back.ready, "way-back", way_back.text, "held-by",
			   holder);
	if (state->has_live)
		json_object_set_new(object, "live",
				    release_encode(&state->live));
	if (state->has_previous)
		json_object_set_new(object, "previous",
				    release_encode(&state->previous));
	if (state->has_candidate)
		json_object_set_new(object, "candidate",
				    release_encode(&state->candidate));
	if (way_back.last_ms >= 0)
		json_object_set_new(object, "last-way-back",
				    last_back_json(&way_back));
	json_object_set_new(object, "vetoes", vetoes_json(state));
	if (environment_state_is_held(state, clock_wall_ms()))
		json_object_set_new(object, "locked", lock_json(state));
	json_object_set_new(object, "queue", queue_json(environment));
	free(holder);
	return object;
}

/* A way back that was never gone is a hope; how to know is said. */
static void print_last_back(const struct readiness *way_back, const char *name,
			    int64_t now)
{
	char age[WORDS_SIZE];

	if (way_back->last_ms >= 0)
		listing_print("%-14s last gone %s ago in %lld ms, by a %s\n",
			      "", words_age(now - way_back->last_at, age),
			      (long long)way_back->last_ms,
			      way_back->last_was_drill ? "drill" : "rollback");
	else if (way_back->ready)
		listing_print("%-14s never gone; signalbox drill %s measures "
			      "it\n",
			      "", name);
}

static void print_vetoes(const struct environment_state *state, int64_t now)
{
	for (size_t i = 0; i < state->veto_count; i++) {
		char *text = environment_veto_text(&state->vetoes[i], now);

		listing_print("%-14s vetoed: %s\n", "", text);
		free(text);
	}
}

static void print_way_back(const struct environment_state *state,
			   const struct readiness *way_back, const char *name,
			   const char *holder)
{
	int64_t now = clock_wall_ms();

	listing_print("%-14s way back %s: %s\n", "",
		      way_back->ready ? "READY" : "NOT READY", way_back->text);
	print_last_back(way_back, name, now);
	if (state->drilling)
		listing_print("%-14s %s\n", "",
			      holder ? "a drill is under way"
				     : "! a drill was cut off; the next "
				       "command that moves anything ends it");
	print_vetoes(state, now);
}

static void print_environment(struct environment *environment)
{
	const struct environment_state *state = environment_state(environment);
	const char *name = environment_config(environment)->name;
	struct readiness way_back;
	char *holder = environment_holder(environment);
	int64_t now = clock_wall_ms();
	char since[32];

	environment_readiness(environment, &way_back);
	if (state->has_live)
		listing_print("%-14s %s on %s since %s%s%s\n", name,
			      state->live.version,
			      colour_name(state->live.colour),
			      listing_time(state->live.since, since),
			      *state->live.person ? ", let through by " : "",
			      state->live.person);
	else
		listing_print("%-14s nothing is live\n", name);
	if (state->has_live &&
	    !environment_is_up(environment, state->live.colour))
		listing_print("%-14s ! it does not run; signalbox up %s starts "
			      "it\n",
			      "", name);
	print_way_back(state, &way_back, name, holder);
	if (state->has_candidate)
		listing_print("%-14s under deployment: %s, asked %.3g %% of "
			      "traffic\n",
			      "", state->candidate.version,
			      state->split[state->candidate.colour]);
	if (state->has_candidate && *state->observed)
		listing_print("%-14s %s\n", "", state->observed);
	if (holder)
		listing_print("%-14s held by %s\n", "", holder);
	else if (state->has_candidate)
		listing_print("%-14s ! nobody holds this deployment; signalbox "
			      "resume %lld goes on with it, signalbox "
			      "rollback %s takes it back\n",
			      "", (long long)state->candidate.run, name);
	if (environment_state_is_held(state, now)) {
		char *lock = environment_lock_text(state, now);

		listing_print("%-14s %s\n", "", lock);
		free(lock);
	}
	print_queue(environment);
	free(holder);
}

static int each_json(struct environment *environment, void *data)
{
	json_array_append_new(data, environment_json(environment));
	return 0;
}

static int each_text(struct environment *environment, void *data)
{
	(void)data;
	print_environment(environment);
	return 0;
}

static const char *run_state(const struct model *model, bool live)
{
	if (live || state_is_final(model->state))
		return state_name(model->state);
	if (model_open_gate(model))
		return "waits at its gate, without an engine";
	return model_decided_gate(model) ? "its gate is decided, without an "
					   "engine"
					 : "was cut off";
}

/* Those told singly that did not pass. */
static json_t *tests_json(const struct stage_model *stage)
{
	json_t *array = json_array();

	for (size_t i = 0; i < stage->test_count; i++) {
		const struct test_model *test = &stage->tests[i];
		bool known = test->runs_before >= 0;

		if (test->state == STATE_PASSED)
			continue;
		json_array_append_new(
			array,
			json_pack(
				"{s:s, s:s, s:s, s:o*, s:o*}", "name",
				test->name, "outcome", state_name(test->state),
				"message", test->message, "runs-before",
				known ? json_integer(test->runs_before) : NULL,
				"failed-before",
				known ? json_integer(test->failed_before)
				      : NULL));
	}
	return array;
}

static json_t *stage_json(const struct model *model,
			  const struct stage_model *stage)
{
	return json_pack(
		"{s:s, s:s, s:s, s:I, s:o*, s:s*, s:o}", "name", stage->name,
		"state", state_name(stage->state), "reason", stage->reason,
		"ms", (json_int_t)stage->ms, "usual-ms",
		stage->usual_ms ? json_integer(stage->usual_ms) : NULL, "kept",
		runs_kept_folder(model, stage), "tests", tests_json(stage));
}

static int64_t eta_ms(const struct model *model, bool live)
{
	return live ? model_eta_ms(model, clock_wall_ms()) : -1;
}

static json_t *run_json(const struct model *model, bool live)
{
	json_t *stages = json_array();
	int64_t usual = model_usual_ms(model);
	int64_t eta = eta_ms(model, live);

	for (size_t i = 0; i < model->stage_count; i++)
		json_array_append_new(stages,
				      stage_json(model, &model->stages[i]));
	return json_pack("{s:I, s:s, s:s, s:s, s:b, s:o*, s:o*, s:s, s:o}",
			 "run", (json_int_t)model->run, "version",
			 model->version, "commit", model->commit, "state",
			 run_state(model, live), "live", live, "usual-ms",
			 usual ? json_integer(usual) : NULL, "eta-ms",
			 eta > 0 ? json_integer(eta) : NULL, "text",
			 model->text, "stages", stages);
}

#define TESTS_PRINTED 10

static void print_tests(const struct stage_model *stage)
{
	size_t printed = 0;

	for (size_t i = 0; i < stage->test_count; i++) {
		const struct test_model *test = &stage->tests[i];
		char before[TEST_HISTORY_SIZE];
		bool known = test_history(test->failed_before,
					  test->runs_before, before);

		if (!state_is_bad(test->state) || printed++ >= TESTS_PRINTED)
			continue;
		listing_print("  %-20s FAIL %s%s%s\n", "", test->name,
			      known ? ": " : "", known ? before : "");
	}
	if (printed && stage->tests_failed > TESTS_PRINTED)
		listing_print("  %-20s and %lld more\n", "",
			      (long long)stage->tests_failed - TESTS_PRINTED);
}

static void print_usual(const struct model *model, bool live)
{
	int64_t usual = model_usual_ms(model);
	int64_t eta = eta_ms(model, live);
	char took[CLOCK_TEXT_SIZE], more[CLOCK_TEXT_SIZE];

	if (live && usual)
		listing_print("  usually takes %s%s%s%s\n",
			      duration_format(usual, took),
			      eta > 0 ? "; about " : "",
			      eta > 0 ? duration_format(eta, more) : "",
			      eta > 0 ? " more" : "");
}

static void print_run(const struct model *model, bool live)
{
	const char *commit = listing_commit(model->version, model->commit);

	listing_print("run %lld        %s%s%.10s %s: %s%s\n",
		      (long long)model->run, model->version, *commit ? " " : "",
		      commit, model->subject, run_state(model, live),
		      live ? ", live" : "");
	if (!live && !state_is_final(model->state))
		listing_print("  ! signalbox resume %lld goes on with it\n",
			      (long long)model->run);
	print_usual(model, live);
	for (size_t i = 0; i < model->stage_count; i++) {
		const struct stage_model *stage = &model->stages[i];
		const char *kept = runs_kept_folder(model, stage);

		listing_print("  %-20s %s%s%s\n", stage->name,
			      state_name(stage->state),
			      *stage->reason ? ": " : "", stage->reason);
		print_tests(stage);
		if (kept)
			listing_print("  %-20s its folder is kept: %s\n", "",
				      kept);
	}
}

struct status_call {
	const char *word, *output, *until, *timeout;
	bool json;
	int64_t timeout_ms;
};

/* A negative result still prints what can be. */
static int print_status(const char *state, int64_t run, bool json,
			struct error *err)
{
	struct model *model = NULL;
	json_t *environments = json_array();
	int result;

	/* What is live is told, whatever the run's record is like. */
	result = listing_environments(state, json ? each_json : each_text,
				      environments, err);
	if (run && !(model = runs_model(state, run, err)))
		result = -1;
	if (json)
		listing_json(json_pack(
			"{s:O, s:o*}", "environments", environments, "run",
			model ? run_json(model, run_is_live(state, run))
			      : NULL));
	else if (model)
		print_run(model, run_is_live(state, run));
	else if (!run)
		listing_print("no run yet; signalbox run starts one\n");
	json_decref(environments);
	model_free(model);
	return result;
}

/* Waits, and prints how things stand then. Returns the exit status. */
static int await_and_print(const struct project *project, int64_t run,
			   const struct status_call *call, struct error *err)
{
	struct error why = ERROR_INIT;
	int status;

	if (!run)
		return error_set(err, ERROR_REFUSED,
				 "no run yet; signalbox run starts one");
	status = until_await(project, run, call->until, call->timeout_ms, &why);
	if (status < 0)
		return error_move(err, &why);
	if (print_status(repository_state_folder(project->repository), run,
			 call->json, err) < 0)
		status = -1;
	if (why.code)
		cli_fail(&why);
	return status;
}

static int status(const struct status_call *call, struct error *err)
{
	struct project project;
	const char *state;
	int64_t run = 0;
	int result;

	if ((call->word && runs_parse_number(call->word, &run, err) < 0) ||
	    project_open(&project, err) < 0)
		return -1;
	state = repository_state_folder(project.repository);
	if (!run)
		run = run_newest(state);
	result = runs_check(state, err);
	if (result == 0)
		result = call->until
				 ? await_and_print(&project, run, call, err)
				 : print_status(state, run, call->json, err);
	project_close(&project);
	return result;
}

static int parse(struct status_call *call, int argc, char **argv,
		 struct error *err)
{
	const struct cli_option options[] = {
		{"--output", &call->output, NULL, NULL, "text|json",
		 "lines for people, or JSON"},
		{"--until", &call->until, NULL, NULL, "done|gate|failed",
		 "wait for it; the status tells"},
		{"--timeout", &call->timeout, NULL, NULL, "TIME",
		 "how long at most, such as 10m"},
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, &call->word, 1, 0};

	if (cli_parse(argc, argv, &arguments, err) < 0 ||
	    cli_is_json(call->output, &call->json, err) < 0 ||
	    (call->until && until_check(call->until, err) < 0))
		return -1;
	if (!call->timeout)
		return 0;
	if (!call->until)
		return error_set(
			err, ERROR_USAGE,
			"--timeout needs --until done, gate or failed");
	if (duration_parse(call->timeout, &call->timeout_ms, err) < 0)
		return error_prefix(err, "--timeout");
	return 0;
}

int cli_status(int argc, char **argv)
{
	struct status_call call = {.word = NULL};
	struct error err = ERROR_INIT;
	int status_of;

	if (parse(&call, argc, argv, &err) < 0 ||
	    (status_of = status(&call, &err)) < 0)
		return cli_fail(&err);
	return status_of;
}
