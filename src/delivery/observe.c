/* SPDX-License-Identifier: MIT */
/*
 * A shift is done when the requests agree: weights that were read back say
 * what the proxy was told, the share observed says what it does.
 */
#include "delivery/operation.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/interval.h"
#include "base/number.h"

#define LOOK_MS 250
#define PATIENCE_US (PLAN_OBSERVE_MS * 1000)
/* Of the candidate; fewer say little. */
#define REQUESTS_LEAST 30
/* In which it shows whether there will be as many. */
#define PROSPECT_US (2 * 1000000)

/* Half a percent is not worth a word, however many requests show it. */
#define SLACK 0.005

struct seen {
	int64_t hits, of;
	struct interval interval;
	bool agrees;
	int64_t us;
};

static int64_t grown(const struct environment *environment,
		     const struct traffic_sample *before, int colour)
{
	return environment->sampler.last.colours[colour].requests -
	       before->colours[colour].requests;
}

static void count(const struct operation *operation,
		  const struct traffic_sample *before, struct seen *seen)
{
	const struct environment *environment = operation->environment;
	const struct traffic_sample *now = &environment->sampler.last;
	int mine = operation->colour, other = COLOUR_COUNT - 1 - mine;
	double asked = environment->state.split[mine] / 100;
	double got = now->colours[mine].percent / 100;
	int64_t others;

	seen->hits = grown(environment, before, mine);
	/* Those that were under way on the other colour say nothing. */
	others = grown(environment, before, other) -
		 before->colours[other].in_flight;
	seen->of = seen->hits + (others > 0 ? others : 0);
	seen->interval = interval_wilson(seen->hits, seen->of);
	/* Units are coarser than what was asked for. */
	seen->agrees = seen->interval.low <= fmax(asked, got) + SLACK &&
		       seen->interval.high >= fmin(asked, got) - SLACK;
	seen->us = clock_monotonic_us() - operation->began_us;
}

static bool is_enough(const struct seen *seen)
{
	return seen->hits >= REQUESTS_LEAST ||
	       (seen->hits == 0 && seen->of >= REQUESTS_LEAST && !seen->agrees);
}

/* A provider's first counts may be older than its weights: where all that
 * came disagrees, what came later is asked. */
static void see(const struct operation *operation, struct seen *seen)
{
	struct seen late;

	count(operation, &operation->move.before, seen);
	if (seen->agrees || !operation->move.has_late)
		return;
	count(operation, &operation->move.late, &late);
	if (is_enough(&late))
		*seen = late;
}

static void begin_late(struct operation *operation, const struct seen *seen)
{
	struct move *move = &operation->move;

	if (move->has_late || seen->agrees || seen->us < PROSPECT_US)
		return;
	move->late = operation->environment->sampler.last;
	move->has_late = true;
}

/* There is no sense in waiting for what will not come. */
static bool is_hopeless(const struct seen *seen)
{
	return seen->us >= PROSPECT_US &&
	       (double)seen->of * PATIENCE_US / (double)seen->us <
		       REQUESTS_LEAST;
}

static int64_t sessions_left(const struct operation *operation)
{
	const struct environment *environment = operation->environment;
	int other = COLOUR_COUNT - 1 - (int)operation->colour;

	return environment->sampler.last.colours[other].sessions;
}

static void set_share(struct event *event, const char *key, double share)
{
	event_set_real(event, key, round(share * 10000) / 100);
}

static char *words_of(const struct operation *operation,
		      const struct seen *seen)
{
	double asked = operation->environment->state.split[operation->colour];
	char low[NUMBER_TEXT_SIZE], high[NUMBER_TEXT_SIZE];
	char share[NUMBER_TEXT_SIZE], text[NUMBER_TEXT_SIZE];
	const char *colour = colour_name(operation->colour);

	number_real(asked, 1, text);
	if (!is_enough(seen))
		return xasprintf("too few requests to see %s's share of %s "
				 "%%: %lld of %lld",
				 colour, text, (long long)seen->hits,
				 (long long)seen->of);
	number_real(100.0 * (double)seen->hits / (double)seen->of, 1, share);
	return xasprintf("%s was given %s %% of %lld requests (%s to %s %%), "
			 "%s %% was asked",
			 colour, share, (long long)seen->of,
			 number_real(seen->interval.low * 100, 1, low),
			 number_real(seen->interval.high * 100, 1, high), text);
}

static void append_observed(struct operation *operation,
			    const struct seen *seen, const char *text)
{
	struct environment *environment = operation->environment;
	struct event *event =
		environment_event(environment, EVENT_TRAFFIC_OBSERVED);
	double share[COLOUR_COUNT];

	share[operation->colour] =
		seen->of ? round(10000.0 * (double)seen->hits /
				 (double)seen->of) /
				   100
			 : 0;
	share[COLOUR_COUNT - 1 - (int)operation->colour] =
		100 - share[operation->colour];
	environment_set_epoch(environment, event);
	event_set(event, "colour", colour_name(operation->colour));
	event_set_json_owned(event, "asked",
			     split_encode(environment->state.split));
	event_set_json_owned(event, "share", split_encode(share));
	set_share(event, "low", seen->interval.low);
	set_share(event, "high", seen->interval.high);
	event_set_int(event, "requests", seen->of);
	event_set_bool(event, "agrees", seen->agrees);
	event_set_bool(event, "enough", is_enough(seen));
	event_set_int(event, "ms", seen->us / 1000);
	event_set_int(event, "sessions-left", sessions_left(operation));
	event_set(event, "text", text);
	environment_append_owned(environment, event);
}

static void told(struct operation *operation, const struct error *err)
{
	(void)err; /* what could not be recorded was seen all the same */
	operation_finish(operation,
			 operation->why.code ? &operation->why : NULL);
}

static void tell(struct operation *operation, const struct seen *seen)
{
	char *text = words_of(operation, seen);

	append_observed(operation, seen, text);
	if (is_enough(seen) && !seen->agrees)
		error_set(&operation->why, ERROR_FAILED, "%s", text);
	free(text);
	operation_record(operation, told);
}

static void look(struct operation *operation, const struct error *err);

static void looked(struct operation *operation, const struct error *err)
{
	struct seen seen;

	see(operation, &seen);
	if (!err && seen.hits >= REQUESTS_LEAST && seen.agrees) {
		tell(operation, &seen);
	} else if (seen.us >= PATIENCE_US || is_hopeless(&seen)) {
		tell(operation, &seen);
	} else {
		if (!err)
			begin_late(operation, &seen);
		operation_pause(operation, LOOK_MS, look);
	}
}

static void look(struct operation *operation, const struct error *err)
{
	(void)err;
	operation_sample(operation, looked);
}

/* Nobody has asked for anything since the deployment began. */
static bool is_idle(const struct sampler *sampler)
{
	int64_t all = 0;

	for (int i = 0; i < COLOUR_COUNT; i++)
		all += sampler->last.colours[i].requests -
		       sampler->base.colours[i].requests;
	return all == 0;
}

void environment_observe(struct environment *environment,
			 environment_done *done, void *data)
{
	struct operation *operation = operation_new(environment, done, data);

	if (!operation)
		return;
	operation->minor = true;
	operation->began_us = clock_monotonic_us();
	operation->colour = environment->state.candidate.colour;
	operation->move.before = environment->sampler.last;
	if (!environment->sampler.has_last || is_idle(&environment->sampler))
		operation_finish(operation, NULL);
	else
		operation_pause(operation, LOOK_MS, look);
}
