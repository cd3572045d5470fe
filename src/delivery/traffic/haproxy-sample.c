/* SPDX-License-Identifier: MIT */
/* Counts by `show stat`, latencies by the ring. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/traffic/haproxy.h"

static void take_line(const char *text, size_t len, void *data)
{
	struct haproxy *haproxy = data;

	(void)len;
	haproxy_lines_take(&haproxy->lines, text, haproxy->backend,
			   haproxy->servers);
}

/* An idle socket may be closed by the proxy; the next sample opens it. */
static void ring_ended(const struct error *err, void *data)
{
	struct haproxy *haproxy = data;

	(void)err;
	line_stream_close(haproxy->stream);
	haproxy->stream = NULL;
}

void haproxy_listen(struct haproxy *haproxy)
{
	static const struct line_stream_handlers handlers = {take_line,
							     ring_ended};
	struct error err = ERROR_INIT;
	char *line;

	if (!haproxy->ring || haproxy->stream)
		return;
	line = xasprintf("show events %s -w -n", haproxy->ring);
	haproxy->stream =
		line_stream_open(haproxy->traffic.options.loop, haproxy->socket,
				 line, &handlers, haproxy, &err);
	error_clear(&err); /* the next sample says that nobody answers */
	free(line);
}

static int64_t grown(int64_t before, int64_t now)
{
	return now >= before ? now - before : now;
}

/* What was counted since the last sample, into the sums. */
static void add_growth(struct haproxy *haproxy, const struct haproxy_stat *now)
{
	struct haproxy_stat *last = &haproxy->last;
	struct haproxy_stat *sum = &haproxy->sum;

	for (int i = 0; i < COLOUR_COUNT; i++) {
		const struct haproxy_counts *b = &last->colours[i];
		const struct haproxy_counts *n = &now->colours[i];
		struct haproxy_counts *s = &sum->colours[i];

		s->requests += grown(b->requests, n->requests);
		s->errors += grown(b->errors, n->errors);
		s->server_5xx += grown(b->server_5xx, n->server_5xx);
		s->broken += grown(b->broken, n->broken);
		s->retries += grown(b->retries, n->retries);
	}
	sum->backend_5xx += grown(last->backend_5xx, now->backend_5xx);
	sum->dropped += now->dropped - last->dropped;
}

/* The first sample of a worker counts from there: what went before an open
 * is not this one's. A worker that took over counts from 0. */
static void count(struct haproxy *haproxy, long worker,
		  const struct haproxy_stat *now)
{
	if (haproxy->worker != 0 && haproxy->worker != worker) {
		memset(&haproxy->last, 0, sizeof(haproxy->last));
		traffic_note(&haproxy->traffic,
			     "haproxy was reloaded or restarted");
		/* An open stream would keep the old worker alive. */
		line_stream_close(haproxy->stream);
		haproxy->stream = NULL;
	}
	if (haproxy->worker != 0)
		add_growth(haproxy, now);
	haproxy->worker = worker;
	haproxy->last = *now;
	haproxy_listen(haproxy);
}

/* Servers that are down share nothing, unless all are. */
static int64_t weight_of(const struct haproxy_counts *colour)
{
	return colour->up_servers ? colour->up_weight : colour->weight;
}

static int64_t unanswered(const struct haproxy_stat *sum)
{
	int64_t count = sum->backend_5xx + sum->dropped;

	for (int i = 0; i < COLOUR_COUNT; i++)
		count -= sum->colours[i].server_5xx;
	return count > 0 ? count : 0;
}

static void fill(struct haproxy *haproxy, struct traffic_sample *sample)
{
	int64_t weight = 0;

	memset(sample, 0, sizeof(*sample));
	line_stream_catch_up(haproxy->stream);
	for (int i = 0; i < COLOUR_COUNT; i++)
		weight += weight_of(&haproxy->last.colours[i]);
	haproxy_lines_sample(&haproxy->lines, sample);
	for (int i = 0; i < COLOUR_COUNT; i++) {
		const struct haproxy_counts *now = &haproxy->last.colours[i];
		const struct haproxy_counts *sum = &haproxy->sum.colours[i];
		struct traffic_colour_sample *colour = &sample->colours[i];

		colour->up = now->up;
		colour->units = now->units;
		colour->percent =
			weight ? 100.0 * (double)weight_of(now) / (double)weight
			       : 0;
		colour->sessions = now->sessions;
		colour->mean = now->mean;
		colour->requests = sum->requests;
		colour->errors = sum->errors;
		colour->retries = sum->retries;
		colour->broken = sum->broken;
		colour->completed = sum->requests - sum->broken;
		colour->in_flight = now->sessions + now->queued;
		colour->up_servers = now->up_servers;
		colour->servers = now->servers;
	}
	if (haproxy->lines.unread > 0 && !haproxy->told_unread) {
		haproxy->told_unread = true;
		traffic_note(&haproxy->traffic,
			     "ring %s has lines of another form, which are not "
			     "counted; write: " HAPROXY_BEGIN_RULE
			     " and log-format \"%s\"",
			     haproxy->ring, HAPROXY_LINE_FORMAT);
	}
	sample->failed = haproxy->failed.sure;
	sample->unanswered = unanswered(&haproxy->sum);
	if (!haproxy->ring)
		sample->lost = -1;
}

static void finish_sample(struct work *work, const struct error *err)
{
	struct haproxy *haproxy = work->haproxy;
	struct traffic_sample sample;

	if (!err)
		fill(haproxy, &sample);
	work->tell.sampled(&haproxy->traffic, err ? NULL : &sample, err,
			   work->data);
}

/* Who changes weights by other means is told of, once. */
static void compare_units(struct haproxy *haproxy,
			  const struct haproxy_stat *stat)
{
	for (struct work *at = haproxy->works; at; at = at->next)
		if (at->change.split.percent[COLOUR_BLUE] > 0 ||
		    at->change.split.percent[COLOUR_GREEN] > 0)
			return; /* we do, just now */
	for (int i = 0; i < COLOUR_COUNT; i++) {
		if (haproxy->units[i] >= 0 &&
		    haproxy->units[i] != stat->colours[i].units)
			traffic_note(&haproxy->traffic,
				     "%s's weight was %d and is now %d: "
				     "someone else changed it",
				     colour_name((enum colour)i),
				     haproxy->units[i], stat->colours[i].units);
		haproxy->units[i] = stat->colours[i].units;
	}
}

static void look(struct work *work);

static void counted(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;
	struct haproxy_info info;
	struct haproxy_stat stat;

	(void)len;
	if (haproxy_read_info(answer, &info, &err) < 0 ||
	    haproxy_read_stat(answer, haproxy->backend, haproxy->servers, &stat,
			      &err) < 0) {
		haproxy->state.backend = 0; /* a reload may renumber */
		work_fail(work, &err);
		return;
	}
	count(haproxy, info.pid, &stat);
	if (haproxy_failed_take(&haproxy->failed, &haproxy->sum)) {
		look(work);
		return;
	}
	compare_units(haproxy, &stat);
	haproxy_settled_look(haproxy, &info);
	work_end(work, NULL);
}

char *haproxy_stat_question(const struct haproxy *haproxy, const char *before)
{
	long backend = haproxy->state.backend;

	/* 6: backends and servers; -1: any. */
	return xasprintf("%sshow stat %ld 6 -1", before,
			 backend > 0 ? backend : -1);
}

static void look(struct work *work)
{
	char *line = haproxy_stat_question(work->haproxy, "show info; ");

	work_ask(work, line, counted);
	free(line);
}

void haproxy_sample(struct traffic *traffic, traffic_sampled *done, void *data)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;
	struct work *work = work_new(haproxy, finish_sample, data);

	work->tell.sampled = done;
	work->is_watched = true;
	look(work);
}
