/* SPDX-License-Identifier: MIT */
/*
 * An HAProxy that is there: looked at before it is trusted with a release.
 * Nothing is written to it here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "delivery/traffic/haproxy.h"

/* Algorithms whose weights can change while they run. A hash may be static or
 * not ("hash-type"), which the socket does not tell. */
static const char *const dynamic[] = {"roundrobin", "leastconn", "random"};

static bool is_dynamic(const char *algorithm)
{
	for (size_t i = 0; i < ARRAY_SIZE(dynamic); i++)
		if (strcmp(algorithm, dynamic[i]) == 0)
			return true;
	return false;
}

static const char *why_static(const char *algorithm)
{
	if (strcmp(algorithm, "static-rr") == 0)
		return "`balance static-rr` has fixed weights; use roundrobin";
	if (strcmp(algorithm, "first") == 0)
		return "`balance first` knows no weights; use roundrobin";
	return "its `balance` maps what it hashes to servers, not shares; use "
	       "roundrobin, leastconn or random";
}

static void attached(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;

	(void)len;
	if (haproxy_take_answer(haproxy, answer, 0, &err) < 0) {
		work_fail(work, &err);
		return;
	}
	haproxy_listen(haproxy);
	work_end(work, NULL);
}

int haproxy_learn(struct haproxy *haproxy, const char *stat_answer,
		  struct error *err)
{
	struct traffic_capabilities *can = &haproxy->capabilities;
	struct haproxy_stat stat;

	if (haproxy_read_stat(stat_answer, haproxy->backend, haproxy->servers,
			      &stat, err) < 0)
		return -1;
	if (strcmp(stat.mode, "http") != 0)
		return error_set(err, ERROR_PROVIDER,
				 "backend \"%s\" is in mode %s; signalbox "
				 "counts HTTP answers and needs `mode http`",
				 haproxy->backend, stat.mode);
	can->weights = is_dynamic(stat.algorithm);
	can->why = can->weights ? "" : why_static(stat.algorithm);
	haproxy->learned = true;
	return 0;
}

static void backend_known(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;
	char *line;

	(void)len;
	if (haproxy_learn(haproxy, answer, &err) < 0) {
		work_fail(work, &err);
		return;
	}
	line = xasprintf("show servers state %s", haproxy->backend);
	work_ask(work, line, attached);
	free(line);
}

static int check_rights(const struct haproxy *haproxy, const char *answer,
			struct error *err)
{
	struct haproxy_info info;

	if (haproxy_read_info(answer, &info, err) < 0 ||
	    haproxy_check_version(&info, err) < 0)
		return -1;
	if (!haproxy_names(answer, "admin"))
		return error_set(err, ERROR_PROVIDER,
				 "the socket %s may not change weights; write "
				 "`level admin` on its `stats socket` line",
				 haproxy->socket);
	if (haproxy->ring && !haproxy_names(answer, haproxy->ring))
		return error_set(err, ERROR_PROVIDER,
				 "haproxy has no ring \"%s\"; add a `ring` "
				 "section, or leave `ring` out and measure "
				 "means only",
				 haproxy->ring);
	return 0;
}

static void rights_known(struct work *work, const char *answer, size_t len)
{
	struct haproxy *haproxy = work->haproxy;
	struct error err = ERROR_INIT;
	char *line;

	(void)len;
	if (check_rights(haproxy, answer, &err) < 0) {
		work_fail(work, &err);
		return;
	}
	line = haproxy_stat_question(haproxy, "");
	work_ask(work, line, backend_known);
	free(line);
}

void haproxy_ensure_attached(struct work *work)
{
	work_ask(work, "show info; show cli level; show events", rights_known);
}
