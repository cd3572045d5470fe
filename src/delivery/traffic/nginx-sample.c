/* SPDX-License-Identifier: MIT */
/* Counts and latencies by nginx's request lines, health by our own probes. */
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/traffic/nginx.h"
#include "delivery/traffic/sessions.h"

#define PROBE_EVERY_MS 900
#define FIRST_PROBES_MS 2500
#define LOOK_AGAIN_MS 5
#define COUNT_EVERY_MS 40
/* Where the system tells no connections, a colour is quiet after so long. */
#define QUIET_MS 1000

static void take_line(const char *line, void *data)
{
	struct nginx *nginx = data;

	nginx_log_take(&nginx->log, line);
}

int nginx_read_log(struct nginx *nginx, struct error *err)
{
	return nginx_tail_read(&nginx->tail, take_line, nginx, err);
}

static int64_t count_sessions(const struct nginx *nginx, int colour)
{
	const struct environment_config *environment =
		nginx->traffic.options.environment;
	int64_t open = sessions_open(environment->target.ports[colour],
				     nginx->instances);
	int64_t ended_us = nginx->log.colours[colour].last_ended_us;

	if (open >= 0)
		return open;
	return clock_wall_ms() - ended_us / 1000 < QUIET_MS;
}

static void look_at_sessions(struct nginx *nginx)
{
	int64_t now = clock_monotonic_us();

	if (nginx->sessions_us &&
	    now - nginx->sessions_us < COUNT_EVERY_MS * 1000)
		return;
	nginx->sessions_us = now;
	for (int i = 0; i < COLOUR_COUNT; i++)
		nginx->sessions[i] = count_sessions(nginx, i);
}

/* Who changes weights by other means is told of, once. */
static int compare_units(struct nginx *nginx, struct error *err)
{
	int before = nginx->units;

	for (struct nginx_work *at = nginx->works; at; at = at->next)
		if (at->change.split.percent[COLOUR_BLUE] > 0 ||
		    at->change.split.percent[COLOUR_GREEN] > 0)
			before = -1; /* we do, just now */
	if (nginx_steer_read(nginx->steer, &nginx->units, err) < 0)
		return -1;
	if (before >= 0 && before != nginx->units)
		traffic_note(
			&nginx->traffic,
			"green's weight was %d of %d and is now %d: someone "
			"else changed it",
			before, NGINX_UNITS, nginx->units);
	return 0;
}

static void fill(struct nginx *nginx, struct traffic_sample *sample)
{
	struct traffic_split split = nginx_split(nginx->units);

	memset(sample, 0, sizeof(*sample));
	nginx_log_sample(&nginx->log, sample);
	for (int i = 0; i < COLOUR_COUNT; i++) {
		struct traffic_colour_sample *colour = &sample->colours[i];

		colour->up = nginx_is_up(nginx, i, 0);
		colour->units = split.units[i];
		colour->percent = split.percent[i];
		colour->sessions = nginx->sessions[i];
	}
}

static void finish_sample(struct nginx_work *work, const struct error *err)
{
	struct traffic_sample sample;

	if (!err)
		fill(work->nginx, &sample);
	work->tell.sampled(&work->nginx->traffic, err ? NULL : &sample, err,
			   work->data);
}

static void take(struct nginx_work *work)
{
	struct nginx *nginx = work->nginx;
	struct error err = ERROR_INIT;

	if (nginx_read_log(nginx, &err) < 0 || compare_units(nginx, &err) < 0) {
		nginx_work_fail(work, &err);
		return;
	}
	look_at_sessions(nginx);
	nginx_work_end(work, NULL);
}

/* The first sample waits until it knows who is up. */
static void await_probes(struct nginx_work *work)
{
	bool known = true;

	for (int i = 0; i < COLOUR_COUNT; i++)
		known = known && nginx_was_probed(work->nginx, i);
	if (known || clock_monotonic_us() >= work->deadline_us)
		take(work);
	else
		nginx_work_wait(work, LOOK_AGAIN_MS, await_probes);
}

static void running(struct nginx_work *work, const char *generation,
		    const struct error *err)
{
	(void)generation;
	if (err) {
		nginx_work_end(work, err);
		return;
	}
	for (int i = 0; i < COLOUR_COUNT; i++)
		nginx_probe(work->nginx, i, PROBE_EVERY_MS);
	await_probes(work);
}

void nginx_sample(struct traffic *traffic, traffic_sampled *done, void *data)
{
	struct nginx *nginx = (struct nginx *)traffic;
	struct nginx_work *work = nginx_work_new(nginx, finish_sample, data);

	work->tell.sampled = done;
	work->deadline_us = clock_monotonic_us() + FIRST_PROBES_MS * 1000;
	nginx_ask(work, running);
}
