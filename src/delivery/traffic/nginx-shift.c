/* SPDX-License-Identifier: MIT */
/* Moving weights: one link, read back, and a word from nginx that it runs. */
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/traffic/nginx.h"

#define LOOK_AGAIN_MS 10
#define PROBE_AGAIN_MS 100
/* Who may not wait takes what was seen a moment ago, and else at least waits
 * for an answer: nginx has no view of its own that could be asked. */
#define LATELY_MS 3000
#define LEAST_WAIT_MS 1000

/* A colour with a share keeps at least one unit, and leaves one. */
static int round_units(double green)
{
	long units = lround(NGINX_UNITS * green / 100);

	if (green <= 0)
		return 0;
	if (green >= 100)
		return NGINX_UNITS;
	if (units < 1)
		return 1;
	return units < NGINX_UNITS ? (int)units : NGINX_UNITS - 1;
}

struct traffic_split nginx_split(int green)
{
	struct traffic_split split =
		TRAFFIC_SPLIT_OF_GREEN(100.0 * green / NGINX_UNITS);

	split.units[COLOUR_GREEN] = green;
	split.units[COLOUR_BLUE] = NGINX_UNITS - green;
	return split;
}

struct traffic_split nginx_round(struct traffic_split wanted)
{
	return nginx_split(round_units(wanted.percent[COLOUR_GREEN]));
}

static void finish_set(struct nginx_work *work, const struct error *err)
{
	work->tell.shifted(&work->nginx->traffic, err ? NULL : &work->split,
			   err ? NULL : work->warning, err, work->data);
}

static void confirmed(struct nginx_work *work, const char *generation,
		      const struct error *err)
{
	struct error failure = ERROR_INIT;

	if (err) {
		nginx_work_end(work, err);
	} else if (!*generation) {
		error_set(&failure, ERROR_PROVIDER,
			  "nginx may not read %s, by which it is steered; let "
			  "its user enter that folder and each above it",
			  work->nginx->steer);
		nginx_work_fail(work, &failure);
	} else {
		nginx_work_end(work, NULL);
	}
}

static void warn_of_down(struct nginx_work *work)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (work->split.units[i] > 0 &&
		    nginx_was_probed(work->nginx, i) &&
		    !nginx_is_up(work->nginx, i, 0)) {
			free(work->warning);
			work->warning = xasprintf("%s does not answer its "
						  "health check",
						  colour_name((enum colour)i));
		}
}

static int write_units(struct nginx *nginx, int green, struct error *err)
{
	int found;

	if (nginx_steer_set(nginx->steer, green, err) < 0 ||
	    nginx_steer_read(nginx->steer, &found, err) < 0)
		return error_prefix(err, "cannot move traffic");
	nginx->units = found;
	if (found == green)
		return 0;
	return error_set(err, ERROR_PROVIDER,
			 "green was given %d of %d and has %d: someone else "
			 "moves them",
			 green, NGINX_UNITS, found);
}

static void move(struct nginx_work *work)
{
	struct error err = ERROR_INIT;

	if (write_units(work->nginx, work->split.units[COLOUR_GREEN], &err) <
	    0) {
		nginx_work_fail_later(work, &err);
		return;
	}
	warn_of_down(work);
	nginx_ask(work, confirmed);
}

/* The first colour that would get traffic and is not known to be up. */
static int not_up(const struct nginx_work *work)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (work->split.units[i] > 0 &&
		    !nginx_is_up(work->nginx, i, work->began_us))
			return i;
	return -1;
}

static void look(struct nginx_work *work)
{
	struct error err = ERROR_INIT;
	int colour = not_up(work);

	if (colour < 0 ||
	    (work->change.force && clock_monotonic_us() >= work->deadline_us)) {
		move(work);
	} else if (clock_monotonic_us() < work->deadline_us) {
		for (int i = 0; i < COLOUR_COUNT; i++)
			if (work->split.units[i] > 0)
				nginx_probe(work->nginx, i, PROBE_AGAIN_MS);
		nginx_work_wait(work, LOOK_AGAIN_MS, look);
	} else {
		error_set(&err, ERROR_PROVIDER,
			  "%s does not pass its health check; traffic was not "
			  "moved",
			  colour_name((enum colour)colour));
		nginx_work_fail_later(work, &err);
	}
}

static void running(struct nginx_work *work, const char *generation,
		    const struct error *err)
{
	(void)generation;
	if (err)
		nginx_work_end(work, err);
	else
		look(work);
}

/* A newer change takes the place of those that still wait. One that was
 * written is done as soon as nginx answers. */
static void overtake(struct nginx *nginx, const struct nginx_work *newer)
{
	struct error err = ERROR_INIT;

	for (struct nginx_work *work = nginx->works; work; work = work->next) {
		if (work == newer || work->finish != finish_set ||
		    work->failure.code != ERROR_NONE)
			continue;
		line_cancel(work->line);
		http_cancel(work->http);
		timer_free(work->timer);
		work->line = NULL;
		work->http = NULL;
		work->timer = NULL;
		error_set(&err, ERROR_REFUSED,
			  "given up: a newer change of traffic was asked for");
		nginx_work_fail_later(work, &err);
	}
}

void nginx_set(struct traffic *traffic, const struct traffic_change *change,
	       traffic_shifted *done, void *data)
{
	struct nginx *nginx = (struct nginx *)traffic;
	struct nginx_work *work = nginx_work_new(nginx, finish_set, data);
	const double *percent = change->split.percent;

	if (!(percent[COLOUR_BLUE] >= 0) || !(percent[COLOUR_GREEN] >= 0) ||
	    fabs(percent[COLOUR_BLUE] + percent[COLOUR_GREEN] - 100) > 1e-6)
		BUG("a split of %g and %g percent", percent[COLOUR_BLUE],
		    percent[COLOUR_GREEN]);
	work->tell.shifted = done;
	work->change = *change;
	overtake(nginx, work);
	work->split = nginx_round(change->split);
	work->began_us = clock_monotonic_us();
	work->deadline_us = work->began_us + change->wait_ms * 1000;
	if (change->wait_ms == 0) {
		work->deadline_us += (int64_t)LEAST_WAIT_MS * 1000;
		work->began_us -= (int64_t)LATELY_MS * 1000;
	}
	if (change->force && change->wait_ms == 0)
		move(work);
	else
		nginx_ask(work, running);
}
