/* SPDX-License-Identifier: MIT */
/*
 * Which worker the weights were settled with. A worker that took over and has
 * other weights has lost them; the same worker with other weights was told so
 * by somebody.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "delivery/traffic/haproxy.h"

/* How far two readings of when a worker began may lie apart, in seconds. */
#define SINCE_SLACK 2
#define FILE_LIMIT 256

static bool is_same(const struct haproxy_worker *a,
		    const struct haproxy_worker *b)
{
	int64_t apart = a->since - b->since;

	return a->pid == b->pid && apart <= SINCE_SLACK &&
	       apart >= -SINCE_SLACK;
}

static bool has_units(const struct haproxy *haproxy)
{
	for (int i = 0; i < COLOUR_COUNT; i++)
		if (haproxy->units[i] != haproxy->settled.units[i])
			return false;
	return true;
}

static char *settled_path(const struct haproxy *haproxy)
{
	return path_join(haproxy->traffic.options.folder, "settled");
}

/* Another process may have settled since. */
static void load(struct haproxy *haproxy)
{
	struct haproxy_settled *settled = &haproxy->settled;
	char *path = settled_path(haproxy);
	struct str text = STR_INIT;
	struct haproxy_settled found = {.known = true};
	long long since;

	if (file_read(path, &text, FILE_LIMIT, NULL) == 0 &&
	    sscanf(text.data, "%ld %lld %d %d", &found.worker.pid, &since,
		   &found.units[COLOUR_BLUE],
		   &found.units[COLOUR_GREEN]) == 4) {
		found.worker.since = since;
		*settled = found;
	}
	str_release(&text);
	free(path);
}

void haproxy_settled_now(struct haproxy *haproxy)
{
	struct haproxy_settled *settled = &haproxy->settled;

	settled->known = haproxy->now.pid > 0;
	settled->worker = haproxy->now;
	for (int i = 0; i < COLOUR_COUNT; i++)
		settled->units[i] = haproxy->units[i];
	haproxy->replaced = false;
}

void haproxy_settled_keep(struct haproxy *haproxy)
{
	const struct haproxy_settled *settled = &haproxy->settled;
	struct str text = STR_INIT;
	char *path = settled_path(haproxy);

	haproxy_settled_now(haproxy);
	str_addf(&text, "%ld %lld %d %d\n", settled->worker.pid,
		 (long long)settled->worker.since, settled->units[COLOUR_BLUE],
		 settled->units[COLOUR_GREEN]);
	haproxy_write_alone(haproxy, path, &text);
	free(path);
	str_release(&text);
}

void haproxy_settled_look(struct haproxy *haproxy,
			  const struct haproxy_info *info)
{
	struct haproxy_worker now = {
		.pid = info->pid,
		.since = clock_wall_ms() / 1000 - info->uptime,
	};

	if (haproxy->now.pid && !is_same(&haproxy->now, &now))
		haproxy->replaced = true;
	haproxy->now = now;
	if (haproxy->settled.known && is_same(&haproxy->settled.worker, &now))
		return;
	if (!haproxy->unsettled)
		load(haproxy);
	/* A worker that took over and has kept the weights is the one. */
	if (haproxy->settled.known &&
	    !is_same(&haproxy->settled.worker, &now) && has_units(haproxy))
		haproxy_settled_keep(haproxy);
}

/* Of a worker that nobody saw take over, only weights that are those of its
 * configuration are lost ones: others somebody has set since. */
bool haproxy_is_lost(const struct traffic *traffic)
{
	const struct haproxy *haproxy = (const struct haproxy *)traffic;
	const struct haproxy_colour_state *colours = haproxy->state.colours;

	return haproxy->settled.known && haproxy->now.pid > 0 &&
	       !is_same(&haproxy->settled.worker, &haproxy->now) &&
	       !has_units(haproxy) &&
	       (haproxy->replaced || (!colours[COLOUR_BLUE].reweighed &&
				      !colours[COLOUR_GREEN].reweighed));
}
