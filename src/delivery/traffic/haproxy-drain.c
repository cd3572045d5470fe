/* SPDX-License-Identifier: MIT */
/*
 * Some servers of a colour are taken out, and are let in again; also those
 * that a signalbox has taken out and then died. Until they are in again the
 * provider's folder has a file `drain`: "PID START-TIME COLOUR FIRST COUNT".
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/traffic/haproxy.h"
#include "proc/identity.h"

#define LOOK_MS 50
/* A thread may have chosen the server and not counted the request yet. */
#define QUIET_LOOKS 3
/* A server that is taken out shows no check: by then two have failed. */
#define NOTICED_MS 1000
#define LEFT_MS 3000

static char *record_path(const struct haproxy *haproxy)
{
	return path_join(haproxy->traffic.options.folder, "drain");
}

/* Not synced: what a system that goes down takes along is the proxy, too. */
static int record(const struct haproxy *haproxy,
		  const struct traffic_drain *drain, struct error *err)
{
	char *path = record_path(haproxy);
	char *text = xasprintf("%ld %" PRIu64 " %d %d %d\n", (long)getpid(),
			       process_start_time(getpid()), drain->colour,
			       drain->first, drain->count);
	int fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600, err);
	int result = -1;

	if (fd >= 0) {
		result = file_write_all(fd, text, strlen(text), path, err);
		close(fd);
	}
	free(text);
	free(path);
	return result;
}

static void forget(const struct haproxy *haproxy)
{
	char *path = record_path(haproxy);

	unlink(path);
	free(path);
}

/* What one that does not run any more took out. */
static bool was_left(const struct haproxy *haproxy, struct traffic_drain *drain)
{
	char *path = record_path(haproxy);
	struct str text = STR_INIT;
	uint64_t start_time;
	int colour;
	long pid;
	bool is =
		file_read(path, &text, 256, NULL) == 0 &&
		sscanf(text.data, "%ld %" SCNu64 " %d %d %d", &pid, &start_time,
		       &colour, &drain->first, &drain->count) == 5 &&
		colour >= 0 && colour < COLOUR_COUNT && drain->first >= 0 &&
		drain->count > 0 && drain->count <= INSTANCES_MOST &&
		drain->first <= INSTANCES_MOST &&
		!process_is((pid_t)pid, start_time);

	drain->colour = is ? (enum colour)colour : COLOUR_BLUE;
	str_release(&text);
	free(path);
	return is;
}

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
	if (was_refused(work, answer, len))
		return;
	forget(work->haproxy);
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

/* Not while those that were left are let in: it might be the same ones. */
static void take_out(struct work *work)
{
	const struct traffic_drain *drain = &work->drain;
	struct error err = ERROR_INIT;

	work->deadline_us = clock_monotonic_us() + drain->wait_ms * 1000;
	if (work->haproxy->lets_in)
		work_wait(work, LOOK_MS, take_out);
	else if (record(work->haproxy, drain, &err) < 0)
		work_fail(work, &err);
	else
		ask_state(work, "drain", taken_out);
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
		work_wait(work, 0, take_out);
	else
		work_wait(work, NOTICED_MS, look);
}

static void left_let_in(struct work *work, const struct error *err)
{
	struct haproxy *haproxy = work->haproxy;
	const struct traffic_drain *drain = &work->drain;

	haproxy->lets_in = false;
	if (!err)
		traffic_note(&haproxy->traffic,
			     "%s's %d servers from %d on were let in again: a "
			     "signalbox that died had taken them out",
			     colour_name(drain->colour), drain->count,
			     drain->first + 1);
}

void haproxy_let_in_left(struct haproxy *haproxy)
{
	struct traffic_drain drain = {.out = false};
	struct work *work;

	if (haproxy->lets_in || !was_left(haproxy, &drain))
		return;
	haproxy->lets_in = true;
	work = work_new(haproxy, left_let_in, NULL);
	work->drain = drain;
	work->deadline_us = clock_monotonic_us() + LEFT_MS * 1000;
	work_wait(work, NOTICED_MS, look);
}
