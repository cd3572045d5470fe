/* SPDX-License-Identifier: MIT */
#include "engine/seen.h"

#include "base/clock.h"

static json_t *running_json(const struct environment_state *state)
{
	json_t *array = json_array();

	for (int i = 0; i < COLOUR_COUNT; i++)
		if (state->running[i].version)
			json_array_append_new(
				array, release_encode(&state->running[i]));
	return array;
}

static json_t *lock_json(const struct environment_state *state)
{
	json_t *lock = json_pack("{s:o, s:o}", "person",
				 json_foreign(state->lock_person), "reason",
				 json_foreign(state->lock_reason));
	char until[CLOCK_TEXT_SIZE];

	if (state->lock_until)
		json_object_set_new(lock, "until",
				    json_string(clock_format_utc(
					    state->lock_until, until)));
	return lock;
}

struct event *environment_seen_event(const struct environment *environment)
{
	const struct environment_state *state = environment_state(environment);
	struct event *event = event_new(EVENT_ENVIRONMENT_SEEN, NULL);

	event_set(event, "environment", environment_config(environment)->name);
	if (state->has_live)
		event_set_json_owned(event, "live",
				     release_encode(&state->live));
	if (state->has_previous)
		event_set_json_owned(event, "previous",
				     release_encode(&state->previous));
	if (state->has_candidate)
		event_set_json_owned(event, "candidate",
				     release_encode(&state->candidate));
	event_set_json_owned(event, "running", running_json(state));
	if (environment_state_is_held(state, clock_wall_ms()))
		event_set_json_owned(event, "lock", lock_json(state));
	return event;
}
