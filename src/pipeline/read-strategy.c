/* SPDX-License-Identifier: MIT */
/* What each strategy of a deployment makes of its steps. */
#include "pipeline/sections.h"

#include "base/memory.h"
#include "base/vector.h"

#define CANARY_PAUSE_MS 120000

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
	if (deploy->bake_ms)
		complain_at(reader, deploy->place,
			    "all-at-once has no warm way back that 'bake' "
			    "could take; take it out, or use canary or "
			    "blue-green");
	for (size_t i = 0; i < deploy->step_count; i++)
		if (deploy->steps[i].kind != PLAN_CHECK &&
		    deploy->steps[i].kind != PLAN_RUN &&
		    deploy->steps[i].kind != PLAN_START)
			complain_at(reader, deploy->steps[i].place,
				    "all-at-once replaces in place; its steps "
				    "can only be checks and runs, made "
				    "afterwards");
}

/* It moves traffic by itself, after the steps that are written. */
static void check_own_weights(struct reader *reader,
			      const struct deploy_config *deploy)
{
	for (size_t i = 0; i < deploy->step_count; i++) {
		const struct plan_step_config *step = &deploy->steps[i];

		if (step->kind == PLAN_WEIGHT || step->kind == PLAN_PAUSE ||
		    step->kind == PLAN_ANALYSIS)
			complain_at(reader, step->place,
				    "%s moves traffic by itself, after its "
				    "steps, which can be checks, runs and "
				    "gates; for others write strategy: canary",
				    strategy_name(deploy->strategy));
	}
}

static void check_linear(struct reader *reader, const struct node *value,
			 const struct deploy_config *deploy)
{
	if (!node_find(value, "step") || !node_find(value, "every"))
		complain_at(reader, node_place(value),
			    "linear needs how much and how often; write "
			    "step: 20%% and every: 1m");
	check_own_weights(reader, deploy);
}

static void check_rolling(struct reader *reader,
			  const struct deploy_config *deploy)
{
	const struct environment_config *target = reader->target;

	if (target && target->target.instances < 2)
		complain_at(reader, deploy->place,
			    "rolling needs instances: 2 or more of the target "
			    "of '%s'; for one write strategy: blue-green",
			    target->name);
	else if (target && deploy->batch > target->target.instances)
		complain_at(reader, deploy->place,
			    "batch: %d is more than the %d instances of '%s'",
			    deploy->batch, target->target.instances,
			    target->name);
	check_own_weights(reader, deploy);
}

static void check_keys(struct reader *reader, const struct node *value,
		       const struct deploy_config *deploy)
{
	static const struct {
		const char *key;
		enum strategy strategy;
	} keys[] = {
		{"step", STRATEGY_LINEAR},
		{"every", STRATEGY_LINEAR},
		{"batch", STRATEGY_ROLLING},
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct node *node = node_find(value, keys[i].key);

		if (node && deploy->strategy != keys[i].strategy)
			complain_at(reader, node->key_place,
				    "'%s' is of strategy %s, and this is %s",
				    keys[i].key,
				    strategy_name(keys[i].strategy),
				    strategy_name(deploy->strategy));
	}
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

void strategy_check(struct reader *reader, const struct node *value,
		    struct deploy_config *deploy)
{
	const struct node *steps = node_find(value, "steps");

	if (!strategy_is_known(value, deploy))
		return;
	check_keys(reader, value, deploy);
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
		check_linear(reader, value, deploy);
		break;
	case STRATEGY_ROLLING:
		check_rolling(reader, deploy);
		break;
	}
}
