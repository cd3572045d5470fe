/* SPDX-License-Identifier: MIT */
#include "pipeline/sections.h"

#include "base/memory.h"
#include "base/vector.h"

#define OPERATOR_TIMEOUT_MS (10 * 60 * 1000)
#define RUN_TIMEOUT_MS (10 * 60 * 1000)

static void read_strategy(struct reader *reader, const struct node *value,
			  void *into)
{
	static const char *const words[] = {
		[STRATEGY_BLUE_GREEN] = "blue-green",
		[STRATEGY_CANARY] = "canary",
		[STRATEGY_ALL_AT_ONCE] = "all-at-once",
		[STRATEGY_LINEAR] = "linear",
		[STRATEGY_ROLLING] = "rolling",
	};
	static const char *const later[] = {"shadow", NULL};
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

static void read_linear_step(struct reader *reader, const struct node *value,
			     void *into)
{
	struct deploy_config *deploy = into;

	if (!expect_kind(reader, value, NODE_TEXT, "a percentage such as 20%"))
		return;
	if (!parse_percent(value->text, &deploy->linear_step) ||
	    deploy->linear_step < 1)
		complain_about(reader, value,
			       "'%.40s' is no step; write 20%%, from 1%% to "
			       "100%%",
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

static const struct key run_keys[] = {
	{"command", read_text, offsetof(struct plan_step_config, run), true},
	{"timeout", read_time_limit,
	 offsetof(struct plan_step_config, timeout_ms), false},
};
static const struct schema run_schema = SCHEMA("a run step", run_keys);

static void read_run_step(struct reader *reader, const struct node *value,
			  void *into)
{
	struct plan_step_config *step = into;

	step->kind = PLAN_RUN;
	step->timeout_ms = RUN_TIMEOUT_MS;
	if (value->kind == NODE_MAP)
		read_map(reader, value, &run_schema, step);
	else
		read_text(reader, value, &step->run);
}

static const struct key step_keys[] = {
	{"check", read_check_step, 0, false},
	{"weight", read_weight_step, 0, false},
	{"pause", read_pause_step, 0, false},
	{"analysis", read_analysis_step, 0, false},
	{"gate", read_gate_step, 0, false},
	{"run", read_run_step, 0, false},
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
	{"step", read_linear_step, 0, false},
	{"every", read_time_limit,
	 offsetof(struct deploy_config, linear_every_ms), false},
	{"batch", read_positive, offsetof(struct deploy_config, batch), false},
	{"bake", read_time_limit, offsetof(struct deploy_config, bake_ms),
	 false},
	{"stage-timeout", NULL, 0, false},
};
static const struct schema deploy_schema = SCHEMA("a deployment", deploy_keys);

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

	deploy->place = node_place(value);
	deploy->analysis = analysis_defaults();
	deploy->operator_timeout_ms = OPERATOR_TIMEOUT_MS;
	deploy->batch = 1;
	read_map(reader, value, &deploy_schema, deploy);
	check_operator(reader, value, deploy);
	strategy_check(reader, value, deploy);
	reader->target = NULL;
}
