/* SPDX-License-Identifier: MIT */
/* What the traffic does: shares, samples, verdicts. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/fold.h"

static void set_asked(struct environment_model *it, const json_t *shares)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		it->colours[i].asked =
			json_number(shares, colour_name((enum colour)i),
				    it->colours[i].asked);
}

void fold_traffic_changing(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);

	if (!it)
		return;
	it->changing = true;
}

void fold_traffic_changed(struct model *model, const struct event *event)
{
	struct environment_model *it = fold_environment_of(model, event);

	if (!it)
		return;
	it->changing = false;
	it->changed = event->time_ms;
	fold_text(&it->observed, "");
	it->disagrees = false;
	set_asked(it, event_json(event, "to"));
}

void fold_traffic_observed(struct model *model, const struct event *event)
{
	struct environment_model *it =
		fold_environment(model, event_text(event, "environment"));

	if (!it)
		return;
	fold_text(&it->observed, event_text(event, "text"));
	it->disagrees =
		event_bool(event, "enough") && !event_bool(event, "agrees");
}

/* A number that is none of ours may not fit. */
static float to_float(double value)
{
	if (value > FLT_MAX)
		return FLT_MAX;
	return value < -FLT_MAX ? -FLT_MAX : (float)value;
}

static void remember(struct colour_model *colour)
{
	if (colour->sample_count == SAMPLES_KEPT) {
		memmove(colour->samples, colour->samples + 1,
			(SAMPLES_KEPT - 1) * sizeof(colour->samples[0]));
		colour->sample_count--;
	}
	colour->samples[colour->sample_count].rate = to_float(colour->rate);
	colour->samples[colour->sample_count].error_rate =
		to_float(colour->error_rate);
	colour->samples[colour->sample_count++].p99 = to_float(colour->p99);
}

/* A sample is news of what is, not a move: the environment's seq stays. */
void fold_traffic_sampled(struct model *model, const struct event *event)
{
	struct environment_model *it =
		fold_environment(model, event_text(event, "environment"));
	int number = colour_parse(event_text(event, "colour"));
	struct colour_model *colour;

	if (!it || number < 0)
		return;
	colour = &it->colours[number];
	colour->sampled = event->time_ms;
	colour->asked = event_real(event, "asked", colour->asked);
	colour->share = event_real(event, "share", NAN);
	colour->rate = event_real(event, "rate", NAN);
	colour->error_rate = event_real(event, "error-rate", NAN);
	colour->p50 = event_real(event, "p50", NAN);
	colour->p95 = event_real(event, "p95", NAN);
	colour->p99 = event_real(event, "p99", NAN);
	colour->sessions = event_int(event, "sessions", -1);
	colour->up = event_bool(event, "up");
	remember(colour);
	/* What the one colour was asked to take, the other was not. */
	if (isnan(it->colours[1 - number].asked))
		it->colours[1 - number].asked = 100 - colour->asked;
	/* Before any deployment of this run, what has all of it is live. */
	if (it->live < 0 && it->candidate < 0 && colour->asked >= 100)
		it->live = number;
}

void fold_analysis_judged(struct model *model, const struct event *event)
{
	struct environment_model *it =
		fold_environment(model, event_text(event, "environment"));

	if (!it)
		return;
	fold_text(&it->analysis_text, event_text(event, "text"));
	fold_text(&it->analysis_verdict, event_text(event, "verdict"));
	if (!*it->analysis_limit)
		fold_field(&it->analysis_limit, event, "limit");
}
