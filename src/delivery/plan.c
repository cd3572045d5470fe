/* SPDX-License-Identifier: MIT */
#include "delivery/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/vector.h"
#include "delivery/analysis.h"
#include "delivery/words.h"
#include "gate/gate.h"

/* What building a plan hands around. */
struct making {
	const struct plan_request *request;
	struct plan *plan;
	bool shifting; /* some traffic is on the candidate by now */
	bool full;     /* all of it is */
};

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

static void add_start(struct making *making)
{
	const struct plan_request *request = making->request;
	const struct target_config *target = &request->environment->target;
	struct plan *plan = making->plan;
	char timeout[WORDS_SIZE];
	int port = target->ports[plan->colour];

	if (plan->in_place)
		add(making, PLAN_REPLACE, "replace",
		    xasprintf("stop %s on %s and start %s in its place; "
			      "requests fail meanwhile",
			      request->live_version, colour_name(plan->colour),
			      candidate_name(request)));
	else
		add(making, PLAN_START, "start",
		    xasprintf("start %s on %s (port %d)",
			      candidate_name(request),
			      colour_name(plan->colour), port));
	add(making, PLAN_HEALTHY, "healthy",
	    xasprintf("GET %s on port %d answers 2xx or 3xx, within %s",
		      target->health, port,
		      words_duration(target->start_timeout_ms, timeout)));
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

static void add_pause(struct making *making,
		      const struct plan_step_config *config)
{
	struct plan *plan = making->plan;
	char text[WORDS_SIZE];
	struct plan_step *step;

	step = add(making, PLAN_PAUSE, "pause",
		   config->ms < 0
			   ? xstrdup("wait until promoted")
			   : xasprintf("wait %s",
				       words_duration(config->ms, text)));
	step->ms = config->ms;
	step->config = config;
	if (making->full)
		return;
	if (config->ms < 0)
		plan->waits = true;
	else
		plan->ms += config->ms;
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
			 const struct plan_step_config *config)
{
	struct str label = STR_INIT;
	struct plan_step *step;

	str_add(&label, "judge: ");
	analysis_describe(&config->analysis, &label);
	step = add(making, PLAN_ANALYSIS, "analysis", str_detach(&label));
	step->config = config;
	step->watched = false;
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
		if (making->plan->first || making->plan->in_place)
			return 0;
		return add_weight(making, config->weight, config, err);
	case PLAN_PAUSE:
		if (!making->plan->first)
			add_pause(making, config);
		return 0;
	case PLAN_CHECK:
		add(making, PLAN_CHECK, "check",
		    check_label(making->plan, &config->requests))
			->config = config;
		return 0;
	case PLAN_GATE:
		add_gate(making, config);
		return 0;
	case PLAN_ANALYSIS:
		if (!making->plan->first)
			add_analysis(making, config);
		return 0;
	case PLAN_START:
	case PLAN_HEALTHY:
	case PLAN_REPLACE:
	case PLAN_PROMOTE:
	case PLAN_RUN:
	case PLAN_BATCH:
	case PLAN_BAKE:
		break;
	}
	BUG("a step of kind %d is no one's to write", (int)config->kind);
}

static void add_promote(struct making *making)
{
	const struct plan_request *request = making->request;
	struct plan *plan = making->plan;
	char keep[WORDS_SIZE];
	struct plan_step *step;

	words_duration(request->environment->keep_ms, keep);
	step = add(making, PLAN_PROMOTE, "promote",
		   plan->first || plan->in_place
			   ? xasprintf("%s is live", candidate_name(request))
			   : xasprintf("%s is live; %s stays warm for at "
				       "least %s",
				       candidate_name(request),
				       colour_name(!plan->colour), keep));
	step->watched = false;
}

static int build(struct making *making, struct error *err)
{
	const struct deploy_config *deploy = making->request->deploy;
	struct plan *plan = making->plan;

	add_start(making);
	/* In place, what comes up takes all of the traffic. */
	making->shifting = making->full = plan->in_place;
	for (size_t i = 0; i < deploy->step_count; i++)
		if (add_configured(making, &deploy->steps[i], err) < 0)
			return -1;
	if (!making->full && add_weight(making, 100, NULL, err) < 0)
		return -1;
	add_promote(making);
	return 0;
}

static char *note_of(const struct plan *plan)
{
	if (plan->first)
		return xstrdup("nothing is live yet: all traffic at once after "
			       "its checks");
	if (plan->in_place)
		return xstrdup("replaces in place: requests fail between stop "
			       "and start");
	return xstrdup("");
}

static char *way_back_of(const struct plan_request *request,
			 const struct plan *plan)
{
	char keep[WORDS_SIZE];

	if (plan->first)
		return xasprintf("none: nothing was live before; `signalbox "
				 "down %s` stops it",
				 plan->environment);
	if (plan->in_place)
		return xasprintf("cold: %s is started again from its stored "
				 "release",
				 request->live_version);
	if (!request->live_is_up)
		return xasprintf("cold: %s does not run; %s is started first",
				 colour_name(!plan->colour),
				 request->live_version);
	return xasprintf("warm: %s goes on running %s, one weight change; kept "
			 "for at least %s after the promotion",
			 colour_name(!plan->colour), request->live_version,
			 words_duration(request->environment->keep_ms, keep));
}

static enum colour candidate_colour(const struct plan_request *request,
				    bool in_place)
{
	if (request->live < 0)
		return COLOUR_BLUE;
	if (in_place)
		return (enum colour)request->live;
	return request->live == COLOUR_BLUE ? COLOUR_GREEN : COLOUR_BLUE;
}

static bool has_percentile(const struct analysis_config *config)
{
	return config->present &&
	       (config->p50.present || config->p95.present ||
		config->p99.present || config->slower.present);
}

static int check_latencies(const struct plan_request *request,
			   struct error *err)
{
	const struct deploy_config *deploy = request->deploy;
	bool asked = has_percentile(&deploy->analysis);

	for (size_t i = 0; i < deploy->step_count; i++)
		asked = asked || has_percentile(&deploy->steps[i].analysis);
	if (!asked || !request->can ||
	    request->can->latency == TRAFFIC_LATENCY_RING)
		return 0;
	return error_set(err, ERROR_CONFIG,
			 "%s: the analysis has a limit on p50, p95 or p99, and "
			 "its provider measures only means; name a ring of "
			 "request lines (traffic: {haproxy: {ring: NAME}})",
			 deploy->environment);
}

/* Nobody who asked at the one is left out by the other. */
static bool listens_on(const char *now, const char *then)
{
	const char *port = strrchr(then, ':');

	return strcmp(now, then) == 0 ||
	       (now[0] == '*' && port && strcmp(now + 1, port) == 0);
}

/* The proxy's configuration is made whole from this file: what serves would
 * be looked for, and people would ask, where nobody listens. */
static int check_places(const struct plan_request *request, struct error *err)
{
	const struct environment_config *now = request->environment;
	const struct environment_config *then = request->live_environment;
	const char *name = request->deploy->environment;
	int live = request->live;
	const char *listens = traffic_listen(&now->traffic);
	const char *listened = then ? traffic_listen(&then->traffic) : NULL;

	if (!listens || !listened ||
	    request->deploy->strategy == STRATEGY_ALL_AT_ONCE)
		return 0;
	if (now->target.ports[live] != then->target.ports[live])
		return error_set(
			err, ERROR_CONFIG,
			"%s: %s serves %s on port %d, and this file says %d; "
			"change only the port of %s now, and this one with "
			"the release after, or replace it in place, once, by "
			"strategy all-at-once",
			name, colour_name((enum colour)live),
			request->live_version, then->target.ports[live],
			now->target.ports[live],
			colour_name(live == COLOUR_BLUE ? COLOUR_GREEN
							: COLOUR_BLUE));
	if (!listens_on(listens, listened))
		return error_set(
			err, ERROR_CONFIG,
			"%s: %s is reached at %s, and this file says listen: "
			"%s, so that who asks there would find nobody; put it "
			"back, or replace it in place, once, by strategy "
			"all-at-once",
			name, request->live_version, listened, listens);
	return 0;
}

static int check_request(const struct plan_request *request, struct error *err)
{
	const struct deploy_config *deploy = request->deploy;

	if (request->live >= 0 && !request->live_version)
		BUG("a live colour without a version");
	if (deploy->strategy == STRATEGY_CANARY && !deploy->step_count)
		return error_set(err, ERROR_CONFIG,
				 "%s: line %d: strategy canary has no steps; "
				 "write steps: [{weight: 5%%}, {pause: 2m}, "
				 "{weight: 100%%}]",
				 deploy->environment, deploy->place.line);
	return check_places(request, err) < 0 ? -1
					      : check_latencies(request, err);
}

struct plan *plan_make(const struct plan_request *request, struct error *err)
{
	const struct deploy_config *deploy = request->deploy;
	struct plan *plan;
	struct making making = {.request = request};
	struct str text = STR_INIT;

	if (check_request(request, err) < 0)
		return NULL;
	plan = making.plan = xcalloc(1, sizeof(*plan));
	plan->environment = xstrdup(deploy->environment);
	plan->strategy = deploy->strategy;
	plan->first = request->live < 0;
	plan->in_place = !plan->first && plan->strategy == STRATEGY_ALL_AT_ONCE;
	plan->colour = candidate_colour(request, plan->in_place);
	if (deploy->analysis.present && !plan->first) {
		plan->analysis = &deploy->analysis;
		analysis_describe(plan->analysis, &text);
	}
	plan->analysis_text = str_detach(&text);
	plan->note = note_of(plan);
	plan->way_back = way_back_of(request, plan);
	plan->worst_ms = plan->back_ms = -1;
	plan->preview = xstrdup("");
	plan->windows = xstrdup("");
	if (build(&making, err) == 0)
		return plan;
	plan_free(plan);
	return NULL;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->step_count; i++) {
		free(plan->steps[i].name);
		free(plan->steps[i].label);
	}
	free(plan->steps);
	free(plan->environment);
	free(plan->analysis_text);
	free(plan->note);
	free(plan->way_back);
	free(plan->preview);
	free(plan->windows);
	free(plan);
}

static void describe_time(const struct plan *plan, struct str *out)
{
	char text[WORDS_SIZE];

	str_add(out, "  to 100 %     ");
	if (plan->ms)
		str_addf(out, "%s and ", words_duration(plan->ms, text));
	str_add(out, "the time to start, be healthy and be checked");
	if (plan->waits)
		str_add(out, "; waits for people on the way");
	str_add_char(out, '\n');
}

void plan_describe(const struct plan *plan, struct str *out)
{
	str_addf(out, "%s: %s, candidate on %s\n", plan->environment,
		 strategy_name(plan->strategy), colour_name(plan->colour));
	for (size_t i = 0; i < plan->step_count; i++) {
		const struct plan_step *step = &plan->steps[i];

		str_addf(out, "  %2zu %c %-11s %s\n", i + 1,
			 step->watched ? '*' : ' ', step->name, step->label);
	}
	if (*plan->note)
		str_addf(out, "  note         %s\n", plan->note);
	if (*plan->analysis_text)
		str_addf(out, "  analysis     %s, beside the steps marked *\n",
			 plan->analysis_text);
	describe_time(plan, out);
	str_addf(out, "  way back     %s\n", plan->way_back);
}
