/* SPDX-License-Identifier: MIT */
/* `status`: what is live where, and how a run stands. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/project.h"
#include "cli/runs.h"
#include "cli/status.h"
#include "cli/until.h"
#include "engine/runs.h"

static int each_json(struct environment *environment, void *data)
{
	json_array_append_new(data, status_environment_json(environment));
	return 0;
}

static int each_text(struct environment *environment, void *data)
{
	(void)data;
	status_environment_print(environment);
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

/* The step that a deployment under way is at, from 0; else their count. */
static size_t step_of(const struct stage_model *stage)
{
	size_t at = 0;

	while (at < stage->step_count &&
	       stage->steps[at].state != STATE_RUNNING)
		at++;
	return at;
}

static json_t *step_json(const struct stage_model *stage)
{
	size_t at = step_of(stage);

	if (at == stage->step_count)
		return NULL;
	return json_pack("{s:I, s:I, s:s, s:s}", "number", (json_int_t)at + 1,
			 "of", (json_int_t)stage->step_count, "name",
			 stage->steps[at].name, "label",
			 stage->steps[at].label);
}

static bool is_under_way(const struct stage_model *stage, bool live)
{
	return live && stage->started && !state_is_final(stage->state);
}

static json_t *stage_json(const struct model *model,
			  const struct stage_model *stage, bool live)
{
	bool moves = is_under_way(stage, live);

	return json_pack(
		"{s:s, s:s, s:s, s:I, s:o*, s:s*, s:o*, s:b, s:b, s:o}", "name",
		stage->name, "state", state_name(stage->state), "reason",
		stage->reason, "ms", (json_int_t)stage->ms, "usual-ms",
		stage->usual_ms ? json_integer(stage->usual_ms) : NULL, "kept",
		runs_kept_folder(model, stage), "step",
		moves ? step_json(stage) : NULL, "held", moves && stage->held,
		"awaits-window", moves && stage->awaits_window, "tests",
		tests_json(stage));
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
		json_array_append_new(
			stages, stage_json(model, &model->stages[i], live));
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

/* Where a deployment stands, and what takes it further. */
static void print_deployment(const struct model *model,
			     const struct stage_model *stage)
{
	const struct environment_model *it =
		model_environment(model, stage->environment);
	const struct step_model *leavable = stage_leavable(stage);
	long long run = model->run;
	size_t at = step_of(stage);

	if (stage->awaits_window)
		listing_print("  %-20s signalbox override %lld %s --reason "
			      "TEXT lets it begin now\n",
			      "", run, stage->name);
	if (at < stage->step_count)
		listing_print("  %-20s step %zu of %zu: %s\n", "", at + 1,
			      stage->step_count, stage->steps[at].label);
	if (leavable && it && *it->analysis_text)
		listing_print("  %-20s analysis: %s\n", "", it->analysis_text);
	if (stage->held)
		listing_print("  %-20s HELD; signalbox unhold %lld lets it go "
			      "on\n",
			      "", run);
	else if (leavable)
		listing_print("  %-20s signalbox promote %lld --next goes on "
			      "with the next step, without --next to the end\n",
			      "", run);
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
		if (is_under_way(stage, live))
			print_deployment(model, stage);
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
