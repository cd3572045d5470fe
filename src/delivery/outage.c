/* SPDX-License-Identifier: MIT */
/* Who watches hears what it cost that a colour with traffic stopped
 * answering: its program was killed, or some of its instances were. */
#include "delivery/operation.h"

#include "base/clock.h"

/* Until then its proxy has noticed, and sends nothing there. */
#define TELL_AFTER_US (900 * 1000)

static void begin(struct environment *environment, enum colour colour)
{
	struct outlook *outlook = &environment->sampler.outlook;
	struct outage *outage = &outlook->outages[colour];
	double asked = environment->state.split[colour];

	if (outage->noticed_us || !outlook->count || !(asked > 0))
		return;
	outage->noticed_us = clock_monotonic_us();
	outage->asked = asked;
	/* The last sample may have seen it end, and not known it; what was
	 * told is not told again. */
	outage->before = outage->told_at >= outlook->count - 1
				 ? outlook->seen
				 : outlook->earlier;
}

void outage_notice(struct environment *environment, enum colour colour)
{
	struct outage *outage = &environment->sampler.outlook.outages[colour];

	begin(environment, colour);
	outage->restarted = outage->noticed_us != 0;
}

static int64_t failed_since(const struct outage *outage,
			    const struct traffic_sample *now)
{
	int64_t failed = now->unanswered - outage->before.unanswered;

	if (now->unanswered < 0 || outage->before.unanswered < 0)
		return -1;
	return failed > 0 ? failed : 0;
}

static void tell(struct environment *environment, enum colour colour,
		 const struct traffic_sample *now)
{
	struct outage *outage = &environment->sampler.outlook.outages[colour];
	int64_t failed = failed_since(outage, now);
	int64_t retried = now->colours[colour].retries -
			  outage->before.colours[colour].retries;
	bool up = now->colours[colour].up;
	/* Not instances that were stopped with nothing to do any more. */
	bool counts = outage->restarted || !up || failed > 0 || retried > 0;
	struct event *event;

	outage->noticed_us = 0;
	outage->restarted = false;
	outage->told_at = environment->sampler.outlook.count;
	if (!counts)
		return;
	event = environment_event(environment, EVENT_TRAFFIC_LEFT);
	event_set(event, "colour", colour_name(colour));
	event_set_real(event, "asked", outage->asked);
	if (failed >= 0)
		event_set_int(event, "failed", failed);
	event_set_int(event, "retried", retried > 0 ? retried : 0);
	event_set_bool(event, "up", up);
	environment_emit_owned(environment, event);
}

static bool is_worse(const struct traffic_colour_sample *before,
		     const struct traffic_colour_sample *now)
{
	return (before->up && !now->up) || now->up_servers < before->up_servers;
}

void outages_look(struct environment *environment,
		  const struct traffic_sample *now)
{
	struct outlook *outlook = &environment->sampler.outlook;
	int64_t now_us = clock_monotonic_us();

	for (int i = 0; i < COLOUR_COUNT; i++) {
		const struct outage *outage = &outlook->outages[i];

		if (outage->noticed_us &&
		    now_us - outage->noticed_us >= TELL_AFTER_US)
			tell(environment, (enum colour)i, now);
		else if (outlook->count &&
			 is_worse(&outlook->seen.colours[i], &now->colours[i]))
			begin(environment, (enum colour)i);
	}
	outlook->earlier = outlook->count ? outlook->seen : *now;
	outlook->seen = *now;
	outlook->count++;
}
