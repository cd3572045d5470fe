/* SPDX-License-Identifier: MIT */
#include "support/pipelines.h"

#include "engine/selection.h"

/* unit and lint side by side, then build, staging, a gate, production. */
#define TEXT                                                                  \
	"name: shop\n"                                                        \
	"environments:\n"                                                     \
	"  staging:\n"                                                        \
	"    target: {process: {command: x, ports: [8091, 8092], health: "    \
	"/}}\n"                                                               \
	"    traffic: {haproxy: {listen: \"127.0.0.1:8090\"}}\n"              \
	"  production:\n"                                                     \
	"    target: {process: {command: x, ports: [8081, 8082], health: "    \
	"/}}\n"                                                               \
	"    traffic: {haproxy: {listen: \"127.0.0.1:8080\"}}\n"              \
	"    gate: {}\n"                                                      \
	"stages:\n"                                                           \
	"  lint: {run: x, needs: []}\n"                                       \
	"  unit: {run: x, needs: []}\n"                                       \
	"  build: {run: x, needs: [unit], artifacts: [x]}\n"                  \
	"  staging: {needs: [build], deploy: {environment: staging}}\n"       \
	"  smoke: {needs: [staging], run: x}\n"                               \
	"  production: {needs: [smoke], deploy: {environment: production}}\n" \
	"  tell: {needs: [production], run: x}\n"

/* The stages that run, each with a space before it. */
static void runs(const struct selection *selection, const char *wanted)
{
	struct pipeline *pipeline = pipeline_of(TEXT);
	struct error err = ERROR_INIT;
	char **left_out = selection_make(pipeline, selection, "ana", &err);
	struct str text = STR_INIT;

	if (!left_out)
		fail_msg("%s", error_text(&err));
	for (size_t i = 0; i < pipeline->stage_count; i++)
		if (!left_out[i])
			str_addf(&text, " %s", pipeline->stages[i].name);
	assert_string_equal(text.data, wanted);
	str_release(&text);
	selection_free(left_out, pipeline);
	pipeline_free(pipeline);
}

static void is_refused(const struct selection *selection, const char *why)
{
	struct pipeline *pipeline = pipeline_of(TEXT);
	struct error err = ERROR_INIT;

	assert_null(selection_make(pipeline, selection, "ana", &err));
	assert_int_equal(err.code, ERROR_USAGE);
	if (!strstr(error_text(&err), why))
		fail_msg("'%s' instead of '%s'", error_text(&err), why);
	error_clear(&err);
	pipeline_free(pipeline);
}

/* A list of one borrowed name. */
#define ONE(name)                                      \
	{                                              \
		(char *[]){(char *)(name), NULL}, 1, 2 \
	}

static void without_options_every_stage_runs(void **state)
{
	const struct selection all = {.reason = NULL};

	(void)state;
	runs(&all, " lint unit build staging smoke production tell");
	runs(NULL, " lint unit build staging smoke production tell");
}

static void only_leaves_all_others_out(void **state)
{
	const struct selection only = {.only = ONE("build")};

	(void)state;
	runs(&only, " build");
}

static void until_a_stage_runs_it_and_what_it_needs(void **state)
{
	const struct selection stage = {.until = "staging"};
	const struct selection gate = {.until = "gate"};

	(void)state;
	runs(&stage, " unit build staging");
	runs(&gate, " lint unit build staging smoke");
}

static void from_leaves_out_what_the_stage_needs(void **state)
{
	const struct selection from = {.from = "smoke", .until = "gate"};
	const struct selection behind = {.from = "tell", .reason = "no"};

	(void)state;
	runs(&from, " lint smoke");
	is_refused(&behind, "begins behind the gate of production");
}

static void deploying_without_what_it_needs_wants_a_reason(void **state)
{
	struct selection from = {.from = "build"};
	struct selection only = {.only = ONE("staging"), .reason = ""};

	(void)state;
	is_refused(&from, "staging would deploy without stages that it needs");
	from.reason = "unit is known to be fine";
	runs(&from, " lint build staging smoke production tell");
	is_refused(&only, "say why with --reason TEXT");
}

static void deploying_what_is_left_out_is_refused(void **state)
{
	const struct selection from = {.from = "staging", .reason = "late"};
	struct selection skip = {.skip = ONE("build"), .reason = "late"};

	(void)state;
	is_refused(&from, "staging would have nothing to release: build,");
	is_refused(&skip, "which keeps `artifacts`, is left out; run it too");
	skip.until = "unit";
	runs(&skip, " unit");
}

static void wrong_options_are_refused(void **state)
{
	const struct selection none = {.skip = ONE("biuld"), .reason = "late"};
	const struct selection why = {.skip = ONE("lint")};
	const struct selection nothing = {.only = ONE("lint"),
					  .until = "build"};
	const struct selection nowhere = {.until = "gates"};

	(void)state;
	is_refused(&none, "there is no such stage; did you mean 'build'?");
	is_refused(&why, "needs --reason");
	is_refused(&nothing, "no stage is left");
	is_refused(&nowhere, "--until gates: there is no such stage");
}

static void the_words_say_who_and_how(void **state)
{
	const struct selection only = {.only = ONE("unit"), .reason = "quick"};
	struct pipeline *pipeline = pipeline_of(TEXT);
	char **left_out = selection_make(pipeline, &only, "ana", NULL);

	(void)state;
	assert_string_equal(left_out[0], "left out by ana: --only unit: quick");
	selection_free(left_out, pipeline);
	pipeline_free(pipeline);
}

static void it_is_told_as_it_was_given(void **state)
{
	const struct selection some = {.only = ONE("unit"), .until = "gate"};
	json_t *json = selection_json(&some);
	char *text = json_dumps(json, JSON_COMPACT);

	(void)state;
	assert_string_equal(text, "{\"only\":[\"unit\"],\"until\":\"gate\"}");
	free(text);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_options_every_stage_runs),
		cmocka_unit_test(only_leaves_all_others_out),
		cmocka_unit_test(until_a_stage_runs_it_and_what_it_needs),
		cmocka_unit_test(from_leaves_out_what_the_stage_needs),
		cmocka_unit_test(
			deploying_without_what_it_needs_wants_a_reason),
		cmocka_unit_test(deploying_what_is_left_out_is_refused),
		cmocka_unit_test(wrong_options_are_refused),
		cmocka_unit_test(the_words_say_who_and_how),
		cmocka_unit_test(it_is_told_as_it_was_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
