/* SPDX-License-Identifier: MIT */
/* The steps of each strategy, in their order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "delivery/analysis.h"
#include "delivery/plan-parts.h"
#include "delivery/words.h"
#include "gate/gate.h"

static const char *candidate_name(const struct plan_request *request)
{
	return request->version ? request->version : "the new release";
}

static bool name_is_taken(const struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->step_count; i++)
		if (plan->steps[i].name &&
		    strcmp(plan->steps[i].name, name) == 0)
			return true;
	return false;
}

static char *free_name(const struct plan *plan, const char *wanted)
{
	char *name = xstrdup(wanted);

	for (int n = 2; name_is_taken(plan, name); n++) {
		free(name);
		name = xasprintf("%s-%d", wanted, n);
	}
	return name;
}

/* Takes label over. */
static struct plan_step *add(struct making *making, enum plan_step_kind kind,
			     const char *name, char *label)
{
	struct plan *plan = making->plan;
	char *unique = free_name(plan, name);
	struct plan_step *step =
		VECTOR_ADD(plan->steps, plan->step_count, plan->step_cap);

	step->name = unique;
	step->kind = kind;
	step->label = label;
	step->weight = NAN;
	step->watched = plan->analysis && making->shifting;
	return step;
}

/* "port 8082", or "ports 8082-8084" of three instances. */
static char *ports_text(const struct target_config *target, enum colour colour)
{
	int first = target->ports[colour];

	if (target->instances > 1)
		return xasprintf("ports %d-%d", first,
				 first + target->instances - 1);
	return xasprintf("port %d", first);
}

static void add_start(struct making *making)
{
	const struct plan_request *request = making->request;
	const struct target_config *target = &request->environment->target;
	struct plan *plan = making->plan;
	char *ports = ports_text(target, plan->colour);
	char timeout[WORDS_SIZE];

	if (plan->in_place)
		add(making, PLAN_REPLACE, "replace",
		    xasprintf("stop %s on %s and start %s in its place; "
			      "requests fail meanwhile",
			      request->live_version, colour_name(plan->colour),
			      candidate_name(request)));
	else
		add(making, PLAN_START, "start",
		    xasprintf("start %s on %s (%s)", candidate_name(request),
			      colour_name(plan->colour), ports));
	add(making, PLAN_HEALTHY, "healthy",
	    xasprintf("GET %s on %s answers 2xx or 3xx, within %s",
		      target->health, ports,
		      words_duration(target->start_timeout_ms, timeout)));
	free(ports);
}

static int add_weight(struct making *making, double percent,
		      const struct plan_step_config *config, struct error *err)
{
	const struct traffic_capabilities *can = making->request->can;
	struct plan *plan = making->plan;
	char text[WORDS_SIZE], name[64];
	struct plan_step *step;

	if (can && !can->weights && percent > 0 && percent < 100)
		return error_set(err, ERROR_CONFIG,
				 "%s: the provider of its traffic takes only "
				 "0 %% and 100 %%, not %s; use strategy "
				 "blue-green, or a balancing algorithm with "
				 "weights",
				 plan->environment,
				 words_percent(percent, text));
	making->shifting = making->shifting || percent > 0;
	making->full = percent >= 100;
	snprintf(name, sizeof(name), "weight-%g", percent);
	step = add(making, PLAN_WEIGHT, name,
		   xasprintf("%s of traffic to %s",
			     words_percent(percent, text),
			     colour_name(plan->colour)));
	step->weight = percent;
	step->config = config;
	return 0;
}

static void add_pause(struct making *making, int64_t ms,
		      const struct plan_step_config *config)
{
	struct plan *plan = making->plan;
	char text[WORDS_SIZE];
	struct plan_step *step;

	step = add(making, PLAN_PAUSE, "pause",
		   ms < 0 ? xstrdup("wait until promoted")
			  : xasprintf("wait %s", words_duration(ms, text)));
	step->ms = ms;
	step->config = config;
	if (making->full)
		return;
	if (ms < 0)
		plan->waits = true;
	else
		plan->ms += ms;
}

static char *check_label(const struct plan *plan,
			 const struct requests *requests)
{
	struct str out = STR_INIT;

	str_addf(&out, "check %s directly", colour_name(plan->colour));
	for (size_t i = 0; i < requests->count && i < 2; i++) {
		const struct request *request = &requests->items[i];

		str_addf(&out, "%s %s %s", i ? "," : ":", request->method,
			 request->path);
		if (request->status)
			str_addf(&out, " %d", request->status);
	}
	if (requests->count > 2)
		str_addf(&out, " and %zu more", requests->count - 2);
	return str_detach(&out);
}

static char *gate_label(const struct gate_rule *gate, enum pipeline_mode mode)
{
	struct str out = STR_INIT;

	if (gate_rule_opens_itself(gate, mode)) {
		str_add(&out, "gate: opens when what came before it holds");
		return str_detach(&out);
	}
	str_addf(&out, "gate: %d of ", gate->required > 0 ? gate->required : 1);
	for (size_t i = 0; i < gate->approvers.count; i++)
		str_addf(&out, "%s%s", i ? ", " : "", gate->approvers.items[i]);
	if (!gate->approvers.count)
		str_add(&out, "the people of the file");
	return str_detach(&out);
}

static void add_gate(struct making *making,
		     const struct plan_step_config *config)
{
	const struct plan_request *request = making->request;

	add(making, PLAN_GATE, "gate", gate_label(&config->gate, request->mode))
		->config = config;
	if (!making->full &&
	    !gate_rule_opens_itself(&config->gate, request->mode))
		making->plan->waits = true;
}

static void add_analysis(struct making *making,
			 const struct analysis_config *analysis,
			 const struct plan_step_config *config)
{
	struct str label = STR_INIT;
	struct plan_step *step;

	str_add(&label, "judge: ");
	analysis_describe(analysis, &label);
	step = add(making, PLAN_ANALYSIS, "analysis", str_detach(&label));
	step->config = config;
	step->watched = false;
}

static void add_run(struct making *making,
		    const struct plan_step_config *config)
{
	char text[WORDS_SIZE];

	add(making, PLAN_RUN, "run",
	    xasprintf("run %.*s%s beside %s, within %s",
		      (int)strcspn(config->run, "\n"), config->run,
		      strchr(config->run, '\n') ? " ..." : "",
		      colour_name(making->plan->colour),
		      words_duration(config->timeout_ms, text)))
		->config = config;
}

static int refuse_weight(const struct making *making,
			 const struct plan_step_config *config,
			 struct error *err)
{
	return error_set(err, ERROR_CONFIG,
			 "%s: line %d: strategy %s moves all traffic at once "
			 "and takes no weight steps; use strategy canary",
			 making->plan->environment, config->place.line,
			 strategy_name(making->plan->strategy));
}

static int add_configured(struct making *making,
			  const struct plan_step_config *config,
			  struct error *err)
{
	switch (config->kind) {
	case PLAN_WEIGHT:
		if (making->plan->strategy != STRATEGY_CANARY &&
		    config->weight < 100)
			return refuse_weight(making, config, err);
		if (making->plan->alone || making->plan->in_place)
			return 0;
		return add_weight(making, config->weight, config, err);
	case PLAN_PAUSE:
		if (!making->plan->alone)
			add_pause(making, config->ms, config);
		return 0;
	case PLAN_CHECK:
		add(making, PLAN_CHECK, "check",
		    check_label(making->plan, &config->requests))
			->config = config;
		return 0;
	case PLAN_RUN:
		add_run(making, config);
		return 0;
	case PLAN_GATE:
		add_gate(making, config);
		return 0;
	case PLAN_ANALYSIS:
		if (!making->plan->alone)
			add_analysis(making, &config->analysis, config);
		return 0;
	case PLAN_START:
	case PLAN_HEALTHY:
	case PLAN_REPLACE:
	case PLAN_PROMOTE:
	case PLAN_BATCH:
	case PLAN_BAKE:
		break;
	}
	BUG("a step of kind %d is no one's to write", (int)config->kind);
}

/* The last step of 100 % is everybody's. */
static int add_linear(struct making *making, struct error *err)
{
	const struct deploy_config *deploy = making->request->deploy;
	double step = deploy->linear_step;

	if (making->plan->alone)
		return 0;
	for (int i = 1; step * i < 100; i++) {
		if (add_weight(making, step * i, NULL, err) < 0)
			return -1;
		add_pause(making, deploy->linear_every_ms, NULL);
	}
	return 0;
}

/* It has all traffic, and is not live yet. */
static void add_bake(struct making *making)
{
	int64_t ms = making->request->deploy->bake_ms;
	char text[WORDS_SIZE];
	struct plan_step *step;

	if (!ms || making->plan->alone || making->plan->in_place)
		return;
	step = add(making, PLAN_BAKE, "bake",
		   xasprintf("watch %s at 100 %% for %s",
			     colour_name(making->plan->colour),
			     words_duration(ms, text)));
	step->ms = ms;
}

static void add_promote(struct making *making)
{
	const struct plan_request *request = making->request;
	struct plan *plan = making->plan;
	char keep[WORDS_SIZE];
	struct plan_step *step;

	words_duration(request->environment->keep_ms, keep);
	step = add(making, PLAN_PROMOTE, "promote",
		   plan->alone || plan->in_place ||
				   plan->strategy == STRATEGY_ROLLING
			   ? xasprintf("%s is live", candidate_name(request))
			   : xasprintf("%s is live; %s stays warm for at "
				       "least %s",
				       candidate_name(request),
				       colour_name(!plan->colour), keep));
	step->watched = false;
}

static int add_steps(struct making *making, struct error *err)
{
	const struct deploy_config *deploy = making->request->deploy;

	for (size_t i = 0; i < deploy->step_count; i++)
		if (add_configured(making, &deploy->steps[i], err) < 0)
			return -1;
	return 0;
}

/* "instance 2" or "instances 3-4". */
static char *batch_text(int first, int count)
{
	if (count > 1)
		return xasprintf("instances %d-%d", first + 1, first + count);
	return xasprintf("instance %d", first + 1);
}

static void add_batch(struct making *making, int first, int count)
{
	const struct plan_request *request = making->request;
	enum colour colour = making->plan->colour;
	int before = request->deploy->batch;
	char *start = batch_text(first, count);
	char *stop = batch_text(first - before, before);
	struct str label = STR_INIT;
	struct plan_step *step;

	if (!count)
		str_addf(&label, "stop what is left of %s on %s",
			 request->live_version, colour_name(!colour));
	else if (first)
		str_addf(&label, "stop %s of %s, start %s of %s on %s", stop,
			 request->live_version, start, candidate_name(request),
			 colour_name(colour));
	else
		str_addf(&label, "start %s of %s on %s", start,
			 candidate_name(request), colour_name(colour));
	free(start);
	free(stop);
	step = add(making, PLAN_BATCH, "batch", str_detach(&label));
	step->first = first;
	step->count = count;
}

/* Old instances make room for new ones; the steps follow the first. */
static int build_rolling(struct making *making, struct error *err)
{
	const struct deploy_config *deploy = making->request->deploy;
	int all = making->request->environment->target.instances;

	for (int first = 0; first < all; first += deploy->batch) {
		int left = all - first;
		int count = left < deploy->batch ? left : deploy->batch;
		double percent = 100.0 * (first + count) / all;

		add_batch(making, first, count);
		if (!first && add_steps(making, err) < 0)
			return -1;
		/* Whole percents: a weight has no finer ones. */
		percent = percent < 100 ? floor(percent) : 100;
		if (add_weight(making, percent, NULL, err) < 0)
			return -1;
		if (percent < 100 && making->plan->analysis)
			add_analysis(making, making->plan->analysis, NULL);
	}
	add_bake(making);
	add_batch(making, all, 0);
	add_promote(making);
	return 0;
}

int plan_steps(struct making *making, struct error *err)
{
	struct plan *plan = making->plan;

	if (plan->strategy == STRATEGY_ROLLING && !plan->alone)
		return build_rolling(making, err);
	add_start(making);
	/* In place, what comes up takes all of the traffic. */
	making->shifting = making->full = plan->in_place;
	if (add_steps(making, err) < 0)
		return -1;
	if (plan->strategy == STRATEGY_LINEAR && add_linear(making, err) < 0)
		return -1;
	if (!making->full && add_weight(making, 100, NULL, err) < 0)
		return -1;
	add_bake(making);
	add_promote(making);
	return 0;
}
