/* SPDX-License-Identifier: MIT */
/* Once a second: what the colours do, and whether we still hold the
 * environment. */
#include "delivery/operation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

#define SAMPLE_EVERY_MS 1000
/* A proxy answers in a millisecond; with the second until it is asked, one
 * that does not is told of within two. */
#define ANSWER_MS 900
/* So many samples to one look at targets that have to be asked. */
#define LOOK_EVERY 5

static void keep_window(struct sampler *sampler, int64_t now_us)
{
	const struct traffic_sample *last = &sampler->last;
	size_t at = sampler->window_count;

	if (at == WINDOW_SAMPLES) {
		memmove(&sampler->window[0], &sampler->window[1],
			(WINDOW_SAMPLES - 1) * sizeof(sampler->window[0]));
		at--;
	}
	sampler->window[at].us = now_us;
	for (int i = 0; i < COLOUR_COUNT; i++)
		sampler->window[at].requests[i] = last->colours[i].requests;
	sampler->window_count = at + 1;
}

void sampler_take(struct environment *environment,
		  const struct traffic_sample *sample)
{
	struct sampler *sampler = &environment->sampler;

	sampler->last = *sample;
	sampler->has_last = true;
	sampler->last_us = clock_monotonic_us();
}

void sampler_moved(struct environment *environment)
{
	environment->sampler.window_count = 0;
}

void sampler_begin(struct environment *environment)
{
	struct sampler *sampler = &environment->sampler;

	sampler->base = sampler->last;
	sampler_moved(environment);
	environment_mark(environment);
}

void environment_mark(struct environment *environment)
{
	if (environment->traffic)
		traffic_mark(environment->traffic);
}

void environment_slower(const struct environment *environment,
			enum colour colour, double ms, int64_t *timed,
			int64_t *slow)
{
	*timed = *slow = 0;
	if (environment->traffic)
		traffic_slower(environment->traffic, colour, ms, timed, slow);
}

void environment_counts(const struct environment *environment,
			enum colour colour, struct analysis_counts *counts)
{
	const struct sampler *sampler = &environment->sampler;
	const struct traffic_colour_sample *last =
		&sampler->last.colours[colour];
	const struct traffic_colour_sample *base =
		&sampler->base.colours[colour];

	*counts = (struct analysis_counts){
		.known = sampler->has_last,
		.requests = last->requests - base->requests,
		.errors = last->errors - base->errors,
		.p50 = sampler->has_last ? last->marked.p50 : NAN,
		.p95 = sampler->has_last ? last->marked.p95 : NAN,
		.p99 = sampler->has_last ? last->marked.p99 : NAN,
	};
}

static void set_known(struct event *event, const char *key, double value)
{
	if (!isnan(value))
		event_set_real(event, key, round(value * 100) / 100);
}

/* Requests a second and percent of all, over the window; NAN: not known. */
static void observe(const struct sampler *sampler, enum colour colour,
		    double *rate, double *share)
{
	size_t last = sampler->window_count - 1;
	int64_t mine = 0, all = 0;
	double seconds;

	*rate = *share = NAN;
	if (sampler->window_count < 2)
		return;
	for (int i = 0; i < COLOUR_COUNT; i++) {
		int64_t count = sampler->window[last].requests[i] -
				sampler->window[0].requests[i];

		all += count;
		if (i == (int)colour)
			mine = count;
	}
	if (all > 0)
		*share = 100.0 * (double)mine / (double)all;
	/* The rate is of the last second alone. */
	mine = sampler->window[last].requests[colour] -
	       sampler->window[last - 1].requests[colour];
	seconds = (double)(sampler->window[last].us -
			   sampler->window[last - 1].us) /
		  1e6;
	if (seconds > 0)
		*rate = (double)mine / seconds;
}

static void emit_sample(struct environment *environment, enum colour colour)
{
	const struct sampler *sampler = &environment->sampler;
	const struct traffic_colour_sample *now =
		&sampler->last.colours[colour];
	const struct traffic_colour_sample *base =
		&sampler->base.colours[colour];
	struct event *event =
		environment_event(environment, EVENT_TRAFFIC_SAMPLED);
	int64_t requests = now->requests - base->requests;
	int64_t errors = now->errors - base->errors;
	double rate, share;

	observe(sampler, colour, &rate, &share);
	event_set(event, "colour", colour_name(colour));
	set_known(event, "asked", environment->state.split[colour]);
	set_known(event, "share", share);
	if (!isnan(rate)) /* the first sample tells none */
		event_set_real(event, "rate", round(rate * 10) / 10);
	event_set_int(event, "requests", requests);
	event_set_int(event, "errors", errors);
	if (requests > 0)
		set_known(event, "error-rate",
			  100.0 * (double)errors / (double)requests);
	set_known(event, "p50", now->recent.p50);
	set_known(event, "p95", now->recent.p95);
	set_known(event, "p99", now->recent.p99);
	event_set_bool(event, "up", now->up);
	event_set_int(event, "sessions", now->sessions);
	environment_emit_owned(environment, event);
}

/* Told when it is another one than last time. */
static void emit_readiness(struct environment *environment)
{
	struct sampler *sampler = &environment->sampler;
	struct readiness readiness;

	environment_readiness(environment, &readiness);
	if (strcmp(readiness.text, sampler->readiness) == 0 &&
	    readiness.last_at == sampler->last_back_at)
		return;
	sampler->last_back_at = readiness.last_at;
	memcpy(sampler->readiness, readiness.text, sizeof(readiness.text));
	environment_emit_owned(environment,
			       environment_readiness_event(environment));
}

static void next_sample(struct environment *environment)
{
	timer_set_in(environment->sampler.timer, SAMPLE_EVERY_MS);
}

/* Once, until it answers again. */
static void say_silent(struct environment *environment, const char *why)
{
	const struct environment_state *state = &environment->state;

	if (environment->sampler.silent ||
	    (!state->has_live && !state->has_candidate))
		return;
	environment->sampler.silent = true;
	environment_note(environment, true,
			 "its proxy does not answer as it should: %s", why);
}

static void answer_is_late(void *data)
{
	say_silent(data, "nothing came for a second");
}

static void answer_is_there(struct environment *environment)
{
	if (environment->sampler.silent)
		environment_note(environment, false, "its proxy answers again");
	environment->sampler.silent = false;
}

static void sampled(struct traffic *traffic,
		    const struct traffic_sample *sample,
		    const struct error *err, void *data)
{
	struct environment *environment = data;

	(void)traffic;
	timer_stop(environment->sampler.answer);
	if (err)
		say_silent(environment, error_text(err));
	else
		answer_is_there(environment);
	/* A source that is silent shows by its age; nothing is made up. */
	if (!err) {
		outages_look(environment, sample);
		sampler_take(environment, sample);
		keep_window(&environment->sampler,
			    environment->sampler.last_us);
		for (int i = 0; i < COLOUR_COUNT; i++)
			emit_sample(environment, (enum colour)i);
		drift_mind(environment);
	}
	next_sample(environment);
}

static void tick(void *data)
{
	struct environment *environment = data;
	struct error moved = ERROR_INIT;
	int64_t last_seq = environment->state.seq;

	/* An unreadable journal is told by whoever needs it. */
	if (ledger_refresh(environment->ledger, NULL) < 0)
		environment->state.seq = last_seq;
	if (environment->epoch >= 0 && !environment->moved)
		(void)!environment_check_epoch(environment, &moved);
	error_clear(&moved);
	if (environment->sampler.ticks++ % LOOK_EVERY == 0 &&
	    !environment->looks)
		environment_look(environment, NULL, NULL);
	restarts_tell(environment);
	emit_readiness(environment);
	if (!environment->traffic || !environment->traffic_known) {
		next_sample(environment);
		return;
	}
	timer_set_in(environment->sampler.answer, ANSWER_MS);
	traffic_sample(environment->traffic, sampled, environment);
}

void environment_watch(struct environment *environment)
{
	struct sampler *sampler = &environment->sampler;

	if (sampler->watching)
		return;
	sampler->watching = true;
	timer_set(sampler->timer, 0);
}

void sampler_init(struct environment *environment)
{
	environment->sampler.timer =
		loop_timer(environment->loop, INT64_MAX, tick, environment);
	environment->sampler.answer = loop_timer(environment->loop, INT64_MAX,
						 answer_is_late, environment);
}

void sampler_release(struct environment *environment)
{
	timer_free(environment->sampler.timer);
	timer_free(environment->sampler.answer);
	environment->sampler.timer = environment->sampler.answer = NULL;
}
