/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include "base/memory.h"
#include "base/vector.h"

#define OPERATOR_TIMEOUT_MS (10 * 60 * 1000)
#define CANARY_PAUSE_MS 120000

static void read_strategy(struct reader *reader, const struct node *value,
			  void *into)
{
	static const char *const words[] = {"blue-green", "canary",
					    "all-at-once"};
	static const char *const later[] = {"linear", "rolling", "shadow",
					    NULL};
	struct deploy_config *deploy = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), later);

	if (word >= 0)
		deploy->strategy = (enum strategy)word;
}

static void read_target_environment(struct reader *reader,
				    const struct node *value, void *into)
{
	struct deploy_config *deploy = into;
	const struct name_entry *entry;

	read_environment_name(reader, value, &deploy->environment);
	if (!deploy->environment)
		return;
	entry = name_index_find(&reader->environments, deploy->environment);
	reader->target = &reader->pipeline->environments[entry->number];
}

static void read_check_step(struct reader *reader, const struct node *value,
			    void *into)
{
	struct plan_step_config *step = into;

	step->kind = PLAN_CHECK;
	read_request_list(reader, value, &step->requests);
}

static void read_weight_step(struct reader *reader, const struct node *value,
			     void *into)
{
	struct plan_step_config *step = into;
	double percent;

	step->kind = PLAN_WEIGHT;
	step->weight = -1;
	if (!expect_kind(reader, value, NODE_TEXT, "a percentage such as 5%"))
		return;
	if (parse_percent(value->text, &percent))
		step->weight = percent;
	else
		complain_about(reader, value,
			       "'%.40s' is no percentage; write 5%%, from 0%% "
			       "to 100%%",
			       value->text);
}

static void read_pause_step(struct reader *reader, const struct node *value,
			    void *into)
{
	struct plan_step_config *step = into;

	step->kind = PLAN_PAUSE;
	step->ms = -1;
	if (value->kind != NODE_MAP)
		read_time_limit(reader, value, &step->ms);
	else if (value->count)
		complain_about(reader, value,
			       "write pause: 2m, or pause: {} to wait until "
			       "a person promotes");
}

/* {} stands for the deployment's own analysis; what is said replaces it. */
static void read_analysis_step(struct reader *reader, const struct node *value,
			       void *into)
{
	struct plan_step_config *step = into;

	step->kind = PLAN_ANALYSIS;
	read_analysis(reader, value, &step->analysis);
}

static void read_gate_step(struct reader *reader, const struct node *value,
			   void *into)
{
	struct plan_step_config *step = into;

	step->kind = PLAN_GATE;
	gate_defaults(&step->gate);
	read_gate(reader, value, &step->gate);
}

static const struct key step_keys[] = {
	{"check", read_check_step, 0, false},
	{"weight", read_weight_step, 0, false},
	{"pause", read_pause_step, 0, false},
	{"analysis", read_analysis_step, 0, false},
	{"gate", read_gate_step, 0, false},
	{"run", NULL, 0, false},
	{"header-route", NULL, 0, false},
	{"mirror", NULL, 0, false},
	{"experiment", NULL, 0, false},
	{"notify", NULL, 0, false},
};
static const struct schema step_schema = SCHEMA("a step", step_keys);

static void read_step(struct reader *reader, const struct node *value,
		      struct deploy_config *deploy)
{
	struct plan_step_config *step =
		VECTOR_ADD(deploy->steps, deploy->step_count, deploy->step_cap);

	step->place = value->place;
	step->analysis = deploy->analysis;
	read_map(reader, value, &step_schema, step);
	if (value->kind == NODE_MAP && value->count != 1)
		complain_about(reader, value,
			       "a step does one thing, and this has %zu; "
			       "write each as a step of its own",
			       value->count);
}

static void read_steps(struct reader *reader, const struct node *value,
		       void *into)
{
	if (!expect_kind(reader, value, NODE_LIST, "a list of steps"))
		return;
	for (size_t i = 0; i < value->count; i++)
		read_step(reader, &value->children[i], into);
}

static void read_operator_lost(struct reader *reader, const struct node *value,
			       void *into)
{
	static const char *const words[] = {
		[OPERATOR_LOST_HOLD] = "hold",
		[OPERATOR_LOST_CONTINUE] = "continue",
		[OPERATOR_LOST_ROLLBACK] = "rollback",
	};
	struct deploy_config *deploy = into;
	int word = read_word(reader, value, words, ARRAY_SIZE(words), NULL);

	if (word >= 0)
		deploy->on_operator_lost = (enum operator_lost)word;
}

/* steps stands below analysis, so that a step can take it over. */
static const struct key deploy_keys[] = {
	{"environment", read_target_environment, 0, true},
	{"strategy", read_strategy, 0, false},
	{"analysis", read_analysis, offsetof(struct deploy_config, analysis),
	 false},
	{"steps", read_steps, 0, false},
	{"on-operator-lost", read_operator_lost, 0, false},
	{"operator-timeout", read_time_limit,
	 offsetof(struct deploy_config, operator_timeout_ms), false},
	{"windows", NULL, 0, false},
	{"concurrency", NULL, 0, false},
	{"migrations", NULL, 0, false},
	{"notify", NULL, 0, false},
	{"resume", NULL, 0, false},
	{"baseline", NULL, 0, false},
	{"step", NULL, 0, false},
	{"every", NULL, 0, false},
	{"batch", NULL, 0, false},
	{"bake", NULL, 0, false},
	{"stage-timeout", NULL, 0, false},
};
static const struct schema deploy_schema = SCHEMA("a deployment", deploy_keys);

/* Weights only rise; -1 is one that was complained about. */
static void check_weights(struct reader *reader,
			  const struct deploy_config *deploy)
{
	double highest = -1;

	for (size_t i = 0; i < deploy->step_count; i++) {
		const struct plan_step_config *step = &deploy->steps[i];

		if (step->kind == PLAN_ANALYSIS && highest <= 0)
			complain_at(reader, step->place,
				    "an analysis before the first weight has "
				    "no traffic to look at; move it below");
		if (step->kind != PLAN_WEIGHT)
			continue;
		if (step->weight >= 0 && step->weight <= highest)
			complain_at(reader, step->place,
				    "weight %g%% does not follow %g%%: weights "
				    "rise from step to step",
				    step->weight, highest);
		if (step->weight > highest || step->weight < 0)
			highest = step->weight < 0 ? 0.5 : step->weight;
	}
}

static void check_canary(struct reader *reader, const struct node *steps,
			 const struct deploy_config *deploy)
{
	double last = 0;
	bool broken = false;

	check_weights(reader, deploy);
	for (size_t i = 0; i < deploy->step_count; i++) {
		if (deploy->steps[i].kind != PLAN_WEIGHT)
			continue;
		last = deploy->steps[i].weight;
		broken = last < 0;
	}
	if (!broken && last < 100)
		complain_at(reader, node_place(steps),
			    "the last weight of a canary is 100%%, and this "
			    "one ends at %g%%; add {weight: 100%%}",
			    last);
}

static void check_blue_green(struct reader *reader,
			     const struct deploy_config *deploy)
{
	for (size_t i = 0; i < deploy->step_count; i++) {
		const struct plan_step_config *step = &deploy->steps[i];

		if (step->kind == PLAN_WEIGHT && step->weight >= 0 &&
		    step->weight < 100)
			complain_at(reader, step->place,
				    "blue-green is one switch to 100%%; for "
				    "a weight of %g%% write strategy: canary",
				    step->weight);
	}
	check_weights(reader, deploy);
}

static void check_all_at_once(struct reader *reader,
			      const struct deploy_config *deploy)
{
	if (deploy->analysis.present)
		complain_at(reader, deploy->analysis.place,
			    "all-at-once replaces in place and shifts "
			    "nothing, so there is nothing to analyse; take "
			    "this out, or use canary or blue-green");
	for (size_t i = 0; i < deploy->step_count; i++)
		if (deploy->steps[i].kind != PLAN_CHECK &&
		    deploy->steps[i].kind != PLAN_START)
			complain_at(reader, deploy->steps[i].place,
				    "all-at-once replaces in place; its steps "
				    "can only be checks, made afterwards");
}

static void default_canary(struct deploy_config *deploy)
{
	static const double weights[] = {5, 25, 50, 100};

	for (size_t i = 0; i < ARRAY_SIZE(weights); i++) {
		*VECTOR_ADD(deploy->steps, deploy->step_count,
			    deploy->step_cap) = (struct plan_step_config){
			.kind = PLAN_WEIGHT,
			.weight = weights[i],
			.place = deploy->place,
		};
		if (weights[i] < 100)
			*VECTOR_ADD(deploy->steps, deploy->step_count,
				    deploy->step_cap) =
				(struct plan_step_config){
					.kind = PLAN_PAUSE,
					.ms = CANARY_PAUSE_MS,
					.place = deploy->place,
				};
	}
}

/* A strategy that was not understood gives no ground to judge steps on. */
static bool strategy_is_known(const struct node *value,
			      const struct deploy_config *deploy)
{
	const struct node *strategy = node_find(value, "strategy");

	return !strategy ||
	       (strategy->kind == NODE_TEXT &&
		str_equal(strategy->text, strategy_name(deploy->strategy)));
}

static void check_operator(struct reader *reader, const struct node *value,
			   const struct deploy_config *deploy)
{
	const struct node *timeout = node_find(value, "operator-timeout");
	const struct node *lost = node_find(value, "on-operator-lost");

	/* A word that was not understood may have been one that acts. */
	if (timeout && deploy->on_operator_lost == OPERATOR_LOST_HOLD &&
	    (!lost ||
	     (lost->kind == NODE_TEXT && str_equal(lost->text, "hold"))))
		complain_at(reader, timeout->key_place,
			    "nothing is done after 'operator-timeout'; write "
			    "on-operator-lost: continue or rollback");
}

void read_deploy(struct reader *reader, const struct node *value, void *into)
{
	struct deploy_config *deploy = into;
	const struct node *steps = node_find(value, "steps");

	deploy->place = node_place(value);
	deploy->analysis = analysis_defaults();
	deploy->operator_timeout_ms = OPERATOR_TIMEOUT_MS;
	read_map(reader, value, &deploy_schema, deploy);
	reader->target = NULL;
	check_operator(reader, value, deploy);
	if (!strategy_is_known(value, deploy))
		return;
	switch (deploy->strategy) {
	case STRATEGY_CANARY:
		if (!steps)
			default_canary(deploy);
		else if (steps->kind == NODE_LIST)
			check_canary(reader, steps, deploy);
		break;
	case STRATEGY_BLUE_GREEN:
		check_blue_green(reader, deploy);
		break;
	case STRATEGY_ALL_AT_ONCE:
		check_all_at_once(reader, deploy);
		break;
	case STRATEGY_LINEAR:
	case STRATEGY_ROLLING:
		BUG("strategy %s comes later", strategy_name(deploy->strategy));
	}
}
