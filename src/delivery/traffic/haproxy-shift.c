/* SPDX-License-Identifier: MIT */
/*
 * Moving weights. What rises is written before what falls, in one line, so
 * that at no moment every colour stands at 0; the same line reads them back.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/traffic/haproxy.h"

#define LOOK_AGAIN_MS 25
#define REWRITES_MOST 2
/* A proxy that does not answer an older write is asked over its head. */
#define BEHIND_MS 200

static bool has_share(const struct traffic_split *split, int colour)
{
	return split->percent[colour] > 0;
}

/* A colour with a share keeps at least one unit, and leaves one. */
static int whole_units(double units, bool alone)
{
	long whole = lround(units);

	if (alone)
		return HAPROXY_UNITS;
	if (whole < 1)
		return 1;
	return whole < HAPROXY_UNITS ? (int)whole : HAPROXY_UNITS - 1;
}

/* Those that it holds for up share what the colour gets. */
static double servers_of(const struct haproxy *haproxy, int colour)
{
	int up = haproxy->state.colours[colour].up;

	return up > 0 ? (double)up : (double)haproxy->servers[colour].count;
}

struct traffic_split haproxy_round(const struct traffic *traffic,
				   struct traffic_split wanted)
{
	const struct haproxy *haproxy = (const struct haproxy *)traffic;
	double each[COLOUR_COUNT];
	double total = 0;
	double weight = 0;

	/* A share is of a colour, a weight of one of its servers. */
	for (int i = 0; i < COLOUR_COUNT; i++) {
		each[i] = wanted.percent[i] / servers_of(haproxy, i);
		total += each[i];
	}
	for (int i = 0; i < COLOUR_COUNT; i++) {
		wanted.units[i] = 0;
		if (has_share(&wanted, i))
			wanted.units[i] =
				whole_units(HAPROXY_UNITS * each[i] / total,
					    each[i] >= total);
		weight += wanted.units[i] * servers_of(haproxy, i);
	}
	for (int i = 0; i < COLOUR_COUNT; i++)
		wanted.percent[i] = 100.0 * wanted.units[i] *
				    servers_of(haproxy, i) / weight;
	return wanted;
}

/* A single server in maint beside others that serve is somebody's wish. */
static bool needs_ready(const struct haproxy *haproxy, int colour)
{
	const struct haproxy_colour_state *state =
		&haproxy->state.colours[colour];

	return haproxy->units[colour] < 0 ||
	       state->maintenance == state->servers;
}

/* A static algorithm takes its own weight or none. */
static void add_weight(struct work *work, struct str *line, int colour,
		       const char *server)
{
	const struct haproxy *haproxy = work->haproxy;
	int units = work->split.units[colour];

	if (units > 0 && needs_ready(haproxy, colour)) {
		str_addf(line, "set server %s/%s state ready; ",
			 haproxy->backend, server);
		work->commands++;
	}
	if (haproxy->capabilities.weights || units == 0)
		str_addf(line, "set weight %s/%s %d; ", haproxy->backend,
			 server, units);
	else
		str_addf(line, "set weight %s/%s 100%%; ", haproxy->backend,
			 server);
	work->commands++;
}

/* The colour to write first: what rises, or, with weights not known, what
 * has more in the end; either way never is all at 0. */
static int first_colour(const struct work *work)
{
	const int *now = work->haproxy->units;
	const int *then = work->split.units;

	if (now[COLOUR_BLUE] >= 0 && now[COLOUR_GREEN] >= 0 &&
	    then[COLOUR_GREEN] != now[COLOUR_GREEN])
		return then[COLOUR_GREEN] > now[COLOUR_GREEN] ? COLOUR_GREEN
							      : COLOUR_BLUE;
	return then[COLOUR_GREEN] > then[COLOUR_BLUE] ? COLOUR_GREEN
						      : COLOUR_BLUE;
}

static void begin(struct work *work);

static void finish_set(struct work *work, const struct error *err)
{
	for (struct work *at = work->haproxy->works; at; at = at->next)
		if (at->behind == work)
			begin(at);
	work->tell.shifted(&work->haproxy->traffic, err ? NULL : &work->split,
			   err ? NULL : work->warning, err, work->data);
}

static bool is_as_wanted(const struct work *work)
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		const struct haproxy_colour_state *colour =
			&work->haproxy->state.colours[i];
		int units = work->split.units[i];

		if (work->haproxy->capabilities.weights
			    ? colour->units != units || colour->uneven
			    : (colour->weight > 0) != (units > 0))
			return false;
	}
	return true;
}

static void warn_of_state(struct work *work)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (work->split.units[i] > 0 &&
		    work->haproxy->state.colours[i].up == 0) {
			free(work->warning);
			work->warning = xasprintf("haproxy holds %s for down",
						  colour_name(i));
		}
}

/* One line: both colours, and what they are then. */
static void ask_weights(struct work *work, int first, work_step *step)
{
	struct haproxy *haproxy = work->haproxy;
	struct str line = STR_INIT;

	work->commands = 0;
	for (int i = 0; i < COLOUR_COUNT; i++) {
		int colour = i == 0 ? first : COLOUR_COUNT - 1 - first;
		const struct strings *servers = &haproxy->servers[colour];

		for (size_t j = 0; j < servers->count; j++)
			add_weight(work, &line, colour, servers->items[j]);
	}
	str_addf(&line, "show servers state %s", haproxy->backend);
	work_ask(work, line.data, step);
	str_release(&line);
}

static void repaired(struct work *work, const char *answer, size_t len)
{
	struct error failure = work->failure;

	(void)answer;
	(void)len;
	work->failure = (struct error)ERROR_INIT;
	work_fail(work, &failure);
}

/* A command of the line was refused and the others were done: puts back what
 * was, or at least what was lowered, then fails with err. */
static void repair(struct work *work, struct error *err)
{
	const int *before = work->haproxy->units;
	int *units = work->split.units;

	for (int i = 0; i < COLOUR_COUNT; i++) {
		if (before[i] >= 0)
			units[i] = before[i];
		else if (units[i] == 0)
			units[i] = HAPROXY_UNITS;
	}
	error_move(&work->failure, err);
	ask_weights(work,
		    units[COLOUR_GREEN] > units[COLOUR_BLUE] ? COLOUR_GREEN
							     : COLOUR_BLUE,
		    repaired);
}

static void refuse_overtaken(struct error *err)
{
	error_set(err, ERROR_REFUSED,
		  "given up: a newer change of traffic was asked for");
}

static void write_weights(struct work *work);

static void read_back(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;
	struct traffic_split found;

	(void)len;
	if (work->overtaken) {
		refuse_overtaken(&err);
		work_fail(work, &err);
		return;
	}
	if (haproxy_take_answer(haproxy, answer, work->commands, &err) < 0) {
		error_prefix(&err, "cannot move traffic at %s",
			     haproxy->socket);
		repair(work, &err);
		return;
	}
	found = haproxy_split(haproxy);
	/* A line of ours that was given up may be done beside this one. */
	if (!is_as_wanted(work) && work->rewritten++ < REWRITES_MOST) {
		write_weights(work);
		return;
	}
	if (!is_as_wanted(work)) {
		error_set(&err, ERROR_PROVIDER,
			  "haproxy took weights %d and %d and has %d and %d: "
			  "someone else moves them",
			  work->split.units[COLOUR_BLUE],
			  work->split.units[COLOUR_GREEN],
			  found.units[COLOUR_BLUE], found.units[COLOUR_GREEN]);
		work_fail(work, &err);
		return;
	}
	warn_of_state(work);
	haproxy_settled_now(haproxy);
	haproxy->unsettled = true;
	work->split = found;
	work_end(work, NULL);
}

static void write_weights(struct work *work)
{
	/* By what is up now. */
	work->split =
		haproxy_round(&work->haproxy->traffic, work->change.split);
	ask_weights(work, first_colour(work), read_back);
}

static void look(struct work *work);

/* The first colour that would get traffic and is not up; -1 none. A server
 * in maint is made ready by the write, and counts as what its check says. */
static int not_up(const struct work *work)
{
	for (int i = 0; i < COLOUR_COUNT; i++) {
		const struct haproxy_colour_state *colour =
			&work->haproxy->state.colours[i];

		if (work->split.units[i] > 0 && colour->up == 0 &&
		    colour->maintenance == 0)
			return i;
	}
	return -1;
}

static void looked(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;
	int colour;

	(void)len;
	if (haproxy_take_answer(haproxy, answer, 0, &err) < 0) {
		work_fail(work, &err);
		return;
	}
	colour = not_up(work);
	if (colour < 0) {
		write_weights(work);
	} else if (clock_monotonic_us() < work->deadline_us) {
		work_wait(work, LOOK_AGAIN_MS, look);
	} else if (work->change.force) {
		write_weights(work);
	} else {
		error_set(&err, ERROR_PROVIDER,
			  "haproxy holds %s for down, its health check does "
			  "not pass; traffic was not moved",
			  colour_name(colour));
		work_fail(work, &err);
	}
}

static void look(struct work *work)
{
	char *line = xasprintf("show servers state %s", work->haproxy->backend);

	work_ask(work, line, looked);
	free(line);
}

static int check_change(const struct haproxy *haproxy,
			const struct traffic_change *change, struct error *err)
{
	const double *percent = change->split.percent;

	if (!haproxy->capabilities.weights && percent[COLOUR_BLUE] > 0 &&
	    percent[COLOUR_GREEN] > 0)
		return error_set(err, ERROR_PROVIDER,
				 "haproxy takes only 0 and 100 %% here: %s",
				 haproxy->capabilities.why);
	return 0;
}

static void move(struct work *work)
{
	if (work->change.force && work->change.wait_ms == 0)
		write_weights(work);
	else
		look(work);
}

static void learned(struct work *work, const char *answer, size_t len)
{
	struct error err = ERROR_INIT;

	(void)len;
	if (haproxy_learn(work->haproxy, answer, &err) < 0 ||
	    check_change(work->haproxy, &work->change, &err) < 0)
		work_fail(work, &err);
	else
		move(work);
}

static void begin(struct work *work)
{
	char *line;

	work->behind = NULL;
	if (work->timer)
		timer_stop(work->timer);
	if (work->haproxy->learned) {
		move(work);
		return;
	}
	line = haproxy_stat_question(work->haproxy, "");
	work_ask(work, line, learned);
	free(line);
}

/* A newer change takes the place of those under way. Weights that are being
 * written are waited for: two lines on two connections have no order. */
static void overtake(struct haproxy *haproxy, struct work *newer)
{
	struct error err = ERROR_INIT;

	for (struct work *work = haproxy->works; work; work = work->next) {
		if (work == newer || work->finish != finish_set ||
		    work->failure.code != ERROR_NONE)
			continue;
		if (work->call &&
		    (work->step == read_back || work->step == repaired)) {
			work->overtaken = true;
			newer->behind = work;
			continue;
		}
		line_cancel(work->call);
		work->call = NULL;
		timer_free(work->late);
		work->late = NULL;
		timer_free(work->timer);
		work->timer = NULL;
		work->behind = NULL;
		refuse_overtaken(&err);
		work_fail_later(work, &err);
	}
}

void haproxy_set(struct traffic *traffic, const struct traffic_change *change,
		 traffic_shifted *done, void *data)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;
	struct work *work = work_new(haproxy, finish_set, data);
	const double *percent = change->split.percent;
	struct error err = ERROR_INIT;

	if (!(percent[COLOUR_BLUE] >= 0) || !(percent[COLOUR_GREEN] >= 0) ||
	    fabs(percent[COLOUR_BLUE] + percent[COLOUR_GREEN] - 100) > 1e-6)
		BUG("a split of %g and %g percent", percent[COLOUR_BLUE],
		    percent[COLOUR_GREEN]);
	work->tell.shifted = done;
	work->change = *change;
	overtake(haproxy, work);
	if (haproxy->learned && check_change(haproxy, change, &err) < 0) {
		work_fail_later(work, &err);
		return;
	}
	work->split = haproxy_round(traffic, change->split);
	work->deadline_us = clock_monotonic_us() + change->wait_ms * 1000;
	if (work->behind)
		work_wait(work, BEHIND_MS, begin);
	else
		begin(work);
}
