/* SPDX-License-Identifier: MIT */
/* Some servers of a colour are taken out, and are let in again. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "delivery/traffic/haproxy.h"

#define LOOK_MS 50
/* A thread may have chosen the server and not counted the request yet. */
#define QUIET_LOOKS 3
/* A server that is taken out shows no check: by then two have failed. */
#define NOTICED_MS 1000

/* Of the colour only those that are meant. */
static void servers_meant(const struct work *work,
			  struct strings servers[COLOUR_COUNT])
{
	const struct traffic_drain *drain = &work->drain;
	const struct strings *all = work->haproxy->servers;

	strings_copy(&servers[!drain->colour], &all[!drain->colour]);
	for (int i = drain->first; i < drain->first + drain->count &&
				   (size_t)i < all[drain->colour].count;
	     i++)
		strings_add(&servers[drain->colour],
			    all[drain->colour].items[i]);
}

static void ask_state(struct work *work, const char *state, work_step *step)
{
	struct strings servers[COLOUR_COUNT] = {STRINGS_INIT, STRINGS_INIT};
	const struct strings *meant = &servers[work->drain.colour];
	struct str line = STR_INIT;

	servers_meant(work, servers);
	for (size_t i = 0; i < meant->count; i++)
		str_addf(&line, "%sset server %s/%s state %s", i ? "; " : "",
			 work->haproxy->backend, meant->items[i], state);
	work_ask(work, line.data, step);
	str_release(&line);
	for (int i = 0; i < COLOUR_COUNT; i++)
		strings_release(&servers[i]);
}

static bool was_refused(struct work *work, const char *answer, size_t len)
{
	struct error err = ERROR_INIT;
	char *words;

	if (strspn(answer, "\n") == len)
		return false;
	words = haproxy_first_words(answer);
	error_set(&err, ERROR_PROVIDER,
		  "haproxy did not change the state of servers of %s: \"%s\"",
		  colour_name(work->drain.colour), words);
	free(words);
	work_fail(work, &err);
	return true;
}

static void let_in(struct work *work, const char *answer, size_t len)
{
	if (!was_refused(work, answer, len))
		work_end(work, NULL);
}

static void over(struct work *work)
{
	if (work->drain.out)
		work_end(work, NULL);
	else
		ask_state(work, "ready", let_in);
}

static void look(struct work *work);

static void looked(struct work *work, const char *answer, size_t len)
{
	struct strings servers[COLOUR_COUNT] = {STRINGS_INIT, STRINGS_INIT};
	const struct haproxy_counts *counts;
	struct haproxy_stat stat;
	struct error err = ERROR_INIT;
	int result;

	(void)len;
	servers_meant(work, servers);
	result = haproxy_read_stat(answer, work->haproxy->backend, servers,
				   &stat, &err);
	for (int i = 0; i < COLOUR_COUNT; i++)
		strings_release(&servers[i]);
	if (result < 0) {
		work_fail(work, &err);
		return;
	}
	counts = &stat.colours[work->drain.colour];
	if (work->drain.out ? counts->sessions > 0 : counts->up)
		work->quiet = 0;
	else
		work->quiet++;
	if (work->quiet == QUIET_LOOKS ||
	    clock_monotonic_us() >= work->deadline_us)
		over(work);
	else
		work_wait(work, LOOK_MS, look);
}

static void look(struct work *work)
{
	char *line = haproxy_stat_question(work->haproxy, "");

	work_ask(work, line, looked);
	free(line);
}

static void taken_out(struct work *work, const char *answer, size_t len)
{
	if (!was_refused(work, answer, len))
		look(work);
}

void haproxy_drain(struct traffic *traffic, const struct traffic_drain *drain,
		   traffic_done *done, void *data)
{
	struct haproxy *haproxy = (struct haproxy *)traffic;
	struct work *work = work_new(haproxy, haproxy_finish_done, data);

	work->tell.done = done;
	work->drain = *drain;
	work->deadline_us = clock_monotonic_us() + drain->wait_ms * 1000;
	if (drain->out)
		ask_state(work, "drain", taken_out);
	else
		work_wait(work, NOTICED_MS, look);
}
