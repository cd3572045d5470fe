/* SPDX-License-Identifier: MIT */
/* What is written down of a rollback, before and after. */
#include "delivery/operation.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"

static int64_t requests_of(const struct sampler *sampler, enum colour colour)
{
	return sampler->last.colours[colour].requests -
	       sampler->base.colours[colour].requests;
}

static int64_t errors_of(const struct sampler *sampler, enum colour colour)
{
	return sampler->last.colours[colour].errors -
	       sampler->base.colours[colour].errors;
}

/* The proxy's clock is this host's, whatever ours was fixed to for a test. */
static int64_t true_wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t left_ms(const struct operation *operation)
{
	const struct environment *environment = operation->environment;
	int64_t asked_wall_us =
		true_wall_us() - (clock_monotonic_us() - operation->asked_us);
	int64_t begun_us = traffic_last_begun_us(
		environment->traffic, colour_other(operation->colour));

	if (!begun_us || begun_us < asked_wall_us)
		return 0;
	return (begun_us - asked_wall_us + 999) / 1000;
}

static char *sentence(const struct operation *operation, int64_t requests,
		      int64_t failed_by_candidate)
{
	const struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	char all[NUMBER_TEXT_SIZE], failed[NUMBER_TEXT_SIZE];
	struct str text = STR_INIT;

	str_addf(&text, "back on %s in %" PRId64 " ms",
		 colour_name(operation->colour), operation->move.ms);
	if (environment->sampler.has_last)
		str_addf(&text, "; failed by the shift: %s of %s",
			 number_grouped(environment->shift_failed, failed),
			 number_grouped(requests, all));
	if (environment->sampler.has_last && state->has_candidate)
		str_addf(&text, "; failed by %s: %s", state->candidate.version,
			 number_grouped(failed_by_candidate, failed));
	return str_detach(&text);
}

/* What is live afterwards. Leaving a candidate changes nothing but, when it
 * had to be started elsewhere, the colour. */
static void set_records(struct operation *operation, struct event *event)
{
	const struct environment_state *state = &operation->environment->state;
	const struct release *live = state->has_live ? &state->live : NULL;
	struct release now = {0};
	bool same = live && state->has_candidate &&
		    release_is(live, &operation->release);

	release_copy(&now, &operation->release);
	now.colour = operation->colour;
	if (!same)
		now.since = clock_wall_ms();
	event_set_json_owned(event, "live", release_encode(&now));
	if (live && !same)
		event_set_json_owned(event, "previous", release_encode(live));
	release_clear(&now);
}

static struct event *finished_event(struct operation *operation,
				    const char *outcome)
{
	struct event *event = environment_event(operation->environment,
						EVENT_ROLLBACK_FINISHED);

	event_set(event, "outcome", outcome);
	event_set(event, "colour", colour_name(operation->colour));
	event_set_bool(event, "unsynced", operation->move.unsynced);
	return event;
}

void rollback_append_started(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	struct event *event =
		environment_event(environment, EVENT_ROLLBACK_STARTED);

	environment_set_epoch(environment, event);
	event_set(event, "colour", colour_name(operation->colour));
	event_set(event, "from",
		  state->has_candidate ? state->candidate.version
		  : state->has_live    ? state->live.version
				       : "");
	event_set(event, "to", operation->release.version);
	event_set(event, "kind", operation->cold ? "cold" : "warm");
	event_set(event, "by", operation->by);
	event_set(event, "person", operation->person);
	event_set(event, "reason", operation->reason);
	if (operation->run)
		event_set_int(event, "run", operation->run);
	environment_append_owned(environment, event);
}

static void append_about(struct environment *environment, enum event_type type,
			 const struct release *release,
			 const struct operation *operation)
{
	struct event *event = environment_event(environment, type);

	event_set(event, "commit", release->commit);
	event_set(event, "digest", release->digest);
	event_set(event, "version", release->version);
	event_set(event, "by", operation->by);
	event_set(event, "person", operation->person);
	event_set(event, "reason", operation->reason);
	environment_append_owned(environment, event);
}

/* What a person or the analysis has left for what was there before. Who goes
 * forward again condemns nothing, and pardons where it goes. */
static void append_vetoes(const struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	const struct release *left =
		state->has_candidate ? &state->candidate : &state->live;
	const struct release *back = &operation->release;
	bool is_left = state->has_candidate ||
		       (state->has_live && left->run > back->run);

	if (environment_state_veto(state, back->commit))
		append_about(environment, EVENT_RELEASE_PARDONED, back,
			     operation);
	if (is_left && !operation->spares &&
	    strcmp(operation->by, "operator-timeout") != 0 && *left->commit &&
	    !str_equal(left->commit, back->commit))
		append_about(environment, EVENT_RELEASE_VETOED, left,
			     operation);
}

void rollback_append_finished(struct operation *operation)
{
	struct environment *environment = operation->environment;
	const struct environment_state *state = &environment->state;
	const struct sampler *sampler = &environment->sampler;
	enum colour left = colour_other(operation->colour);
	struct event *event = finished_event(operation, "passed");
	int64_t requests = requests_of(sampler, COLOUR_BLUE) +
			   requests_of(sampler, COLOUR_GREEN);
	int64_t by_candidate =
		state->has_candidate ? errors_of(sampler, left) : 0;
	char *text = sentence(operation, requests, by_candidate);

	event_set_int(event, "ms", operation->move.ms);
	if (sampler->has_last)
		event_set_int(event, "left-ms", left_ms(operation));
	event_set_int(event, "requests", requests);
	event_set_int(event, "failed-by-shift", environment->shift_failed);
	event_set_int(event, "failed-by-candidate", by_candidate);
	if (state->has_candidate)
		event_set(event, "candidate", state->candidate.version);
	event_set_int(event, "sessions",
		      sampler->has_last ? sampler->last.colours[left].sessions
					: 0);
	event_set(event, "text", text);
	set_records(operation, event);
	append_vetoes(operation);
	environment_append_owned(environment, event);
	free(text);
}

void rollback_append_failed(struct operation *operation,
			    const struct error *err)
{
	struct event *event = finished_event(operation, "failed");
	char *text = xasprintf("rollback failed: %s", error_text(err));

	event_set_int(event, "ms",
		      (clock_monotonic_us() - operation->asked_us) / 1000);
	event_set(event, "text", text);
	environment_append_owned(operation->environment, event);
	free(text);
}
