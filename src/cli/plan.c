/* SPDX-License-Identifier: MIT */
/* `plan`: what a run would do, without doing any of it. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/listing.h"
#include "cli/plan.h"
#include "cli/usual.h"
#include "delivery/environment.h"
#include "delivery/plan.h"
#include "engine/remember.h"
#include "gate/gate.h"
#include "source/branches.h"
#include "step/scan-files.h"

static void print_needs(const struct pipeline *pipeline,
			const struct stage_config *stage)
{
	for (size_t i = 0; i < stage->need_count; i++)
		listing_print("%s%s", i ? ", " : " after ",
			      pipeline->stages[stage->needs[i]].name);
}

/* What a rollback has left. */
static void print_veto(const struct environment *environment,
		       const char *commit)
{
	const struct veto *veto =
		environment_state_veto(environment_state(environment), commit);
	char *text = veto ? environment_veto_text(veto, clock_wall_ms()) : NULL;

	if (text)
		listing_print("  VETOED       %s; it waits at a gate that only "
			      "`signalbox override RUN --reason TEXT` opens\n",
			      text);
	free(text);
}

static int print_deploy(const struct project *project,
			const struct stage_config *stage, struct error *err)
{
	const struct environment_config *config = pipeline_environment(
		project->pipeline, stage->deploy.environment);
	struct loop *loop = loop_new();
	struct environment_options options = {
		.loop = loop,
		.state = repository_state_folder(project->repository),
		.name = config->name,
		.pipeline = project->pipeline,
		.pipeline_text = project->text.data,
	};
	struct plan_request request = {
		.deploy = &stage->deploy,
		.mode = project->pipeline->mode,
		.version = project->version,
	};
	struct environment *environment = environment_open(&options, err);
	struct plan *plan = NULL;
	struct str text = STR_INIT;

	if (environment) {
		environment_plan_request(environment, &request);
		plan = plan_make(&request, err);
	}
	if (plan) {
		plan_describe(plan, &text);
		listing_print("%s", text.data);
		print_veto(environment, project->commit.id);
	}
	str_release(&text);
	plan_free(plan);
	if (environment)
		environment_close(environment);
	loop_free(loop);
	return plan ? 0 : -1;
}

static void print_gate(const struct pipeline *pipeline,
		       const struct gate_rule *gate)
{
	if (!gate->present)
		return;
	if (gate_rule_opens_itself(gate, pipeline->mode)) {
		listing_print("  gate: opens when what came before it "
			      "holds\n");
		return;
	}
	listing_print("  gate: %d of ", gate->required);
	for (size_t i = 0; i < gate->approvers.count; i++)
		listing_print("%s%s", i ? ", " : "", gate->approvers.items[i]);
	if (!gate->approvers.count)
		listing_print("whoever can reach the run");
	for (size_t i = 0; i < gate->excluded.count; i++)
		listing_print(", not the %s", gate->excluded.items[i]);
	listing_print("\n");
}

/* Whether the environment takes this commit. */
static int print_branches(const struct project *project,
			  const struct environment_config *environment,
			  struct error *err)
{
	const struct strings *patterns = &environment->branches;
	char *where = NULL;
	int allowed;

	if (!patterns->count)
		return 0;
	allowed = branches_allow(project->repository, project->commit.id,
				 patterns, &where, err);
	if (allowed < 0)
		return -1;
	listing_print("  branches:");
	for (size_t i = 0; i < patterns->count; i++)
		listing_print("%s %s", i ? "," : "", patterns->items[i]);
	listing_print("; %s is %s%s\n", project->commit.short_id, where,
		      allowed ? "" : ", and will be refused");
	free(where);
	return 0;
}

/* What a person would not guess from the stage's name. */
static void print_terms(const struct stage_config *stage)
{
	const struct exception_config *excuse = &stage->allow_failure;

	for (size_t i = 0; i < stage->services.count; i++)
		listing_print("%s%s", i ? ", " : "  services: ",
			      stage->services.items[i]);
	if (stage->services.count)
		listing_print("\n");
	if (stage->retries)
		listing_print("  is tried up to %d times\n",
			      stage->retries + 1);
	if (excuse->reason)
		listing_print(
			"  may fail until %s%s%s, says %s: %s\n", excuse->until,
			clock_wall_ms() > excuse->until_ms ? ", which is over"
							   : "",
			excuse->reviewer ? "" : ", but nobody reviewed that",
			excuse->owner, excuse->reason);
}

/* What will fail the stage whatever it finds. */
static void print_missing(const struct project *project,
			  const struct stage_config *stage)
{
	struct strings missing = STRINGS_INIT;

	if (stage->scan.present)
		scan_files_missing(project->repository, project->commit.id,
				   &stage->scan, &missing);
	for (size_t i = 0; i < missing.count; i++)
		listing_print("  MISSING      %s\n", missing.items[i]);
	strings_release(&missing);
}

static const char *usual_text(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
	return ms < 100 ? "less than 0.1 s" : duration_format(ms, text);
}

static void print_usual(const struct pipeline *pipeline,
			const struct stage_config *stage,
			const struct history *past)
{
	char took[CLOCK_TEXT_SIZE];
	int64_t ms = plan_usual_ms(past, pipeline,
				   (size_t)(stage - pipeline->stages));

	if (ms)
		listing_print("  usually takes %s\n", usual_text(ms, took));
}

static int print_stage(const struct project *project,
		       const struct stage_config *stage,
		       const struct history *past, struct error *err)
{
	const struct pipeline *pipeline = project->pipeline;
	const struct environment_config *environment;

	listing_print("%s (%s)", stage->name, stage_kind_name(stage->kind));
	print_needs(pipeline, stage);
	listing_print("%s%s%s\n", stage->finally ? " at the end" : "",
		      stage->why ? ": " : "", stage->why ? stage->why : "");
	print_terms(stage);
	print_missing(project, stage);
	print_usual(pipeline, stage, past);
	print_gate(pipeline, &stage->gate);
	if (stage->kind != STAGE_KIND_DEPLOY)
		return 0;
	environment = pipeline_environment(pipeline, stage->deploy.environment);
	if (print_branches(project, environment, err) < 0)
		return -1;
	print_gate(pipeline, &environment->gate);
	return print_deploy(project, stage, err);
}

static void print_total(const struct pipeline *pipeline, char *const *left_out,
			const struct history *past)
{
	char took[CLOCK_TEXT_SIZE];
	int64_t ms = usual_ms(pipeline, left_out, past);

	if (ms)
		listing_print("usually takes %s, without waiting for people\n",
			      usual_text(ms, took));
}

int plan_print(const struct project *project, const struct selection *selection,
	       struct error *err)
{
	const struct pipeline *pipeline = project->pipeline;
	char **left_out =
		selection_make(pipeline, selection, project->person, err);
	const char *commit =
		listing_commit(project->version, project->commit.short_id);
	struct history past;
	int result = 0;

	if (!left_out)
		return -1;
	remember_newest(repository_state_folder(project->repository), 0, &past);
	listing_print("%s %s%s%s \"%s\", mode %s\n", pipeline->name,
		      project->version, *commit ? " " : "", commit,
		      project->commit.subject, mode_name(pipeline->mode));
	for (size_t i = 0; result == 0 && i < pipeline->stage_count; i++)
		if (left_out[i])
			listing_print("%s (%s): %s\n", pipeline->stages[i].name,
				      stage_kind_name(pipeline->stages[i].kind),
				      left_out[i]);
		else
			result = print_stage(project, &pipeline->stages[i],
					     &past, err);
	if (result == 0)
		print_total(pipeline, left_out, &past);
	history_release(&past);
	selection_free(left_out, pipeline);
	return result;
}

static int plan(const char *revision, const struct selection *selection,
		struct error *err)
{
	struct project project;
	int result;

	if (project_open(&project, err) < 0)
		return -1;
	result = project_commit(&project, revision, false, err);
	if (result == 0)
		result = plan_print(&project, selection, err);
	project_close(&project);
	return result;
}

int cli_plan(int argc, char **argv)
{
	const char *words[1] = {NULL};
	struct selection selection = {.reason = NULL};
	const struct cli_option options[] = {
		SELECTION_OPTIONS(selection),
		CLI_OPTIONS_END,
	};
	const struct cli_arguments arguments = {options, words, 1, 0};
	struct error err = ERROR_INIT;
	int result = cli_parse(argc, argv, &arguments, &err);

	if (result == 0)
		result = plan(words[0], &selection, &err);
	strings_release(&selection.skip);
	strings_release(&selection.only);
	return result < 0 ? cli_fail(&err) : 0;
}
