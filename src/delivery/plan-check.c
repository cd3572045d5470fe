/* SPDX-License-Identifier: MIT */
/* What cannot be planned: the provider cannot do it, or what serves would not
 * be found any more. */
#include "delivery/plan-parts.h"

#include <string.h>

#include "base/memory.h"

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

	if (then && now->traffic.kind != then->traffic.kind)
		return error_set(
			err, ERROR_CONFIG,
			"%s: the requests of %s come through %s, and this "
			"file says %s; end both with `signalbox down %s` of "
			"the older file, and then release",
			name, request->live_version,
			traffic_kind_name(then->traffic.kind),
			traffic_kind_name(now->traffic.kind), name);
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

/* The colour that serves is looked for as this file says. */
static int check_kind(const struct plan_request *request, struct error *err)
{
	const struct environment_config *then = request->live_environment;
	const struct target_config *now = &request->environment->target;
	bool is_same = !then || (then->target.kind == now->kind &&
				 then->target.instances == now->instances &&
				 strcmp(then->target.host, now->host) == 0);

	if (is_same || !request->live_is_up)
		return 0;
	return error_set(err, ERROR_CONFIG,
			 "%s: %s runs as another kind of target, with another "
			 "number of instances or on another host than this "
			 "file says; put that back, or `signalbox down %s` "
			 "first, and it is away until this release is live",
			 request->deploy->environment, request->live_version,
			 request->deploy->environment);
}

/* Before a proxy was asked, only of HAProxy it is not known. */
static int check_rolling(const struct plan_request *request, struct error *err)
{
	enum traffic_kind kind = request->environment->traffic.kind;
	bool can = request->can ? request->can->instances
				: kind == TRAFFIC_HAPROXY;

	if (request->deploy->strategy != STRATEGY_ROLLING || can)
		return 0;
	return error_set(err, ERROR_CONFIG,
			 "%s: %s, which carries its requests, drains none and "
			 "cannot take single instances out, so that rolling "
			 "would lose requests; use strategy canary",
			 request->deploy->environment, traffic_kind_name(kind));
}

int plan_check(const struct plan_request *request, struct error *err)
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
	if (check_kind(request, err) < 0 || check_rolling(request, err) < 0)
		return -1;
	return check_places(request, err) < 0 ? -1
					      : check_latencies(request, err);
}
